//! The manifests of a run: walked through, read and parsed once, however many inventories they are
//! part of.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use regrender_audit::{
    Content, FileFacts, Inventory, SIZE_LIMIT, read_file, read_other_file, read_pipe,
};
use regrender_render::HEADER;

use crate::error::{CliError, ErrorKind};
use crate::output_folder::is_headed;
use crate::path::shown;
use crate::project::Project;
use crate::repository::{self, Walk};

/// The most bytes of a file that is no manifest and is still searched for what leaks.
const LARGEST_OTHER: u64 = 1024 * 1024;

/// What a thread keeps for the next file.
const LARGEST_BUFFER: usize = 1024 * 1024;

/// The manifests of a run.
#[derive(Debug)]
pub(crate) struct Manifests {
    /// The folder that files are named from.
    base: PathBuf,
    /// What no walk goes into.
    except: Vec<PathBuf>,
    /// What becomes of what the system does not read.
    refusal: Refusal,
    walks: BTreeMap<PathBuf, Walk>,
    /// The roots that are neither files nor folders: a shell makes a pipe for `<(COMMAND)`.
    pipes: BTreeSet<PathBuf>,
    /// By the bytes of their path, which are much faster to compare than its parts.
    read: BTreeMap<OsString, Manifest>,
}

/// A manifest that was read.
#[derive(Clone, Debug)]
struct Manifest {
    /// What it declares, or why the system does not read it, though it may well be a manifest.
    facts: Result<Box<FileFacts>, Arc<io::Error>>,
    /// Whether it begins with the header of a build.
    is_written: bool,
}

/// What becomes of what the system does not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    /// It may declare what a build would take for gone.
    IsError,
    /// A report lists it.
    IsListed,
}

impl Manifests {
    /// Begins with none, for what builds a project: its output folders are passed over.
    pub(crate) fn of_build(project: &Project) -> Self {
        Self::new(&project.folder, project.outputs(), Refusal::IsError)
    }

    /// Begins with none, for a report whose files are named as seen from `base`.
    pub(crate) fn of_report(base: &Path) -> Self {
        Self::new(base, Vec::new(), Refusal::IsListed)
    }

    fn new(base: &Path, except: Vec<PathBuf>, refusal: Refusal) -> Self {
        let (walks, pipes, read) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
        Self { base: base.to_owned(), except, refusal, walks, pipes, read }
    }

    /// Returns the folder that files are named from.
    pub(crate) fn base(&self) -> &Path {
        &self.base
    }

    /// Walks through `roots`, each of them once in a run.
    pub(crate) fn walk(&mut self, roots: &[PathBuf]) -> Walk {
        let mut found = Walk::default();
        for root in roots {
            // Without the `.` that a root may end in, one file has one path.
            let root: PathBuf = root.components().collect();
            if root.exists() && !root.is_file() && !root.is_dir() {
                self.pipes.insert(root.clone());
            }
            let except = &self.except;
            let walk =
                self.walks.entry(root).or_insert_with_key(|root| repository::walk(root, except));
            found.extend(walk);
        }
        found
    }

    /// Brings together what the manifests of a walk declare. What cannot be read is in the inventory
    /// too, with the reason.
    pub(crate) fn inventory(&mut self, walk: &Walk) -> Inventory {
        self.read(&walk.manifests);
        let found = walk
            .manifests
            .iter()
            .filter_map(|path| Some((path, self.read.get(path.as_os_str())?.clone())));
        inventory_of(found.collect(), Vec::new(), walk, &self.base)
    }

    /// Does the same for the last time; `more` is what was read elsewhere.
    pub(crate) fn into_inventory(mut self, walk: &Walk, more: Vec<FileFacts>) -> Inventory {
        self.read(&walk.manifests);
        let found = walk
            .manifests
            .iter()
            .filter_map(|path| Some((path, self.read.remove(path.as_os_str())?)));
        inventory_of(found.collect(), more, walk, &self.base)
    }

    /// Says whether what cannot be read ends the run, as it ends a build.
    pub(crate) fn must_be_read(&self) -> bool {
        self.refusal == Refusal::IsError
    }

