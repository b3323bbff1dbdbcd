//! The folder for Argo CD, built by kustomize with an emulated KSOPS.

use std::fs;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::invocation::Invocation;

use super::declaration::Declaration;
use super::identity::{Identity, Key};
use super::ksops;
use super::ledger::Ledger;
use super::manifest;
use super::stage::Stage;
use super::tree;
use crate::peer::Peer;

/// Runs the cases "regrender → KSOPS".
pub(super) fn cases(ledger: &mut Ledger<'_>) {
    for mac in ["all", "encrypted-only"] {
        ledger.case(&format!("regrender → KSOPS (emulated): argocd/, mac {mac}"), |stage| {
            argocd_folder(stage, mac)
        });
    }
    ledger.case("regrender → KSOPS (emulated): a tampered file stops the build", tampered);
    ledger.case("regrender → kustomize: argocd/ and manifests/ share the sealed files", shared);
}

fn build(stage: &Stage<'_>, mac: &'static str) -> Result<Identity> {
    let identity = stage.identity(Key::First)?;
    let declaration = Declaration {
        mac,
        consumers: vec!["flux", "argocd"],
        ..Declaration::sealed_for(std::slice::from_ref(&identity))
    };
    stage.build(&declaration)?;
    ksops::install(stage)?;
    Ok(identity)
}

fn kustomize(stage: &Stage<'_>, identity: &Identity, folder: &str) -> Result<Invocation> {
    Ok(stage
        .peer(Peer::Kustomize)?
        .variable(identity.variable(), &identity.file)
        .arguments(["build", "--enable-alpha-plugins", "--enable-exec"])
        .arguments([folder]))
}

fn argocd_folder(stage: &Stage<'_>, mac: &'static str) -> Result<()> {
    let identity = build(stage, mac)?;
    for folder in ["team-a", "team-b"] {
        let run = kustomize(stage, &identity, &format!("pull-secrets/argocd/{folder}"))?;
        check_objects(stage, run, &[folder])?;
    }
    check_objects(stage, kustomize(stage, &identity, "pull-secrets/argocd")?, &["team-a", "team-b"])
}

fn check_objects(stage: &Stage<'_>, run: Invocation, namespaces: &[&str]) -> Result<()> {
    let objects = tree::by_title(run)?;
    if objects.len() != 3 * namespaces.len() {
        bail!("these objects come out: {:?}", objects.keys());
    }
    for namespace in namespaces {
        let object = |title: &str| {
            let title = title.replace('@', namespace);
            objects.get(&title).with_context(|| format!("{title} does not come out"))
        };
        let secret = object("Secret @/regcred")?;
        stage.check_secret(secret.to_string().as_bytes(), namespace)?;
        for account in ["ServiceAccount @/builder", "ServiceAccount @/default"] {
            let wanted = manifest::references(&["regcred"]);
            manifest::check_at(object(account)?, "/imagePullSecrets", &wanted)?;
        }
    }
    Ok(())
}

fn tampered(stage: &Stage<'_>) -> Result<()> {
    let identity = build(stage, "all")?;
    let file = "pull-secrets/manifests/team-a/regcred.sops.yaml";
    let text = stage.read(file)?;
    stage.write(file, text.replace("namespace: team-a", "namespace: team-c"))?;
    kustomize(stage, &identity, "pull-secrets/argocd/team-a")?.run()?.ended_with(1)?;
    Ok(())
}

fn shared(stage: &Stage<'_>) -> Result<()> {
    build(stage, "all")?;
    let folder = stage.repo().join("pull-secrets/argocd/team-a");
    let text = fs::read_to_string(folder.join("ksops.yaml")).context("cannot read ksops.yaml")?;
    let generator = manifest::only_document(&text)?;
    let files = generator.get("files").and_then(Value::as_array).context("it lists no files")?;
    for file in files.iter().filter_map(Value::as_str) {
        let path = folder.join(file).canonicalize().with_context(|| file.to_owned())?;
        let manifests = stage.repo().join("pull-secrets/manifests").canonicalize()?;
        if !path.starts_with(manifests) {
            bail!("{file} lies outside manifests/");
        }
    }
    Ok(())
}
