//! The annotations that sealing adds to a document.

use regrender_document::{Document, Mapping, Node};

use crate::error::SealError;
use crate::key_path::KeyPath;

const METADATA: &str = "metadata";
const ANNOTATIONS: &str = "annotations";

/// Returns the annotations of a document, if it has a mapping of them.
pub(crate) fn all(document: &Document) -> Option<&Mapping> {
    document.at(&[METADATA, ANNOTATIONS]).and_then(Node::as_mapping)
}

/// Returns an annotation of a document.
pub(crate) fn get<'d>(document: &'d Document, name: &str) -> Option<&'d Node> {
    document.at(&[METADATA, ANNOTATIONS, name])
}

/// Takes an annotation out of a document; annotations that are then empty go with it.
pub(crate) fn take(mut document: Document, name: &str) -> (Document, Option<String>) {
    let mut found = None;
    if let Some(metadata) = document.root.mapping_mut(METADATA)
        && let Some(annotations) = metadata.mapping_mut(ANNOTATIONS)
    {
        found = annotations.remove(name);
        if annotations.is_empty() {
            metadata.remove(ANNOTATIONS);
        }
    }
    (document, found.map(|value| value.as_text().unwrap_or_default().to_owned()))
}

/// Puts an annotation into a document that does not have it.
pub(crate) fn put(
    mut document: Document,
    name: &'static str,
    text: &str,
) -> Result<Document, SealError> {
    let no_place = |keys: &[&str]| SealError::NoPlaceForFingerprint { path: KeyPath::of(keys) };
    let metadata = ensure(&mut document.root, METADATA).ok_or_else(|| no_place(&[METADATA]))?;
    let annotations =
        ensure(metadata, ANNOTATIONS).ok_or_else(|| no_place(&[METADATA, ANNOTATIONS]))?;
    annotations.push(name, text);
    Ok(document)
}

/// Returns the mapping of a key, which is made if the key is not there; nothing if the key has
/// another value.
fn ensure<'m>(mapping: &'m mut Mapping, key: &'static str) -> Option<&'m mut Mapping> {
    if mapping.get(key).is_none() {
        mapping.push(key, Mapping::new());
    }
    mapping.mapping_mut(key)
}
