//! The age files with which C2SP tests readers of age: regrender opens those that age opens, and no
//! others.

use std::fs;

use anyhow::{Context as _, Result, bail, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::identity::{Identity, Key};
use super::ledger::Ledger;
use super::stage::Stage;
use crate::peer::Peer;

const FILE: &str = "vector.age";
const KEYS: &str = "vector.txt";

/// Runs the case "C2SP's test vectors → regrender".
pub(super) fn cases(ledger: &mut Ledger<'_>) {
    ledger.case("C2SP's age files → regrender: opened as by age, or refused", compare_all);
}

fn compare_all(stage: &Stage<'_>) -> Result<()> {
    let answer = stage.peer(Peer::AgeVectors)?.run()?.success()?;
    let vectors: Vec<Value> = serde_json::from_slice(&answer.stdout).context("no JSON")?;
    // A passphrase is asked for by age, and nothing that regrender takes.
    let vectors = vectors.iter().filter(|vector| vector["passphrase"] == false);
    let mut wrong = Vec::new();
    let (mut opened, mut refused) = (0, 0);
    for vector in vectors {
        let name = vector["name"].as_str().context("a vector has no name")?;
        let is_whole = vector["expect"] == "success";
        match compare(stage, vector, is_whole) {
            Ok(()) if is_whole => opened += 1,
            Ok(()) => refused += 1,
            Err(error) => wrong.push(format!("{name}: {error:#}")),
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    ensure!(opened > 20 && refused > 80, "{opened} opened, {refused} refused: too few vectors");
    Ok(())
}

fn compare(stage: &Stage<'_>, vector: &Value, is_whole: bool) -> Result<()> {
    let file = vector["file"].as_str().context("no file")?;
    stage.write(FILE, BASE64_STANDARD.decode(file)?)?;
    let identities = vector["identities"].as_array().context("no identities")?;
    let identities: Vec<&str> = identities.iter().filter_map(Value::as_str).collect();
    let keys = stage.plain(KEYS);
    fs::write(&keys, identities.join("\n")).context("cannot write the identities")?;
    let identity = Identity { recipient: String::new(), file: keys, key: Key::First };
    let found = stage.try_reveal(FILE, &identity)?;
    if !is_whole {
        let printed = found.ended_with(1)?;
        ensure!(printed.stdout.is_empty(), "is refused, and something is printed");
        return Ok(());
    }
    let age = stage.peer(Peer::Age)?.arguments(["-d", "-i"]).arguments([&identity.file]);
    let expected = age.arguments([FILE]).run()?.success()?.stdout;
    if std::str::from_utf8(&expected).is_err() {
        // What is no text is opened and not printed.
        let printed = found.ended_with(1)?;
        let told = String::from_utf8_lossy(&printed.stderr).contains("is not text");
        ensure!(told, "holds no text, and that is not told");
    } else if found.success()?.stdout != expected {
        bail!("another text comes out than with age");
    }
    Ok(())
}