    /// Lists what of a walk the system does not let a build read.
    pub(crate) fn refused(&self, walk: &Walk) -> Vec<CliError> {
        if !self.must_be_read() {
            return Vec::new();
        }
        let files = walk.manifests.iter().filter_map(|path| {
            Some((path, self.read.get(path.as_os_str())?.facts.as_ref().err()?))
        });
        let folders = walk.unreadable.iter().map(|(path, error)| (path, error));
        let read = files.chain(folders).map(|(path, error)| {
            let hint = "leave it out if it declares nothing: with `inventory` in registries.toml, or in \
                        .gitignore";
            let message = format!("`{}` of the inventory cannot be read", shown(path, &self.base));
            CliError::new(ErrorKind::Files, message).because_of(again(error)).with_hint(hint)
        });
        let indexes = walk.indexes.iter().map(|(path, error)| {
            let message = format!(
                "`{}`, in which Git lists what is committed, cannot be read",
                shown(path, &self.base)
            );
            let hint =
                "see that it may be read; if it is damaged, `git read-tree HEAD` writes it again";
            CliError::new(ErrorKind::Files, message).with_source(again(error)).with_hint(hint)
        });
        read.chain(indexes).collect()
    }

    /// Says whether anything is in a manifest that was read.
    pub(crate) fn content(&self, path: &Path) -> Content {
        // Its own row says why one cannot be read.
        self.facts(path).map_or(Content::Unreadable, FileFacts::content)
    }

    /// Lists the files and folders that a manifest which was read names as parts of a build, from
    /// the folder that files are named from.
    pub(crate) fn named_by(&self, path: &Path) -> Vec<String> {
        self.facts(path).map(FileFacts::named_paths).unwrap_or_default()
    }

    /// Lists the folders that objects of Flux and Argo CD in a manifest which was read apply, from the
    /// top of the repository.
    pub(crate) fn applied_by(&self, path: &Path) -> impl Iterator<Item = &str> {
        self.facts(path).into_iter().flat_map(FileFacts::applied_folders)
    }

    /// Returns what a manifest declares that was read.
    fn facts(&self, path: &Path) -> Option<&FileFacts> {
        self.read.get(path.as_os_str())?.facts.as_deref().ok()
    }

    /// Says whether a root is neither a file nor a folder, as a pipe that a shell makes.
    pub(crate) fn is_pipe(&self, root: &Path) -> bool {
        self.pipes.contains(root)
    }

    /// Says whether a manifest begins with the header of a build.
    pub(crate) fn is_written(&self, path: &Path) -> bool {
        match self.read.get(path.as_os_str()) {
            Some(manifest) => manifest.is_written,
            None => begins_with_header(path),
        }
    }

    /// Reads those of `paths` that were not read before, on all cores.
    pub(crate) fn read(&mut self, paths: &[PathBuf]) {
        let new: Vec<&PathBuf> =
            paths.iter().filter(|path| !self.read.contains_key(path.as_os_str())).collect();
        let (base, pipes) = (&self.base, &self.pipes);
        let read: Vec<(OsString, Manifest)> = new
            .into_par_iter()
            .map_init(Vec::new, |buffer, path| {
                let take = if pipes.contains(path) { read_pipe } else { read_file };
                let manifest = Manifest::read(path, &shown(path, base), take, buffer);
                (path.clone().into_os_string(), manifest)
            })
            .collect();
        self.read.extend(read);
    }
}

impl Manifest {
    /// Reads it; `take` makes facts of its name and its bytes.
    fn read(
        path: &Path,
        name: &str,
        take: fn(&str, &[u8]) -> FileFacts,
        buffer: &mut Vec<u8>,
    ) -> Self {
        let limit = SIZE_LIMIT as u64 + 1;
        let read = File::open(path).and_then(|file| file.take(limit).read_to_end(buffer));
        let facts = match read {
            Err(error) => Err(Arc::new(error)),
            Ok(size) if size > SIZE_LIMIT => Ok(Box::new(FileFacts::too_large(name))),
            Ok(_) => Ok(Box::new(take(name, buffer))),
        };
        let is_written = is_headed(buffer);
        buffer.clear();
        buffer.shrink_to(LARGEST_BUFFER);
        Self { facts, is_written }
    }
}

