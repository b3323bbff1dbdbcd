//! One round of builds, and what they are compared with on disk.

use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::invocation::Invocation;

use super::by_hand::ByHand;
use super::spread::Spread;
use super::workload::{Password, Recognise, Workload};

const STARTS: usize = 50;

/// The times of builds in one folder.
#[derive(Clone, Copy, Debug)]
pub(super) struct Builds {
    /// A build that writes everything.
    pub(super) cold: Duration,
    /// A build that changes nothing and opens every file to see that.
    pub(super) identity: Duration,
    /// A build after the password of the registry changed.
    pub(super) rotated: Duration,
    /// A build with a recipient more.
    pub(super) added: Duration,
    /// A build that changes nothing and compares fingerprints to see that.
    pub(super) fingerprint: Duration,
    /// The same, where an identity opens the key of the fingerprints.
    pub(super) sealed_key: Duration,
    /// A build that writes everything for a controller of `SealedSecrets`, where there is a
    /// certificate and one recipient.
    pub(super) controller: Option<Duration>,
}

impl Builds {
    /// Builds for so many `recipients`, one way after the other.
    ///
    /// # Errors
    ///
    /// A build failed.
    pub(super) fn measure(workload: &Workload<'_>, recipients: usize) -> Result<Self> {
        workload.clear()?;
        workload.declare(Recognise::Identity, recipients)?;
        let cold = workload.build(Recognise::Identity, Password::First)?;
        let identity = workload.build(Recognise::Identity, Password::First)?;
        let rotated = workload.build(Recognise::Identity, Password::Second)?;
        workload.declare(Recognise::Identity, recipients + 1)?;
        let added = workload.build(Recognise::Identity, Password::Second)?;
        let is_for_one = workload.certificate().is_some() && recipients == 1;
        let controller = is_for_one.then(|| for_controller(workload)).transpose()?;
        workload.clear()?;
        workload.declare(Recognise::Fingerprint, recipients)?;
        workload.build(Recognise::Fingerprint, Password::First)?;
        let fingerprint = workload.build(Recognise::Fingerprint, Password::First)?;
        workload.declare(Recognise::SealedKey, recipients)?;
        let sealed_key = workload.build(Recognise::SealedKey, Password::First)?;
        Ok(Self { cold, identity, rotated, added, fingerprint, sealed_key, controller })
    }
}

/// Builds from nothing for the controller whose certificate is there.
fn for_controller(workload: &Workload<'_>) -> Result<Duration> {
    workload.clear()?;
    workload.declare_controller()?;
    workload.build(Recognise::Fingerprint, Password::First)
}

impl fmt::Display for Builds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cold, identity, rotated, added, fingerprint, sealed_key, controller: _ } = self;
        write!(
            f,
            "cold {cold:.3?}, unchanged {identity:.3?} with an identity, {fingerprint:.3?} with a \
             fingerprint key and {sealed_key:.3?} with both, password rotated {rotated:.3?}, recipient added {added:.3?}"
        )
    }
}

/// The times of one round on disk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Round {
    /// Builds.
    pub(super) builds: Builds,
    /// The files alone, on the same disk.
    pub(super) files: Duration,
    /// What people do today.
    pub(super) by_hand: ByHand,
}

impl Round {
    /// Measures everything once.
    ///
    /// # Errors
    ///
    /// Something failed.
    pub(super) fn measure(workload: &Workload<'_>) -> Result<Self> {
        let builds = Builds::measure(workload, 1)?;
        let files = workload.files_alone()?;
        Ok(Self { builds, files, by_hand: ByHand::measure(workload)? })
    }
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { builds, files, by_hand: ByHand { sops, kubeseal, updatekeys } } = self;
        write!(f, "{builds}; files alone {files:.3?}; by hand {sops:.1?} with sops, ")?;
        if let Some(kubeseal) = kubeseal {
            write!(f, "{kubeseal:.1?} with kubeseal, ")?;
        }
        write!(f, "{updatekeys:.1?} to update keys")
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
