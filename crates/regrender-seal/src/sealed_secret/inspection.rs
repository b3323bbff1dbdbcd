//! What a SealedSecret shows to whoever does not have the controller's key.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use regrender_document::{Document, Mapping, Node};

use super::{
    API_VERSION, CERTIFICATE_ANNOTATION, ENCRYPTED_DATA, KEY_ID_PREFIX, KIND, METADATA,
    SCOPE_ANNOTATIONS, SPEC, TAG_LENGTH, TEMPLATE, widens_scope,
};
use crate::annotation;
use crate::error::OpenError;
use crate::fingerprint::{self, FingerprintKey};
use crate::format;

/// The fewest bytes that anything has that is encrypted for an RSA key: 1024 bits.
const SHORTEST_WRAPPED: usize = 128;
const LENGTH_BYTES: usize = 2;

/// What a SealedSecret shows without any key.
#[derive(Debug)]
pub struct SealedSecretInspection {
    /// The document without its values, and without the annotations that sealing adds.
    pub clear: Document,
    /// The keys of its values.
    pub keys: Vec<String>,
    /// Whose key it says that the values are sealed for: the id of the key, as
    /// [`Certificate::key_id`](crate::Certificate::key_id) spells it.
    pub sealed_for: Option<String>,
    /// Whether it carries a fingerprint.
    pub has_fingerprint: bool,
    /// What looks wrong, in the order of the file.
    pub flaws: Vec<SealedSecretFlaw>,
    /// For how long a key each value is encrypted, in bytes; of those that look like one.
    key_bytes: Vec<usize>,
    sealed: Parsed,
}

/// Something that looks wrong in a SealedSecret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SealedSecretFlaw {
    /// There is more than one document in the file; only the first was looked at.
    SeveralDocuments(usize),
    /// A value is none that the controller could open.
    MalformedValue(String),
    /// Its values are sealed for more than one Secret, as an annotation says.
    WiderScope(&'static str),
    /// It has the `data` of the first version, which controllers do not take any more.
    OldData,
    /// It has no values.
    NoValues,
}

/// A SealedSecret that was taken apart.
#[derive(Debug)]
pub(crate) struct Parsed {
    /// The document without its fingerprint.
    pub(crate) sealed: Document,
    /// The fingerprint.
    pub(crate) fingerprint: Option<String>,
    /// How many documents there are.
    pub(crate) count: usize,
}

impl Parsed {
    /// Returns what the file says of whose key it is sealed for.
    pub(crate) fn sealed_for(&self) -> Option<&str> {
        let text = annotation::get(&self.sealed, CERTIFICATE_ANNOTATION)?.as_text()?;
        text.strip_prefix(KEY_ID_PREFIX)
    }
}

impl SealedSecretInspection {
    /// Says whether the file is as we sealed it, for the key it says; `None` if there is nothing to
    /// tell that by.
    #[must_use]
    pub fn is_intact(&self, key: &FingerprintKey) -> Option<bool> {
        let found = self.sealed.fingerprint.as_deref()?;
        Some(key.vouches_for_sealed_secret(&self.sealed.sealed, found))
    }

    /// Says whether every value is as long as one for a key of so many bytes.
    #[must_use]
    pub fn fits_key_of(&self, bytes: usize) -> bool {
        self.key_bytes.iter().all(|found| *found == bytes)
    }
}

/// Looks at a SealedSecret without opening it.
///
/// # Errors
///
/// Says why it is none.
pub fn inspect_sealed_secret(text: &str) -> Result<SealedSecretInspection, OpenError> {
    let parsed = parse(text)?;
    let mut flaws = Vec::new();
    if parsed.count > 1 {
        flaws.push(SealedSecretFlaw::SeveralDocuments(parsed.count));
    }
    for name in SCOPE_ANNOTATIONS {
        let inner = [SPEC, TEMPLATE, METADATA, "annotations", name];
        let outer = annotation::get(&parsed.sealed, name);
        if outer.into_iter().chain(parsed.sealed.at(&inner)).any(widens_scope) {
            flaws.push(SealedSecretFlaw::WiderScope(name));
        }
    }
    if parsed.sealed.at(&[SPEC, "data"]).is_some() {
        flaws.push(SealedSecretFlaw::OldData);
    }
    let (mut keys, mut key_bytes) = (Vec::new(), Vec::new());
    let values = parsed.sealed.at(&[SPEC, ENCRYPTED_DATA]).and_then(Node::as_mapping);
    for (key, value) in values.into_iter().flat_map(Mapping::pairs) {
        keys.push(key.to_owned());
        match value.as_text().and_then(length_of_key) {
            Some(bytes) => key_bytes.push(bytes),
            None => flaws.push(SealedSecretFlaw::MalformedValue(key.to_owned())),
        }
    }
    if keys.is_empty() {
        flaws.push(SealedSecretFlaw::NoValues);
    }
    Ok(SealedSecretInspection {
        clear: clear(parsed.sealed.clone()),
        keys,
        sealed_for: parsed.sealed_for().map(str::to_owned),
        has_fingerprint: parsed.fingerprint.is_some(),
        flaws,
        key_bytes,
        sealed: parsed,
    })
}

/// Reads a file that should be a SealedSecret.
pub(crate) fn parse(text: &str) -> Result<Parsed, OpenError> {
    let documents = format::parse_yaml(text)?;
    let count = documents.len();
    let is_one = |document: &Document| {
        let says = |key, wanted| document.root.get(key).and_then(Node::as_text) == Some(wanted);
        says("apiVersion", API_VERSION) && says("kind", KIND)
    };
    let first = documents.into_iter().next().filter(is_one).ok_or(OpenError::NotASealedSecret)?;
    let (sealed, fingerprint) = fingerprint::take(first);
    Ok(Parsed { sealed, fingerprint, count })
}

/// Returns how long the key is that a value is encrypted for, in bytes; `None` when no controller
/// could open it: the length of the wrapped key, the wrapped key, what it encrypts, and a tag.
fn length_of_key(value: &str) -> Option<usize> {
    let bytes = BASE64_STANDARD.decode(value).ok()?;
    let (length, rest) = bytes.split_first_chunk::<LENGTH_BYTES>()?;
    let length = usize::from(u16::from_be_bytes(*length));
    (length >= SHORTEST_WRAPPED && rest.len() >= length + TAG_LENGTH).then_some(length)
}

/// Takes the values and what sealing adds out of a document.
fn clear(sealed: Document) -> Document {
    let (mut document, _) = annotation::take(sealed, CERTIFICATE_ANNOTATION);
    if let Some(spec) = document.root.mapping_mut(SPEC) {
        spec.remove(ENCRYPTED_DATA);
    }
    document
}
