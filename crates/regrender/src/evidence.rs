//! What a report on a repository goes by: what is declared, what the manifests say, and what opens
//! their sealed Secrets.

mod applied;
pub(crate) mod declared;
pub(crate) mod exclusion;
mod listed;
pub(crate) mod opener;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regrender_audit::{
    ClearSource, Content, Declared, FileFacts, Inventory, SIZE_LIMIT, read_pipe,
};

use crate::args::{ReportSources, Selection};
use crate::error::{CliError, ErrorKind, Failure};
use crate::evidence::applied::{Applied, is_second};
use crate::evidence::declared::{ClearFile, clear_files, declared};
use crate::evidence::exclusion::Exclusion;
use crate::evidence::opener::SecretOpener;
use crate::path::shown;
use crate::pipe::{self, HYPHEN, STDIN, STDIN_AS_FILE};
use crate::project::Project;
use crate::project::manifests::{Manifests, search_others};
use crate::repository::{self, Walk};
use crate::source::bytes::read_all;
use crate::world::World;

/// What is wrong with a path that holds no manifest, and the way out.
const NONE_THERE: (&str, &str) =
    ("holds no manifest", "name what holds manifests; what Git ignores counts only if it is named");

/// The same of a path all of whose manifests are left out.
const NONE_LEFT: (&str, &str) = (
    "holds no manifest but those that `--exclude` leaves out",
    "leave out less, or name what holds other manifests",
);

/// What a report on a repository goes by.
pub(crate) struct Evidence {
    /// What registries.toml declares.
    pub(crate) declared: Declared,
    /// What the manifests declare.
    pub(crate) inventory: Inventory,
    /// What opens their sealed Secrets.
    pub(crate) opener: SecretOpener,
}

/// What becomes of files that are no manifests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Others {
    /// They are searched for what leaks.
    Search,
    /// They are left alone.
    PassOver,
}

impl Evidence {
    /// Gathers it; manifests that name no namespace are in `namespace`.
    pub(crate) fn gather(
        from: &ReportSources,
        others: Others,
        namespace: Option<&str>,
        world: &mut World,
    ) -> Result<Self, Failure> {
        let mut manifests = Manifests::of_report(&world.directory);
        let Declarations { mut declared, applied, secrets, unbuilt } =
            declarations(&from.selection, &mut manifests, world)?;
        let opener = SecretOpener::discover(&from.identities.identity, world)?;
        let sources = Sources::of(&from.paths, world)?;
        let exclusion = Exclusion::of(&from.exclude, &world.directory);
        sources.check(&exclusion, &mut manifests, world)?;
        let walk = manifests.walk(&sources.roots);
        let walk = exclusion.apply(walk, &mut manifests, world);
        let mut facts = Vec::from_iter(sources.stdin);
        if others == Others::Search {
            facts.extend(search_others(&walk, &world.directory));
            declared.clear_sources = clear_sources(&secrets, &walk, &world.directory);
        }
        let hand_made = if applied.is_empty() {
            BTreeSet::new()
        } else {
            hand_made(&walk, &manifests, &world.directory)
        };
        let mut inventory = manifests.into_inventory(&walk, facts);
        if let Some(namespace) = namespace {
            inventory.assume_namespace(namespace);
        }
        inventory.check_entries(|entry| listed::fault(entry, &world.directory, &unbuilt));
        inventory.check_second_manifests(|landing| {
            hand_made.contains(landing.file) && is_second(landing, &applied, &world.directory)
        });
        Ok(Self { declared, inventory, opener })
    }
}

/// What registries.toml says that a report goes by.
#[derive(Default)]
struct Declarations {
    /// What it declares.
    declared: Declared,
    /// What of it is applied beside the manifests of each cluster.
    applied: Vec<Applied>,
    /// Where its secrets stand in clear.
    secrets: Vec<ClearFile>,
    /// The output folders that no build has made yet.
    unbuilt: Vec<PathBuf>,
}

/// Reads registries.toml; without one, nothing is declared.
fn declarations(
    selection: &Selection,
    manifests: &mut Manifests,
    world: &mut World,
) -> Result<Declarations, Failure> {
    let now = Some(regrender_seal::spell_time(world.now));
    if selection.config.is_none() && !Project::is_near(world) {
        let declared = Declared { now, ..Declared::default() };
        return Ok(Declarations { declared, ..Declarations::default() });
    }
    let project = Project::open(selection, world)?;
    project.warn_of_expiry(world);
    let (declared, applied) = declared(&project, &selection.cluster, manifests)?;
    let declared = Declared { now, ..declared };
    let secrets = clear_files(&project, world);
    Ok(Declarations { declared, applied, secrets, unbuilt: unbuilt(&project) })
}

/// Lists the output folders that are not there; the links on the way to them are followed.
fn unbuilt(project: &Project) -> Vec<PathBuf> {
    let missing = project.outputs().into_iter().filter(|folder| !folder.exists());
    missing.filter_map(|folder| repository::real_place(&folder)).collect()
}

