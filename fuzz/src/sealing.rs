//! The keys that the targets seal and open with, and randomness that is the same in every run.

use std::sync::OnceLock;
use std::time::{Duration, UNIX_EPOCH};

use regrender_seal::{FingerprintKey, Identities, Random, Recipient, Recipients, SealContext};

const FIRST: &str = include_str!("../../testdata/vectors/sops/identity-1.txt");
const SECOND: &str = include_str!("../../testdata/vectors/sops/identity-2.txt");
const SSH: &str = include_str!("../../testdata/vectors/sops/id_ed25519");
const POST_QUANTUM: &str = include_str!("../../testdata/vectors/sops/identity-post-quantum.txt");
const RECIPIENT: &str = "age1k88q92s2jey7euu8k660usnfslsvk8tz94rmrnl95nyf07a74sdqghg9nt";

/// Returns the identities that open all recorded files.
pub fn identities() -> &'static Identities {
    static IDENTITIES: OnceLock<Identities> = OnceLock::new();
    IDENTITIES.get_or_init(|| {
        let mut all = Identities::default();
        for text in [FIRST, SECOND, SSH, POST_QUANTUM] {
            all.extend(Identities::parse(text).expect("a recorded identity parses"));
        }
        all
    })
}

/// Returns one recipient whose identity is among [`identities`].
#[must_use]
pub fn recipients() -> Recipients {
    let recipient = Recipient::parse(RECIPIENT).expect("a recorded recipient parses");
    Recipients::new(vec![recipient]).expect("one recipient is enough")
}

/// Returns a key for fingerprints.
#[must_use]
pub fn fingerprint_key() -> FingerprintKey {
    FingerprintKey::parse("0123456789abcdef0123456789abcdef").expect("32 characters are enough")
}

/// Bytes that are the same in every run: no randomness at all.
#[derive(Debug, Default)]
pub struct Seeded(u64);

impl Seeded {
    /// Returns a context with a fixed time.
    pub fn context(&mut self) -> SealContext<'_> {
        SealContext { now: UNIX_EPOCH + Duration::from_secs(1_795_226_399), random: self }
    }
}

impl Random for Seeded {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            // The high bits of a linear congruence (Knuth's MMIX constants).
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005);
            self.0 = self.0.wrapping_add(1_442_695_040_888_963_407);
            *byte = self.0.to_be_bytes()[0];
        }
    }
}
