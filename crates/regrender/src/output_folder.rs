//! An output folder as it is on disk: which files and folders are in it, and what is in the way.
//!
//! Its files are not held but read when they are needed: there can be tens of thousands of them.

mod open_folder;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use self::open_folder::{Kind, OpenFolder};
pub(crate) use self::text::{Text, is_headed};
use crate::error::{CliError, ErrorKind};
use crate::path::{folder_of, folders_above};

/// The end of the name of a file or folder that a build is about to put in its place.
pub(crate) const UNFINISHED: &str = ".regrender-unfinished";

/// The most bytes of a file in the output folder that are read.
const LARGEST_FILE: u64 = 16 * 1024 * 1024;

/// The most bytes of a name that file systems take.
const LONGEST_NAME: usize = 255;

/// What is told of a longer one.
pub(crate) const TOO_LONG: &str = "has a name that is too long for a file";

/// What Git keeps at the top of a repository, be it a folder or a file: never a part of a tree.
const GIT: &str = ".git";

/// Most files are smaller, and so are read at once.
const USUAL_FILE: usize = 4096;

/// An output folder as it is on disk.
#[derive(Debug, Default)]
pub(crate) struct OutputFolder {
    /// Where it is.
    pub(crate) place: PathBuf,
    /// Itself, if it is there.
    pub(crate) open: Option<OpenFolder>,
    /// The files in it, ours and others', by their path in the folder.
    pub(crate) files: BTreeSet<String>,
    /// What is neither a file nor a folder.
    pub(crate) foreign: BTreeMap<String, Foreign>,
    /// The folders in it.
    pub(crate) folders: BTreeSet<String>,
    /// Files and folders that an interrupted build left.
    pub(crate) unfinished: Vec<String>,
}

/// Something in the output folder that no build writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Foreign {
    /// A symbolic link.
    Link,
    /// Neither a file, a folder nor a link.
    Special,
}

/// What is where a file shall be written.
#[derive(Debug)]
pub(crate) enum Current<'b> {
    /// Nothing.
    Missing,
    /// A file that a build wrote.
    Ours(&'b str),
    /// Something that keeps the file from being written.
    InTheWay(Obstacle),
}

/// Something in the output folder that keeps a file from being written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Obstacle {
    /// Where it is in the folder.
    pub(crate) place: String,
    /// What it is.
    pub(crate) what: &'static str,
}

/// What is in one folder of the output folder.
#[derive(Default)]
struct Listing {
    files: Vec<String>,
    folders: Vec<String>,
    foreign: Vec<(String, Foreign)>,
    unfinished: Vec<String>,
}

