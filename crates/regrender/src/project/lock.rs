//! The lock that keeps two builds apart.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

use crate::error::{CliError, ErrorKind};
use crate::path::shown;
use crate::world::World;

/// A lock that a build holds as long as this lives.
#[derive(Debug)]
pub(crate) struct BuildLock {
    file: File,
}

impl BuildLock {
    /// Takes that of the registries.toml at `file`; waits for another build that has it, and says so.
    pub(crate) fn take(file: &Path, world: &mut World) -> Result<Self, CliError> {
        let path = shown(file, &world.directory);
        let failed = |error: io::Error| {
            CliError::new(ErrorKind::Files, format!("`{path}` cannot be locked")).because_of(error)
        };
        let file = File::open(place(file)).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                world.note(&format!(
                    "another build in the folder of `{path}` is running; waiting for it"
                ));
                file.lock().map_err(failed)?;
            }
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                world.note("this file system has no locks; do not run two builds at once");
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        Ok(Self { file })
    }
}

/// Whether the folder of a registries.toml is locked, and not the file: only Unix opens a folder as it
/// opens a file.
pub(crate) const IS_OF_FOLDER: bool = cfg!(unix);

/// Returns what is locked: the folder of a registries.toml. Editors and Git put a new file in the place
/// of the old one, and who waits for the lock of that waits for nobody.
fn place(file: &Path) -> &Path {
    if IS_OF_FOLDER { file.parent().unwrap_or(file) } else { file }
}

impl Drop for BuildLock {
    /// A file that is closed loses its lock only when nobody else has it, such as a program that is
    /// being started.
    fn drop(&mut self) {
        drop(self.file.unlock());
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    #[test]
    fn it_ends_though_somebody_else_has_the_file() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("registries.toml");
        fs::write(&path, "").unwrap();
        let file = File::open(&path).unwrap();
        file.lock().unwrap();
        let _held = file.try_clone().unwrap();
        let other = File::open(&path).unwrap();
        assert!(matches!(other.try_lock(), Err(TryLockError::WouldBlock)));
        drop(BuildLock { file });
        other.try_lock().unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_was_replaced_has_the_same_lock() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("registries.toml");
        fs::write(&path, "").unwrap();
        let first = File::open(place(&path)).unwrap();
        first.lock().unwrap();
        fs::write(folder.path().join("new"), "").unwrap();
        fs::rename(folder.path().join("new"), &path).unwrap();
        let second = File::open(place(&path)).unwrap();
        assert!(matches!(second.try_lock(), Err(TryLockError::WouldBlock)));
    }
}
