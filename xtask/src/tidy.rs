//! Rules that no compiler checks: words, file shapes, where the map leads, and who may depend on whom.

mod dependency;
mod file;
mod map;
mod supply;

use anyhow::{Context as _, Result, bail};

use crate::options::Options;
use crate::release_tree::ReleaseTree;
use crate::workspace;

/// Checks every file that Git does not ignore, the dependencies between the crates, and those on
/// others; `--write` renews the list of these.
///
/// # Errors
///
/// Something breaks a rule; each finding is printed.
pub(crate) fn run(flags: &[String]) -> Result<()> {
    let mut options = Options::new(flags);
    let writes = options.flag("--write");
    options.close()?;
    let tree = ReleaseTree::read()?;
    if writes {
        supply::write(&tree)?;
    }
    let paths = workspace::files()?;
    let mut findings = Vec::new();
    for path in &paths {
        let bytes = std::fs::read(workspace::root().join(path))
            .with_context(|| format!("cannot read {}", path.display()))?;
        findings.extend(file::findings(&path.to_string_lossy(), &bytes));
    }
    let map = std::fs::read_to_string(workspace::root().join(map::MAP))
        .with_context(|| format!("cannot read {}", map::MAP))?;
    findings.extend(map::findings(&map, &paths));
    findings.extend(dependency::findings(&metadata()?)?);
    findings.extend(supply::findings(&tree));
    for finding in &findings {
        println!("{finding}");
    }
    if !findings.is_empty() {
        bail!("{} findings", findings.len());
    }
    println!("tidy: {} files, nothing found", paths.len());
    Ok(())
}

fn metadata() -> Result<serde_json::Value> {
    let answer = workspace::cargo()
        .arguments(["metadata", "--no-deps", "--format-version", "1"])
        .run()?
        .success()?;
    serde_json::from_slice(&answer.stdout).context("cargo metadata is not JSON")
}
