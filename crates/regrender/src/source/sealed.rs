//! Sealed files as sources: how they are opened, and what is in them.

mod value;

use regrender_config::ValuePath;
use regrender_document::{Document, Item, Mapping, Node, SecretText};
use regrender_seal::{FileFormat, Identities, Inspection, OpenError, inspect_age, open, open_age};

use self::value::value_at;
pub(crate) use self::value::{Kind, PathFailure, Value};
use crate::input::bytes::SecretBytes;

/// How the header of an age file begins.
const AGE_HEADER: &[u8] = b"age-encryption.org/v1\n";
/// How the stanza of a passphrase begins.
const PASSPHRASE_STANZA: &[u8] = b"-> scrypt ";

/// What a sealed file holds.
#[derive(Debug)]
pub(crate) enum Content {
    /// One value.
    Bytes(SecretBytes),
    /// Values with keys.
    Documents(Vec<Document>),
}

/// Why a sealed file gives nothing. None of it is a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SealedFailure {
    /// It does not open.
    NotOpened {
        /// Why.
        error: OpenError,
        /// Who can open it, as far as the file says.
        recipients: Vec<String>,
    },
    /// Its values are sealed, and what opens them is not there any more.
    CutOff,
    /// It is not text, which a file of sops is.
    NotText,
    /// It is sealed with a passphrase.
    Passphrase,
    /// It is an age file, and was taken for one of sops.
    IsAge,
    /// It is a file of sops, and was taken for an age file.
    IsSops,
    /// It is text, and was taken for an age file.
    NotAge,
}

/// Opens the file of that name.
///
/// # Errors
///
/// Says why it does not open.
pub(crate) fn open_sops(
    name: &str,
    bytes: &SecretBytes,
    identities: &Identities,
) -> Result<Content, SealedFailure> {
    if is_age(bytes.expose()) {
        return Err(SealedFailure::IsAge);
    }
    let text =
        std::str::from_utf8(bytes.expose()).map_err(|_adds_nothing| SealedFailure::NotText)?;
    let format = FileFormat::of_name(name);
    let not_opened = |error| {
        if error == OpenError::NotSealed && holds_sealed_value(bytes.expose()) {
            return SealedFailure::CutOff;
        }
        let recipients = Inspection::recipients_of(text, format).unwrap_or_default();
        SealedFailure::NotOpened { error, recipients }
    };
    let opened = open(text, format, identities).map_err(not_opened)?;
    if format != FileFormat::Binary {
        return Ok(Content::Documents(opened.into_documents()));
    }
    let revealed = opened.reveal().map_err(not_opened)?;
    Ok(Content::Bytes(SecretBytes::new(revealed.expose().as_bytes())))
}

/// Opens the age file of that name, armored or not.
///
/// # Errors
///
/// Says why it does not open.
pub(crate) fn open_age_file(
    name: &str,
    bytes: &SecretBytes,
    identities: &Identities,
) -> Result<Content, SealedFailure> {
    let opened = open_age(bytes.expose(), identities);
    let text = opened.map_err(|error| {
        if has_passphrase(bytes.expose()) {
            return SealedFailure::Passphrase;
        }
        if is_sops(name, bytes.expose()) {
            return SealedFailure::IsSops;
        }
        if is_other_text(bytes.expose()) {
            return SealedFailure::NotAge;
        }
        SealedFailure::NotOpened { error, recipients: Vec::new() }
    })?;
    Ok(Content::Bytes(SecretBytes::new(text.expose().as_bytes())))
}

/// Says whether a file begins as an age file does.
pub(crate) fn is_age(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii_start();
    text.starts_with(b"age-encryption.org/") || text.starts_with(b"-----BEGIN AGE ENCRYPTED FILE")
}

/// Says whether a file holds text, and nothing that age could have written.
fn is_other_text(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| {
        // With a mark before it, it is a damaged age file.
        let text = text.trim_start_matches('\u{feff}').trim();
        !text.is_empty() && !is_age(text.as_bytes())
    })
}

/// Says whether sops wrote a file of that name.
fn is_sops(name: &str, bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes).ok().filter(|_| !is_age(bytes));
    text.is_some_and(|text| Inspection::recipients_of(text, FileFormat::of_name(name)).is_ok())
}

/// Says whether everybody can read the value of a file of sops of that name that `path` leads to.
pub(crate) fn shows_value(name: &str, text: &str, path: &ValuePath) -> bool {
    let documents = Inspection::documents_of(text, FileFormat::of_name(name));
    let value = documents.ok().and_then(|documents| value_at(&documents, path).ok());
    value.is_some_and(|value| value.is_clear && !holds_sealed_value(value.text.expose().as_bytes()))
}

/// Says whether any value was sealed by sops: then a file without its metadata was cut off.
pub(crate) fn holds_sealed_value(bytes: &[u8]) -> bool {
    String::from_utf8_lossy(bytes).contains("ENC[AES256_GCM,")
}

/// Says whether an age file is sealed with a passphrase, which is then the only way to open it.
pub(crate) fn has_passphrase(bytes: &[u8]) -> bool {
    if let Some(header) = bytes.strip_prefix(AGE_HEADER) {
        return header.starts_with(PASSPHRASE_STANZA);
    }
    let inspected = std::str::from_utf8(bytes).ok().and_then(|text| inspect_age(text).ok());
    inspected.is_some_and(|file| file.stanzas.iter().any(|kind| kind == "scrypt"))
}

impl Content {
    /// Returns the value that `path` leads to.
    ///
    /// # Errors
    ///
    /// Says where the way ends.
    pub(crate) fn value_at(&self, path: &ValuePath) -> Result<Value, PathFailure> {
        match self {
            Self::Documents(documents) => value_at(documents, path),
            Self::Bytes(_) => Err(PathFailure::TooLong { at: String::new() }),
        }
    }

    /// Lists every secret in it.
    pub(crate) fn secrets(&self) -> Vec<SecretText> {
        let mut secrets = Vec::new();
        if let Self::Documents(documents) = self {
            for document in documents {
                collect_mapping(&document.root, &mut secrets);
            }
        }
        secrets
    }
}

fn collect_mapping(mapping: &Mapping, secrets: &mut Vec<SecretText>) {
    for (_, value) in mapping.pairs() {
        collect(value, secrets);
    }
}

fn collect(node: &Node, secrets: &mut Vec<SecretText>) {
    match node {
        Node::Secret(secret) => secrets.push(secret.text.clone()),
        Node::Mapping(mapping) => collect_mapping(mapping, secrets),
        Node::Sequence(items) => {
            items.iter().filter_map(Item::as_value).for_each(|node| collect(node, secrets));
        }
        Node::Scalar(_) => {}
    }
}
