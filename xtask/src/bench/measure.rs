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

/// The times of builds in one folder.
#[derive(Clone, Copy, Debug)]
pub(super) struct Builds {
    /// A build that writes everything.
    pub(super) cold: Duration,
    /// A build that changes nothing and opens every file to see that.
    pub(super) identity: Duration,
    /// A build that changes nothing and compares fingerprints to see that.
    pub(super) fingerprint: Duration,
}

impl Builds {
    fn measure(workload: &Workload<'_>) -> Result<Self> {
        workload.reset(Recognise::Identity)?;
        let cold = workload.build(Recognise::Identity)?;
        let identity = workload.build(Recognise::Identity)?;
        workload.reset(Recognise::Fingerprint)?;
        workload.build(Recognise::Fingerprint)?;
        let fingerprint = workload.build(Recognise::Fingerprint)?;
        Ok(Self { cold, identity, fingerprint })
    }
}

impl fmt::Display for Builds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cold, identity, fingerprint } = self;
        write!(
            f,
            "cold {cold:.3?}, unchanged {identity:.3?} with an identity and {fingerprint:.3?} with \
             a fingerprint key"
        )
    }
}

/// The times of one round.
#[derive(Clone, Copy, Debug)]
pub(super) struct Round {
    /// The arithmetic alone.
    pub(super) floor: Duration,
    /// Builds on disk.
    pub(super) disk: Builds,
    /// The files alone, on the same disk.
    pub(super) files: Duration,
    /// Builds in memory.
    pub(super) memory: Option<Builds>,
    /// The loop of kubectl and sops, scaled.
    pub(super) by_hand: Duration,
}

impl Round {
    /// Measures everything once.
    ///
    /// # Errors
    ///
    /// Something failed.
    pub(super) fn measure(
        disk: &Workload<'_>,
        memory: Option<&Workload<'_>>,
        floor: &Path,
        wraps: usize,
    ) -> Result<Self> {
        let floor = floor::ask(floor, wraps)?;
        let memory = memory.map(Builds::measure).transpose()?;
        let builds = Builds::measure(disk)?;
        let files = disk.files_alone()?;
        Ok(Self { floor, disk: builds, files, memory, by_hand: disk.hand_made_loop()? })
    }
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { floor, disk, files, memory, by_hand } = self;
        write!(f, "floor {floor:.3?}, {disk}; files alone {files:.3?}, by hand {by_hand:.1?}")?;
        match memory {
            Some(memory) => write!(f, "; in memory: {memory}"),
            None => Ok(()),
        }
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
