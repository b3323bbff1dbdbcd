//! How fast the release binary is, beside what people do today and beside what must be computed.

mod floor;
mod machine;
mod measure;
mod spread;
mod table;
mod workload;

use std::fs;

use anyhow::{Context as _, Result};

use crate::interop::Peers;
use crate::usage;
use crate::workspace::{self, Profile};

pub(crate) use floor::{FLOOR_CHORE, print_floor};

use measure::Round;
use table::Report;
use workload::Workload;

const NAMESPACES: usize = 1000;
const RECIPIENTS: usize = 1;
const ROUNDS: usize = 5;

/// Measures everything and prints a table.
///
/// # Errors
///
/// Something does not build or run.
pub(crate) fn run(flags: &[String]) -> Result<()> {
    usage::only_known(flags, &["--write"])?;
    let peers = Peers::beside(workspace::build("regrender", Profile::Release)?)?;
    // The arithmetic is compiled as that of the binary under test is.
    let floor = workspace::build("xtask", Profile::Release)?;
    let workload = Workload::new(&peers, NAMESPACES)?;
    let mut rounds = Vec::new();
    for number in 1..=ROUNDS {
        let round = Round::measure(&workload, &floor, NAMESPACES * RECIPIENTS)?;
        println!("round {number} of {ROUNDS}: {round}");
        rounds.push(round);
    }
    let report = Report {
        machine: machine::name(),
        files: NAMESPACES,
        rounds,
        start_up: measure::start_up(peers.regrender())?,
        peak_memory: workload.peak_memory()?,
        size: fs::metadata(peers.regrender()).context("cannot look at the binary")?.len(),
    };
    let text = report.to_markdown();
    println!("\n{text}");
    if flags.iter().any(|flag| flag == "--write") {
        let path = workspace::root().join("docs/performance.md");
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        println!("wrote docs/performance.md");
    }
    Ok(())
}