impl OutputFolder {
    /// Lists what is in the folder; one that does not exist is empty.
    pub(crate) fn list(place: &Path) -> Result<Self, CliError> {
        let mut found = Self { place: place.to_owned(), ..Self::default() };
        match fs::symlink_metadata(place) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
            Err(error) => return Err(unreadable(place, error)),
            Ok(_) if place.is_dir() => {}
            Ok(_) => {
                let message = format!("output folder `{}` is not a folder", place.display());
                let hint = "move it away, or set `directory` in registries.toml";
                return Err(CliError::new(ErrorKind::Files, message).with_hint(hint));
            }
        }
        let open = OpenFolder::open(place).map_err(|error| unreadable(place, error))?;
        // All at once, and nearly in order: a place is not looked up for each.
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        let mut level = vec![String::new()];
        while !level.is_empty() {
            let listings: Vec<Listing> = level
                .par_iter()
                .map(|folder| Listing::of(&open, place, folder))
                .collect::<Result<_, _>>()?;
            level.clear();
            for listing in listings {
                files.extend(listing.files);
                found.foreign.extend(listing.foreign);
                found.unfinished.extend(listing.unfinished);
                level.extend(listing.folders);
            }
            folders.extend(level.iter().cloned());
        }
        found.files = files.into_iter().collect();
        found.folders = folders.into_iter().collect();
        found.unfinished.sort_unstable();
        found.open = Some(open);
        Ok(found)
    }

    /// Says whether it exists.
    pub(crate) fn is_there(&self) -> bool {
        self.open.is_some()
    }

    /// Reads the file at `path` into `buffer`.
    pub(crate) fn read<'b>(
        &self,
        path: &str,
        buffer: &'b mut Vec<u8>,
    ) -> Result<Text<'b>, CliError> {
        buffer.clear();
        buffer.reserve(USUAL_FILE);
        self.open
            .as_ref()
            .map_or(Err(io::ErrorKind::NotFound.into()), |open| open.file(path))
            .and_then(|file| file.take(LARGEST_FILE + 1).read_to_end(buffer))
            .map_err(|error| unreadable(&self.place.join(path), error))?;
        if buffer.len() as u64 > LARGEST_FILE {
            return Ok(Text::Foreign(None));
        }
        Ok(Text::of(buffer))
    }

    /// Says what is where a file shall be written; a file is read into `buffer`.
    pub(crate) fn current<'b>(
        &self,
        path: &str,
        buffer: &'b mut Vec<u8>,
    ) -> Result<Current<'b>, CliError> {
        if self.files.contains(path) {
            return Ok(match self.read(path, buffer)? {
                Text::Ours(text) => Current::Ours(text),
                Text::Foreign(_) => Current::InTheWay(not_ours(path)),
            });
        }
        Ok(self.obstacle(path, buffer)?.map_or(Current::Missing, Current::InTheWay))
    }

    /// Returns what is in the way of a file at `path`, where there is none.
    fn obstacle(&self, path: &str, buffer: &mut Vec<u8>) -> Result<Option<Obstacle>, CliError> {
        let obstacle = |place: &str, what| Some(Obstacle { place: place.to_owned(), what });
        let is_too_long = |name: &str| name.len() + UNFINISHED.len() > LONGEST_NAME;
        if path.split('/').any(is_too_long) {
            return Ok(obstacle(path, TOO_LONG));
        }
        if self.folders.contains(path) {
            return Ok(obstacle(path, "is a folder"));
        }
        for place in folders_above(path).chain([path]) {
            match self.foreign.get(place) {
                Some(Foreign::Link) => return Ok(obstacle(place, "is a symbolic link")),
                Some(Foreign::Special) => {
                    return Ok(obstacle(place, "is neither a file nor a folder"));
                }
                None => {}
            }
            if self.files.contains(place) {
                return Ok(match self.read(place, buffer)? {
                    Text::Ours(_) => obstacle(place, "is a file"),
                    Text::Foreign(_) => Some(not_ours(place)),
                });
            }
        }
        Ok(None)
    }

    /// Lists the folders without a file in them or below, the deepest first.
    pub(crate) fn empty_folders(&self) -> impl Iterator<Item = &str> {
        let holds_file = |folder: &str| {
            let inside = format!("{folder}/");
            let file = self.files.range(inside.clone()..).next();
            let foreign = self.foreign.range(inside.clone()..).next().map(|(path, _)| path);
            [file, foreign].into_iter().flatten().any(|path| path.starts_with(&inside))
        };
        self.folders.iter().rev().map(String::as_str).filter(move |folder| !holds_file(folder))
    }

    /// Says whether the folder of a file at `path` exists.
    pub(crate) fn has_folder_of(&self, path: &str) -> bool {
        folder_of(path).map_or(self.is_there(), |folder| self.folders.contains(folder))
    }

    /// Returns what has to be made so that there is a file at `path`: itself, or the topmost folder
    /// above it that does not exist yet.
    pub(crate) fn topmost_missing<'a>(&self, path: &'a str) -> &'a str {
        folders_above(path).find(|folder| !self.folders.contains(*folder)).unwrap_or(path)
    }
}

