//! Credentials that Docker's own helpers keep.

use std::fs;

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::declaration::{HOST, USERNAME};
use super::identity::{Identity, Key};
use super::ledger::Ledger;
use super::manifest;
use super::stage::Stage;
use crate::clear::PASSWORD;
use crate::peer::Peer;

const FILE: &str = "pull-secrets/manifests/team-a/regcred.sops.yaml";

/// Runs the cases "docker-credential → regrender".
pub(super) fn cases(ledger: &mut Ledger<'_>) {
    ledger.case("docker-credential → regrender build: a helper by its name", |stage| {
        builds(stage, "{ helper = \"interop\" }")
    });
    ledger.case("docker-credential → regrender build: the helper of a docker config", |stage| {
        let config = json!({ "credHelpers": { HOST: "interop" } });
        stage.write("../plain/config.json", config.to_string())?;
        builds(stage, "{ docker-config = \"../plain/config.json\" }")
    });
    ledger.case("docker-credential → regrender build: the store of a docker config", |stage| {
        let config = json!({ "auths": { HOST: {} }, "credsStore": "interop" });
        stage.write("../plain/config.json", config.to_string())?;
        builds(stage, "{ docker-config = \"../plain/config.json\" }")
    });
    ledger.case("docker-credential → regrender build: nothing kept is told", nothing_kept);
    ledger.case("docker-credential → regrender import → build: what is kept is sealed", imported);
}

/// Has the helper keep the password of the cases, and returns the file that it keeps it in.
fn keep(stage: &Stage<'_>) -> Result<String> {
    let program = stage.peer_path(Peer::CredentialHelper)?.display().to_string();
    stage.install("docker-credential-interop", &format!("#!/bin/sh\nexec '{program}' \"$@\"\n"))?;
    let file = stage.plain("kept.json").display().to_string();
    let login = json!({ "ServerURL": HOST, "Username": USERNAME, "Secret": PASSWORD });
    let store = stage.peer(Peer::CredentialHelper)?.variable("HELPER_FILE", &file);
    store.arguments(["store"]).input(login.to_string()).run()?.success()?;
    Ok(file)
}

fn declare(stage: &Stage<'_>, owner: &Identity, credential: &str) -> Result<()> {
    let text = format!(
        "[seal]\nrecipients = [{:?}]\n\n[registry.internal]\nhost = {HOST:?}\n\
         credential = {credential}\n\n\
         [secret.regcred]\nregistries = [\"internal\"]\nnamespaces = [\"team-a\"]\n",
        owner.recipient
    );
    stage.write("registries.toml", text)
}

fn builds(stage: &Stage<'_>, credential: &str) -> Result<()> {
    let file = keep(stage)?;
    let owner = stage.identity(Key::First)?;
    declare(stage, &owner, credential)?;
    stage.regrender_with(&["build"], &[("HELPER_FILE", &file)])?.success()?;
    check_built(stage, &owner)
}

/// Insists that the Secret holds what the helper keeps.
fn check_built(stage: &Stage<'_>, owner: &Identity) -> Result<()> {
    let opened = stage.sops_open(Peer::Sops, FILE, owner)?.success()?.stdout_text()?;
    let secret = manifest::only_document(&opened)?;
    let payload = secret.pointer("/data/.dockerconfigjson").and_then(Value::as_str);
    let payload = STANDARD.decode(payload.context("the Secret has no payload")?)?;
    let config: Value = serde_json::from_slice(&payload).context("the payload is no JSON")?;
    let entry = config.get("auths").and_then(|auths| auths.get(HOST));
    let entry = entry.context("the Secret has no entry of the registry")?;
    if entry.get("username") != Some(&json!(USERNAME))
        || entry.get("password") != Some(&json!(PASSWORD))
    {
        bail!("the Secret holds another credential");
    }
    Ok(())
}

fn nothing_kept(stage: &Stage<'_>) -> Result<()> {
    let file = keep(stage)?;
    fs::remove_file(&file).context("cannot forget the credential")?;
    declare(stage, &stage.identity(Key::First)?, "{ helper = \"interop\" }")?;
    let answer = stage.regrender_with(&["build"], &[("HELPER_FILE", &file)])?;
    let printed = answer.ended_with(1)?;
    let said = String::from_utf8_lossy(&printed.stderr).into_owned();
    if said.contains("helper-no-credential") { Ok(()) } else { bail!("it says {said}") }
}

fn imported(stage: &Stage<'_>) -> Result<()> {
    let file = keep(stage)?;
    let owner = stage.identity(Key::First)?;
    let config = json!({ "auths": { HOST: {} }, "credsStore": "interop" });
    stage.write("../plain/config.json", config.to_string())?;
    let import = ["import", "../plain/config.json", "--namespace", "team-a"];
    let seal = ["--recipient", &owner.recipient, "--seal-into", "import.sops.yaml"];
    let arguments = [import.as_slice(), seal.as_slice()].concat();
    stage.regrender_with(&arguments, &[("HELPER_FILE", &file)])?.success()?;
    fs::remove_file(&file).context("cannot forget the credential")?;
    stage.regrender(&["build"], Some(&owner))?.success()?;
    check_built(stage, &owner)
}
