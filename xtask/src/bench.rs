//! How fast the release binary is, beside what people do today and beside what must be computed.

mod audit;
mod files;
mod floor;
mod machine;
mod measure;
mod memory;
mod parse;
mod repository;
mod spread;
mod table;
mod workload;

use std::fs;

use anyhow::{Context as _, Result};

use crate::interop::Peers;
use crate::usage;
use crate::workspace::{self, Profile};

pub(crate) use floor::{FLOOR_CHORE, print_floor};
pub(crate) use parse::{PARSE_CHORE, print_parse};

use audit::AuditFigures;
use measure::Round;
use memory::MemoryFolder;
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
    // What is compared is compiled as the binary under test is.
    let xtask = workspace::build("xtask", Profile::Release)?;
    let workload = Workload::new(&peers, &workspace::root().join("target/bench"), NAMESPACES)?;
    let folder = MemoryFolder::new();
    let in_memory = folder.as_ref().map(|folder| Workload::new(&peers, folder.path(), NAMESPACES));
    let in_memory = in_memory.transpose()?;
    let mut rounds = Vec::new();
    for number in 1..=ROUNDS {
        let wraps = NAMESPACES * RECIPIENTS;
        let round = Round::measure(&workload, in_memory.as_ref(), &xtask, wraps)?;
        println!("round {number} of {ROUNDS}: {round}");
        rounds.push(round);
    }
    let report = Report {
        machine: machine::name(),
        files: NAMESPACES,
        rounds,
        start_up: measure::start_up(peers.regrender())?,
        peak_memory: workload.peak_memory()?,
        audit: AuditFigures::measure(peers.regrender(), &xtask, workload.recipient(), ROUNDS)?,
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
