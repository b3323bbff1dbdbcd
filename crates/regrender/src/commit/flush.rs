//! Makes what a build did survive a power cut.
//!
//! Linux flushes a file system as a whole, which costs less than one file at a time as soon as there
//! are a few of them. Elsewhere each file is flushed once, where it was written, and after that only
//! the folders in which names change.

use std::io;
use std::path::Path;

use crate::error::{CliError, ErrorKind};

#[cfg(target_os = "linux")]
mod at_once;
#[cfg(any(not(target_os = "linux"), test))]
mod one_by_one;

#[cfg(target_os = "linux")]
pub(super) use at_once::{contents, names};
#[cfg(not(target_os = "linux"))]
pub(super) use one_by_one::{contents, names};

/// Flushes a folder in one way or another; one that is gone needs none.
#[cfg(unix)]
fn folder(
    path: &Path,
    flush: impl Fn(&std::fs::File) -> rustix::io::Result<()>,
) -> Result<(), CliError> {
    match std::fs::File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        opened => opened
            .and_then(|file| flush(&file).map_err(io::Error::from))
            .map_err(|error| not_flushed(path, error)),
    }
}

fn not_flushed(path: &Path, error: io::Error) -> CliError {
    let message = format!("`{}` cannot be flushed to the disk", path.display());
    CliError::new(ErrorKind::Files, message).because_of(error)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn only_a_folder_that_is_gone_needs_no_flush() {
        let top = tempfile::tempdir().unwrap();
        std::fs::write(top.path().join("x"), "").unwrap();
        let gone = top.path().join("gone");
        names(&gone, ["z"].into_iter()).unwrap();
        one_by_one::names(&gone, ["z"].into_iter()).unwrap();
        let below_a_file = top.path().join("x/y");
        assert!(names(&below_a_file, ["z"].into_iter()).is_err());
        assert!(one_by_one::names(&below_a_file, ["z"].into_iter()).is_err());
    }
}
