//! The operating system's randomness.

use std::cell::RefCell;

use regrender_seal::Random;
use zeroize::{Zeroize as _, Zeroizing};

/// As much as some twenty sealed files take: asking the system once is faster than for each.
const SUPPLY: usize = 4096;

thread_local! {
    /// What a thread has left of its supply.
    static LEFT: RefCell<Supply> = RefCell::new(Supply::new());
}

/// The operating system's randomness, of which each thread keeps a supply.
pub(crate) struct OsRandom;

impl Random for OsRandom {
    fn fill(&mut self, bytes: &mut [u8]) {
        LEFT.with_borrow_mut(|supply| supply.fill(bytes));
    }
}

/// Randomness that was asked for and not handed out yet.
struct Supply {
    bytes: Zeroizing<[u8; SUPPLY]>,
    /// How many of the bytes were handed out.
    used: usize,
}

impl Supply {
    /// Begins empty: who seals nothing asks for nothing.
    fn new() -> Self {
        Self { bytes: Zeroizing::new([0; SUPPLY]), used: SUPPLY }
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        if SUPPLY - self.used < bytes.len() {
            ask(self.bytes.as_mut_slice());
            self.used = 0;
        }
        let end = self.used + bytes.len();
        match self.bytes.get_mut(self.used..end) {
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
    use std::thread;

    use super::*;

    #[test]
    fn no_byte_is_handed_out_twice() {
        let mut seen = BTreeSet::new();
        for _ in 0..SUPPLY {
            let mut bytes = [0; 32];
            OsRandom.fill(&mut bytes);
            assert!(seen.insert(bytes));
        }
        assert!(!seen.contains(&[0; 32]));
    }

    #[test]
    fn each_thread_has_a_supply_of_its_own() {
        let draw = || {
            let mut bytes = [0; 32];
            OsRandom.fill(&mut bytes);
            bytes
        };
        let drawn: BTreeSet<[u8; 32]> = thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(draw)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).chain([draw()]).collect()
        });
        assert_eq!(drawn.len(), 9);
    }

    #[test]
    fn more_than_a_supply_can_be_asked_for() {
        let mut supply = Supply::new();
        for length in [1, SUPPLY, SUPPLY + 1, 50_000, SUPPLY - 1, 0] {
            let mut bytes = vec![0; length];
            supply.fill(&mut bytes);
            assert!(bytes.chunks_exact(20).all(|chunk| chunk != [0; 20]), "{length}");
        }
        assert!(supply.used <= SUPPLY);
    }

    #[test]
    fn what_was_handed_out_is_wiped() {
        let mut supply = Supply::new();
        supply.fill(&mut [0; 64]);
        assert_eq!(supply.bytes[..64], [0; 64]);
        assert_ne!(supply.bytes[64..], [0; SUPPLY - 64]);
    }
}
