//! The operating system's randomness.

use regrender_seal::Random;
use zeroize::{Zeroize as _, Zeroizing};

/// As much as a sealed file usually takes: asking the system once is faster than for each key.
const SUPPLY: usize = 256;

/// The operating system's randomness, a supply of it at a time.
pub(crate) struct OsRandom {
    supply: Zeroizing<[u8; SUPPLY]>,
    /// How many bytes of the supply were handed out.
    used: usize,
}

impl OsRandom {
    /// Begins without a supply: who seals nothing asks for nothing.
    pub(crate) fn new() -> Self {
        Self { supply: Zeroizing::new([0; SUPPLY]), used: SUPPLY }
    }
}

impl Random for OsRandom {
    fn fill(&mut self, bytes: &mut [u8]) {
        if SUPPLY - self.used < bytes.len() {
            ask(self.supply.as_mut_slice());
            self.used = 0;
        }
        let end = self.used + bytes.len();
        match self.supply.get_mut(self.used..end) {
            Some(fresh) => {
                bytes.copy_from_slice(fresh);
                // No byte is handed out twice, nor stays to be found.
                fresh.zeroize();
                self.used = end;
            }
            None => ask(bytes),
        }
    }
}

fn ask(bytes: &mut [u8]) {
    // There is nothing to seal with when the system has no randomness left.
    getrandom::getrandom(bytes).expect("the operating system has randomness");
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_byte_is_handed_out_twice() {
        let mut random = OsRandom::new();
        let mut seen = BTreeSet::new();
        for _ in 0..100 {
            let mut bytes = [0; 32];
            random.fill(&mut bytes);
            assert!(seen.insert(bytes));
        }
        assert!(!seen.contains(&[0; 32]));
    }

    #[test]
    fn more_than_a_supply_can_be_asked_for() {
        let mut random = OsRandom::new();
        for length in [1, SUPPLY, SUPPLY + 1, 5000, SUPPLY - 1, 0] {
            let mut bytes = vec![0; length];
            random.fill(&mut bytes);
            assert!(bytes.chunks_exact(20).all(|chunk| chunk != [0; 20]), "{length}");
        }
        assert!(random.used <= SUPPLY);
    }

    #[test]
    fn what_was_handed_out_is_wiped() {
        let mut random = OsRandom::new();
        random.fill(&mut [0; 64]);
        assert_eq!(random.supply[..64], [0; 64]);
        assert_ne!(random.supply[64..], [0; SUPPLY - 64]);
    }
}
