//! How many instructions the release binary needs for fixed work: a figure that does not depend on
//! how busy the machine is.

mod figure;
mod work;

use std::fs;

use anyhow::{Context as _, Result, bail};

use crate::invocation::Invocation;
use crate::options::Options;
use crate::workspace::{self, Profile};

use figure::Figures;
use work::Work;

/// The figures as they were committed.
const FILE: &str = "testdata/instructions.txt";

/// Counts with callgrind and compares with the committed figures; `--write` renews them.
///
/// # Errors
///
/// Something does not build or run, or needs clearly more or fewer instructions than before.
pub(crate) fn run(flags: &[String]) -> Result<()> {
    let mut options = Options::new(flags);
    let writes = options.flag("--write");
    options.close()?;
    if !has_valgrind() {
        if workspace::is_in_ci() {
            bail!("valgrind cannot be had");
        }
        println!("skipped: valgrind not found");
        return Ok(());
    }
    let regrender = workspace::build("regrender", Profile::Release)?;
    let work = Work::new(&workspace::root().join("target/instructions"), regrender)?;
    let counted = Figures::of(work.count_all()?);
    let path = workspace::root().join(FILE);
    if writes {
        fs::write(&path, counted.to_text()).with_context(|| format!("cannot write {FILE}"))?;
        println!("{}wrote {FILE}", counted.to_text());
        return Ok(());
    }
    let committed = fs::read_to_string(&path).with_context(|| format!("cannot read {FILE}"))?;
    let changes = counted.changes_since(&Figures::parse(&committed)?);
    for change in &changes {
        println!("{change}");
    }
    if changes.iter().any(|change| !change.is_small()) {
        bail!(
            "renew the figures with `cargo xtask instructions --write`, and say why in the commit"
        );
    }
    Ok(())
}

/// Says whether valgrind is there; where nobody looks, it is fetched from the distribution first.
fn has_valgrind() -> bool {
    let answers = || {
        let answer = Invocation::new("valgrind").arguments(["--version"]).run();
        answer.is_ok_and(|answer| answer.code == Some(0))
    };
    if !answers() && workspace::is_in_ci() {
        let install = ["install", "--yes", "--no-install-recommends", "valgrind"];
        if let Err(error) = Invocation::new("apt-get").arguments(install).run_visibly() {
            println!("valgrind cannot be installed: {error:#}");
        }
    }
    answers()
}