impl Listing {
    /// Lists the folder at the path `folder`, which is empty for the output folder itself.
    fn of(open: &OpenFolder, output: &Path, folder: &str) -> Result<Self, CliError> {
        let mut listing = Self::default();
        let entries =
            open.entries(folder).map_err(|error| unreadable(&output.join(folder), error))?;
        for (name, kind) in entries.into_iter().filter(|(name, _)| name != GIT) {
            let path = if folder.is_empty() { name } else { [folder, &name].join("/") };
            if path.ends_with(UNFINISHED) {
                listing.unfinished.push(path);
                continue;
            }
            match kind {
                Kind::Folder => listing.folders.push(path),
                Kind::File => listing.files.push(path),
                Kind::Link => listing.foreign.push((path, Foreign::Link)),
                Kind::Special => listing.foreign.push((path, Foreign::Special)),
            }
        }
        listing.files.sort_unstable();
        listing.folders.sort_unstable();
        Ok(listing)
    }
}

fn not_ours(place: &str) -> Obstacle {
    // Neither JSON nor an age file has comments: a build marks its own otherwise.
    let what = match Path::new(place).extension().and_then(OsStr::to_str) {
        Some("json" | "age") => "is not marked as a generated file",
        _ => "does not begin with the header of a generated file",
    };
    Obstacle { place: place.to_owned(), what }
}

fn unreadable(path: &Path, error: io::Error) -> CliError {
    let has_other_name = error.kind() == io::ErrorKind::NotFound
        && path.to_str().is_none_or(|path| path.contains('\u{fffd}'));
    let hint = if has_other_name {
        "its name is no UTF-8: rename it, or move it out of the output folder"
    } else {
        "the output folder must be readable before anything is written to it"
    };
    CliError::new(ErrorKind::Files, format!("`{}` cannot be read", path.display()))
        .with_source(error)
        .with_hint(hint)
}

#[cfg(test)]
mod tests {
    use regrender_render::HEADER;

    use super::*;

    fn folder(files: &[&str], folders: &[&str]) -> OutputFolder {
        let own = |paths: &[&str]| paths.iter().copied().map(str::to_owned).collect();
        OutputFolder { files: own(files), folders: own(folders), ..OutputFolder::default() }
    }

    #[test]
    fn what_is_missing_is_the_topmost_folder_that_is() {
        let folder = folder(&["a/b/x.yaml"], &["a", "a/b"]);
        assert_eq!(folder.topmost_missing("a/b/x.yaml"), "a/b/x.yaml");
        assert_eq!(folder.topmost_missing("a/b/y.yaml"), "a/b/y.yaml");
        assert_eq!(folder.topmost_missing("a/c/d/y.yaml"), "a/c");
        assert_eq!(folder.topmost_missing("e/f/y.yaml"), "e");
        assert_eq!(folder.topmost_missing("y.yaml"), "y.yaml");
    }

    #[test]
    fn folder_of_a_file_is_the_one_that_holds_it() {
        let folder = folder(&["a/b/x.yaml"], &["a", "a/b"]);
        assert!(folder.has_folder_of("a/b/y.yaml") && folder.has_folder_of("a/y.yaml"));
        assert!(!folder.has_folder_of("a/b/c/y.yaml") && !folder.has_folder_of("b/y.yaml"));
        assert!(!folder.has_folder_of("y.yaml"));
        let top = tempfile::tempdir().unwrap();
        let open = OpenFolder::open(top.path()).ok();
        assert!(OutputFolder { open, ..folder }.has_folder_of("y.yaml"));
    }

    #[test]
    fn folders_without_files_are_empty_however_deep_they_are() {
        let folder = folder(&["a/b/x.yaml", "c.yaml"], &["a", "a/b", "a/d", "c", "c/e", "c/e/f"]);
        let empty: Vec<&str> = folder.empty_folders().collect();
        assert_eq!(empty, ["c/e/f", "c/e", "c", "a/d"]);
    }

    #[test]
    fn a_folder_that_does_not_exist_is_empty() {
        let top = tempfile::tempdir().unwrap();
        let folder = OutputFolder::list(&top.path().join("nothing")).unwrap();
        assert!(!folder.is_there() && folder.files.is_empty());
        let mut buffer = Vec::new();
        assert!(matches!(folder.current("a/b.yaml", &mut buffer).unwrap(), Current::Missing));
    }

