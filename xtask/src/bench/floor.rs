//! The arithmetic that no program sealing for X25519 recipients can do without.
//!
//! To wrap a key, age draws a key pair and shares a secret with the recipient: one multiplication
//! of the base point and one of the recipient's point.

use std::num::NonZero;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use curve25519_dalek::montgomery::MontgomeryPoint;

use crate::invocation::Invocation;

/// The chore that does the arithmetic and prints how many nanoseconds it took.
pub(crate) const FLOOR_CHORE: &str = "measure-floor";

/// What has to be multiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// The base point and the recipient's, as each wrapped key takes.
    Wrap,
    /// The share of a stanza, as each unwrapped key takes.
    Unwrap,
}

impl Work {
    fn name(self) -> &'static str {
        match self {
            Self::Wrap => "wrap",
            Self::Unwrap => "unwrap",
        }
    }
}

/// Does the arithmetic that `flags` say: the work, and how often.
///
/// # Errors
///
/// They say neither.
pub(crate) fn print_floor(flags: &[String]) -> Result<()> {
    let [work, times] = flags else { bail!("which work, and how often?") };
    let works = [Work::Wrap, Work::Unwrap];
    let work = works.into_iter().find(|known| known.name() == work).context("which work?")?;
    println!("{}", measure(work, times.parse()?)?.as_nanos());
    Ok(())
}

/// Has the program `xtask` do `work` so many `times`.
///
/// # Errors
///
/// It failed.
pub(super) fn ask(xtask: &Path, work: Work, times: usize) -> Result<Duration> {
    let run = Invocation::new(xtask).arguments([FLOOR_CHORE, work.name(), &times.to_string()]);
    let text = run.run()?.success()?.stdout_text()?;
    Ok(Duration::from_nanos(text.trim().parse().context("the floor is no number")?))
}

/// Times the multiplications, spread over all cores.
///
/// # Errors
///
/// A thread died, or the arithmetic gave what it cannot give.
fn measure(work: Work, times: usize) -> Result<Duration> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let start = Instant::now();
    let shares: Vec<_> = (0..cores)
        .map(|core| {
            let share = times / cores + usize::from(core < times % cores);
            thread::spawn(move || multiply(work, core, share))
        })
        .collect();
    for share in shares {
        match share.join() {
            Ok(last) if last != MontgomeryPoint::default() => {}
            Ok(_) => bail!("a shared secret was zero"),
            Err(_) => bail!("a thread of the arithmetic died"),
        }
    }
    Ok(start.elapsed())
}

/// Makes `count` key pairs and shared secrets, or shared secrets alone, each from the one before, so
/// that none can be left out.
fn multiply(work: Work, core: usize, count: usize) -> MontgomeryPoint {
    let mut scalar = [7; 32];
    scalar[1] = u8::try_from(core % 256).unwrap_or_default();
    let recipient = MontgomeryPoint::mul_base_clamped([9; 32]);
    let mut shared = recipient;
    for _ in 0..count {
        let public = match work {
            Work::Wrap => MontgomeryPoint::mul_base_clamped(scalar),
            Work::Unwrap => recipient,
        };
        shared = recipient.mul_clamped(scalar);
        for ((byte, left), right) in scalar.iter_mut().zip(public.0).zip(shared.0) {
            *byte = left ^ right;
        }
    }
    shared
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_wraps_can_be_spread() {
        for wraps in [0, 1, 5] {
            assert!(measure(Work::Wrap, wraps).is_ok());
        }
    }

    #[test]
    fn the_chore_wants_to_know_what_and_how_often() {
        let run = |flags: &[&str]| {
            print_floor(&flags.iter().map(|flag| (*flag).to_owned()).collect::<Vec<_>>())
        };
        assert!(run(&["unwrap", "2"]).is_ok());
        assert!(run(&["2"]).is_err());
        assert!(run(&["open", "2"]).is_err());
    }

    #[test]
    fn every_multiplication_changes_the_result() {
        for work in [Work::Wrap, Work::Unwrap] {
            assert_ne!(multiply(work, 0, 3), multiply(work, 0, 4));
            assert_ne!(multiply(work, 0, 3), multiply(work, 1, 3));
        }
        assert_ne!(multiply(Work::Wrap, 0, 3), multiply(Work::Unwrap, 0, 3));
    }
}
