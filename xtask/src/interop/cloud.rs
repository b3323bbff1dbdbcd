//! What is rendered for short-lived tokens, put before what will read it.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use super::identity::Key;
use super::ledger::Ledger;
use super::stage::{Stage, files_below};
use crate::peer::Peer;

/// Every generator of External Secrets, each in each of its forms.
const GENERATED: &str = r#"
[registry.ecr]
kind = "ecr"
account = "111122223333"
region = "eu-west-1"
provide = "external-secrets"
role-arn = "arn:aws:iam::111122223333:role/ecr-pull"
service-account = "ecr-puller"

[registry.ecr-keys]
kind = "ecr"
account = "222233334444"
region = "us-gov-west-1"
provide = "external-secrets"
credentials-secret = "aws-keys"

[registry.ecr-public]
kind = "ecr"
public = true
provide = "external-secrets"

[registry.acr]
kind = "acr"
registry = "acme"
provide = "external-secrets"
client-id = "0f2b2c1e-9d0a-4c6f-8e5a-1234567890ab"

[registry.acr-principal]
kind = "acr"
registry = "acmeprincipal"
environment = "china"
provide = "external-secrets"
tenant-id = "0f2b2c1e-9d0a-4c6f-8e5a-1234567890ab"
credentials-secret = "azure-principal"

[registry.gar]
kind = "gar"
location = "europe-west1"
project = "acme-images"
provide = "external-secrets"
service-account = "gar-puller"
cluster-name = "prod"
cluster-location = "europe-west1"

[registry.gcr]
kind = "gcr"
location = "eu"
project = "acme-images"
provide = "external-secrets"
credentials-secret = "google-key"

[registry.quay]
kind = "quay"
provide = "external-secrets"
robot-account = "acme+puller"
service-account = "quay-puller"

[registry.github]
kind = "ghcr"
provide = "external-secrets"
app-id = "123456"
install-id = "12345678"
credentials-secret = "github-app"

[secret.regcred]
registries = [
  "ecr", "ecr-keys", "ecr-public", "acr", "acr-principal", "gar", "gcr", "quay", "github",
]
namespaces = ["team-a"]
"#;

/// Every provider of credentials on nodes.
const ON_NODES: &str = r#"
[registry.ecr]
kind = "ecr"
account = "111122223333"
region = "eu-west-1"
provide = "node"

[registry.acr]
kind = "acr"
registry = "acme"
provide = "node"

[registry.gcr]
kind = "gcr"
provide = "node"

[registry.roles]
kind = "ecr"
account = "333344445555"
region = "eu-west-1"
provide = "irsa"
role-arn = "arn:aws:iam::333344445555:role/ecr-pull"

[registry.identity]
kind = "acr"
registry = "acmeidentity"
provide = "workload-identity"
client-id = "0f2b2c1e-9d0a-4c6f-8e5a-1234567890ab"
tenant-id = "1f2b2c1e-9d0a-4c6f-8e5a-1234567890ab"

[secret.regcred]
registries = ["ecr", "acr", "gcr", "roles", "identity"]
namespaces = ["team-a"]
service-accounts = ["default"]
"#;

/// Runs the cases "regrender build → External Secrets" and "→ kubelet".
pub(super) fn cases(ledger: &mut Ledger<'_>) {
    ledger.case("regrender build → External Secrets' definitions: every generator", generated);
    ledger.case("nobody → External Secrets' definitions: an unknown field is refused", unknown);
    ledger.case("regrender build → kubelet's types: credential providers", on_nodes);
    ledger.case("nobody → kubelet's types: an unknown field is refused", unknown_on_nodes);
}

/// Builds a declaration and lists what is below the output folder.
fn build(stage: &Stage<'_>, settings: &str, registries: &str) -> Result<Vec<PathBuf>> {
    let recipient = stage.identity(Key::First)?.recipient;
    let text = format!("[seal]\nrecipients = [{recipient:?}]\n\n{settings}{registries}");
    stage.write("registries.toml", text)?;
    stage.regrender(&["build"], None)?.success()?;
    files_below(&stage.repo().join("pull-secrets"))
}

fn judge(stage: &Stage<'_>, file: &PathBuf, arguments: &[&str]) -> Result<()> {
    let text = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let judge = stage.peer(Peer::KubernetesJudge)?.arguments(arguments).input(text);
    judge.run()?.success().with_context(|| file.display().to_string())?;
    Ok(())
}

fn definitions<'a>(stage: &'a Stage<'_>) -> Result<std::borrow::Cow<'a, str>> {
    Ok(stage.peer_path(Peer::ExternalSecretsDefinitions)?.to_string_lossy())
}

fn generated(stage: &Stage<'_>) -> Result<()> {
    let files = build(stage, "", GENERATED)?;
    let definitions = definitions(stage)?;
    let mut judged = 0;
    for file in files {
        let is_list = file.file_name().is_some_and(|name| name == "kustomization.yaml");
        let is_ours = file.parent().is_some_and(|folder| folder.ends_with("external-secrets"));
        if is_ours && !is_list {
            judge(stage, &file, &["custom-resource", &definitions])?;
            judged += 1;
        }
    }
    // Each of the nine registries has a generator and an ExternalSecret.
    if judged == 18 { Ok(()) } else { bail!("{judged} files were judged") }
}

/// A judge who takes everything would not be one.
fn unknown(stage: &Stage<'_>) -> Result<()> {
    let object = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: a}\n\
                  spec: {target: {template: {typ: kubernetes.io/dockerconfigjson}}}\n";
    let file = stage.plain("unknown.yaml");
    fs::write(&file, object).context("cannot write an object")?;
    let definitions = definitions(stage)?;
    let judge = stage.peer(Peer::KubernetesJudge)?;
    let answer = judge.arguments(["custom-resource", &definitions]).input(object).run()?;
    answer.ended_with(1)?;
    Ok(())
}

fn on_nodes(stage: &Stage<'_>) -> Result<()> {
    let settings = "[output]\noidc-provider = \"oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE\"\n";
    let files = build(stage, settings, ON_NODES)?;
    let is_config = |file: &&PathBuf| {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
        name.is_some_and(|name| name.contains("credential-provider-config"))
    };
    let configs: Vec<&PathBuf> = files.iter().filter(is_config).collect();
    if configs.is_empty() {
        bail!("no configuration of credential providers was rendered");
    }
    configs.into_iter().try_for_each(|file| judge(stage, file, &["credential-provider"]))
}

fn unknown_on_nodes(stage: &Stage<'_>) -> Result<()> {
    let config = "apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\n\
                  providers: [{name: ecr, matchImage: [a]}]\n";
    let judge = stage.peer(Peer::KubernetesJudge)?.arguments(["credential-provider"]);
    judge.input(config).run()?.ended_with(1)?;
    Ok(())
}
