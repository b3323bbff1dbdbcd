//! Knows why a file, or one document of it, could not be read.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

/// A file, or one document of it, that says nothing because it could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unreadable {
    /// The file.
    #[serde(serialize_with = "in_words")]
    pub file: Arc<str>,
    /// The document, from 0; `None` for the whole file.
    #[serde(skip)]
    pub document: Option<usize>,
    /// Why.
    #[serde(serialize_with = "in_words")]
    pub reason: Reason,
}

/// Why a file or document is not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Reason {
    /// A template of Helm, which is no YAML before it is rendered.
    HelmTemplate,
    /// Encrypted with git-crypt.
    GitCrypt,
    /// Not UTF-8 and not UTF-16.
    NotText,
    /// Larger than any manifest.
    TooLarge,
    /// Nested more deeply than any manifest.
    TooDeep {
        /// The line, from 1.
        line: usize,
    },
    /// More nodes than any manifest, aliases written out.
    TooManyNodes {
        /// The line, from 1.
        line: usize,
    },
    /// An alias inside the node that it stands for.
    AliasOfItself {
        /// The line, from 1.
        line: usize,
    },
    /// A key that is a list or a mapping, which Kubernetes refuses.
    KeyNotText {
        /// The line, from 1.
        line: usize,
    },
    /// Not YAML.
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What the parser says.
        message: String,
    },
    /// The file could not be opened; the binary reports this.
    NotOpened {
        /// What the operating system says.
        message: String,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Scripts rely on it.
            Self::HelmTemplate => f.write_str("helm-template"),
            Self::GitCrypt => f.write_str("encrypted with git-crypt"),
            Self::NotText => f.write_str("not text: neither UTF-8 nor UTF-16"),
            Self::TooLarge => f.write_str("larger than 64 MiB"),
            Self::TooDeep { line } => write!(f, "nested too deeply at line {line}"),
            Self::TooManyNodes { line } => {
                write!(f, "too many nodes at line {line}, aliases written out")
            }
            Self::AliasOfItself { line } => {
                write!(f, "the alias at line {line} stands for a node that contains it")
            }
            Self::KeyNotText { line } => write!(f, "the key at line {line} is not text"),
            Self::Syntax { line, column, message } => {
                write!(f, "not valid YAML at line {line}, column {column}: {message}")
            }
            Self::NotOpened { message } => write!(f, "could not be opened: {message}"),
        }
    }
}

fn in_words<S: Serializer>(told: &impl fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(told)
}
