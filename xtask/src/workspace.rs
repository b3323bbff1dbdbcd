//! Where the workspace lies, which files it tracks, and how its binary is built.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::invocation::Invocation;

/// Returns the top folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// How much the compiler should do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quick to build.
    Dev,
    /// What people install.
    Release,
}

/// Starts the cargo that runs this chore.
pub(crate) fn cargo() -> Invocation {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    Invocation::new(cargo).directory(&root())
}

/// Builds the binary of `package` and returns its path.
///
/// # Errors
///
/// The build failed, or cargo did not say where the executable is.
pub(crate) fn build(package: &str, profile: Profile) -> Result<PathBuf> {
    let mut build = cargo().arguments(["build", "--quiet", "--package", package, "--bin", package]);
    if profile == Profile::Release {
        build = build.arguments(["--release"]);
    }
    let answer = build.arguments(["--message-format", "json-render-diagnostics"]).run()?;
    let messages = answer.success()?.stdout_text()?;
    executable_in(&messages).with_context(|| format!("cargo named no executable for {package}"))
}

fn executable_in(messages: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|message| message.get("executable")?.as_str().map(PathBuf::from))
        .next_back()
}

/// Lists the files that are tracked or could be: everything Git does not ignore.
///
/// # Errors
///
/// Git is missing, or this is no repository.
pub(crate) fn files() -> Result<Vec<PathBuf>> {
    let listing = Invocation::new("git")
        .directory(&root())
        .arguments(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .run()?
        .success()?
        .stdout_text()?;
    let present = |path: &PathBuf| root().join(path).is_file();
    Ok(listing.split_terminator('\0').map(PathBuf::from).filter(present).collect())
}

/// Fails unless Git sees neither a changed nor a new file.
///
/// # Errors
///
/// Lists what differs.
pub(crate) fn check_clean() -> Result<()> {
    let status = Invocation::new("git")
        .directory(&root())
        .arguments(["status", "--porcelain"])
        .run()?
        .success()?
        .stdout_text()?;
    if status.is_empty() {
        return Ok(());
    }
    bail!("the working tree differs from what is committed:\n{status}");
}

/// Says whether this runs where nobody looks at what was skipped.
pub(crate) fn is_in_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_holds_the_workspace_manifest() {
        assert!(root().join("Cargo.lock").is_file());
    }

    #[test]
    fn the_last_executable_cargo_names_is_the_binary() {
        let messages = r#"{"reason":"compiler-artifact","executable":null}
not json
{"reason":"compiler-artifact","executable":"/t/debug/regrender"}
{"reason":"build-finished","success":true}"#;
        assert_eq!(executable_in(messages), Some(PathBuf::from("/t/debug/regrender")));
    }

    #[test]
    fn no_artifact_means_no_executable() {
        assert_eq!(executable_in("{\"reason\":\"build-finished\"}"), None);
    }
}
