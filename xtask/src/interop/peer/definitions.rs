//! The definitions of the custom resources of External Secrets, as its module holds them.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::go;

const MODULE: &str = "github.com/external-secrets/external-secrets@v1.3.2";

/// Finds the folder of the definitions.
///
/// # Errors
///
/// The module cannot be had.
pub(super) fn install() -> Result<PathBuf> {
    let download = go::go().directory(&super::folder()).arguments(["mod", "download", "-json"]);
    let answer = download.arguments([MODULE]).run()?.success()?;
    let told: Value = serde_json::from_slice(&answer.stdout).context("go printed no JSON")?;
    let folder = told.pointer("/Dir").and_then(Value::as_str).context("go names no folder")?;
    Ok(PathBuf::from(folder).join("config/crds/bases"))
}
