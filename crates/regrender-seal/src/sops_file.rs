//! A file in the layout of sops, taken apart without opening it.

use regrender_document::{Document, Mapping};

use crate::error::OpenError;
use crate::format::FileFormat;
use crate::metadata::Metadata;

/// A file in the layout of sops that was taken apart without opening it.
pub(crate) struct SealedSops {
    pub(crate) format: FileFormat,
    /// The documents without the metadata; encrypted values are texts in them.
    pub(crate) documents: Vec<Document>,
    /// The metadata as it stands in the file.
    pub(crate) block: Mapping,
    /// What the metadata says.
    pub(crate) metadata: Metadata,
}

impl SealedSops {
    /// Takes a file apart, or says why it is none.
    pub(crate) fn parse(text: &str, format: FileFormat) -> Result<Self, OpenError> {
        let (documents, block) = format.parse(text)?;
        let metadata = Metadata::parse(&block)?;
        Ok(Self { format, documents, block, metadata })
    }
}
