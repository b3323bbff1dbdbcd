//! The formats of sealed files without ciphers and metadata, for the fuzz targets alone.

use regrender_document::{Document, SecretText};

use crate::format::FileFormat;

/// Reads a file of `format`, sealed or not; its metadata, if it has any, is left out.
#[must_use]
pub fn read(text: &str, format: FileFormat) -> Option<Vec<Document>> {
    format.read(text).ok().map(|(documents, _)| documents)
}

/// Spells documents in clear.
#[must_use]
pub fn spell(documents: &[Document], format: FileFormat) -> Option<SecretText> {
    format.reveal(documents).ok()
}
