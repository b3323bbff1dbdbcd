//! One round: everything that is compared, side by side.

use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::invocation::Invocation;

use super::floor;
use super::spread::Spread;
use super::workload::{Recognise, Workload};

const STARTS: usize = 50;

/// The times of one round.
#[derive(Clone, Copy, Debug)]
pub(super) struct Round {
    /// The arithmetic alone.
    pub(super) floor: Duration,
    /// A build that writes everything.
    pub(super) cold: Duration,
    /// A build that changes nothing and opens every file to see that.
    pub(super) identity: Duration,
    /// A build that changes nothing and compares fingerprints to see that.
    pub(super) fingerprint: Duration,
    /// The loop of kubectl and sops, scaled.
    pub(super) by_hand: Duration,
}

impl Round {
    /// Measures everything once.
    ///
    /// # Errors
    ///
    /// Something failed.
    pub(super) fn measure(workload: &Workload<'_>, floor: &Path, wraps: usize) -> Result<Self> {
        let floor = floor::ask(floor, wraps)?;
        workload.reset(Recognise::Identity)?;
        let cold = workload.build(Recognise::Identity)?;
        let identity = workload.build(Recognise::Identity)?;
        workload.reset(Recognise::Fingerprint)?;
        workload.build(Recognise::Fingerprint)?;
        let fingerprint = workload.build(Recognise::Fingerprint)?;
        let by_hand = workload.hand_made_loop()?;
        Ok(Self { floor, cold, identity, fingerprint, by_hand })
    }
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { floor, cold, identity, fingerprint, by_hand } = self;
        write!(
            f,
            "floor {floor:.3?}, cold {cold:.3?}, unchanged {identity:.3?} with an identity and \
             {fingerprint:.3?} with a fingerprint key, by hand {by_hand:.1?}"
        )
    }
}

/// Times `regrender --version`, in milliseconds.
///
/// # Errors
///
/// It failed.
pub(super) fn start_up(regrender: &Path) -> Result<Spread> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let start = Instant::now();
        Invocation::new(regrender).arguments(["--version"]).run()?.success()?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    Spread::of(times).context("nothing was started")
}
