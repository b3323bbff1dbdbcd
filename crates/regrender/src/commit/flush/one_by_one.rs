//! Flushing where a system cannot flush a file system as a whole.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::not_flushed;
use crate::error::CliError;
use crate::path::folder_of;

/// Flushes the files at `places`, and the folders with all that is in them.
pub(crate) fn contents(top: &Path, places: impl Iterator<Item = PathBuf>) -> Result<(), CliError> {
    let places: Vec<PathBuf> = places.collect();
    places.par_iter().try_for_each(|place| flush(place))?;
    flush_drive(top)
}

/// Flushes the names of what is at `paths` in `top`: the folders that hold it.
pub(crate) fn names<'p, P: Iterator<Item = &'p str>>(top: &Path, paths: P) -> Result<(), CliError> {
    let folders: BTreeSet<&str> = paths.map(|path| folder_of(path).unwrap_or_default()).collect();
    folders.par_iter().try_for_each(|folder| flush_names(&top.join(folder)))?;
    flush_drive(top)
}

fn flush(place: &Path) -> Result<(), CliError> {
    let failed = |error| not_flushed(place, error);
    if !place.is_dir() {
        return flush_file(place).map_err(failed);
    }
    for entry in fs::read_dir(place).map_err(failed)? {
        flush(&entry.map_err(failed)?.path())?;
    }
    flush_names(place)
}

/// Windows flushes nothing through a handle that cannot write.
fn flush_file(place: &Path) -> io::Result<()> {
    let file = OpenOptions::new().write(true).open(place)?;
    #[cfg(unix)]
    rustix::fs::fsync(&file)?;
    #[cfg(not(unix))]
    file.sync_all()?;
    Ok(())
}

#[cfg(unix)]
fn flush_names(folder: &Path) -> Result<(), CliError> {
    super::folder(folder, |file| rustix::fs::fsync(file))
}

/// Windows flushes no folders; its file system keeps the order in which names change.
#[cfg(not(unix))]
fn flush_names(_folder: &Path) -> Result<(), CliError> {
    Ok(())
}

/// What macOS has flushed lies in the memory of the drive: that is flushed once for all.
#[cfg(target_vendor = "apple")]
fn flush_drive(top: &Path) -> Result<(), CliError> {
    super::folder(top, |file| rustix::fs::fcntl_fullfsync(file))
}

#[cfg(not(target_vendor = "apple"))]
#[expect(clippy::unnecessary_wraps, reason = "it can fail on macOS")]
fn flush_drive(_top: &Path) -> Result<(), CliError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nobody sees whether something was flushed; what can be seen is that all of it was opened.
    #[test]
    fn files_and_folders_with_all_in_them_are_flushed() {
        let top = tempfile::tempdir().unwrap();
        let place = |path: &str| top.path().join(path);
        fs::create_dir_all(place("a/b")).unwrap();
        fs::write(place("a/b/x"), "x").unwrap();
        fs::write(place("y"), "y").unwrap();
        contents(top.path(), [place("a"), place("y")].into_iter()).unwrap();
        names(top.path(), ["y", "a/b", "gone/x"].into_iter()).unwrap();
        assert_eq!(fs::read_to_string(place("a/b/x")).unwrap(), "x");
        assert_eq!(fs::read_to_string(place("y")).unwrap(), "y");
    }

    #[test]
    fn what_cannot_be_flushed_is_named() {
        let top = tempfile::tempdir().unwrap();
        let place = top.path().join("gone");
        let error = contents(top.path(), std::iter::once(place.clone())).unwrap_err().to_string();
        assert!(error.contains(&place.display().to_string()), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_cannot_be_flushed_in_a_folder_is_named() {
        let top = tempfile::tempdir().unwrap();
        let place = top.path().join("a/b");
        fs::create_dir_all(&place).unwrap();
        std::os::unix::fs::symlink("nowhere", place.join("x")).unwrap();
        let error =
            contents(top.path(), std::iter::once(top.path().join("a"))).unwrap_err().to_string();
        assert!(error.contains("a/b/x"), "{error}");
    }
}
