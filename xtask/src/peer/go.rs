//! Programs that come as Go modules.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::invocation::Invocation;

/// A main package at a version.
#[derive(Debug)]
pub(super) struct GoProgram {
    /// Path of the main package.
    pub(super) package: &'static str,
    /// Version of its module.
    pub(super) version: &'static str,
}

impl GoProgram {
    /// Makes sure that the executable `target` is this program at this version.
    ///
    /// # Errors
    ///
    /// `go install` failed.
    pub(super) fn install(&self, target: &Path) -> Result<PathBuf> {
        let wanted = format!("{}@{}", self.package, self.version);
        super::install_once(target, &wanted, || {
            let folder = target.with_extension("new");
            go().variable("GOBIN", &folder).arguments(["install", &wanted]).run()?.success()?;
            let installed = only_file(&folder)?;
            fs::rename(&installed, target).context("cannot move the executable")?;
            fs::remove_dir(&folder).context("cannot remove the folder of the installation")
        })
    }
}

/// Starts the Go tool with settings that do not depend on the machine. All programs are built with the
/// same ones, so that they share what they have in common, and without tables that only debuggers read.
pub(super) fn go() -> Invocation {
    Invocation::new("go")
        .variable("GOFLAGS", "-mod=mod -buildvcs=false -trimpath -ldflags=-s")
        .variable("CGO_ENABLED", "0")
}

fn only_file(folder: &Path) -> Result<PathBuf> {
    let mut entries =
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let entry = entries.next().context("go install wrote no executable")??;
    Ok(entry.path())
}
