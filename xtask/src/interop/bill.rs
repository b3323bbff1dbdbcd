//! The bill of materials of the release, put before the schema of `CycloneDX` 1.5.

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::sbom;

use super::ledger::Ledger;
use super::stage::Stage;
use crate::peer::Peer;

/// The schema, and those that it refers to.
const SCHEMAS: [&str; 3] = ["bom-1.5.schema.json", "spdx.schema.json", "jsf-0.82.schemax.json"];

/// What breaks the schema: a place in the bill, and what stands there then; a number for no text.
const BROKEN: &[(&str, &str)] = &[
    ("/specVersion", ""),
    ("/components/0/type", "crate"),
    ("/components/0/hashes/0/content", "none"),
    ("/components/0/licenses/0/expression", ""),
    ("/dependencies/0/dependsOn", "serde"),
];

/// Runs the cases "bill of materials → schema".
pub(super) fn cases(ledger: &mut Ledger<'_>) {
    ledger.case("bill of materials → CycloneDX 1.5 schema", |stage| check(stage, &sbom::text()?));
    ledger.case("bill of materials → CycloneDX 1.5 schema: a broken one is refused", broken);
}

fn broken(stage: &Stage<'_>) -> Result<()> {
    let bill: Value = serde_json::from_str(&sbom::text()?).context("this is not JSON")?;
    for (place, text) in BROKEN {
        let mut broken = bill.clone();
        let value = broken.pointer_mut(place).with_context(|| format!("there is no {place}"))?;
        *value = if text.is_empty() { json!(5) } else { json!(text) };
        if check(stage, &broken.to_string()).is_ok() {
            bail!("`{text}` is taken at {place}");
        }
    }
    Ok(())
}

fn check(stage: &Stage<'_>, bill: &str) -> Result<()> {
    let folder = stage.peer_path(Peer::CycloneDxSchemas)?;
    let judge = stage.peer(Peer::SchemaJudge)?.arguments(SCHEMAS.map(|name| folder.join(name)));
    judge.input(bill).run()?.success()?;
    Ok(())
}
