//! A Secret as the `SealedSecret` that becomes it: the format of Bitnami's controller.
//!
//! Each value is encrypted with a key of its own, which is encrypted for the key of the controller
//! together with namespace and name of the Secret (`HybridEncrypt` and `EncryptionLabel` of
//! sealed-secrets): sealed values cannot be moved to another Secret.

mod inspection;

use aes_gcm::aead::{AeadInPlace as _, KeyInit as _};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use regrender_document::{Document, Entry, Mapping, Node, SecretText, Spelling};
use rsa::Oaep;
use rsa::rand_core::{self, CryptoRng, RngCore};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::annotation;
use crate::certificate::Certificate;
use crate::error::SealError;
use crate::fingerprint::{self, FingerprintKey};
use crate::key_path::KeyPath;
use crate::random::SealContext;

pub(crate) use inspection::{Parsed, parse};
pub use inspection::{SealedSecretFlaw, SealedSecretInspection, inspect_sealed_secret};

const API_VERSION: &str = "bitnami.com/v1alpha1";
const KIND: &str = "SealedSecret";
const DATA: &str = "data";
const METADATA: &str = "metadata";
const SPEC: &str = "spec";
const ENCRYPTED_DATA: &str = "encryptedData";
const TEMPLATE: &str = "template";

/// The annotation that says for whose key the values of a SealedSecret are sealed.
const CERTIFICATE_ANNOTATION: &str = "regrender.dev/certificate";
/// What stands there before the id of the key.
const KEY_ID_PREFIX: &str = "sha256:";

/// The annotations by which values are sealed for more than one Secret.
const SCOPE_ANNOTATIONS: [&str; 2] =
    ["sealedsecrets.bitnami.com/cluster-wide", "sealedsecrets.bitnami.com/namespace-wide"];

const SESSION_KEY_LENGTH: usize = 32;
const TAG_LENGTH: usize = 16;

/// Seals `secret`, a Secret with base64 texts under `data`, for the key of `certificate`.
///
/// # Errors
///
/// Says what in the document cannot be sealed this way.
pub fn seal_secret(
    secret: &Document,
    certificate: &Certificate,
    fingerprint_key: &FingerprintKey,
    context: &mut SealContext<'_>,
) -> Result<String, SealError> {
    let label = label(secret)?;
    let mut encrypted = Mapping::new();
    for (key, value) in values(secret) {
        let path = KeyPath::of(&[DATA, key]);
        let plaintext = plaintext(value).ok_or(SealError::NotBase64 { path })?;
        encrypted.push(key.to_owned(), encrypt(plaintext, certificate, &label, context)?);
    }
    if encrypted.is_empty() {
        return Err(SealError::NothingToSeal);
    }
    let sealed = around(secret, Some(encrypted));
    let sealed_for = format!("{KEY_ID_PREFIX}{}", certificate.key_id());
    let sealed = annotation::put(sealed, CERTIFICATE_ANNOTATION, &sealed_for)?;
    let fingerprint = fingerprint_key.of_sealed_secret(secret, &sealed);
    Ok(fingerprint::put(sealed, &fingerprint)?.emit(Spelling::Kustomize)?)
}

/// Returns all that may be seen of the SealedSecret that becomes `secret`, without the annotations
/// that sealing adds.
#[must_use]
pub fn clear_sealed_secret(secret: &Document) -> Document {
    around(secret, None)
}

/// Puts `encrypted` into the place where a Secret has its data.
///
/// Labels and annotations stand in both: what they say to whoever applies the tree is read on the
/// SealedSecret, and what they say to whoever uses the Secret is read on the Secret.
fn around(secret: &Document, encrypted: Option<Mapping>) -> Document {
    let metadata = secret.root.get(METADATA).cloned().unwrap_or_else(|| Mapping::new().into());
    let is_of_secret = |entry: &&Entry| match entry {
        Entry::Pair { key, .. } => !["apiVersion", "kind", DATA].contains(&key.as_ref()),
        Entry::Comment(_) | Entry::InlineComment(_) => false,
    };
    let template: Mapping = secret.root.entries().iter().filter(is_of_secret).cloned().collect();
    let mut spec = Mapping::new();
    if let Some(encrypted) = encrypted {
        spec.push(ENCRYPTED_DATA, encrypted);
    }
    let root = Mapping::new()
        .with("apiVersion", API_VERSION)
        .with("kind", KIND)
        .with(METADATA, metadata)
        .with(SPEC, spec.with(TEMPLATE, template));
    Document { header: secret.header.clone(), root }
}

