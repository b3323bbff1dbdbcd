//! What sealing takes from the outside world: time and randomness.

use std::fmt;
use std::time::SystemTime;

/// A source of bytes that nobody can guess.
///
/// Data keys, nonces and ephemeral keys are drawn from it, so in a product it must be the operating
/// system's generator.
pub trait Random {
    /// Fills `bytes` with fresh randomness.
    fn fill(&mut self, bytes: &mut [u8]);
}

/// What sealing takes from the outside world.
pub struct SealContext<'a> {
    /// The time written into sealed files.
    pub now: SystemTime,
    /// The source of data keys, nonces and ephemeral keys.
    pub random: &'a mut dyn Random,
}

impl SealContext<'_> {
    /// Draws `N` random bytes.
    pub(crate) fn draw<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }
}

impl fmt::Debug for SealContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealContext").field("now", &self.now).finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use sha2::{Digest as _, Sha256};

    use super::*;

    /// Bytes that are the same in every run: no randomness at all.
    pub(crate) struct Seeded {
        seed: u64,
        count: u64,
    }

    impl Seeded {
        pub(crate) fn new(seed: u64) -> Self {
            Self { seed, count: 0 }
        }

        pub(crate) fn context(&mut self) -> SealContext<'_> {
            SealContext { now: UNIX_EPOCH + Duration::from_secs(1_795_226_399), random: self }
        }
    }

    impl Random for Seeded {
        fn fill(&mut self, bytes: &mut [u8]) {
            for chunk in bytes.chunks_mut(32) {
                let mut hash = Sha256::new();
                hash.update(self.seed.to_be_bytes());
                hash.update(self.count.to_be_bytes());
                self.count += 1;
                chunk.copy_from_slice(&hash.finalize()[..chunk.len()]);
            }
        }
    }

    #[test]
    fn debug_output_of_a_context_is_the_time_only() {
        let mut random = Seeded::new(7);
        let text = format!("{:?}", random.context());
        assert!(text.starts_with("SealContext { now: "), "{text}");
        assert!(text.ends_with(", .. }"), "{text}");
    }
}
