//! Memory: how much of it a program takes at most, and a folder that lies in it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::invocation::Invocation;

/// Returns the peak memory of a run of `program` in KiB, when GNU time is there to say it.
///
/// `start` prepares the program it is given; `figure` is a file for what GNU time says.
///
/// # Errors
///
/// The run failed.
pub(super) fn peak(
    figure: &Path,
    program: &Path,
    start: impl Fn(&Path) -> Invocation,
    arguments: &[&str],
) -> Result<Option<u64>> {
    let time = Path::new("/usr/bin/time");
    if !time.is_file() {
        return Ok(None);
    }
    let run = start(time).arguments(["--format", "%M", "--output"]).arguments([figure]);
    run.arguments([program]).arguments(arguments).run()?.success()?;
    let text = fs::read_to_string(figure).context("GNU time wrote no figure")?;
    text.trim().parse().map(Some).context("GNU time wrote no number")
}

/// A folder in memory, removed when it is dropped.
#[derive(Debug)]
pub(super) struct MemoryFolder(PathBuf);

impl MemoryFolder {
    /// Names a folder where Linux keeps files in memory, if it does.
    pub(super) fn new() -> Option<Self> {
        let shared = Path::new("/dev/shm");
        shared
            .is_dir()
            .then(|| Self(shared.join(format!("regrender-bench-{}", std::process::id()))))
    }

    /// Returns its path.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for MemoryFolder {
    fn drop(&mut self) {
        // Nothing is left to be done about a folder that cannot be removed.
        drop(fs::remove_dir_all(&self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_in_memory_does_not_stay() {
        let Some(folder) = MemoryFolder::new() else { return };
        let path = folder.path().join("test");
        fs::create_dir_all(&path).unwrap();
        drop(folder);
        assert!(!path.exists());
    }
}
