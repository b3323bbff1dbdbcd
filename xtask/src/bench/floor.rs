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

/// Does the arithmetic of as many wraps as the first of `flags` says.
///
/// # Errors
///
/// It says no number.
pub(crate) fn print_floor(flags: &[String]) -> Result<()> {
    let wraps = flags.first().context("how many wraps?")?.parse()?;
    println!("{}", measure(wraps)?.as_nanos());
    Ok(())
}

/// Has the program `xtask` do the arithmetic of `wraps`.
///
/// # Errors
///
/// It failed.
pub(super) fn ask(xtask: &Path, wraps: usize) -> Result<Duration> {
    let run = Invocation::new(xtask).arguments([FLOOR_CHORE, &wraps.to_string()]);
    let text = run.run()?.success()?.stdout_text()?;
    Ok(Duration::from_nanos(text.trim().parse().context("the floor is no number")?))
}

/// Times `wraps` pairs of multiplications, spread over all cores.
///
/// # Errors
///
/// A thread died, or the arithmetic gave what it cannot give.
fn measure(wraps: usize) -> Result<Duration> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let start = Instant::now();
    let shares: Vec<_> = (0..cores)
        .map(|core| {
            let share = wraps / cores + usize::from(core < wraps % cores);
            thread::spawn(move || multiply(core, share))
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

/// Makes `count` key pairs and shared secrets, each from the one before, so that none can be left
/// out.
fn multiply(core: usize, count: usize) -> MontgomeryPoint {
    let mut scalar = [7; 32];
    scalar[1] = u8::try_from(core % 256).unwrap_or_default();
    let recipient = MontgomeryPoint::mul_base_clamped([9; 32]);
    let mut shared = recipient;
    for _ in 0..count {
        let public = MontgomeryPoint::mul_base_clamped(scalar);
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
            assert!(measure(wraps).is_ok());
        }
    }

    #[test]
    fn every_multiplication_changes_the_result() {
        assert_ne!(multiply(0, 3), multiply(0, 4));
        assert_ne!(multiply(0, 3), multiply(1, 3));
    }
}
