//! Flushing a file system as a whole.

use std::path::{Path, PathBuf};

use rustix::fs::syncfs;

use super::folder;
use crate::error::CliError;

/// Flushes the files and folders at `places`, all of which are on the file system of `top`.
pub(crate) fn contents(top: &Path, _places: &[PathBuf]) -> Result<(), CliError> {
    folder(top, |file| syncfs(file))
}

/// Flushes which names are in `folders`, all of which are on the file system of `top`.
pub(crate) fn names(top: &Path, _folders: &[PathBuf]) -> Result<(), CliError> {
    folder(top, |file| syncfs(file))
}