fn inventory_of(
    manifests: Vec<(&PathBuf, Manifest)>,
    more: Vec<FileFacts>,
    walk: &Walk,
    base: &Path,
) -> Inventory {
    let mut facts = more;
    let mut unreadable = Vec::new();
    for (path, manifest) in manifests {
        match manifest.facts {
            Ok(found) => facts.push(*found),
            Err(error) => unreadable.push((path, error.to_string())),
        }
    }
    // A file that was found is named from the base, or in full.
    let from_top = repository::base(base);
    let read = |wanted: &str| read_again(&base.join(wanted));
    let mut inventory = Inventory::from_facts(facts, &from_top, &read);
    let dangling = "it is a symbolic link that leads nowhere";
    let dangling = walk.dangling.iter().map(|path| (path, dangling.to_owned()));
    let folders = walk.unreadable.iter().chain(&walk.indexes);
    let folders = folders.map(|(path, error)| (path, error.to_string()));
    for (path, reason) in unreadable.into_iter().chain(dangling).chain(folders) {
        inventory.add_unreadable(&shown(path, base), &reason);
    }
    inventory
}

/// Returns the bytes of a file that another one was found to name.
fn read_again(path: &Path) -> Option<Vec<u8>> {
    // What a pipe held is gone, and to open it again might wait forever.
    if !path.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(SIZE_LIMIT as u64).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Makes an error once more: one of the system is no more than its number.
fn again(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(number) => io::Error::from_raw_os_error(number),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}

/// Searches the files of a walk that are no manifests for what leaks.
pub(crate) fn search_others(walk: &Walk, base: &Path) -> Vec<FileFacts> {
    let search = |path: &PathBuf| {
        let is_small = path.metadata().is_ok_and(|metadata| metadata.len() <= LARGEST_OTHER);
        let bytes = is_small.then(|| std::fs::read(path).ok()).flatten()?;
        read_other_file(&shown(path, base), &bytes)
    };
    walk.others.par_iter().filter_map(search).collect()
}

fn begins_with_header(path: &Path) -> bool {
    let mut beginning = Vec::new();
    // A byte order mark, a `#` and the end of the line.
    let enough = HEADER.len() as u64 + 6;
    let read: io::Result<usize> =
        File::open(path).and_then(|file| file.take(enough).read_to_end(&mut beginning));
    read.is_ok() && is_headed(&beginning)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use regrender_audit::Namespace;

    use super::*;

    /// A folder with these files, removed at the end.
    struct Folder(PathBuf);

    impl Folder {
        fn of(test: &str, files: &[(&str, &str)]) -> Self {
            let folder = std::env::temp_dir().join(format!("{test}-{}", std::process::id()));
            for (path, text) in files {
                let path = folder.join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            Self(folder)
        }

        fn manifests(&self) -> Manifests {
            Manifests::of_report(&self.0)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    fn names(inventory: &Inventory) -> Vec<String> {
        inventory.namespaces().map(|Namespace { name, .. }| name.clone()).collect()
    }

    fn namespace(name: &str) -> String {
        format!("kind: Namespace\nmetadata: {{name: {name}}}\n")
    }

    #[test]
    fn a_file_is_read_once_for_all_inventories() {
        let text = namespace("first");
        let folder = Folder::of("read-once", &[("a.yaml", &text), ("b/c.yaml", &namespace("c"))]);
        let mut manifests = folder.manifests();
        let walk = manifests.walk(&[folder.0.join("a.yaml")]);
        assert_eq!(names(&manifests.inventory(&walk)), ["first"]);
        fs::write(folder.0.join("a.yaml"), namespace("second")).unwrap();
        let walk = manifests.walk(&[folder.0.clone(), folder.0.join(".")]);
        assert_eq!(names(&manifests.inventory(&walk)), ["first", "c"]);
        assert_eq!(names(&manifests.into_inventory(&walk, Vec::new())), ["first", "c"]);
        assert_eq!(names(&folder.manifests().into_inventory(&walk, Vec::new())), ["second", "c"]);
    }

    #[test]
    fn what_an_application_set_names_is_read_again() {
        let set = "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: a}\n\
                   spec: {generators: [{git: {files: [{path: 'apps/*.json'}]}}], template: {spec: \
                   {source: {path: 'apps/{{app}}'}, destination: {namespace: '{{namespace}}'}}}}\n";
        let pod = "kind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: a}]}\n";
        let config = "{\"app\": \"web\", \"namespace\": \"team-a\"}";
        let files = [("set.yaml", set), ("apps/web.json", config), ("apps/web/pod.yaml", pod)];
        let folder = Folder::of("read-again", &files);
        let mut manifests = folder.manifests();
        // The `.` is no part of what the file is called.
        let walk = manifests.walk(&[folder.0.join(".")]);
        let inventory = manifests.inventory(&walk);
        let namespaces: Vec<_> =
            inventory.workloads().map(|one| one.namespace.as_deref()).collect();
        assert_eq!(namespaces, [Some("team-a")]);
        fs::remove_file(folder.0.join("apps/web.json")).unwrap();
        let inventory = manifests.into_inventory(&walk, Vec::new());
        let namespaces: Vec<_> =
            inventory.workloads().map(|one| one.namespace.as_deref()).collect();
        assert_eq!(namespaces, [None]);
    }

    #[test]
    fn what_cannot_be_read_is_listed_with_its_reason() {
        let folder = Folder::of("not-read", &[("a.yaml", "\u{0}GITCRYPT\u{0}")]);
        let large = File::create(folder.0.join("large.yaml")).unwrap();
        large.set_len(SIZE_LIMIT as u64 + 1).unwrap();
        let missing = Walk { manifests: vec![folder.0.join("b.yaml")], ..Walk::default() };
        let mut manifests = folder.manifests();
        let inventory = manifests.inventory(&missing);
        let reasons = |inventory: &Inventory| -> Vec<String> {
            let unreadable = inventory.unreadable().iter();
            unreadable.map(|one| format!("{}: {}", one.file, one.reason)).collect()
        };
        assert!(manifests.refused(&missing).is_empty());
        let found = reasons(&inventory);
        assert!(found[0].starts_with("b.yaml: could not be opened: No such file"), "{found:?}");
        let walk = manifests.walk(std::slice::from_ref(&folder.0));
        assert_eq!(
            reasons(&manifests.inventory(&walk)),
            ["a.yaml: encrypted with git-crypt", "large.yaml: larger than 64 MiB"]
        );
    }

    #[test]
    fn what_the_system_does_not_read_is_an_error_of_a_build() {
        let folder = Folder::of("refused", &[("a.yaml", "\u{0}GITCRYPT\u{0}")]);
        let paths = vec![folder.0.join("a.yaml"), folder.0.join("b.yaml")];
        let walk = Walk { manifests: paths, ..Walk::default() };
        let mut manifests = Manifests::new(&folder.0, Vec::new(), Refusal::IsError);
        manifests.read(&walk.manifests);
        let errors: Vec<String> =
            manifests.refused(&walk).iter().map(ToString::to_string).collect();
        assert_eq!(errors.len(), 1);
        assert!(errors[0].contains("`b.yaml` of the inventory cannot be read"), "{errors:?}");
    }

    #[test]
    fn what_a_build_wrote_is_told_by_its_first_line() {
        let written = format!("#{HEADER}\nkind: Namespace\n");
        let saved = format!("\u{feff}#{HEADER}\r\nkind: Namespace\n");
        let longer = format!("#{HEADER} Or not.\n");
        let files = [
            ("a.yaml", written.as_str()),
            ("b.yaml", "# something else\n"),
            ("c.yaml", ""),
            ("d.yaml", &saved),
            ("e.yaml", &longer),
        ];
        let folder = Folder::of("is-written", &files);
        let mut manifests = folder.manifests();
        for _ in ["from the files", "from what was read"] {
            let is_written = files.map(|(name, _)| manifests.is_written(&folder.0.join(name)));
            assert_eq!(is_written, [true, false, false, true, false]);
            let walk = manifests.walk(std::slice::from_ref(&folder.0));
            manifests.read(&walk.manifests);
        }
    }

    #[test]
    fn what_is_excepted_is_in_no_walk() {
        let folder = Folder::of("excepted", &[("a/b.yaml", ""), ("c.yaml", ""), ("a.txt", "")]);
        let mut manifests = Manifests::new(&folder.0, vec![folder.0.join("./a")], Refusal::IsError);
        let walk = manifests.walk(&[folder.0.join(".")]);
        assert_eq!(walk.manifests, [folder.0.join("c.yaml")]);
        assert_eq!(walk.others, [folder.0.join("a.txt")]);
        let all = folder.manifests().walk(std::slice::from_ref(&folder.0));
        assert_eq!(all.manifests, [folder.0.join("a/b.yaml"), folder.0.join("c.yaml")]);
        assert_eq!(all.without(&[folder.0.join("a")]).manifests, [folder.0.join("c.yaml")]);
    }
}
