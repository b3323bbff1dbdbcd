//! An emulation of KSOPS: the part that matters to a sealed tree.
//!
//! KSOPS is a program that kustomize runs as a function: it gets a ResourceList on its standard
//! input, whose `functionConfig.files` names sealed files relative to the kustomization's folder,
//! and prints a ResourceList of what is in them. It opens them with the sops library and enforces
//! the MAC, as `sops -d` does.

use std::io::{Read as _, Write as _};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::invocation::Invocation;

use super::manifest;
use super::stage::Stage;
use crate::peer::Peer;

/// The chore by which a stage's `ksops` calls this program back.
pub(crate) const KSOPS_CHORE: &str = "emulate-ksops";

const SOPS_VARIABLE: &str = "KSOPS_EMULATION_SOPS";

/// Puts an executable `ksops` on the stage's `PATH`.
///
/// # Errors
///
/// sops is missing, or the file cannot be written.
pub(super) fn install(stage: &Stage<'_>) -> Result<()> {
    let this = std::env::current_exe().context("cannot find this program")?;
    let sops = stage.peer_path(Peer::Sops)?;
    let script = format!(
        "#!/bin/sh\n{SOPS_VARIABLE}='{}' exec '{}' {KSOPS_CHORE}\n",
        sops.display(),
        this.display()
    );
    stage.install("ksops", &script)
}

/// Does what KSOPS does, once.
///
/// # Errors
///
/// The input is no ResourceList, or sops refuses a file.
pub(crate) fn emulate_ksops() -> Result<()> {
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input).context("cannot read the ResourceList")?;
    let mut items = Vec::new();
    for file in files(&manifest::only_document(&input)?)? {
        items.extend(open(&file)?);
    }
    let list = json!({
        "apiVersion": "config.kubernetes.io/v1",
        "kind": "ResourceList",
        "items": items,
    });
    writeln!(std::io::stdout(), "{list}").context("cannot print the ResourceList")
}

fn files(list: &Value) -> Result<Vec<String>> {
    let names = list.pointer("/functionConfig/files").and_then(Value::as_array);
    let names = names.context("the generator lists no `files`")?;
    let name = |name: &Value| name.as_str().map(str::to_owned).context("a file is no string");
    names.iter().map(name).collect()
}

fn open(file: &str) -> Result<Vec<Value>> {
    let sops = std::env::var_os(SOPS_VARIABLE).context("nobody said where sops is")?;
    let answer = Invocation::new(sops).arguments(["-d", file]).run()?.success()?;
    let documents = manifest::documents(&answer.stdout_text()?)?;
    if documents.is_empty() {
        bail!("{file} holds no document");
    }
    Ok(documents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_the_generator_are_read() {
        let list = json!({ "functionConfig": { "files": ["../a.yaml", "b.yaml"] } });
        assert_eq!(files(&list).unwrap(), ["../a.yaml", "b.yaml"]);
    }

    #[test]
    fn a_generator_without_files_is_refused() {
        assert!(files(&json!({ "functionConfig": {} })).is_err());
        assert!(files(&json!({ "functionConfig": { "files": [1] } })).is_err());
    }
}
