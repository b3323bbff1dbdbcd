//! kubectl, whose own module `go install` refuses: built from its library.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::go;

/// `k8s.io/kubernetes` replaces its modules by folders, which `go install` does not take; the
/// libraries are published at versions of their own.
const VERSION: &str = "v0.36.3";

const MAIN: &str = r#"// Command kubectl is kubectl from its published library.
package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"
)

func main() {
	os.Exit(cli.Run(cmd.NewDefaultKubectlCommand()))
}
"#;

/// Makes sure that the executable `target` is the pinned kubectl, or finds another on `PATH`.
///
/// # Errors
///
/// It cannot be built, and there is none on `PATH`.
pub(super) fn install(target: &Path) -> Result<PathBuf> {
    let wanted = format!("k8s.io/kubectl@{VERSION}");
    let error = match super::install_once(target, &wanted, || build(target)) {
        Ok(path) => return Ok(path),
        Err(error) => error,
    };
    let other = super::on_path("kubectl").with_context(|| format!("{error:#}"))?;
    println!("kubectl: {wanted} cannot be built, using {} instead: {error:#}", other.display());
    Ok(other)
}

fn build(target: &Path) -> Result<()> {
    let folder = super::folder().join("kubectl");
    fs::create_dir_all(&folder).context("cannot make the folder of its source")?;
    fs::write(folder.join("main.go"), MAIN).context("cannot write main.go")?;
    fs::write(folder.join("go.mod"), module()).context("cannot write go.mod")?;
    go::go().directory(&folder).arguments(["mod", "tidy"]).run()?.success()?;
    let build = go::go().directory(&folder).arguments(["build", "-o"]);
    build.arguments([target]).arguments(["."]).run()?.success()?;
    Ok(())
}

fn module() -> String {
    format!(
        "module kubectl\n\ngo 1.26.0\n\nrequire (\n\tk8s.io/component-base {VERSION}\n\tk8s.io/kubectl {VERSION}\n)\n"
    )
}
