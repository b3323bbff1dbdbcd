//! Opening: from a sealed file to documents with secrets.

use regrender_document::{
    Comment, Document, Mapping, Scalar, SecretKind, SecretScalar, SecretText, number,
};
use zeroize::Zeroizing;

use crate::data_key::DataKey;
use crate::error::OpenError;
use crate::format::FileFormat;
use crate::identity::Identities;
use crate::key_path::KeyPath;
use crate::mac::{MacHash, MacScope};
use crate::metadata::{Metadata, parse_bool};
use crate::seal::KeptValue;
use crate::selector::Selector;
use crate::sops_file::SealedSops;
use crate::timestamp;
use crate::value::{EncryptedValue, ValueError, ValueKind, has_text_behind, looks_encrypted};
use crate::walk::{self, Leaf, Place, Plaintext};

/// A sealed file, opened: its MAC was right, and so was every value.
pub struct Opened {
    format: FileFormat,
    documents: Vec<Document>,
    pub(crate) block: Mapping,
    pub(crate) metadata: Metadata,
    pub(crate) data_key: DataKey,
    pub(crate) kept: Vec<KeptValue>,
    /// The first encrypted value, the MAC included, that text stands behind.
    pub(crate) text_behind: Option<KeyPath>,
}

/// Opens a file that sops or this crate sealed.
///
/// # Errors
///
/// Says why it does not open, or which value or MAC is wrong; never a value.
pub fn open(text: &str, format: FileFormat, identities: &Identities) -> Result<Opened, OpenError> {
    SealedSops::parse(text, format)?.open(identities)
}

/// Opens a plain age file, armored or not.
///
/// # Errors
///
/// Says why it does not open.
pub fn open_age(file: &[u8], identities: &Identities) -> Result<SecretText, OpenError> {
    let plaintext = identities.open_file(file)?;
    into_text(plaintext).ok_or(OpenError::Binary)
}

impl SealedSops {
    /// Opens the file with whichever identity can.
    pub(crate) fn open(self, identities: &Identities) -> Result<Opened, OpenError> {
        let Self { format, documents, block, metadata } = self;
        if metadata.has_key_groups {
            return Err(OpenError::KeyGroups);
        }
        if metadata.wrapped_keys.is_empty() {
            return Err(OpenError::OtherKeysOnly { services: metadata.other_services });
        }
        let data_key = identities.unwrap(&metadata.wrapped_keys)?;
        let mut decryption = Decryption {
            data_key: &data_key,
            selector: &metadata.selector,
            hash: MacHash::new(metadata.mac_scope),
            kept: Vec::new(),
            text_behind: None,
        };
        let documents = documents
            .into_iter()
            .map(|document| walk::map(document, &mut |leaf, place| decryption.leaf(leaf, place)))
            .collect::<Result<Vec<_>, _>>()?;
        let Decryption { hash, kept, mut text_behind, .. } = decryption;
        hash.check(&metadata.mac, &data_key, &metadata.last_modified)?;
        if has_text_behind(&metadata.mac) {
            text_behind.get_or_insert_with(KeyPath::of_mac);
        }
        Ok(Opened { format, documents, block, metadata, data_key, kept, text_behind })
    }
}

impl Opened {
    /// Returns the documents; what was encrypted is a secret in them.
    #[must_use]
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// Hands the documents over.
    #[must_use]
    pub fn into_documents(self) -> Vec<Document> {
        self.documents
    }

    /// Spells the file in clear, byte for byte as `sops -d` prints it.
    ///
    /// # Errors
    ///
    /// Says which value its format cannot hold.
    pub fn reveal(&self) -> Result<SecretText, OpenError> {
        self.format.reveal(&self.documents)
    }

    /// Lists the age recipients as the file names them.
    pub fn recipients(&self) -> impl Iterator<Item = &str> {
        self.metadata.wrapped_keys.iter().map(|key| key.recipient.as_str())
    }

    /// Says which values the MAC covers.
    #[must_use]
    pub fn mac_scope(&self) -> MacScope {
        self.metadata.mac_scope
    }
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened")
            .field("format", &self.format)
            .field("documents", &self.documents)
            .field("metadata", &self.metadata)
            .finish_non_exhaustive()
    }
}

struct Decryption<'a> {
    data_key: &'a DataKey,
    selector: &'a Selector,
    hash: MacHash,
    kept: Vec<KeptValue>,
    text_behind: Option<KeyPath>,
}

