//! Schemas and definitions that others publish, as Go modules hold them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::go;

const EXTERNAL_SECRETS: &str = "github.com/external-secrets/external-secrets@v1.3.2";
const CYCLONEDX: &str = "github.com/CycloneDX/cyclonedx-go@v0.9.2";
const SARIF: &str = "github.com/owenrumney/go-sarif/v3@v3.3.1";

/// Finds the folder of the definitions of External Secrets.
///
/// # Errors
///
/// The module cannot be had.
pub(super) fn external_secrets() -> Result<PathBuf> {
    Ok(folder_of(EXTERNAL_SECRETS)?.join("config/crds/bases"))
}

/// Finds the folder of the schemas of `CycloneDX`.
///
/// # Errors
///
/// The module cannot be had.
pub(super) fn cyclonedx() -> Result<PathBuf> {
    Ok(folder_of(CYCLONEDX)?.join("schema"))
}

/// Writes the schema of SARIF 2.1.0 to `target`: the module has it as a text in its source.
///
/// # Errors
///
/// The module cannot be had, or holds no schema.
pub(super) fn sarif(target: &Path) -> Result<PathBuf> {
    super::install_once(target, SARIF, || {
        let source = folder_of(SARIF)?.join("pkg/report/v210/sarif/schema.go");
        let source = fs::read_to_string(source).context("cannot read the schema")?;
        let schema = schema_in(&source).context("the module holds no schema")?;
        fs::write(target, schema).context("cannot write the schema")
    })
}

/// Returns the folder of a module.
fn folder_of(module: &str) -> Result<PathBuf> {
    let download = go::go().directory(&super::folder()).arguments(["mod", "download", "-json"]);
    let answer = download.arguments([module]).run()?.success()?;
    let told: Value = serde_json::from_slice(&answer.stdout).context("go printed no JSON")?;
    let folder = told.pointer("/Dir").and_then(Value::as_str).context("go names no folder")?;
    Ok(PathBuf::from(folder))
}

/// Returns the raw string of Go's constant `schema`.
fn schema_in(source: &str) -> Option<&str> {
    let (_, rest) = source.split_once("const schema = `")?;
    rest.split_once('`').map(|(schema, _)| schema)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_the_raw_string() {
        let source = "package sarif\n\nconst schema = `{\n \"a\": 1 }\n`\n";
        assert_eq!(schema_in(source), Some("{\n \"a\": 1 }\n"));
    }

    #[test]
    fn another_source_holds_no_schema() {
        assert_eq!(schema_in("package sarif\n"), None);
    }
}
