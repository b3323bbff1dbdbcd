//! The cases of a run and how they ended.

use anyhow::{Error, Result, bail};

use super::stage::Stage;
use crate::peer::{Missing, Peers};

/// What a missing program means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Demand {
    /// The cases that need it fail.
    Everything,
    /// The cases that need it are skipped.
    WhatIsThere,
}

/// Runs cases one after the other and counts.
#[derive(Debug)]
pub(super) struct Ledger<'a> {
    peers: &'a Peers,
    demand: Demand,
    filter: String,
    count: Count,
}

#[derive(Debug, Default)]
struct Count {
    cases: usize,
    passed: usize,
    failed: usize,
    skipped: usize,
}

impl<'a> Ledger<'a> {
    /// Opens a ledger for the cases whose title contains `filter`.
    pub(super) fn new(peers: &'a Peers, demand: Demand, filter: String) -> Self {
        Self { peers, demand, filter, count: Count::default() }
    }

    /// Runs one case in an empty folder of its own. `title` reads "A → B: what".
    pub(super) fn case(&mut self, title: &str, body: impl FnOnce(&Stage<'_>) -> Result<()>) {
        self.count.cases += 1;
        if !title.contains(&self.filter) {
            return;
        }
        let number = self.count.cases;
        let outcome = Stage::new(self.peers, &format!("case-{number:03}"))
            .and_then(|stage| body(&stage).and_then(|()| stage.check_no_canary()));
        match outcome {
            Ok(()) => {
                self.count.passed += 1;
                println!("ok       {title}");
            }
            Err(error) => self.note(title, number, &error),
        }
    }

    fn note(&mut self, title: &str, number: usize, error: &Error) {
        let missing = error.downcast_ref::<Missing>();
        if let (Some(missing), Demand::WhatIsThere) = (missing, self.demand) {
            self.count.skipped += 1;
            println!("skipped: {missing}: {title}");
        } else {
            self.count.failed += 1;
            println!("FAIL     {title}\n    in case-{number:03}: {error:#}");
        }
    }

    /// Prints the closing line.
    ///
    /// # Errors
    ///
    /// A case failed, or none ran.
    pub(super) fn close(self) -> Result<()> {
        let Count { passed, failed, skipped, .. } = self.count;
        println!("{passed} passed, {failed} failed, {skipped} skipped");
        if passed + failed + skipped == 0 {
            bail!("no case has `{}` in its title", self.filter);
        }
        if failed > 0 {
            bail!("interop failed");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(demand: Demand, error: impl Into<Error>, failed: usize, skipped: usize) {
        let peers = Peers::none();
        let mut ledger = Ledger::new(&peers, demand, String::new());
        ledger.note("a → b", 1, &error.into());
        assert_eq!((ledger.count.failed, ledger.count.skipped), (failed, skipped));
        assert_eq!(ledger.close().is_err(), failed > 0);
    }

    #[test]
    fn a_missing_program_skips_a_case() {
        check(Demand::WhatIsThere, Missing("sops"), 0, 1);
    }

    #[test]
    fn a_missing_program_fails_where_all_are_required() {
        check(Demand::Everything, Missing("sops"), 1, 0);
    }

    #[test]
    fn a_missing_program_is_recognised_below_a_context() {
        check(Demand::WhatIsThere, Error::new(Missing("age")).context("cannot make a key"), 0, 1);
    }

    #[test]
    fn another_error_is_a_failure() {
        check(Demand::WhatIsThere, anyhow::anyhow!("they differ"), 1, 0);
    }

    #[test]
    fn a_run_without_cases_is_an_error() {
        let peers = Peers::none();
        assert!(Ledger::new(&peers, Demand::WhatIsThere, "nothing".to_owned()).close().is_err());
    }
}