fn values(secret: &Document) -> impl Iterator<Item = (&str, &Node)> {
    secret.root.get(DATA).and_then(Node::as_mapping).into_iter().flat_map(Mapping::pairs)
}

/// What binds a value to its Secret.
fn label(secret: &Document) -> Result<String, SealError> {
    let text = |key| {
        let found = secret.at(&[METADATA, key]).and_then(Node::as_text);
        let found = found.filter(|text| !text.is_empty());
        found.ok_or_else(|| SealError::Nameless { path: KeyPath::of(&[METADATA, key]) })
    };
    for annotation in SCOPE_ANNOTATIONS {
        if annotation::get(secret, annotation).is_some_and(widens_scope) {
            return Err(SealError::WiderScope { annotation });
        }
    }
    Ok(format!("{}/{}", text("namespace")?, text("name")?))
}

/// Says whether an annotation with this value asks for a wider scope: one that says anything but
/// `true` does not.
fn widens_scope(value: &Node) -> bool {
    value.as_text() == Some("true")
}

fn plaintext(value: &Node) -> Option<Zeroizing<Vec<u8>>> {
    let text = match value {
        Node::Secret(secret) => secret.text.clone(),
        node => SecretText::new(node.as_text()?.to_owned()),
    };
    // An own buffer of the full length at once: one that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.expose().len() + TAG_LENGTH));
    BASE64_STANDARD.decode_vec(text.expose(), &mut bytes).ok()?;
    Some(bytes)
}

/// Encrypts a value with a key that is drawn for it alone. That is why its nonce can be zero.
fn encrypt(
    mut value: Zeroizing<Vec<u8>>,
    certificate: &Certificate,
    label: &str,
    context: &mut SealContext<'_>,
) -> Result<String, SealError> {
    let session_key: Zeroizing<[u8; SESSION_KEY_LENGTH]> = Zeroizing::new(context.draw());
    let padding = Oaep::new_with_label::<Sha256, _>(label);
    let wrapped = certificate
        .key()
        .encrypt(&mut Drawn(context), padding, session_key.as_slice())
        .map_err(|_error: rsa::Error| SealError::Certificate)?;
    let length = u16::try_from(wrapped.len()).map_err(|_error| SealError::Certificate)?;
    let cipher = Aes256Gcm::new(session_key.as_slice().into());
    let tag = cipher
        .encrypt_in_place_detached(&Nonce::default(), &[], &mut value)
        .map_err(|_error: aes_gcm::Error| SealError::TooLong)?;
    let mut sealed = Vec::with_capacity(2 + wrapped.len() + value.len() + tag.len());
    sealed.extend_from_slice(&length.to_be_bytes());
    sealed.extend_from_slice(&wrapped);
    sealed.extend_from_slice(&value);
    sealed.extend_from_slice(&tag);
    Ok(BASE64_STANDARD.encode(sealed))
}

/// The randomness of a context, as the `rsa` crate wants it.
struct Drawn<'a, 'b>(&'a mut SealContext<'b>);

impl RngCore for Drawn<'_, '_> {
    fn next_u32(&mut self) -> u32 {
        u32::from_be_bytes(self.0.draw())
    }

    fn next_u64(&mut self) -> u64 {
        u64::from_be_bytes(self.0.draw())
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.random.fill(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Drawn<'_, '_> {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::random::tests::Seeded;

    /// Which of them a cipher draws with is its own affair: what it draws must be fresh each time.
    #[test]
    fn whatever_a_cipher_draws_is_random() {
        let mut seeded = Seeded::new(1);
        let mut context = seeded.context();
        let mut drawn = Drawn(&mut context);
        let mut seen = BTreeSet::new();
        for _ in 0..4 {
            let mut bytes = [0; 8];
            drawn.try_fill_bytes(&mut bytes).unwrap();
            let tried = u64::from_be_bytes(bytes);
            drawn.fill_bytes(&mut bytes);
            for word in
                [tried, u64::from_be_bytes(bytes), drawn.next_u64(), drawn.next_u32().into()]
            {
                assert!(seen.insert(word), "{word} was drawn before");
            }
            assert!(seen.iter().all(|word| *word > 1), "{seen:?}");
        }
    }
}
