//! What the MAC covers: a Secret moved to another namespace by hand.

use anyhow::{Result, bail};

use super::declaration::Declaration;
use super::identity::Key;
use super::ledger::Ledger;
use super::stage::Stage;
use crate::peer::Peer;

const FILE: &str = "pull-secrets/manifests/team-a/regcred.sops.yaml";

/// sops: "MAC mismatch".
const MAC_MISMATCH: i32 = 51;
/// sops: a value does not authenticate.
const BAD_VALUE: i32 = 25;

/// Runs the cases about tampering.
pub(super) fn cases(ledger: &mut Ledger<'_>) {
    for sops in [Peer::Sops, Peer::OldSops] {
        let case = |what: &str| format!("regrender → {}: {what}", sops.title());
        ledger.case(&case("a moved Secret is refused, mac all"), |stage| {
            edited(stage, sops, "all", ["namespace: team-a", "namespace: team-c"], MAC_MISMATCH)
        });
        ledger.case(&case("a moved Secret is accepted, mac encrypted-only"), |stage| {
            edited(stage, sops, "encrypted-only", ["namespace: team-a", "namespace: team-c"], 0)
        });
        for mac in ["all", "encrypted-only"] {
            ledger.case(&case(&format!("a renamed value is refused, mac {mac}")), |stage| {
                edited(stage, sops, mac, [".dockerconfigjson: ENC", ".other: ENC"], BAD_VALUE)
            });
        }
    }
}

fn edited(
    stage: &Stage<'_>,
    sops: Peer,
    mac: &'static str,
    [from, to]: [&str; 2],
    code: i32,
) -> Result<()> {
    let identity = stage.identity(Key::First)?;
    let declaration = Declaration::sealed_for(std::slice::from_ref(&identity));
    stage.build(&Declaration { mac, ..declaration })?;
    let text = stage.read(FILE)?;
    if !text.contains(from) {
        bail!("the sealed file does not say `{from}`");
    }
    stage.write(FILE, text.replace(from, to))?;
    stage.sops_open(sops, FILE, &identity)?.ended_with(code)?;
    let reveal = stage.regrender(&["verify"], None)?;
    if reveal.code != Some(3) {
        bail!("`verify` ended with {:?} on an edited file", reveal.code);
    }
    Ok(())
}
