//! Keys, randomness and documents that the tests share.

use std::time::{Duration, UNIX_EPOCH};

use regrender_document::{Document, Mapping, SecretText};
use regrender_seal::{
    FingerprintKey, Identities, Random, Recipient, Recipients, SealContext, SealError, SealOptions,
    seal,
};

/// What every secret in the tests contains.
pub(crate) const CANARY: &str = "canary-4f1d";

pub(crate) const ANNA: &str = "age1k88q92s2jey7euu8k660usnfslsvk8tz94rmrnl95nyf07a74sdqghg9nt";
pub(crate) const BERT: &str = "age1ah9kh099uzyjkltuhwyhtx3fj7j9retyt9hds3qvpmrsff06kpaszsp4cx";
pub(crate) const CARL: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFMnkZVkW9swzhOEBYF+SZ4b6c7tB1R1AYtnkxAg4N2d";

/// The public half of Dora's identity, which is a post-quantum one, is long.
pub(crate) fn dora() -> &'static str {
    let line = DORAS_IDENTITY.lines().find_map(|line| line.strip_prefix("# public key: "));
    line.unwrap()
}

pub(crate) const DORAS_IDENTITY: &str =
    include_str!("../../../../testdata/vectors/sops/identity-post-quantum.txt");
pub(crate) const ANNAS_IDENTITY: &str =
    include_str!("../../../../testdata/vectors/sops/identity-1.txt");
pub(crate) const BERTS_IDENTITY: &str =
    include_str!("../../../../testdata/vectors/sops/identity-2.txt");
/// An SSH key of the kind RSA, with a remark.
pub(crate) const RSA_RECIPIENT: &str = include_str!("../data/rsa_ssh_key.pub");
pub(crate) const CARLS_IDENTITY: &str =
    include_str!("../../../../testdata/vectors/sops/id_ed25519");

/// Bytes that are the same in every run: no randomness at all. No two draws are the same.
pub(crate) struct Seeded {
    state: u64,
    time: u64,
}

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed, time: 1_795_226_399 }
    }

    /// A context whose time is one minute later than that of the one before.
    pub(crate) fn context(&mut self) -> SealContext<'_> {
        self.time += 60;
        SealContext { now: UNIX_EPOCH + Duration::from_secs(self.time), random: self }
    }
}

impl Random for Seeded {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            // SplitMix64.
            self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut word = self.state;
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^= word >> 31;
            chunk.copy_from_slice(&word.to_be_bytes()[..chunk.len()]);
        }
    }
}

pub(crate) fn recipients(texts: &[&str]) -> Recipients {
    let parsed = texts.iter().map(|text| Recipient::parse(text).unwrap()).collect();
    Recipients::new(parsed).unwrap()
}

pub(crate) fn identities(text: &str) -> Identities {
    Identities::parse(text).unwrap()
}

/// The identity itself in an identity file.
pub(crate) fn key_in(identity_file: &str) -> &str {
    identity_file.lines().find(|line| line.starts_with("AGE-")).unwrap()
}

/// The key of the fingerprints.
pub(crate) fn fingerprint_key() -> FingerprintKey {
    FingerprintKey::parse("0123456789abcdef0123456789abcdef").unwrap()
}

/// Seals a document as sops would, without a fingerprint.
pub(crate) fn seal_for(names: &[&str], document: &Document) -> Result<String, SealError> {
    let mut random = Seeded::new(1);
    let options = SealOptions::default();
    seal(document, &recipients(names), options, None, &mut random.context())
}

pub(crate) fn secret(text: &str) -> SecretText {
    SecretText::new(format!("{CANARY} {text}"))
}

/// A Secret as the renderer makes it.
pub(crate) fn pull_secret(config: &str) -> Document {
    with_data(Mapping::new().with(".dockerconfigjson", secret(config)))
}

/// A Secret with a payload of its own.
pub(crate) fn with_data(data: Mapping) -> Document {
    secret_of(Mapping::new().with("name", "regcred").with("namespace", "no"), data)
}

/// A Secret with metadata and a payload of its own.
pub(crate) fn secret_of(metadata: Mapping, data: Mapping) -> Document {
    let root = Mapping::new()
        .with("apiVersion", "v1")
        .with("kind", "Secret")
        .with("metadata", metadata)
        .with("type", "kubernetes.io/dockerconfigjson")
        .with("data", data);
    Document { header: vec![String::from(" Made by regrender; do not edit.")], root }
}
