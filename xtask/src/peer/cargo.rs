//! Programs that come from crates.io.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::invocation::Invocation;

/// A crate at a version, with an executable of the same name.
#[derive(Debug)]
pub(super) struct CargoProgram {
    /// Name of the crate.
    pub(super) name: &'static str,
    /// Its version.
    pub(super) version: &'static str,
}

impl CargoProgram {
    /// Makes sure that the executable `target` is this program at this version.
    ///
    /// # Errors
    ///
    /// `cargo install` failed.
    pub(super) fn install(&self, target: &Path) -> Result<PathBuf> {
        let Self { name, version } = self;
        super::install_once(target, &format!("{name} {version}"), || {
            let root = super::folder().join(name);
            // It runs for seconds and compiles for minutes: not optimized.
            Invocation::new("cargo")
                .arguments(["install", "--quiet", "--locked", "--debug", "--version", version])
                .arguments([Path::new("--root"), &root, Path::new("--target-dir")])
                .arguments([root.join("target")])
                .arguments([name])
                .run()?
                .success()?;
            fs::rename(root.join("bin").join(name), target)
                .context("cannot move the executable")?;
            fs::remove_dir_all(root).context("cannot remove the folder of the installation")
        })
    }
}
