//! What a build makes, beside its place until all of it is there.
//!
//! Only texts that may be seen ever lie there: what is secret is sealed before it is written. A file
//! lies beside its place, or in a folder beside the place of the topmost folder that is new. The next
//! build cleans up after one that was interrupted.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::disk::{OutputFolder, UNFINISHED};
use crate::error::{CliError, ErrorKind};

/// Removes what an interrupted build left.
pub(crate) fn clear(folder: &OutputFolder) -> Result<(), CliError> {
    for path in &folder.unfinished {
        let place = folder.place.join(path);
        remove(&place).map_err(|error| {
            let message =
                format!("`{}`, left by an interrupted build, cannot be removed", place.display());
            CliError::new(ErrorKind::Files, message)
                .because_of(error)
                .with_hint("remove it yourself if need be")
        })?;
    }
    Ok(())
}

/// Writes a file that is to take its place at `path`.
pub(crate) fn write(folder: &OutputFolder, path: &str, text: &str) -> Result<(), CliError> {
    let place = unfinished(folder, path);
    let written = create(&place).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| {
        let message = format!(
            "`{}` cannot be written; nothing was changed",
            folder.place.join(path).display()
        );
        CliError::new(ErrorKind::Files, message).because_of(error)
    })
}

/// Returns where a file for `path` lies until it takes its place.
fn unfinished(folder: &OutputFolder, path: &str) -> PathBuf {
    let top = folder.topmost_missing(path);
    let rest = path.strip_prefix(top).unwrap_or_default();
    folder.place.join(format!("{top}{UNFINISHED}{rest}"))
}

/// Returns where the file or folder that takes its place at `path` lies until then.
pub(crate) fn beside(folder: &OutputFolder, path: &str) -> PathBuf {
    folder.place.join(format!("{path}{UNFINISHED}"))
}

/// Removes what this build made, as well as it can be done: it failed, and what stays is removed by
/// the next.
pub(crate) fn give_up(folder: &OutputFolder) {
    let Ok(now) = OutputFolder::list(&folder.place) else { return };
    for path in &now.unfinished {
        drop(remove(&folder.place.join(path)));
    }
    if !folder.is_there {
        drop(fs::remove_dir(&folder.place));
    }
}

fn create(place: &Path) -> io::Result<File> {
    let create = || File::create_new(place);
    match (create(), place.parent()) {
        (Err(error), Some(parent)) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(parent)?;
            create()
        }
        (created, _) => created,
    }
}

fn remove(place: &Path) -> io::Result<()> {
    if place.symlink_metadata()?.is_dir() {
        fs::remove_dir_all(place)
    } else {
        fs::remove_file(place)
    }
}
