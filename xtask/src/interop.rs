//! Interop: what regrender writes and reads, put before the real programs.

mod age_vectors;
mod argocd;
mod audit;
mod bill;
mod browser;
mod canary;
mod cloud;
mod declaration;
mod deny;
mod graph;
mod helper;
mod identity;
mod import;
mod ksops;
mod ledger;
mod mac;
mod makefile;
mod manifest;
mod mutation;
mod page;
mod probe;
mod registry;
mod reveal;
mod sarif;
mod seal;
mod sealed_secret;
mod server;
mod spelling;
mod stage;
mod tree;
mod upkeep;
mod vault;
mod workload;

use anyhow::Result;

use crate::options::Options;
use crate::workspace::{self, Profile};

use crate::peer::Peers;
pub(crate) use ksops::{KSOPS_CHORE, emulate_ksops};

use ledger::{Demand, Ledger};

/// Installs the real programs and runs the matrix.
///
/// # Errors
///
/// A case failed, or a program is missing where all are required.
pub(crate) fn run(flags: &[String]) -> Result<()> {
    let mut options = Options::new(flags);
    let requires_all = options.flag("--require-all") || workspace::is_in_ci();
    let demand = if requires_all { Demand::Everything } else { Demand::WhatIsThere };
    let binary = options.path("--binary")?;
    let filter = options.words()?.join(" ");
    let regrender = match binary {
        Some(path) => path,
        None => workspace::build("regrender", Profile::Dev)?,
    };
    let peers = Peers::beside(regrender)?;
    let mut ledger = Ledger::new(&peers, demand, filter);
    seal::cases(&mut ledger);
    sealed_secret::cases(&mut ledger);
    reveal::cases(&mut ledger);
    age_vectors::cases(&mut ledger);
    tree::cases(&mut ledger);
    workload::cases(&mut ledger);
    argocd::cases(&mut ledger);
    makefile::cases(&mut ledger);
    upkeep::cases(&mut ledger);
    mac::cases(&mut ledger);
    mutation::cases(&mut ledger);
    spelling::cases(&mut ledger);
    canary::cases(&mut ledger);
    audit::cases(&mut ledger);
    sarif::cases(&mut ledger);
    bill::cases(&mut ledger);
    deny::cases(&mut ledger);
    page::cases(&mut ledger);
    graph::cases(&mut ledger);
    import::cases(&mut ledger);
    registry::cases(&mut ledger);
    probe::cases(&mut ledger);
    helper::cases(&mut ledger);
    vault::cases(&mut ledger);
    cloud::cases(&mut ledger);
    ledger.close()
}
