//! How builds grow with the number of Secrets and of recipients, beside what must be computed.
//!
//! They are measured in a folder that lies in memory, so that no disk takes part.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::peer::Peers;

use super::by_hand::ByHand;
use super::floor::{self, Work};
use super::measure::Builds;
use super::workload::Workload;

const SECRETS: [usize; 3] = [100, 1000, 10_000];
const RECIPIENTS: [usize; 2] = [1, 3];

/// Builds of one size.
#[derive(Debug)]
pub(super) struct Size {
    /// How many Secrets are sealed.
    pub(super) secrets: usize,
    /// For how many recipients.
    pub(super) recipients: usize,
    /// The rounds, in the order they were run.
    pub(super) rounds: Vec<SizeRound>,
    /// KiB that a build from nothing takes at most, for one recipient.
    pub(super) peak_memory: Option<u64>,
}

/// The times of one round.
#[derive(Clone, Copy, Debug)]
pub(super) struct SizeRound {
    /// The builds.
    pub(super) builds: Builds,
    /// The multiplications that wrapping takes, alone: the mean of before the builds and after.
    pub(super) wrap: Duration,
    /// The multiplications that unwrapping takes, alone: the mean of before the builds and after.
    pub(super) unwrap: Duration,
    /// `cat` of the files of the tree.
    pub(super) cat: Duration,
    /// What people do today, in the same folder, for one recipient.
    pub(super) by_hand: Option<ByHand>,
}

impl SizeRound {
    fn measure(workload: &Workload<'_>, xtask: &Path, recipients: usize) -> Result<Self> {
        let secrets = workload.namespaces();
        let floors = || -> Result<[Duration; 2]> {
            let wrap = floor::ask(xtask, Work::Wrap, secrets * recipients)?;
            Ok([wrap, floor::ask(xtask, Work::Unwrap, secrets)?])
        };
        let before = floors()?;
        let builds = Builds::measure(workload, recipients)?;
        let [wrap, unwrap] = middle(before, floors()?);
        let cat = workload.cat()?;
        let by_hand = (recipients == 1).then(|| ByHand::measure(workload)).transpose()?;
        Ok(Self { builds, wrap, unwrap, cat, by_hand })
    }
}

/// The means of what was measured twice, since the pace of a machine may change between.
fn middle(before: [Duration; 2], after: [Duration; 2]) -> [Duration; 2] {
    let [[wrap, unwrap], [wrap_after, unwrap_after]] = [before, after];
    [(wrap + wrap_after) / 2, (unwrap + unwrap_after) / 2]
}

/// Measures every size below `folder`.
///
/// # Errors
///
/// Something failed.
pub(super) fn measure(
    peers: &Peers,
    xtask: &Path,
    folder: &Path,
    rounds: usize,
) -> Result<Vec<Size>> {
    let mut sizes = Vec::new();
    for secrets in SECRETS {
        let workload = Workload::new(peers, &folder.join(secrets.to_string()), secrets)?;
        for recipients in RECIPIENTS {
            let mut measured = Vec::new();
            for number in 1..=rounds {
                let round = SizeRound::measure(&workload, xtask, recipients)?;
                let SizeRound { builds, wrap, unwrap, cat, by_hand: _ } = round;
                println!(
                    "{secrets} Secrets, {recipients} recipients, round {number} of {rounds}: \
                     {builds}; alone: wrapping {wrap:.3?}, unwrapping {unwrap:.3?}, cat {cat:.3?}"
                );
                measured.push(round);
            }
            let peak_memory = workload.peak_memory()?;
            sizes.push(Size { secrets, recipients, rounds: measured, peak_memory });
        }
        workload.clear()?;
    }
    Ok(sizes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_floor_lies_between_what_was_measured_before_and_after() {
        let [before, after] = [[100, 20], [300, 30]].map(|floor| floor.map(Duration::from_millis));
        assert_eq!(middle(before, after), [200, 25].map(Duration::from_millis));
    }
}
