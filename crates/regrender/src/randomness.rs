//! The operating system's randomness.

use regrender_seal::Random;

/// The operating system's randomness.
pub(crate) struct OsRandom;

impl Random for OsRandom {
    fn fill(&mut self, bytes: &mut [u8]) {
        // There is nothing to seal with when the system has no randomness left.
        getrandom::getrandom(bytes).expect("the operating system has randomness");
    }
}
