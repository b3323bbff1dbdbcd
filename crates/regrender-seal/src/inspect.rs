//! What a sealed file shows without any key: for whom it is, what is encrypted, and what looks
//! wrong.

use regrender_document::{Comment, Document, Scalar};

use crate::armor;
use crate::data_key::WrappedKey;
use crate::error::OpenError;
use crate::fingerprint;
use crate::format::FileFormat;
use crate::key_pair::KeyKind;
use crate::key_path::KeyPath;
use crate::mac::MacScope;
use crate::metadata::Metadata;
use crate::recipient::{Recipients, canonical};
use crate::selector::Selector;
use crate::sops_file::SealedSops;
use crate::stanza::{self, NONCE_LENGTH, TAG_LENGTH};
use crate::value::{EncryptedValue, has_text_behind, looks_encrypted};
use crate::walk::{self, Leaf, Place};

/// A data key in an age file: a nonce, 32 bytes and a tag.
const WRAPPED_PAYLOAD_LENGTH: usize = NONCE_LENGTH + 32 + TAG_LENGTH;

/// What a file in the layout of sops shows without any key.
#[derive(Debug)]
pub struct Inspection {
    /// The document without its metadata and its fingerprint; encrypted values are texts in it.
    pub document: Document,
    /// The age recipients in the order of the file.
    pub recipients: Vec<String>,
    /// Which values the MAC covers.
    pub mac_scope: MacScope,
    /// The version of sops that the file says it is from.
    pub version: String,
    /// When the file was last changed, as RFC 3339 spells it.
    pub last_modified: String,
    /// The fingerprint, if there is one.
    pub fingerprint: Option<String>,
    /// Every value under `data` and `stringData`, in order.
    pub values: Vec<InspectedValue>,
    /// What looks wrong, in the order of the file.
    pub flaws: Vec<Flaw>,
}

/// A value under `data` or `stringData`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InspectedValue {
    /// Where it stands.
    pub path: KeyPath,
    /// What can be seen of it.
    pub state: ValueState,
}

/// What can be seen of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueState {
    /// It is encrypted.
    Encrypted,
    /// It is an empty text, which is never encrypted.
    Empty,
    /// It can be read by everybody.
    Clear,
    /// It begins like an encrypted value, and is none.
    Malformed,
    /// It is encrypted, and behind it stands text that everybody can read and change.
    Followed,
}

/// Something that looks wrong in a sealed file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flaw {
    /// There is more than one document in the file; only the first was looked at.
    SeveralDocuments(usize),
    /// A value can be read by everybody.
    ValueInClear(KeyPath),
    /// A value begins like an encrypted one, and is none.
    MalformedValue(KeyPath),
    /// Behind an encrypted value, or behind the MAC, stands text that everybody can read and change.
    /// Who opens the file does not see it.
    TextBehindValue(KeyPath),
    /// A comment beside the secrets can be read by everybody.
    CommentInClear(KeyPath),
    /// The rule for what is encrypted is not the one that this crate writes.
    OtherSelector,
    /// There is no MAC.
    MacMissing,
    /// The MAC is not a well-formed encrypted value.
    MacMalformed,
    /// There is no version of sops, or what is there is none; sops opens no such file.
    VersionMalformed,
    /// A recipient is listed twice.
    DuplicateRecipient(String),
    /// What is wrapped for a recipient is no age file that can hold a data key.
    MalformedKey(String),
    /// What is wrapped for a recipient is wrapped for another kind of key.
    ForeignStanza(String),
    /// The data key can be unwrapped by key services besides age.
    OtherKeys(Vec<String>),
    /// The data key is split between groups of keys.
    KeyGroups,
}

/// Looks at a YAML file in the layout of sops without opening it.
///
/// # Errors
///
/// Says why it is no such file.
pub fn inspect(text: &str) -> Result<Inspection, OpenError> {
    let SealedSops { documents, metadata, .. } = SealedSops::parse(text, FileFormat::Yaml)?;
    let count = documents.len();
    let Some(document) = documents.into_iter().next() else {
        return Err(OpenError::NotSealed);
    };
    let (document, fingerprint) = fingerprint::take(document);
    let mut inspector = Inspector::default();
    if count > 1 {
        inspector.flaws.push(Flaw::SeveralDocuments(count));
    }
    inspector.values(&document);
    inspector.metadata(&metadata);
    Ok(Inspection {
        document,
        recipients: metadata.wrapped_keys.into_iter().map(|key| key.recipient).collect(),
        mac_scope: metadata.mac_scope,
        version: metadata.version,
        last_modified: metadata.last_modified,
        fingerprint,
        values: inspector.values,
        flaws: inspector.flaws,
    })
}

impl Inspection {
    /// Lists the age recipients of a file in any format of sops, in the order of the file.
    ///
    /// # Errors
    ///
    /// Says why it is no such file.
    pub fn recipients_of(text: &str, format: FileFormat) -> Result<Vec<String>, OpenError> {
        let SealedSops { metadata, .. } = SealedSops::parse(text, format)?;
        Ok(metadata.wrapped_keys.into_iter().map(|key| key.recipient).collect())
    }

    /// Returns the documents of a file in any format of sops; encrypted values are texts in them.
    ///
    /// # Errors
    ///
    /// Says why it is no such file.
    pub fn documents_of(text: &str, format: FileFormat) -> Result<Vec<Document>, OpenError> {
        Ok(SealedSops::parse(text, format)?.documents)
    }

