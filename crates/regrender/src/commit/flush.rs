//! Makes what a build did survive a power cut.
//!
//! Linux flushes a file system as a whole, which costs less than one file at a time as soon as there
//! are a few of them. Elsewhere each file is flushed once, where it was written, and after that only
//! the folders in which names change.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{CliError, ErrorKind};

#[cfg(any(not(target_os = "linux"), test))]
mod one_by_one;

/// Flushes the files and folders at `places`, all of which are on the file system of `top`.
#[cfg(target_os = "linux")]
pub(super) fn contents(top: &Path, _places: &[PathBuf]) -> Result<(), CliError> {
    at_once(top)
}

/// Flushes which names are in `folders`, all of which are on the file system of `top`.
#[cfg(target_os = "linux")]
pub(super) fn names(top: &Path, _folders: &[PathBuf]) -> Result<(), CliError> {
    at_once(top)
}

#[cfg(not(target_os = "linux"))]
pub(super) use one_by_one::{contents, names};

#[cfg(target_os = "linux")]
fn at_once(top: &Path) -> Result<(), CliError> {
    match File::open(top) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        opened => opened
            .and_then(|file| rustix::fs::syncfs(&file).map_err(io::Error::from))
            .map_err(|error| not_flushed(top, error)),
    }
}

fn not_flushed(path: &Path, error: io::Error) -> CliError {
    let message = format!("`{}` cannot be flushed to the disk", path.display());
    CliError::new(ErrorKind::Files, message).because_of(error)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn only_a_folder_that_is_gone_needs_no_flush() {
        let top = tempfile::tempdir().unwrap();
        std::fs::write(top.path().join("x"), "").unwrap();
        for flush in [names, one_by_one::names] {
            let below = |path: &str| top.path().join(path);
            flush(&below("gone"), &[below("gone")]).unwrap();
            assert!(flush(&below("x/y"), &[below("x/y")]).is_err());
        }
    }
}
