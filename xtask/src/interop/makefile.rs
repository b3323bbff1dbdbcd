//! The Makefile for people without a controller: it opens and applies.

use std::fs;

use anyhow::{Context as _, Result, bail};

use super::declaration::Declaration;
use super::identity::Key;
use super::ledger::Ledger;
use super::manifest;
use super::stage::Stage;
use crate::peer::Peer;

/// Stands in for kubectl, since there is no cluster: it keeps what it is told to apply.
const KUBECTL: &str = "#!/bin/sh\necho \"$*\" >> \"$HOME/calls\"\n\
    case \"$*\" in *-f*) { cat; echo ---; } >> \"$HOME/applied\";; esac\n";

/// Runs the cases "regrender → make".
pub(super) fn cases(ledger: &mut Ledger<'_>) {
    for (format, opener) in [("sops", Peer::Sops), ("sops", Peer::OldSops), ("age", Peer::Age)] {
        let title = format!("regrender → make → {}: every pull secret is applied", opener.title());
        ledger.case(&title, |stage| applies(stage, format, opener));
    }
}

fn applies(stage: &Stage<'_>, format: &'static str, opener: Peer) -> Result<()> {
    let identity = stage.identity(Key::First)?;
    stage.build(&Declaration {
        format,
        consumers: vec!["kubectl"],
        ..Declaration::sealed_for(std::slice::from_ref(&identity))
    })?;
    stage.install("kubectl", KUBECTL)?;
    let program = stage.peer_path(opener)?.display().to_string();
    let variable = if opener == Peer::Age { "AGE" } else { "SOPS" };
    stage
        .peer(Peer::Make)?
        .variable(identity.variable(), &identity.file)
        .arguments(["-C", "pull-secrets", "apply"])
        .arguments([format!("{variable}={program}")])
        .arguments([format!("IDENTITY={}", identity.file.display())])
        .run()?
        .success()?;
    let applied = fs::read_to_string(stage.home().join("applied"))
        .context("nothing was handed to kubectl")?;
    let documents = manifest::documents(&applied)?;
    if documents.len() != 2 {
        bail!("{} Secrets were applied, not 2", documents.len());
    }
    for (document, namespace) in documents.iter().zip(["team-a", "team-b"]) {
        stage.check_secret(document.to_string().as_bytes(), namespace)?;
    }
    let calls = fs::read_to_string(stage.home().join("calls")).context("kubectl never ran")?;
    let accounts = calls.lines().filter(|call| call.starts_with("apply -k ")).count();
    if accounts != 2 {
        bail!("the accounts of {accounts} namespaces were applied, not of 2:\n{calls}");
    }
    Ok(())
}
