//! What `regrender import` makes of what kubectl makes.

use anyhow::Result;
use serde_json::json;

use super::identity::Key;
use super::ledger::Ledger;
use super::stage::Stage;
use crate::peer::Peer;

/// Runs the cases "kubectl → regrender import".
pub(super) fn cases(ledger: &mut Ledger<'_>) {
    ledger.case("kubectl → regrender import → build: the same Secrets come out", same_secrets);
    ledger.case("regrender import → sops: the sealed passwords open", sealed_passwords);
}

/// Imports two of kubectl's Secrets with their passwords sealed.
fn import(stage: &Stage<'_>) -> Result<()> {
    let owner = stage.identity(Key::First)?;
    let secrets = [stage.kubectl_secret("team-a")?, stage.kubectl_secret("team-b")?];
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": secrets });
    let seal = ["--recipient", &owner.recipient, "--seal-into", "import.sops.yaml"];
    let arguments = [["import", "-"].as_slice(), seal.as_slice()].concat();
    stage.regrender_reading(&arguments, list.to_string())?.success()?;
    Ok(())
}

fn same_secrets(stage: &Stage<'_>) -> Result<()> {
    import(stage)?;
    let owner = stage.identity(Key::First)?;
    stage.regrender(&["build"], Some(&owner))?.success()?;
    for namespace in ["team-a", "team-b"] {
        let file = format!("pull-secrets/manifests/{namespace}/regcred.sops.yaml");
        let opened = stage.sops_open(Peer::Sops, &file, &owner)?.success()?;
        stage.check_secret(&opened.stdout, namespace)?;
    }
    Ok(())
}

fn sealed_passwords(stage: &Stage<'_>) -> Result<()> {
    import(stage)?;
    let owner = stage.identity(Key::First)?;
    stage.sops_open(Peer::Sops, "import.sops.yaml", &owner)?.success()?;
    Ok(())
}
