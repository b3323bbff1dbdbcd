//! The formats of sealed files, and what each makes of a text and of a document.

mod dotenv;
mod flat;
mod ini;
mod json;

use regrender_document::{
    Document, Mapping, Node, ParseProblem, SecretText, Spelling, emit_revealed,
};

use crate::error::{MetadataError, OpenError};
use crate::key_path::KeyPath;
use crate::metadata;

/// The format of a file that sops seals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// YAML, of one document or several.
    Yaml,
    /// JSON with an object at the top.
    Json,
    /// Lines of `KEY=value`.
    Dotenv,
    /// Sections of `key = value`.
    Ini,
    /// Anything else: sops puts it into a JSON object as one text.
    Binary,
}

impl FileFormat {
    /// Takes the format from the name of a file, as sops does.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        let endings = [
            (".yaml", Self::Yaml),
            (".yml", Self::Yaml),
            (".json", Self::Json),
            (".env", Self::Dotenv),
            (".ini", Self::Ini),
        ];
        endings
            .iter()
            .find(|(ending, _)| name.ends_with(ending))
            .map_or(Self::Binary, |(_, format)| *format)
    }

    /// Returns the name of the format.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Yaml => "YAML",
            Self::Json => "JSON",
            Self::Dotenv => "dotenv",
            Self::Ini => "INI",
            Self::Binary => "binary",
        }
    }

    /// Reads a sealed file, and takes the metadata out of it.
    pub(crate) fn parse(self, text: &str) -> Result<(Vec<Document>, Mapping), OpenError> {
        match self.read(text)? {
            (documents, Some(Node::Mapping(block))) => Ok((documents, block)),
            (_, Some(_)) => Err(MetadataError::NotAMapping.into()),
            (_, None) => Err(OpenError::NotSealed),
        }
    }

    /// Reads a file that may be sealed: its documents, and its metadata if it has any.
    pub(crate) fn read(self, text: &str) -> Result<(Vec<Document>, Option<Node>), OpenError> {
        let syntax = |detail| OpenError::Syntax { format: self.name(), detail };
        let flat = |(document, block): (Document, Option<Mapping>)| {
            (vec![document], block.map(Node::Mapping))
        };
        match self {
            Self::Yaml => Ok(take_block(parse_yaml(text)?)),
            Self::Json | Self::Binary => Ok(take_block(vec![json::parse(text).map_err(syntax)?])),
            Self::Dotenv => Ok(flat(dotenv::parse(text).map_err(syntax)?)),
            Self::Ini => Ok(flat(ini::parse(text).map_err(syntax)?)),
        }
    }

    /// Spells opened documents with their secrets in clear, as `sops -d` prints them.
    pub(crate) fn reveal(self, documents: &[Document]) -> Result<SecretText, OpenError> {
        let first = documents.first();
        let revealed = match self {
            Self::Yaml => return Ok(emit_revealed(documents, Spelling::Sops)),
            Self::Json => Ok(first.map(json::reveal)),
            Self::Dotenv => first.map(dotenv::reveal).transpose(),
            Self::Ini => first.map(ini::reveal).transpose(),
            Self::Binary => first.map(json::reveal_envelope).transpose(),
        };
        let not_representable =
            |path: KeyPath| OpenError::NotRepresentable { format: self.name(), path };
        Ok(revealed.map_err(not_representable)?.unwrap_or_else(|| SecretText::new(String::new())))
    }
}

/// Reads the documents of a YAML file.
pub(crate) fn parse_yaml(text: &str) -> Result<Vec<Document>, OpenError> {
    regrender_document::parse(text).map_err(|error| match error.problem {
        ParseProblem::ConflictMarker => OpenError::ConflictMarkers { line: error.line },
        _ => OpenError::Syntax { format: FileFormat::Yaml.name(), detail: error.to_string() },
    })
}

/// Takes the metadata out of documents: it stands in each, and the first is the one that counts.
fn take_block(mut documents: Vec<Document>) -> (Vec<Document>, Option<Node>) {
    let blocks: Vec<Option<Node>> =
        documents.iter_mut().map(|document| document.root.remove(metadata::KEY)).collect();
    (documents, blocks.into_iter().next().flatten())
}
