//! The lock that keeps two builds of one registries.toml apart.

use std::fs::{File, TryLockError};
use std::io;

use crate::error::{CliError, ErrorKind};
use crate::project::Project;
use crate::world::World;

/// A lock that a build holds as long as this lives.
#[derive(Debug)]
pub(crate) struct BuildLock {
    file: File,
}

impl BuildLock {
    /// Takes it; waits for another build that has it, and says so.
    pub(crate) fn take(project: &Project, world: &mut World) -> Result<Self, CliError> {
        let path = project.source.path();
        let failed = |error: io::Error| {
            CliError::new(ErrorKind::Files, format!("`{path}` cannot be locked")).because_of(error)
        };
        let file = File::open(&project.file).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                world.note(&format!("another build of `{path}` is running; waiting for it"));
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
}
