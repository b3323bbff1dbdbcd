//! Sealed files as sources: what is in them, and the value that a way leads to.

use regrender_config::{Step, ValuePath};
use regrender_document::{
    Document, Item, Mapping, Node, Scalar, SecretKind, SecretScalar, SecretText, number,
};
use regrender_seal::{FileFormat, Identities, Inspection, OpenError, inspect_age, open, open_age};

use super::bytes::SecretBytes;

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

/// A value of a sealed file.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    /// Its text.
    pub(crate) text: SecretText,
    /// What the file takes it for.
    pub(crate) kind: Kind,
}

/// What a file takes a value for that has no quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text.
    Text,
    /// A number: `0123` is 83, and long ones lose digits.
    Number,
    /// A truth value.
    TruthValue,
    /// A point in time.
    Time,
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
    /// It is not text, which a file of sops is.
    NotText,
    /// It is sealed with a passphrase.
    Passphrase,
    /// It is an age file, and was taken for one of sops.
    IsAge,
    /// It is a file of sops, and was taken for an age file.
    IsSops,
}

/// Why a way leads to no value. Names of keys are never encrypted, and so may be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PathFailure {
    /// There is no such key.
    KeyMissing {
        /// Where it should be; empty at the top.
        above: String,
        /// Its name.
        name: String,
        /// The names there.
        there: Vec<String>,
    },
    /// There is no such position.
    PositionMissing {
        /// The list.
        list: String,
        /// How many items it has.
        length: usize,
    },
    /// The way goes on behind a value that has nothing in it.
    TooLong {
        /// The value.
        at: String,
    },
    /// It leads to something else than a value.
    NotAValue {
        /// What that is.
        kind: &'static str,
        /// The names there.
        there: Vec<String>,
    },
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
        SealedFailure::NotOpened { error, recipients: Vec::new() }
    })?;
    Ok(Content::Bytes(SecretBytes::new(text.expose().as_bytes())))
}

/// Says whether a file begins as an age file does.
pub(crate) fn is_age(bytes: &[u8]) -> bool {
    let text = bytes.trim_ascii_start();
    text.starts_with(b"age-encryption.org/") || text.starts_with(b"-----BEGIN AGE ENCRYPTED FILE")
}

/// Says whether sops wrote a file of that name.
fn is_sops(name: &str, bytes: &[u8]) -> bool {
    let text = std::str::from_utf8(bytes).ok().filter(|_| !is_age(bytes));
    text.is_some_and(|text| Inspection::recipients_of(text, FileFormat::of_name(name)).is_ok())
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

/// Returns the value that `path` leads to, in the first document, as `sops decrypt --extract` does.
///
/// # Errors
///
/// Says where the way ends.
fn value_at(documents: &[Document], path: &ValuePath) -> Result<Value, PathFailure> {
    let top = documents.first().map(|document| Node::Mapping(document.root.clone()));
    let top = top.unwrap_or_else(|| Node::Mapping(Mapping::new()));
    let mut node = &top;
    let mut above = String::new();
    for step in path.steps() {
        node = child(node, step, &above)?;
        above = match step {
            Step::Key(name) if above.is_empty() => name.clone(),
            Step::Key(name) => format!("{above}.{name}"),
            Step::Position(position) => format!("{above}[{position}]"),
        };
    }
    text_of(node)
}

fn child<'a>(node: &'a Node, step: &Step, above: &str) -> Result<&'a Node, PathFailure> {
    match (node, step) {
        (Node::Mapping(mapping), Step::Key(name)) => {
            member(mapping, name).ok_or_else(|| PathFailure::KeyMissing {
                above: above.to_owned(),
                name: name.clone(),
                there: names(mapping),
            })
        }
        (Node::Mapping(mapping), Step::Position(position)) => Err(PathFailure::KeyMissing {
            above: above.to_owned(),
            name: position.to_string(),
            there: names(mapping),
        }),
        (Node::Sequence(items), step) => {
            let position = match step {
                Step::Position(position) => Some(*position),
                Step::Key(name) => name.parse().ok(),
            };
            let found =
                position.and_then(|position| items.iter().filter_map(Item::as_value).nth(position));
            found.ok_or_else(|| PathFailure::PositionMissing {
                list: above.to_owned(),
                length: items.iter().filter_map(Item::as_value).count(),
            })
        }
        (Node::Scalar(_) | Node::Secret(_), _) => {
            Err(PathFailure::TooLong { at: above.to_owned() })
        }
    }
}

/// Of several sections of one name in an INI file, the first with anything in it counts: to sops a
/// section `DEFAULT` is at the top of each, whatever header comes first.
fn member<'a>(mapping: &'a Mapping, name: &str) -> Option<&'a Node> {
    let named = || mapping.pairs().filter(|(key, _)| *key == name).map(|(_, value)| value);
    let has_any = |value: &&Node| value.as_mapping().is_none_or(|section| !section.is_empty());
    named().find(has_any).or_else(|| named().next())
}

fn names(mapping: &Mapping) -> Vec<String> {
    let mut names: Vec<String> = mapping.pairs().map(|(name, _)| name.to_owned()).collect();
    names.dedup();
    names
}

fn text_of(node: &Node) -> Result<Value, PathFailure> {
    let not_a_value = |kind, there| Err(PathFailure::NotAValue { kind, there });
    let (text, kind) = match node {
        Node::Secret(SecretScalar { kind, text }) => match kind {
            SecretKind::Text => (text.clone(), Kind::Text),
            SecretKind::Integer | SecretKind::Float => (text.clone(), Kind::Number),
            SecretKind::Time => (text.clone(), Kind::Time),
            // SOPS spells `True` inside the ciphertext.
            SecretKind::Bool => {
                (SecretText::new(text.expose().to_ascii_lowercase()), Kind::TruthValue)
            }
        },
        Node::Scalar(scalar) => {
            let (text, kind) = match scalar {
                Scalar::Text(text) => (text.clone(), Kind::Text),
                Scalar::Time(text) => (text.clone(), Kind::Time),
                Scalar::Bool(value) => (value.to_string(), Kind::TruthValue),
                Scalar::Integer(value) => (value.to_string(), Kind::Number),
                Scalar::Float(value) => (number::plain(*value), Kind::Number),
                Scalar::Null => return not_a_value("null", Vec::new()),
            };
            (SecretText::new(text), kind)
        }
        Node::Sequence(_) => return not_a_value("a list", Vec::new()),
        Node::Mapping(mapping) => return not_a_value("a mapping", names(mapping)),
    };
    Ok(Value { text, kind })
}
