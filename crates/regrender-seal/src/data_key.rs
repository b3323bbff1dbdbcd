//! The key of one sealed file, and its copies, each wrapped for one recipient.

use zeroize::Zeroizing;

use crate::armor;
use crate::container;
use crate::error::SealError;
use crate::random::SealContext;
use crate::recipient::Recipient;
use crate::value::ValueCipher;

/// The key that encrypts the values of one file.
pub(crate) struct DataKey {
    bytes: Zeroizing<[u8; 32]>,
    cipher: ValueCipher,
}

/// A copy of the data key that one recipient can unwrap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WrappedKey {
    /// Whom it is for, as the file says; not authenticated.
    pub(crate) recipient: String,
    /// An armored age file that holds the 32 bytes.
    pub(crate) enc: String,
}

impl DataKey {
    /// Draws a new key.
    pub(crate) fn draw(context: &mut SealContext<'_>) -> Self {
        Self::new(Zeroizing::new(context.draw()))
    }

    /// Takes a key that was unwrapped, if it has the right length.
    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        <[u8; 32]>::try_from(bytes).ok().map(|bytes| Self::new(Zeroizing::new(bytes)))
    }

    fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        let cipher = ValueCipher::new(&bytes);
        Self { bytes, cipher }
    }

    /// Returns the cipher for the values of the file.
    pub(crate) fn cipher(&self) -> &ValueCipher {
        &self.cipher
    }

    /// Wraps a copy for `recipient`: an age file of its own, as sops does for every recipient.
    pub(crate) fn wrap(
        &self,
        recipient: &Recipient,
        context: &mut SealContext<'_>,
    ) -> Result<WrappedKey, SealError> {
        let file_key = container::draw_file_key(context);
        let stanzas = recipient.wrap(&file_key, context)?;
        let payload = container::write_payload(self.bytes.as_slice(), &file_key, context);
        let file = container::write(&stanzas, &payload, &file_key);
        Ok(WrappedKey { recipient: recipient.as_str().to_owned(), enc: armor::write(&file) })
    }
}
