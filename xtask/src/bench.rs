//! How fast the release binary is, beside what people do today and beside what must be computed.

mod audit;
mod by_hand;
mod files;
mod floor;
mod machine;
mod measure;
mod memory;
mod parse;
mod repository;
mod scale;
mod spread;
mod table;
mod workload;

use std::fs;

use anyhow::{Context as _, Result};

use crate::options::Options;
use crate::peer::Peers;
use crate::workspace::{self, Profile};

pub(crate) use floor::{FLOOR_CHORE, print_floor};
pub(crate) use parse::{PARSE_CHORE, print_parse};

use audit::AuditFigures;
use measure::Round;
use memory::MemoryFolder;
use table::Report;
use workload::Workload;

const NAMESPACES: usize = 1000;
const ROUNDS: usize = 9;

/// Measures everything and prints a table.
///
/// # Errors
///
/// Something does not build or run.
pub(crate) fn run(flags: &[String]) -> Result<()> {
    let mut options = Options::new(flags);
    let writes = options.flag("--write");
    options.close()?;
    let peers = Peers::beside(workspace::build("regrender", Profile::Release)?)?;
    // What is compared is compiled as the binary under test is.
    let xtask = workspace::build("xtask", Profile::Release)?;
    let workload = Workload::new(&peers, &workspace::root().join("target/bench"), NAMESPACES)?;
    let folder = MemoryFolder::new();
    let in_memory =
        folder.as_ref().map(|folder| scale::measure(&peers, &xtask, folder.path(), ROUNDS));
    let sizes = in_memory.transpose()?.unwrap_or_default();
    let mut rounds = Vec::new();
    for number in 1..=ROUNDS {
        let round = Round::measure(&workload)?;
        println!("round {number} of {ROUNDS}: {round}");
        rounds.push(round);
    }
    let recipient = workload.recipients().first().context("no recipient")?;
    let report = Report {
        machine: machine::name(),
        files: NAMESPACES,
        rounds,
        sizes,
        start_up: measure::start_up(peers.regrender())?,
        audit: AuditFigures::measure(peers.regrender(), &xtask, recipient, ROUNDS)?,
        size: fs::metadata(peers.regrender()).context("cannot look at the binary")?.len(),
    };
    let text = report.to_markdown();
    println!("\n{text}");
    if writes {
        let path = workspace::root().join("docs/performance.md");
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        println!("wrote docs/performance.md");
    }
    Ok(())
}
