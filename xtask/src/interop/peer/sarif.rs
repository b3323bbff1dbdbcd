//! The schema of SARIF 2.1.0 as a program: a general validator with the schema built in.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::go;

/// This module holds the schema as it was published, but checks only what it knows itself.
const SCHEMA: (&str, &str) = ("github.com/owenrumney/go-sarif/v3", "v3.3.1");
/// This one checks any JSON against any schema.
const VALIDATOR: (&str, &str) = ("github.com/xeipuuv/gojsonschema", "v1.2.0");

const MAIN: &str = include_str!("sarif-schema/main.go");

/// Makes sure that the executable `target` is the validator.
///
/// # Errors
///
/// It cannot be built.
pub(super) fn install(target: &Path) -> Result<PathBuf> {
    let wanted = format!("{}@{} with {}@{}", SCHEMA.0, SCHEMA.1, VALIDATOR.0, VALIDATOR.1);
    super::install_once(target, &wanted, || build(target))
}

fn build(target: &Path) -> Result<()> {
    let folder = super::folder().join("sarif-schema");
    fs::create_dir_all(&folder).context("cannot make the folder of its source")?;
    let write = |name: &str, text: &str| {
        fs::write(folder.join(name), text).with_context(|| format!("cannot write {name}"))
    };
    write("main.go", MAIN)?;
    write("go.mod", &module())?;
    let go = || go::go().directory(&folder);
    // The tidying insists on every file that the source embeds.
    write("schema.json", "{}")?;
    go().arguments(["mod", "tidy"]).run()?.success()?;
    let package = format!("{}/pkg/report/v210/sarif", SCHEMA.0);
    let listing = go().arguments(["list", "-f", "{{.Dir}}", &package]).run()?.success()?;
    let source = Path::new(listing.stdout_text()?.trim()).join("schema.go");
    let source = fs::read_to_string(source).context("cannot read the schema")?;
    write("schema.json", schema_in(&source).context("the module holds no schema")?)?;
    let build = go().arguments(["build", "-trimpath", "-o"]).arguments([target]);
    build.arguments(["."]).run()?.success()?;
    Ok(())
}

fn module() -> String {
    format!(
        "module sarif-schema\n\ngo 1.24\n\nrequire (\n\t{} {}\n\t{} {}\n)\n",
        SCHEMA.0, SCHEMA.1, VALIDATOR.0, VALIDATOR.1
    )
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

    #[test]
    fn the_source_uses_what_the_module_requires() {
        for (path, _) in [SCHEMA, VALIDATOR] {
            assert!(MAIN.contains(path) && module().contains(path), "{path}");
        }
    }
}