impl Decryption<'_> {
    fn leaf(&mut self, leaf: Leaf, place: Place<'_>) -> Result<Leaf, OpenError> {
        if !self.selector.encrypts(place, leaf.is_comment()) {
            if !leaf.is_comment()
                && let Some((_, text)) = walk::plaintext(&leaf)
            {
                self.hash.add_clear(text.expose());
            }
            return Ok(leaf);
        }
        match leaf {
            // An empty text is never encrypted. Nor is an empty comment, which sops takes for an empty
            // text: in a list it becomes an item.
            Leaf::Scalar(Scalar::Text(text)) | Leaf::Comment(Comment::Clear(text))
                if text.is_empty() =>
            {
                Ok(Leaf::Scalar(Scalar::Text(text)))
            }
            Leaf::Scalar(Scalar::Text(text)) => self.value(text, place),
            Leaf::Comment(Comment::Clear(text)) => self.comment(text, place),
            Leaf::Comment(comment @ Comment::Secret(_)) => Ok(Leaf::Comment(comment)),
            Leaf::Scalar(_) | Leaf::Secret(_) => {
                Err(OpenError::NotEncrypted { path: KeyPath::of(place.path) })
            }
        }
    }

    fn value(&mut self, sealed: String, place: Place<'_>) -> Result<Leaf, OpenError> {
        let path = || KeyPath::of(place.path);
        if !looks_encrypted(&sealed) {
            return Err(OpenError::NotEncrypted { path: path() });
        }
        let additional_data = place.additional_data();
        let (kind, plaintext) =
            self.decrypt(&sealed, &additional_data).map_err(|error| match error {
                ValueError::Malformed => OpenError::MalformedValue { path: path() },
                ValueError::NotAuthentic => OpenError::NotAuthentic { path: path() },
            })?;
        let text = into_text(plaintext).ok_or_else(|| OpenError::NotText { path: path() })?;
        let leaf = typed(kind, text).ok_or_else(|| OpenError::MalformedValue { path: path() })?;
        // In a list, sops keeps an encrypted comment as an item; it is no part of the hash.
        if let Leaf::Secret(secret) = &leaf {
            self.hash.add_encrypted(secret.text.expose());
        }
        self.keep(&leaf, additional_data, sealed, place);
        Ok(leaf)
    }

    /// A comment that does not decrypt is taken for one that was never encrypted, as sops takes it.
    /// One that turns out to be a text is part of the hash, and an item in a list.
    fn comment(&mut self, sealed: String, place: Place<'_>) -> Result<Leaf, OpenError> {
        let additional_data = place.additional_data();
        let decrypted = self.decrypt(&sealed, &additional_data).ok();
        let leaf = decrypted
            .and_then(|(kind, plaintext)| Some((kind, typed(kind, into_text(plaintext)?)?)));
        match leaf {
            None => Ok(Leaf::Comment(Comment::Clear(sealed))),
            Some((ValueKind::Comment, comment)) => {
                self.keep(&comment, additional_data, sealed, place);
                Ok(comment)
            }
            Some((ValueKind::Text, Leaf::Secret(secret))) => {
                self.hash.add_encrypted(secret.text.expose());
                Ok(Leaf::Secret(secret))
            }
            Some(_) => Err(OpenError::MalformedValue { path: KeyPath::of(place.path) }),
        }
    }

    fn decrypt(
        &self,
        sealed: &str,
        additional_data: &str,
    ) -> Result<(ValueKind, Zeroizing<Vec<u8>>), ValueError> {
        let value = EncryptedValue::parse(sealed)?;
        let kind = value.kind;
        Ok((kind, value.decrypt(self.data_key.cipher(), additional_data.as_bytes())?))
    }

    fn keep(&mut self, leaf: &Leaf, additional_data: String, sealed: String, place: Place<'_>) {
        if has_text_behind(&sealed) {
            self.text_behind.get_or_insert_with(|| KeyPath::of(place.path));
        }
        if let Some((kind, Plaintext::Secret(text))) = walk::plaintext(leaf) {
            let plaintext = text.clone();
            self.kept.push(KeptValue { additional_data, kind, plaintext, sealed });
        }
    }
}

fn into_text(mut plaintext: Zeroizing<Vec<u8>>) -> Option<SecretText> {
    let text = String::from_utf8(std::mem::take(&mut *plaintext));
    text.map(SecretText::new).map_err(|error| Zeroizing::new(error.into_bytes())).ok()
}

/// Gives a decrypted value its type, spelled as sops spells the type. The type is not
/// authenticated, so the text may not fit it.
fn typed(kind: ValueKind, text: SecretText) -> Option<Leaf> {
    let secret = |kind, text| Some(Leaf::Secret(SecretScalar { kind, text }));
    let plain = text.expose();
    match kind {
        ValueKind::Text => secret(SecretKind::Text, text),
        // Nothing writes these, and sops crashes when it reads one.
        ValueKind::Bytes => None,
        ValueKind::Time => {
            timestamp::normalize(plain)?;
            secret(SecretKind::Time, text)
        }
        ValueKind::Comment => Some(Leaf::Comment(Comment::Secret(text))),
        ValueKind::Integer => {
            let value: i64 = plain.parse().ok()?;
            secret(SecretKind::Integer, SecretText::new(value.to_string()))
        }
        ValueKind::Float => {
            let value: f64 = plain.parse().ok()?;
            secret(SecretKind::Float, SecretText::new(number::plain(value)))
        }
        ValueKind::Bool => {
            let value = parse_bool(plain)?;
            secret(SecretKind::Bool, SecretText::new(walk::spell_bool(value).to_owned()))
        }
    }
}
