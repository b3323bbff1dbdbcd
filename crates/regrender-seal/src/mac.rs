//! The MAC over a whole file: a hash of its values in order, encrypted under the data key.

use regrender_document::SecretText;
use sha2::{Digest as _, Sha512};

use crate::data_key::DataKey;
use crate::error::OpenError;
use crate::value::{EncryptedValue, NONCE_LENGTH, ValueKind};

/// sops begins a MAC over encrypted values only with these bytes (the SHA-256 of `sops`), so that
/// the two kinds of MAC are never equal.
const ENCRYPTED_ONLY_PREFIX: [u8; 32] = [
    0x8a, 0x3f, 0xd2, 0xad, 0x54, 0xce, 0x66, 0x52, 0x7b, 0x10, 0x34, 0xf3, 0xd1, 0x47, 0xbe, 0x0b,
    0x0b, 0x97, 0x5b, 0x3b, 0xf4, 0x4f, 0x72, 0xc6, 0xfd, 0xad, 0xec, 0x81, 0x76, 0xf2, 0x7d, 0x69,
];

/// Which values the MAC covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MacScope {
    /// All of them: nobody can change the name or the namespace of a Secret unnoticed.
    #[default]
    All,
    /// Only the encrypted ones: other tools may change what is in clear.
    EncryptedOnly,
}

/// The hash behind a MAC, while values are fed into it.
pub(crate) struct MacHash {
    scope: MacScope,
    hash: Sha512,
}

impl MacHash {
    /// Begins a hash.
    pub(crate) fn new(scope: MacScope) -> Self {
        let mut hash = Sha512::new();
        if scope == MacScope::EncryptedOnly {
            hash.update(ENCRYPTED_ONLY_PREFIX);
        }
        Self { scope, hash }
    }

    /// Takes in a value that is or will be encrypted.
    pub(crate) fn add_encrypted(&mut self, plaintext: &str) {
        self.hash.update(plaintext);
    }

    /// Takes in a value that stands in clear.
    pub(crate) fn add_clear(&mut self, plaintext: &str) {
        if self.scope == MacScope::All {
            self.hash.update(plaintext);
        }
    }

    /// Encrypts the hash for a file that was changed at `last_modified`.
    pub(crate) fn seal(
        self,
        data_key: &DataKey,
        last_modified: &str,
        nonce: [u8; NONCE_LENGTH],
    ) -> String {
        let hash = self.finish();
        let plaintext = hash.expose().as_bytes();
        let additional_data = last_modified.as_bytes();
        data_key.cipher().encrypt(ValueKind::Text, plaintext, additional_data, nonce).spell()
    }

    /// Compares the hash with the MAC that stands in a file.
    pub(crate) fn check(
        self,
        mac: &str,
        data_key: &DataKey,
        last_modified: &str,
    ) -> Result<(), OpenError> {
        if mac.is_empty() {
            return Err(OpenError::MacMissing);
        }
        // The type is not authenticated, and to sops something other than a text is no MAC.
        let recorded = EncryptedValue::parse(mac)
            .ok()
            .filter(|value| value.kind == ValueKind::Text)
            .and_then(|value| value.decrypt(data_key.cipher(), last_modified.as_bytes()).ok());
        let Some(recorded) = recorded else {
            return Err(OpenError::MacMismatch);
        };
        // Whoever holds the data key can make any MAC, so how long the comparison takes tells
        // nobody anything.
        let same = recorded.as_slice() == self.finish().expose().as_bytes();
        if same { Ok(()) } else { Err(OpenError::MacMismatch) }
    }

    /// The hash of the values, in upper-case hexadecimal. Who can guess the values can test a guess
    /// with it, so it is handled like them.
    fn finish(self) -> SecretText {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        let digit = |value: u8| DIGITS.get(usize::from(value)).map_or('0', |d| char::from(*d));
        let bytes = self.hash.finalize();
        SecretText::new(
            bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect(),
        )
    }
}
