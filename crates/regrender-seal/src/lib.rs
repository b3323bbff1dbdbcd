//! Documents to sealed files and back: SOPS, age and SealedSecrets.
//!
//! Knows the formats, ciphers and keys. Does not know files, the environment or Kubernetes; time
//! and randomness are handed in.

mod age_file;
mod annotation;
mod armor;
mod certificate;
mod container;
mod content;
mod data_key;
mod error;
mod fingerprint;
mod format;
#[cfg(fuzzing)]
pub mod fuzzing;
mod identity;
mod inspect;
mod key_pair;
mod key_path;
mod key_text;
mod mac;
mod metadata;
mod open;
mod post_quantum;
mod random;
mod recipient;
mod seal;
mod sealed_secret;
mod selector;
mod short_recipient;
mod sops_file;
mod stanza;
mod timestamp;
mod update;
mod value;
mod walk;
mod x25519;

pub use age_file::{AgeInspection, inspect_age, seal_age};
pub use certificate::Certificate;
pub use error::{
    CertificateError, FingerprintKeyError, IdentityError, MetadataError, OpenError, RecipientError,
    SealError,
};
pub use fingerprint::FingerprintKey;
pub use format::FileFormat;
pub use identity::Identities;
pub use inspect::{Flaw, InspectedValue, Inspection, ValueState, inspect};
pub use key_pair::{KeyKind, KeyPair};
pub use key_path::KeyPath;
pub use mac::MacScope;
pub use open::{Opened, open, open_age};
pub use random::{Random, SealContext};
pub use recipient::{Recipient, Recipients};
pub use seal::{SealFormat, SealOptions, seal};
pub use sealed_secret::{
    SealedSecretFlaw, SealedSecretInspection, clear_sealed_secret, inspect_sealed_secret,
    seal_secret,
};
pub use short_recipient::short_recipient;
pub use timestamp::format as spell_time;
pub use update::{Keys, Proof, Reason, Update, update, update_secret};
