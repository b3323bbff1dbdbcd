//! What makes a text not JSON, and where.

use std::fmt;

use thiserror::Error;

/// A text that is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not valid JSON: {fault} at byte {offset}")]
pub struct JsonError {
    /// Where, in bytes from 0.
    pub offset: usize,
    /// What is wrong there.
    pub fault: JsonFault,
}

/// What makes a text not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonFault {
    /// The text ends too early.
    UnexpectedEnd,
    /// A byte order mark stands before the document.
    ByteOrderMark,
    /// Something else than the grammar allows here.
    UnexpectedCharacter,
    /// Something follows the value.
    TrailingText,
    /// More than 10,000 levels.
    TooDeep,
}

impl fmt::Display for JsonFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnexpectedEnd => "it ends too early",
            Self::ByteOrderMark => "it begins with a byte order mark",
            Self::UnexpectedCharacter => "unexpected character",
            Self::TrailingText => "text after the end of the value",
            Self::TooDeep => "nested too deeply",
        })
    }
}
