//! What the disk alone costs: as many files of the same sizes, written and moved into their places.

use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::invocation::Invocation;

/// Files to write: paths below a folder, and sizes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Files(Vec<(PathBuf, u64)>);

impl Files {
    /// Lists what lies below `folder`.
    ///
    /// # Errors
    ///
    /// A folder cannot be listed.
    pub(super) fn below(folder: &Path) -> Result<Self> {
        let mut files = Vec::new();
        let mut folders = vec![folder.to_path_buf()];
        while let Some(next) = folders.pop() {
            let listing = fs::read_dir(&next).context("cannot list a folder")?;
            for entry in listing {
                let entry = entry.context("cannot list a folder")?;
                let about = entry.metadata().context("cannot look at a file")?;
                if about.is_dir() {
                    folders.push(entry.path());
                } else {
                    let path = entry.path().strip_prefix(folder)?.to_path_buf();
                    files.push((path, about.len()));
                }
            }
        }
        files.sort();
        Ok(Self(files))
    }

    /// Returns how many there are.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Returns the paths, below the folder that was listed.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().map(|(path, _)| path.as_path())
    }

    /// Returns the sum of the sizes.
    pub(super) fn bytes(&self) -> u64 {
        self.0.iter().map(|(_, size)| size).sum()
    }

    /// Times how long it takes to write them below `folder`, which must not exist: beside their
    /// places, flushed once, moved into them, on all cores.
    ///
    /// # Errors
    ///
    /// A file cannot be written.
    pub(super) fn write(&self, folder: &Path) -> Result<Duration> {
        let start = Instant::now();
        fs::create_dir(folder).context("cannot make the folder of the files")?;
        for parent in self.0.iter().filter_map(|(path, _)| path.parent()) {
            fs::create_dir_all(folder.join(parent)).context("cannot make a folder")?;
        }
        self.on_all_cores(|path, size| {
            let bytes = vec![b'x'; usize::try_from(size)?];
            fs::write(folder.join(path).with_extension("new"), bytes).context("cannot write")
        })?;
        let flush = Invocation::new("sync").arguments(["--file-system"]).arguments([folder]);
        flush.run()?.success()?;
        self.on_all_cores(|path, _| {
            let place = folder.join(path);
            fs::rename(place.with_extension("new"), place).context("cannot move a file")
        })?;
        Ok(start.elapsed())
    }

    fn on_all_cores(&self, work: impl Fn(&Path, u64) -> Result<()> + Sync) -> Result<()> {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let share = self.0.len().div_ceil(cores).max(1);
        let work = &work;
        thread::scope(|scope| {
            let shares: Vec<_> = self
                .0
                .chunks(share)
                .map(|files| {
                    scope.spawn(move || files.iter().try_for_each(|(path, size)| work(path, *size)))
                })
                .collect();
            for share in shares {
                match share.join() {
                    Ok(outcome) => outcome?,
                    Err(_) => bail!("a thread that writes files died"),
                }
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_was_listed() {
        let folder = std::env::temp_dir().join(format!("xtask-files-{}", std::process::id()));
        let files = Files(vec![("a.yaml".into(), 3), ("b/c.sops.yaml".into(), 5)]);
        files.write(&folder).unwrap();
        let found = Files::below(&folder);
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(found.unwrap(), files);
        assert_eq!((files.count(), files.bytes()), (2, 8));
    }
}
