//! A keyed fingerprint of a sealed file: it says without any identity that nothing changed.
//!
//! It is an HMAC, because a plain hash of a secret that anybody can read lets anybody test a guess. It
//! covers both what was wanted and what was made of it, so neither can change unnoticed.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use regrender_document::{Comment, Document, Entry, Item, Mapping, Node, Scalar, SecretText};
use sha2::Sha256;

use crate::error::{FingerprintKeyError, KeyPath, SealError};
use crate::mac::MacScope;
use crate::metadata::Metadata;
use crate::recipient::Recipients;
use crate::walk;

/// The annotation that holds the fingerprint of a sealed file.
pub const FINGERPRINT_ANNOTATION: &str = "regrender.dev/fingerprint";
const METADATA: &str = "metadata";
const ANNOTATIONS: &str = "annotations";
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
    /// The MAC is in it only when the MAC does not itself cover the fingerprint.
    pub(crate) fn of_sops(
        &self,
        wanted: &Document,
        sealed: &Document,
        recipients: &Recipients,
        metadata: &Metadata,
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
            MacScope::All => encoder.tag(b'a'),
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

    fn encoder(&self, format: &str) -> Encoder {
        let mut encoder = Encoder { mac: self.mac.clone() };
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

/// Takes the fingerprint out of a document; annotations that are then empty go with it.
pub(crate) fn take(document: Document) -> (Document, Option<String>) {
    let mut found = None;
    let root = edit(document.root, METADATA, |metadata| {
        let metadata = edit(metadata, ANNOTATIONS, |annotations| {
            annotations
                .into_entries()
                .into_iter()
                .filter_map(|entry| match entry {
                    Entry::Pair { key, value } if key == FINGERPRINT_ANNOTATION => {
                        found = Some(value.as_text().unwrap_or_default().to_owned());
                        None
                    }
                    entry => Some(entry),
                })
                .collect()
        });
        let is_hollow = |entry: &Entry| match entry {
            Entry::Pair { key, value } => {
                key == ANNOTATIONS && value.as_mapping().is_some_and(Mapping::is_empty)
            }
            Entry::Comment(_) | Entry::InlineComment(_) => false,
        };
        metadata.into_entries().into_iter().filter(|entry| !is_hollow(entry)).collect()
    });
    (Document { header: document.header, root }, found)
}

/// Puts a fingerprint into a document that has none.
pub(crate) fn put(document: Document, fingerprint: &str) -> Result<Document, SealError> {
    let no_place = |keys: &[&str]| SealError::NoPlaceForFingerprint { path: KeyPath::of(keys) };
    let is_mapping = |node: Option<&Node>| node.is_none_or(|node| node.as_mapping().is_some());
    let metadata = document.root.get(METADATA);
    if !is_mapping(metadata) {
        return Err(no_place(&[METADATA]));
    }
    let annotations = document.at(&[METADATA, ANNOTATIONS]);
    if !is_mapping(annotations) {
        return Err(no_place(&[METADATA, ANNOTATIONS]));
    }
    let root = ensure(document.root, METADATA);
    let root = edit(root, METADATA, |metadata| {
        edit(ensure(metadata, ANNOTATIONS), ANNOTATIONS, |annotations| {
            annotations.with(FINGERPRINT_ANNOTATION, fingerprint)
        })
    });
    Ok(Document { header: document.header, root })
}

fn ensure(mapping: Mapping, key: &str) -> Mapping {
    if mapping.get(key).is_some() { mapping } else { mapping.with(key, Mapping::new()) }
}

/// Changes the mapping at `key`, if there is one.
fn edit(mapping: Mapping, key: &str, mut change: impl FnMut(Mapping) -> Mapping) -> Mapping {
    mapping
        .into_entries()
        .into_iter()
        .map(|entry| match entry {
            Entry::Pair { key: name, value: Node::Mapping(inner) } if name == key => {
                Entry::Pair { key: name, value: Node::from(change(inner)) }
            }
            entry => entry,
        })
        .collect()
}

/// Spells things for the HMAC so that no two different things are spelled alike: each text has its
/// length before it, each list its count, and each kind of node a letter.
struct Encoder {
    mac: Hmac<Sha256>,
}

impl Encoder {
    fn tag(&mut self, tag: u8) {
        self.mac.update(&[tag]);
    }

    fn count(&mut self, count: usize) {
        self.mac.update(&(count as u64).to_be_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.mac.update(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn recipients(&mut self, recipients: &Recipients) {
        let sorted = recipients.sorted();
        self.count(sorted.len());
        for recipient in sorted {
            self.text(recipient);
        }
    }

    /// Lines above a mapping and comments at its beginning are the same to whoever reads the file.
    fn document(&mut self, document: &Document) {
        self.count(document.header.len() + document.root.entries().len());
        for line in &document.header {
            self.tag(b'#');
            self.text(line);
        }
        self.entries(document.root.entries());
    }

    fn entries(&mut self, entries: &[Entry]) {
        for entry in entries {
            match entry {
                Entry::Comment(comment) => self.comment(comment),
                Entry::InlineComment(comment) => {
                    self.tag(b'~');
                    self.comment(comment);
                }
                Entry::Pair { key, value } => {
                    self.tag(b':');
                    self.text(key);
                    self.node(value);
                }
            }
        }
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Scalar(scalar) => self.scalar(scalar),
            Node::Secret(secret) => {
                self.tag(b'!');
                self.tag(match walk::kind_of(secret.kind) {
                    crate::value::ValueKind::Text => b's',
                    crate::value::ValueKind::Integer => b'i',
                    crate::value::ValueKind::Float => b'f',
                    crate::value::ValueKind::Bool => b'b',
                    _ => b't',
                });
                self.text(secret.text.expose());
            }
            Node::Sequence(items) => {
                self.tag(b'[');
                self.count(items.len());
                for item in items {
                    match item {
                        Item::Value(node) => self.node(node),
                        Item::Comment(comment) => self.comment(comment),
                        Item::InlineComment(comment) => {
                            self.tag(b'~');
                            self.comment(comment);
                        }
                    }
                }
            }
            Node::Mapping(mapping) => {
                self.tag(b'{');
                self.count(mapping.entries().len());
                self.entries(mapping.entries());
            }
        }
    }

    fn scalar(&mut self, scalar: &Scalar) {
        match scalar {
            Scalar::Null => self.tag(b'n'),
            Scalar::Bool(value) => {
                self.tag(b'b');
                self.tag(u8::from(*value));
            }
            Scalar::Integer(value) => {
                self.tag(b'i');
                self.mac.update(&value.to_be_bytes());
            }
            Scalar::Float(value) => {
                self.tag(b'f');
                self.mac.update(&value.to_bits().to_be_bytes());
            }
            Scalar::Time(text) => {
                self.tag(b't');
                self.text(text);
            }
            Scalar::Text(text) => {
                self.tag(b's');
                self.text(text);
            }
        }
    }

    fn comment(&mut self, comment: &Comment) {
        match comment {
            Comment::Clear(text) => {
                self.tag(b'#');
                self.text(text);
            }
            Comment::Secret(text) => {
                self.tag(b'%');
                self.text(text.expose());
            }
        }
    }

    fn finish(self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.mac.finalize().into_bytes())
    }
}
