//! What a build makes, beside its place until all of it is there.
//!
//! Only texts that may be seen ever lie there: what is secret is sealed before it is written. A file
//! lies beside its place, or in a folder beside the place of the topmost folder that is new. The next
//! build cleans up after one that was interrupted.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::error::{CliError, ErrorKind};
use crate::output_folder::{OutputFolder, UNFINISHED};
use crate::path::folder_of;

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

/// Writes a file that is to take its place at `path`; the file at `before` was written already.
pub(crate) fn write(
    folder: &OutputFolder,
    path: &str,
    before: Option<&str>,
    text: &str,
) -> Result<(), CliError> {
    let has_folder = folder.has_folder_of(path)
        || before.is_some_and(|before| folder_of(before) == folder_of(path));
    let place = unfinished(folder, path);
    let made = if has_folder { Ok(()) } else { make_folder(&place) };
    let written = made.and_then(|()| File::create_new(&place)?.write_all(text.as_bytes()));
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
    folder.place.join([top, UNFINISHED, rest].concat())
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
    if !folder.is_there() {
        drop(fs::remove_dir(&folder.place));
    }
}

/// Makes the folder of a file at `place`.
fn make_folder(place: &Path) -> io::Result<()> {
    place.parent().map_or(Ok(()), fs::create_dir_all)
}

fn remove(place: &Path) -> io::Result<()> {
    if place.symlink_metadata()?.is_dir() {
        fs::remove_dir_all(place)
    } else {
        fs::remove_file(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_written(folder: &OutputFolder, path: &str, before: Option<&str>, place: &str) {
        write(folder, path, before, path).unwrap();
        assert_eq!(fs::read_to_string(folder.place.join(place)).unwrap(), path);
    }

    #[test]
    fn what_is_new_lies_in_one_folder_beside_its_place() {
        let top = tempfile::tempdir().unwrap();
        let folder = OutputFolder::list(&top.path().join("out")).unwrap();
        check_written(&folder, "a/b/x", None, "a.regrender-unfinished/b/x");
        check_written(&folder, "a/b/y", Some("a/b/x"), "a.regrender-unfinished/b/y");
        check_written(&folder, "a/z", Some("a/b/y"), "a.regrender-unfinished/z");
        check_written(&folder, "a/c/d/x", Some("a/z"), "a.regrender-unfinished/c/d/x");
        check_written(&folder, "x", Some("a/c/d/x"), "x.regrender-unfinished");
    }

    #[test]
    fn what_is_new_in_a_folder_lies_beside_its_place_there() {
        let top = tempfile::tempdir().unwrap();
        fs::create_dir_all(top.path().join("a/b")).unwrap();
        let folder = OutputFolder::list(top.path()).unwrap();
        check_written(&folder, "a/b/x", None, "a/b/x.regrender-unfinished");
        check_written(&folder, "a/c/x", Some("a/b/x"), "a/c.regrender-unfinished/x");
        check_written(&folder, "x", None, "x.regrender-unfinished");
    }

    #[test]
    fn nothing_is_written_over() {
        let top = tempfile::tempdir().unwrap();
        let folder = OutputFolder::list(top.path()).unwrap();
        write(&folder, "a/x", None, "first").unwrap();
        assert!(write(&folder, "a/x", None, "second").is_err());
        let place = top.path().join("a.regrender-unfinished/x");
        assert_eq!(fs::read_to_string(place).unwrap(), "first");
    }
}
