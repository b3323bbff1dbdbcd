//! A folder that is kept open: what is in it is found without looking up the way to it each time.

use std::fs::File;
use std::io;
use std::path::Path;

#[cfg(any(not(unix), test))]
mod by_path;
#[cfg(unix)]
mod handle;

#[cfg(not(unix))]
use by_path as way;
#[cfg(unix)]
use handle as way;

/// What an entry of a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// None of these.
    Special,
}

/// A folder that is open.
#[derive(Debug)]
pub(crate) struct OpenFolder(way::Folder);

impl OpenFolder {
    /// Opens the folder at `place`.
    pub(crate) fn open(place: &Path) -> io::Result<Self> {
        way::Folder::open(place).map(Self)
    }

    /// Opens the file at `path` in it, to be read.
    pub(crate) fn file(&self, path: &str) -> io::Result<File> {
        self.0.file(path)
    }

    /// Lists the folder at `path` in it, in no order; an empty path is the folder itself. What is no
    /// Unicode in a name is replaced.
    pub(crate) fn entries(&self, path: &str) -> io::Result<Vec<(String, Kind)>> {
        self.0.entries(path)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Read as _;

    use super::*;

    /// A folder with one of each kind, as far as this system has them.
    fn various() -> tempfile::TempDir {
        let top = tempfile::tempdir().unwrap();
        fs::create_dir_all(top.path().join("a/b")).unwrap();
        fs::write(top.path().join("a/x"), "of a").unwrap();
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("x", top.path().join("a/link")).unwrap();
            std::os::unix::net::UnixListener::bind(top.path().join("a/socket")).unwrap();
        }
        top
    }

    #[test]
    fn a_listing_knows_what_is_what() {
        let top = various();
        let mut entries = OpenFolder::open(top.path()).unwrap().entries("a").unwrap();
        entries.sort();
        let mut known = vec![("b", Kind::Folder), ("x", Kind::File)];
        if cfg!(unix) {
            known.extend([("link", Kind::Link), ("socket", Kind::Special)]);
        }
        known.sort_unstable();
        assert!(entries.iter().map(|(name, kind)| (name.as_str(), *kind)).eq(known));
    }

    #[test]
    fn both_ways_list_the_same() {
        let top = various();
        let one = OpenFolder::open(top.path()).unwrap();
        let other = by_path::Folder::open(top.path()).unwrap();
        for path in ["", "a", "a/b"] {
            let (mut entries, mut others) =
                (one.entries(path).unwrap(), other.entries(path).unwrap());
            entries.sort();
            others.sort();
            assert_eq!(entries, others, "{path}");
        }
        for path in ["a/x", "a/y", "a/x/y"] {
            let kind = |file: io::Result<File>| file.map(drop).map_err(|error| error.kind());
            assert_eq!(kind(one.file(path)), kind(other.file(path)), "{path}");
            let kind =
                |found: io::Result<_>| found.map(drop).map_err(|error: io::Error| error.kind());
            assert_eq!(kind(one.entries(path)), kind(other.entries(path)), "{path}");
        }
    }

    #[test]
    fn a_file_is_found_after_the_folder_moved() {
        let top = various();
        let folder = OpenFolder::open(&top.path().join("a")).unwrap();
        let mut text = String::new();
        folder.file("x").unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "of a");
        if cfg!(unix) {
            fs::rename(top.path().join("a"), top.path().join("c")).unwrap();
            assert!(folder.file("x").is_ok());
        }
    }

    #[test]
    fn what_is_no_folder_cannot_be_opened() {
        let top = various();
        assert!(OpenFolder::open(&top.path().join("a/x")).is_err());
        assert!(OpenFolder::open(&top.path().join("nothing")).is_err());
    }
}
