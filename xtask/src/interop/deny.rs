//! `deny.toml`, put before cargo-deny itself.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::invocation::{Answer, Invocation};
use crate::workspace;

use super::ledger::Ledger;
use super::stage::Stage;
use crate::peer::Peer;

/// What needs nothing but the crates.
const LOCAL: &[&str] = &["licenses", "bans", "sources"];

/// What must not pass: a text of `deny.toml`, what stands there instead, and the fault that has to
/// be found then.
const REFUSED: &[(&str, &str, &str)] = &[
    ("    \"MIT\",\n", "", "error[rejected]"),
    ("name = \"openssl-sys\"", "name = \"age\"", "error[banned]"),
    ("rust-lang/crates.io-index", "rust-lang/another-index", "error[source-not-allowed]"),
];

/// Runs the cases "deny.toml → cargo-deny".
pub(super) fn cases(ledger: &mut Ledger<'_>) {
    ledger.case("deny.toml → cargo-deny: licences, bans, sources", |stage| {
        check(stage, &settings()?, LOCAL)?.success().map(drop)
    });
    ledger.case("deny.toml → cargo-deny: what it forbids is refused", refused);
    ledger.case("deny.toml → cargo-deny: advisories", advisories);
}

fn settings() -> Result<String> {
    fs::read_to_string(workspace::root().join("deny.toml")).context("cannot read deny.toml")
}

fn refused(stage: &Stage<'_>) -> Result<()> {
    let settings = settings()?;
    for (text, instead, fault) in REFUSED {
        let changed = settings.replacen(text, instead, 1);
        if changed == settings {
            bail!("deny.toml has no `{text}`");
        }
        must_find(&check(stage, &changed, LOCAL)?, fault)?;
    }
    Ok(())
}

/// The database is a Git repository somewhere else: where it cannot be had, that is said and no
/// failure.
fn advisories(stage: &Stage<'_>) -> Result<()> {
    let settings = settings()?;
    let answer = check(stage, &settings, &["advisories"])?;
    if answer.code != Some(0) && says(&answer, "failed to fetch advisory") {
        println!("         the database of advisories cannot be had here: nothing was looked up");
        return Ok(());
    }
    answer.success()?;
    let ignored = settings.lines().filter(|line| line.contains("RUSTSEC-"));
    let without: Vec<&str> = settings.lines().filter(|line| !line.contains("RUSTSEC-")).collect();
    if ignored.count() > 0 {
        must_find(&check(stage, &without.join("\n"), &["advisories"])?, "error[vulnerability]")?;
    }
    Ok(())
}

/// Runs cargo-deny with `settings`, and with the real home: cargo's crates are there.
fn check(stage: &Stage<'_>, settings: &str, kinds: &[&str]) -> Result<Answer> {
    let path = stage.plain("deny.toml");
    fs::write(&path, settings).context("cannot write deny.toml")?;
    let manifest = workspace::root().join("Cargo.toml");
    Invocation::new(stage.peer_path(Peer::CargoDeny)?)
        .arguments([Path::new("--manifest-path"), &manifest, Path::new("--config"), &path])
        .arguments(["--log-level", "error", "check", "--hide-inclusion-graph"])
        .arguments(kinds)
        .run()
}

fn must_find(answer: &Answer, fault: &str) -> Result<()> {
    if answer.code == Some(0) || !says(answer, fault) {
        bail!("cargo-deny found no `{fault}`");
    }
    Ok(())
}

fn says(answer: &Answer, text: &str) -> bool {
    String::from_utf8_lossy(&answer.printed.stderr).contains(text)
}