    /// Says whether the file is for exactly these recipients, in whatever order.
    #[must_use]
    pub fn is_for(&self, recipients: &Recipients) -> bool {
        let mut found: Vec<String> = self.recipients.iter().map(|text| canonical(text)).collect();
        found.sort_unstable();
        found.dedup();
        found == recipients.sorted()
    }
}

#[derive(Default)]
struct Inspector {
    values: Vec<InspectedValue>,
    flaws: Vec<Flaw>,
}

impl Inspector {
    fn values(&mut self, document: &Document) {
        let selector = Selector::kubernetes();
        walk::visit(document, &mut |leaf, place| {
            if selector.encrypts(place, leaf.is_comment()) {
                self.leaf(leaf, place);
            }
        });
    }

    fn leaf(&mut self, leaf: &Leaf, place: Place<'_>) {
        let path = KeyPath::of(place.path);
        let state = match leaf {
            Leaf::Scalar(Scalar::Text(text)) | Leaf::Comment(Comment::Clear(text)) => {
                state_of(text)
            }
            Leaf::Scalar(_) | Leaf::Secret(_) | Leaf::Comment(Comment::Secret(_)) => {
                ValueState::Clear
            }
        };
        match state {
            ValueState::Clear if leaf.is_comment() => {
                self.flaws.push(Flaw::CommentInClear(path.clone()));
            }
            ValueState::Clear => self.flaws.push(Flaw::ValueInClear(path.clone())),
            ValueState::Malformed => self.flaws.push(Flaw::MalformedValue(path.clone())),
            ValueState::Followed => self.flaws.push(Flaw::TextBehindValue(path.clone())),
            ValueState::Encrypted | ValueState::Empty => {}
        }
        if !leaf.is_comment() {
            self.values.push(InspectedValue { path, state });
        }
    }

    fn metadata(&mut self, metadata: &Metadata) {
        self.flaws.extend(flaws(metadata));
        if metadata.has_key_groups {
            self.flaws.push(Flaw::KeyGroups);
        }
        if !metadata.other_services.is_empty() {
            self.flaws.push(Flaw::OtherKeys(metadata.other_services.clone()));
        }
        if !metadata.selector.is_kubernetes() {
            self.flaws.push(Flaw::OtherSelector);
        }
        if metadata.mac.is_empty() {
            self.flaws.push(Flaw::MacMissing);
        } else if EncryptedValue::parse(&metadata.mac).is_err() {
            self.flaws.push(Flaw::MacMalformed);
        } else if has_text_behind(&metadata.mac) {
            self.flaws.push(Flaw::TextBehindValue(KeyPath::of_mac()));
        }
    }
}

/// Finds what keeps a recipient or sops from opening a file that may open here all the same, and
/// who is listed twice.
pub(crate) fn flaws(metadata: &Metadata) -> Vec<Flaw> {
    let mut seen: Vec<String> = Vec::new();
    let mut flaws = Vec::new();
    for key in &metadata.wrapped_keys {
        let recipient = canonical(&key.recipient);
        if seen.contains(&recipient) {
            flaws.push(Flaw::DuplicateRecipient(key.recipient.clone()));
        }
        seen.push(recipient);
        flaws.extend(inspect_key(key));
    }
    if !is_version(&metadata.version) {
        flaws.push(Flaw::VersionMalformed);
    }
    flaws
}

/// Says whether sops can read `text` as the version of a sops; it opens no file without one.
pub(crate) fn is_version(text: &str) -> bool {
    let is_number = |text: &str| {
        let is_short = text == "0" || !text.starts_with('0');
        is_short && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let parts: Vec<&str> = text.strip_prefix('v').unwrap_or(text).splitn(3, '.').collect();
    let [major, minor, rest] = parts.as_slice() else {
        return false;
    };
    // Behind the last number may stand which release before the release it is, and which build.
    let patch = rest.split(['-', '+']).next().unwrap_or_default();
    [*major, *minor, patch].into_iter().all(is_number)
}

fn state_of(text: &str) -> ValueState {
    if text.is_empty() {
        return ValueState::Empty;
    }
    match EncryptedValue::parse(text) {
        Ok(_) if has_text_behind(text) => ValueState::Followed,
        Ok(_) => ValueState::Encrypted,
        Err(_) if looks_encrypted(text) => ValueState::Malformed,
        Err(_) => ValueState::Clear,
    }
}

fn inspect_key(key: &WrappedKey) -> Option<Flaw> {
    let malformed = || Some(Flaw::MalformedKey(key.recipient.clone()));
    let Some(bytes) = armor::parse(&key.enc) else {
        return malformed();
    };
    let Some(file) = stanza::parse(&bytes) else {
        return malformed();
    };
    if file.payload.len() != WRAPPED_PAYLOAD_LENGTH {
        return malformed();
    }
    let is_expected = match expected_stanza(&key.recipient) {
        // A plugin makes what stanzas it likes.
        None => true,
        Some(tag) => file.stanzas.iter().any(|stanza| stanza.tag == tag),
    };
    (!is_expected).then(|| Flaw::ForeignStanza(key.recipient.clone()))
}

/// The kind of stanza that wrapping for a recipient makes.
fn expected_stanza(recipient: &str) -> Option<&'static str> {
    let recipient = recipient.trim();
    match KeyKind::of(recipient) {
        Some(KeyKind::X25519) => Some(crate::x25519::STANZA_TAG),
        Some(KeyKind::PostQuantum) => Some(crate::post_quantum::STANZA_TAG),
        None => ["ssh-ed25519", "ssh-rsa"].into_iter().find(|kind| recipient.starts_with(kind)),
    }
}