/// Names the manifests that no build wrote.
fn hand_made(walk: &Walk, manifests: &Manifests, base: &Path) -> BTreeSet<String> {
    let files = walk.manifests.iter().filter(|file| !manifests.is_written(file));
    files.map(|file| shown(file, base)).collect()
}

/// Picks out the files that are in the repository. Links may lead there.
fn clear_sources(secrets: &[ClearFile], walk: &Walk, base: &Path) -> Vec<ClearSource> {
    let mut sources = Vec::new();
    for ClearFile { path, what } in secrets {
        let Ok(file) = path.canonicalize() else { continue };
        let mut files = walk.manifests.iter().chain(&walk.others);
        let is_same = |found: &&PathBuf| {
            found.file_name() == file.file_name()
                && found.canonicalize().is_ok_and(|found| found == file)
        };
        if let Some(found) = files.find(is_same) {
            sources.push(ClearSource { file: shown(found, base), what: what.clone() });
        }
    }
    sources
}

/// Where the manifests of a report come from.
struct Sources {
    /// The files and folders.
    roots: Vec<PathBuf>,
    /// What standard input declares, if it is among them.
    stdin: Option<FileFacts>,
}

impl Sources {
    /// Takes the paths of a command line, all of which must be there.
    fn of(paths: &[PathBuf], world: &mut World) -> Result<Self, Failure> {
        let is_stdin = |path: &&PathBuf| path.as_os_str() == HYPHEN;
        let asks_stdin = paths.iter().any(|path| is_stdin(&path));
        let stdin = if asks_stdin { Some(read_stdin(world)?) } else { None };
        let roots = paths.iter().filter(|path| !is_stdin(path));
        let roots: Vec<PathBuf> = roots.map(|path| world.directory.join(path)).collect();
        let missing: Vec<CliError> = roots
            .iter()
            .filter(|root| root.symlink_metadata().is_err())
            .map(|root| {
                let message = format!("`{}` does not exist", shown(root, &world.directory));
                CliError::new(ErrorKind::Files, message).with_hint("name a file, a folder, or `-`")
            })
            .collect();
        Failure::of_any(missing)?;
        Ok(Self { roots, stdin })
    }

    /// Makes sure that there is something to report on: a program before a pipe may have failed,
    /// and a path may be the wrong one. As for kubectl, that is an error.
    fn check(
        &self,
        exclusion: &Exclusion,
        manifests: &mut Manifests,
        world: &mut World,
    ) -> Result<(), Failure> {
        let mut empty = Vec::new();
        for root in &self.roots {
            let name = format!("`{}`", shown(root, &world.directory));
            let mut walk = manifests.walk(std::slice::from_ref(root));
            let found = walk.manifests.len();
            walk.manifests.retain(|file| !exclusion.leaves_out(file));
            walk.others.retain(|file| !exclusion.leaves_out(file));
            let is_left_out = walk.manifests.len() < found;
            manifests.read(&walk.manifests);
            if manifests.is_pipe(root) {
                check_piped(&name, manifests.content(root), None)?;
            }
            let is_something = |path: &PathBuf| manifests.content(path) != Content::Nothing;
            // Where the run is cannot be the wrong place.
            let is_here = *root == world.directory && !is_left_out;
            if is_here || walk.manifests.iter().any(is_something) || !walk.unreadable.is_empty() {
                continue;
            }
            let (lack, hint) = if is_left_out { NONE_LEFT } else { NONE_THERE };
            let message = format!("{name} {lack}");
            if walk.others.is_empty() {
                empty.push((message, hint));
            } else {
                world.warn(&message);
            }
        }
        if !empty.is_empty() && empty.len() == self.roots.len() && self.stdin.is_none() {
            let errors = empty.iter();
            let errors =
                errors.map(|(one, hint)| CliError::new(ErrorKind::Files, one).with_hint(*hint));
            return Failure::of_any(errors.collect());
        }
        for (message, _) in empty {
            world.warn(&message);
        }
        Ok(())
    }
}

/// Fails where a program wrote nothing into a pipe, or nothing that can be read.
fn check_piped(name: &str, content: Content, reason: Option<String>) -> Result<(), CliError> {
    match content {
        Content::Something => Ok(()),
        Content::Nothing => Err(pipe::empty(name)),
        Content::Unreadable => {
            let why = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
            Err(pipe::useless(format!("{name} cannot be read{why}")))
        }
    }
}

fn read_stdin(world: &mut World) -> Result<FileFacts, CliError> {
    let read =
        read_all(&mut *world.stdin, SIZE_LIMIT).map_err(|error| pipe::unreadable(STDIN, error))?;
    let facts = match read {
        Some(bytes) => read_pipe(STDIN_AS_FILE, bytes.expose()),
        None => FileFacts::too_large(STDIN_AS_FILE),
    };
    check_piped(STDIN, facts.content(), facts.why_unreadable())?;
    Ok(facts)
}
