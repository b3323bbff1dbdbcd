//! A keyed fingerprint of a sealed file: it says without any identity that nothing changed.
//!
//! It is an HMAC, because a plain hash of a secret that anybody can read lets anybody test a guess.
//! It covers both what was wanted and what was made of it, so neither can change unnoticed.

mod encoding;

use std::borrow::Cow;
use std::fmt;

use hmac::Hmac;
use regrender_document::{Document, SecretText};
use sha2::Sha256;

use encoding::Encoder;

use crate::annotation;
use crate::error::{FingerprintKeyError, SealError};
use crate::mac::MacScope;
use crate::metadata::Metadata;
use crate::recipient::Recipients;

/// The annotation that holds the fingerprint of a sealed file.
const ANNOTATION: &str = "regrender.dev/fingerprint";
/// Stands between the parts of a fingerprint that has two.
const SEPARATOR: char = '.';
/// As many letters as 24 random bytes have in base64.
const SHORTEST_KEY: usize = 32;

/// The key of the fingerprints of a repository.
pub struct FingerprintKey {
    // With the key taken in; cloned for each fingerprint.
    mac: Hmac<Sha256>,
}

impl FingerprintKey {
    /// Takes a key of at least 32 characters; white space around it does not count.
    ///
    /// # Errors
    ///
    /// Says that it is too short. Whoever can guess the key can test guesses of the secrets.
    ///
    /// # Panics
    ///
    /// Never: HMAC takes a key of any length.
    pub fn parse(text: &str) -> Result<Self, FingerprintKeyError> {
        let text = text.trim();
        let length = text.chars().count();
        if length < SHORTEST_KEY {
            return Err(FingerprintKeyError::TooShort { length });
        }
        let mac = <Hmac<Sha256> as hmac::Mac>::new_from_slice(text.as_bytes());
        Ok(Self { mac: mac.expect("HMAC takes a key of any length") })
    }

    /// Computes the fingerprint of a file in the layout of sops.
    ///
    /// Of a MAC that covers the fingerprint only the nonce can be in it, which is known before. So what
    /// a merge mixes from two files is noticed; a MAC that was damaged by hand is not.
    pub(crate) fn of_sops(
        &self,
        wanted: &Document,
        sealed: &Document,
        recipients: &Recipients,
        metadata: &Metadata,
        mac_nonce: &[u8],
    ) -> String {
        let mut encoder = self.encoder("sops");
        encoder.recipients(recipients);
        encoder.document(wanted);
        encoder.document(sealed);
        encoder.text(metadata.selector.kind().name());
        encoder.text(metadata.selector.text());
        encoder.text(&metadata.last_modified);
        encoder.count(metadata.wrapped_keys.len());
        for key in &metadata.wrapped_keys {
            encoder.text(&key.recipient);
            encoder.text(&key.enc);
        }
        match metadata.mac_scope {
            MacScope::All => {
                encoder.tag(b'a');
                encoder.bytes(mac_nonce);
            }
            MacScope::EncryptedOnly => {
                encoder.tag(b'e');
                encoder.text(&metadata.mac);
            }
        }
        encoder.finish()
    }

    /// Computes the fingerprint of a plain age file.
    pub(crate) fn of_age(
        &self,
        wanted: &SecretText,
        recipients: &Recipients,
        stanzas: &[age_core::format::Stanza],
        payload: &[u8],
    ) -> String {
        let mut encoder = self.encoder("age");
        encoder.recipients(recipients);
        encoder.text(wanted.expose());
        encoder.count(stanzas.len());
        for stanza in stanzas {
            encoder.text(&stanza.tag);
            encoder.count(stanza.args.len());
            for argument in &stanza.args {
                encoder.text(argument);
            }
            encoder.bytes(&stanza.body);
        }
        encoder.bytes(payload);
        encoder.finish()
    }

    /// Computes the fingerprint of a SealedSecret, `sealed` being without it.
    ///
    /// It has two parts: one that whoever does not know the content can check, and one over the
    /// content too.
    pub(crate) fn of_sealed_secret(&self, wanted: &Document, sealed: &Document) -> String {
        let mut whole = self.encoder("sealed-secret content");
        whole.document(wanted);
        whole.document(sealed);
        format!("{}{SEPARATOR}{}", self.seal_of_sealed_secret(sealed), whole.finish())
    }

    /// Says whether a SealedSecret is as it was sealed, whatever it becomes.
    pub(crate) fn vouches_for_sealed_secret(&self, sealed: &Document, fingerprint: &str) -> bool {
        seal_of(fingerprint) == Some(self.seal_of_sealed_secret(sealed).as_str())
    }

    fn seal_of_sealed_secret(&self, sealed: &Document) -> String {
        let mut encoder = self.encoder("sealed-secret");
        encoder.document(sealed);
        encoder.finish()
    }

    fn encoder(&self, format: &str) -> Encoder {
        let mut encoder = Encoder::new(self.mac.clone());
        encoder.text("regrender fingerprint 1");
        encoder.text(format);
        encoder
    }
}

impl fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FingerprintKey(masked)")
    }
}

/// Returns the part of a SealedSecret's fingerprint that does not cover what it becomes.
pub(crate) fn seal_of(fingerprint: &str) -> Option<&str> {
    fingerprint.split_once(SEPARATOR).map(|(seal, _)| seal)
}

/// Takes the fingerprint out of a document; annotations that are then empty go with it.
pub(crate) fn take(document: Document) -> (Document, Option<String>) {
    annotation::take(document, ANNOTATION)
}

/// Returns a document without its fingerprint, as [`take`] leaves it.
pub(crate) fn without(document: &Document) -> Cow<'_, Document> {
    match annotation::all(document) {
        Some(annotations) if annotations.is_empty() || is_in(document) => {
            Cow::Owned(take(document.clone()).0)
        }
        _ => Cow::Borrowed(document),
    }
}

/// Says whether a document has a fingerprint.
pub(crate) fn is_in(document: &Document) -> bool {
    annotation::get(document, ANNOTATION).is_some()
}

/// Puts a fingerprint into a document that has none.
pub(crate) fn put(document: Document, fingerprint: &str) -> Result<Document, SealError> {
    annotation::put(document, ANNOTATION, fingerprint)
}
