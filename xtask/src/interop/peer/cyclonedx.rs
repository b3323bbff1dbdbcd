//! The schema of `CycloneDX` 1.5 as a program: a general validator with the schemas built in.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::go;

/// This module holds the schemas as they were published.
const SCHEMAS: (&str, &str) = ("github.com/CycloneDX/cyclonedx-go", "v0.9.2");
/// This one checks any JSON against any schema.
const VALIDATOR: (&str, &str) = ("github.com/xeipuuv/gojsonschema", "v1.2.0");

/// Files of the module, and what the source calls them. The second and third are named by the first.
const FILES: &[(&str, &str)] = &[
    ("bom-1.5.schema.json", "bom.schema.json"),
    ("spdx.schema.json", "spdx.schema.json"),
    ("jsf-0.82.schemax.json", "jsf.schema.json"),
];

const MAIN: &str = include_str!("cyclonedx-schema/main.go");

/// Makes sure that the executable `target` is the validator.
///
/// # Errors
///
/// It cannot be built.
pub(super) fn install(target: &Path) -> Result<PathBuf> {
    let wanted = format!("{}@{} with {}@{}", SCHEMAS.0, SCHEMAS.1, VALIDATOR.0, VALIDATOR.1);
    super::install_once(target, &wanted, || build(target))
}

fn build(target: &Path) -> Result<()> {
    let folder = super::folder().join("cyclonedx-schema");
    fs::create_dir_all(&folder).context("cannot make the folder of its source")?;
    let write = |name: &str, bytes: &[u8]| {
        fs::write(folder.join(name), bytes).with_context(|| format!("cannot write {name}"))
    };
    write("main.go", MAIN.as_bytes())?;
    write("go.mod", module().as_bytes())?;
    let go = || go::go().directory(&folder);
    // The tidying insists on a file that the source embeds.
    write("bom.schema.json", b"{}")?;
    go().arguments(["mod", "tidy"]).run()?.success()?;
    let listing = go().arguments(["list", "-f", "{{.Dir}}", SCHEMAS.0]).run()?.success()?;
    let source = PathBuf::from(listing.stdout_text()?.trim()).join("schema");
    for (published, name) in FILES {
        let bytes = fs::read(source.join(published));
        write(name, &bytes.with_context(|| format!("cannot read {published}"))?)?;
    }
    let build = go().arguments(["build", "-trimpath", "-o"]).arguments([target]);
    build.arguments(["."]).run()?.success()?;
    Ok(())
}

fn module() -> String {
    format!(
        "module cyclonedx-schema\n\ngo 1.24\n\nrequire (\n\t{} {}\n\t{} {}\n)\n",
        SCHEMAS.0, SCHEMAS.1, VALIDATOR.0, VALIDATOR.1
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_uses_what_the_module_requires() {
        for (path, _) in [SCHEMAS, VALIDATOR] {
            assert!(MAIN.contains(path) && module().contains(path), "{path}");
        }
    }
}
