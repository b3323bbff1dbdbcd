//! Flushing a file system as a whole.

use std::path::{Path, PathBuf};

use rustix::fs::syncfs;

use super::folder;
use crate::error::CliError;

/// Flushes the files and folders at `places`, all of which are on the file system of `top`.
pub(crate) fn contents(top: &Path, _places: impl Iterator<Item = PathBuf>) -> Result<(), CliError> {
    folder(top, |file| syncfs(file))
}

/// Flushes the names of what is at `paths` in `top`.
pub(crate) fn names<'p, P: Iterator<Item = &'p str>>(
    top: &Path,
    _paths: P,
) -> Result<(), CliError> {
    folder(top, |file| syncfs(file))
}
