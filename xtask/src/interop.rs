//! Interop: what regrender writes and reads, put before the real programs.

mod argocd;
mod audit;
mod canary;
mod clear;
mod cloud;
mod declaration;
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
mod peer;
mod probe;
mod registry;
mod reveal;
mod sarif;
mod seal;
mod server;
mod spelling;
mod stage;
mod tree;
mod upkeep;
mod vault;
mod workload;

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::usage;
use crate::workspace::{self, Profile};

pub(crate) use clear::{find as find_canary, find_text};
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
    let options = Options::parse(flags)?;
    let regrender = match options.binary {
        Some(path) => path,
        None => workspace::build("regrender", Profile::Dev)?,
    };
    let peers = Peers::beside(regrender)?;
    let mut ledger = Ledger::new(&peers, options.demand, options.filter);
    seal::cases(&mut ledger);
    reveal::cases(&mut ledger);
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
    page::cases(&mut ledger);
    import::cases(&mut ledger);
    registry::cases(&mut ledger);
    probe::cases(&mut ledger);
    helper::cases(&mut ledger);
    vault::cases(&mut ledger);
    cloud::cases(&mut ledger);
    ledger.close()
}

#[derive(Debug)]
struct Options {
    demand: Demand,
    binary: Option<PathBuf>,
    filter: String,
}

impl Options {
    fn parse(flags: &[String]) -> Result<Self> {
        let demand = if in_ci() { Demand::Everything } else { Demand::WhatIsThere };
        let mut options = Self { demand, binary: None, filter: String::new() };
        let mut words = Vec::new();
        let mut flags = flags.iter();
        while let Some(flag) = flags.next() {
            match flag.as_str() {
                "--require-all" => options.demand = Demand::Everything,
                "--binary" => {
                    let path = flags.next().context("--binary needs a path")?;
                    options.binary = Some(std::path::absolute(path)?);
                }
                word if word.starts_with("--") => usage::refuse(word)?,
                word => words.push(word),
            }
        }
        options.filter = words.join(" ");
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(flags: &[&str]) -> Result<Options> {
        let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
        Options::parse(&flags)
    }

    #[test]
    fn words_are_one_filter() {
        assert_eq!(parse(&["regrender", "→", "age"]).unwrap().filter, "regrender → age");
    }

    #[test]
    fn everything_can_be_required() {
        assert_eq!(parse(&["--require-all"]).unwrap().demand, Demand::Everything);
    }

    #[test]
    fn a_binary_is_taken_from_where_it_is() {
        let binary = parse(&["--binary", "/opt/regrender"]).unwrap().binary;
        assert_eq!(binary, Some(PathBuf::from("/opt/regrender")));
    }

    #[test]
    fn unknown_flags_and_a_missing_path_are_refused() {
        assert!(parse(&["--binary"]).is_err());
        assert!(parse(&["--binari", "x"]).is_err());
    }
}