    #[test]
    fn what_cannot_be_looked_at_is_not_taken_for_an_empty_folder() {
        let top = tempfile::tempdir().unwrap();
        fs::write(top.path().join("file"), "").unwrap();
        let told = |path: &str| OutputFolder::list(&top.path().join(path)).unwrap_err().to_string();
        assert!(told("file").ends_with("/file` is not a folder"), "{}", told("file"));
        assert!(told("file/x").contains("/file/x` cannot be read"), "{}", told("file/x"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_the_folder_that_it_leads_to_or_none() {
        let top = tempfile::tempdir().unwrap();
        fs::create_dir(top.path().join("a")).unwrap();
        std::os::unix::fs::symlink("a", top.path().join("b")).unwrap();
        std::os::unix::fs::symlink("nothing", top.path().join("c")).unwrap();
        assert!(OutputFolder::list(&top.path().join("b")).unwrap().is_there());
        assert!(OutputFolder::list(&top.path().join("c")).is_err());
    }

    #[test]
    fn a_file_that_is_too_large_is_of_somebody_else() {
        let top = tempfile::tempdir().unwrap();
        fs::write(top.path().join("x"), format!("#{HEADER}\n")).unwrap();
        let file = fs::OpenOptions::new().write(true).open(top.path().join("x")).unwrap();
        let folder = OutputFolder::list(top.path()).unwrap();
        let mut buffer = Vec::new();
        file.set_len(LARGEST_FILE).unwrap();
        let Text::Ours(text) = folder.read("x", &mut buffer).unwrap() else {
            panic!("the largest file is ours");
        };
        assert_eq!(text.len() as u64, LARGEST_FILE);
        file.set_len(LARGEST_FILE + 1).unwrap();
        assert!(matches!(folder.read("x", &mut buffer).unwrap(), Text::Foreign(None)));
    }

    #[test]
    fn what_git_keeps_is_nothing_in_the_folder() {
        let top = tempfile::tempdir().unwrap();
        fs::create_dir_all(top.path().join(".git/refs")).unwrap();
        fs::create_dir_all(top.path().join("a/b")).unwrap();
        fs::write(top.path().join(format!(".git/HEAD{UNFINISHED}")), "").unwrap();
        fs::write(top.path().join("a/b/.git"), "gitdir: elsewhere\n").unwrap();
        fs::write(top.path().join("a/.gitignore"), "").unwrap();
        let folder = OutputFolder::list(top.path()).unwrap();
        assert_eq!(folder.files.iter().collect::<Vec<_>>(), ["a/.gitignore"]);
        assert_eq!(folder.folders.iter().collect::<Vec<_>>(), ["a", "a/b"]);
        assert_eq!(folder.unfinished, [""; 0]);
    }

    #[test]
    fn a_folder_is_listed_however_deep_it_is() {
        let top = tempfile::tempdir().unwrap();
        fs::create_dir_all(top.path().join("a/b/c")).unwrap();
        fs::create_dir_all(top.path().join(format!("d{UNFINISHED}/e"))).unwrap();
        fs::write(top.path().join("a/b/c/x"), format!("#{HEADER}\na: b\n")).unwrap();
        fs::write(top.path().join("a/y"), "mine").unwrap();
        fs::write(top.path().join(format!("a/z{UNFINISHED}")), "").unwrap();
        let folder = OutputFolder::list(top.path()).unwrap();
        assert_eq!(folder.files.iter().collect::<Vec<_>>(), ["a/b/c/x", "a/y"]);
        assert_eq!(folder.folders.iter().collect::<Vec<_>>(), ["a", "a/b", "a/b/c"]);
        assert_eq!(folder.unfinished, [format!("a/z{UNFINISHED}"), format!("d{UNFINISHED}")]);
        let mut buffer = Vec::new();
        assert!(matches!(folder.current("a/b/c/x", &mut buffer).unwrap(), Current::Ours(_)));
        assert!(matches!(folder.current("a/y", &mut buffer).unwrap(), Current::InTheWay(_)));
        let Current::InTheWay(obstacle) = folder.current("a/b/c/x/y", &mut buffer).unwrap() else {
            panic!("a file is no folder");
        };
        assert_eq!((obstacle.place.as_str(), obstacle.what), ("a/b/c/x", "is a file"));
    }
}
