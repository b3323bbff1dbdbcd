//! Changes to files, put on disk: beside their place first, then flushed, then moved into it.
//!
//! Whenever it is interrupted each file is the old one or the new one, and what lies beside its
//! place is cleaned up by the next build.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::disk::UNFINISHED;
use crate::error::{CliError, ErrorKind};

/// What shall happen to one output folder.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Files to write, with their text: those of a wave take their places side by side, after all of
    /// the waves before.
    pub(crate) waves: Vec<Vec<(PathBuf, String)>>,
    /// Files to remove, after all others are in their places.
    pub(crate) remove: Vec<PathBuf>,
    /// Folders that hold nothing, as an interrupted build leaves them; the deepest first.
    pub(crate) empty: Vec<PathBuf>,
}

impl Changes {
    /// Carries the changes out below `folder`.
    pub(crate) fn commit(&self, folder: &Path) -> Result<(), CliError> {
        for empty in &self.empty {
            // Git knows nothing of it: at worst it stays. What is to lie in it makes it anew.
            drop(fs::remove_dir(empty));
        }
        if self.waves.is_empty() && self.remove.is_empty() {
            return Ok(());
        }
        let written = self.make_folders().and_then(|()| self.write_beside());
        if let Err(error) = written.and_then(|()| flush(folder)) {
            self.clean_up(folder);
            return Err(error);
        }
        for wave in &self.waves {
            wave.par_iter().try_for_each(|(path, _)| {
                fs::rename(beside(path), path).map_err(|error| half_way(path, error))
            })?;
        }
        for path in &self.remove {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(half_way(path, error));
                }
                _ => {}
            }
        }
        remove_empty_folders(&self.remove, folder);
        flush(folder)
    }

    fn files(&self) -> impl Iterator<Item = &(PathBuf, String)> {
        self.waves.iter().flatten()
    }

    fn make_folders(&self) -> Result<(), CliError> {
        let folders: BTreeSet<&Path> = self.files().filter_map(|(path, _)| path.parent()).collect();
        for folder in folders {
            fs::create_dir_all(folder).map_err(|error| {
                CliError::new(
                    ErrorKind::Files,
                    format!("folder `{}` cannot be made; nothing was written", folder.display()),
                )
                .because_of(error)
            })?;
        }
        Ok(())
    }

    fn write_beside(&self) -> Result<(), CliError> {
        self.waves.par_iter().flatten().try_for_each(|(path, text)| {
            let written =
                create(&beside(path)).and_then(|mut file| file.write_all(text.as_bytes()));
            written.map_err(|error| {
                CliError::new(
                    ErrorKind::Files,
                    format!("`{}` cannot be written; nothing was changed", path.display()),
                )
                .because_of(error)
            })
        })
    }

    /// Best effort after a failure: what stays is removed by the next build.
    fn clean_up(&self, top: &Path) {
        for (path, _) in self.files() {
            drop(fs::remove_file(beside(path)));
        }
        remove_empty_folders(self.files().map(|(path, _)| path), top);
    }
}

/// Removes the folders of `paths` that are empty, up to the output folder.
fn remove_empty_folders(paths: impl IntoIterator<Item = impl AsRef<Path>>, top: &Path) {
    for path in paths {
        let mut folder = path.as_ref().parent();
        while let Some(empty) = folder.filter(|folder| folder.starts_with(top)) {
            match fs::remove_dir(empty) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => break,
                _ => folder = empty.parent(),
            }
        }
    }
}

/// Opens a file that is not there yet. What an interrupted build left in its place goes, and so
/// does a link: whatever it leads to is never written to.
fn create(path: &Path) -> io::Result<File> {
    let open = || OpenOptions::new().write(true).create_new(true).open(path);
    match open() {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(path)?;
            open()
        }
        result => result,
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(UNFINISHED);
    path.with_file_name(name)
}

/// Makes what was written survive a power cut.
///
/// One flush of the file system costs less than one a file as soon as there are a few of them.
#[cfg(target_os = "linux")]
fn flush(folder: &Path) -> Result<(), CliError> {
    match File::open(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        opened => opened
            .and_then(|file| rustix::fs::syncfs(&file).map_err(io::Error::from))
            .map_err(|error| not_flushed(folder, error)),
    }
}

#[cfg(not(target_os = "linux"))]
fn flush(folder: &Path) -> Result<(), CliError> {
    let mut folders = vec![folder.to_owned()];
    while let Some(path) = folders.pop() {
        let entries = fs::read_dir(&path).map_err(|error| not_flushed(&path, error))?;
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                File::open(&path)
                    .and_then(|file| file.sync_all())
                    .map_err(|error| not_flushed(&path, error))?;
            }
        }
    }
    Ok(())
}

fn not_flushed(path: &Path, error: io::Error) -> CliError {
    let message = format!("`{}` cannot be flushed to the disk", path.display());
    CliError::new(ErrorKind::Files, message).because_of(error)
}

fn half_way(path: &Path, error: io::Error) -> CliError {
    let message = format!("`{}` cannot be replaced; files before it were", path.display());
    CliError::new(ErrorKind::Files, message)
        .because_of(error)
        .with_hint("build again then: it goes on where this one stopped")
}
