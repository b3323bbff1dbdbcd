//! Interop: what regrender writes and reads, put before the real programs.

mod argocd;
mod canary;
mod clear;
mod declaration;
mod identity;
mod ksops;
mod ledger;
mod mac;
mod manifest;
mod peer;
mod reveal;
mod seal;
mod spelling;
mod stage;
mod tree;
mod upkeep;
mod workload;

use anyhow::Result;

pub(crate) use ksops::{KSOPS_CHORE, emulate_ksops};
pub(crate) use peer::{Peer, Peers};

use ledger::{Demand, Ledger};

/// Says whether this runs where nobody looks at what was skipped.
pub(crate) fn in_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}

/// Installs the real programs and runs the matrix.
///
/// # Errors
///
/// A case failed, or a program is missing where all are required.
pub(crate) fn run(flags: &[String]) -> Result<()> {
    let words: Vec<String> =
        flags.iter().filter(|flag| *flag != "--require-all").cloned().collect();
    let required = in_ci() || words.len() < flags.len();
    let demand = if required { Demand::Everything } else { Demand::WhatIsThere };
    let peers = Peers::install()?;
    let mut ledger = Ledger::new(&peers, demand, words.join(" "));
    seal::cases(&mut ledger);
    reveal::cases(&mut ledger);
    tree::cases(&mut ledger);
    workload::cases(&mut ledger);
    argocd::cases(&mut ledger);
    upkeep::cases(&mut ledger);
    mac::cases(&mut ledger);
    spelling::cases(&mut ledger);
    canary::cases(&mut ledger);
    ledger.close()
}
