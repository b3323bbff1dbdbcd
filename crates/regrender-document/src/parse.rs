//! How YAML is read into documents.
//!
//! Knows the tree that SOPS builds from a file: the types of Go's YAML reader, aliases expanded,
//! comments as entries of the mapping or list they stand in. Refuses what SOPS cannot seal.

mod comment;
mod document;
mod grammar;
mod tab;
mod token;
mod tree;
mod usual;

use crate::bytes::ByteSet;
use crate::document::Document;
use token::Mark;

/// How deep collections may nest.
const DEPTH_LIMIT: usize = 128;

/// How many nodes the aliases of a file may stand for, together.
const ALIAS_LIMIT: usize = 100_000;

/// A text cannot be read. Never quotes the text, which may hold secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {problem}")]
pub struct ParseError {
    /// The line, counted from one.
    pub line: usize,
    /// The column, counted from one.
    pub column: usize,
    /// What is wrong there.
    pub problem: ParseProblem,
}

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseProblem {
    /// The text is not YAML.
    #[error("this is not valid YAML")]
    Syntax,
    /// A tab where YAML allows only spaces.
    #[error("a tab where YAML allows only spaces")]
    Tab,
    /// A bracket without its counterpart.
    #[error("a bracket without its counterpart")]
    Bracket,
    /// A merge of two branches was left unfinished.
    #[error("a conflict marker of an unfinished merge")]
    ConflictMarker,
    /// A character that YAML does not allow, or that only some readers take for a line end.
    #[error("a character that cannot stand in a YAML file")]
    Character,
    /// An escape that Go's reader does not know.
    #[error("an escape in quotation marks that SOPS and Kubernetes do not know")]
    Escape,
    /// A question mark in a text without quotes, within brackets.
    #[error("a question mark within brackets; put the text into quotation marks")]
    QuestionMark,
    /// A further document without its mark.
    #[error("a further document that does not begin with `---`")]
    DocumentMark,
    /// A directive other than `%YAML 1.1`.
    #[error("a directive that is not supported")]
    Directive,
    /// A document that is a list.
    #[error("a document that is a list; only mappings are supported")]
    ListDocument,
    /// A document that is a single value.
    #[error("a document that is a single value; only mappings are supported")]
    ValueDocument,
    /// A key that stands twice in one mapping.
    #[error("this key stands twice in its mapping")]
    DuplicateKey,
    /// A key that is no string.
    #[error("this key is not a string; quote it")]
    NonStringKey,
    /// A value that does not fit its tag.
    #[error("this value does not fit its tag")]
    TagMismatch,
    /// A tag whose values are not supported.
    #[error("a tag that is not supported")]
    UnsupportedTag,
    /// A merge key whose value is neither a mapping nor a list of mappings.
    #[error("only mappings can be merged")]
    MergeValue,
    /// An alias of an anchor that is not there.
    #[error("an alias without an anchor")]
    UnknownAlias,
    /// An alias inside of what it stands for.
    #[error("an alias inside of what it stands for")]
    AliasCycle,
    /// Collections that nest too deep.
    #[error("collections are nested too deep")]
    TooDeep,
    /// Aliases that stand for too much.
    #[error("the aliases of this file stand for too much")]
    TooManyAliases,
}

impl ParseProblem {
    fn at(self, mark: Mark) -> ParseError {
        ParseError { line: mark.line + 1, column: mark.column + 1, problem: self }
    }
}

/// Reads the documents of `text`.
///
/// All comments become entries, those above the first key too: the headers of the documents are
/// empty. Spelled again, they stand where they stood, as far as SOPS keeps them there.
///
/// # Errors
///
/// Says where `text` is not YAML, or not YAML that SOPS can seal.
pub fn parse(text: &str) -> Result<Vec<Document>, ParseError> {
    read(text).map_err(|error| conflict_marker(text).unwrap_or(error))
}

fn read(text: &str) -> Result<Vec<Document>, ParseError> {
    match usual::read(text) {
        Some(document) => Ok(vec![document]),
        None => read_all(text),
    }
}

/// Reads the documents of a text, whatever of YAML is in it.
fn read_all(text: &str) -> Result<Vec<Document>, ParseError> {
    check_characters(text)?;
    let tokens = token::tokens(text)?;
    let tree = grammar::read(text, tokens)?;
    document::documents(&tree)
}

/// What nearly every file consists of; none of it is refused.
static USUAL: ByteSet = ByteSet::PRINTABLE.and(b"\t\n\r");

/// Refuses what Go's YAML reader refuses, and the line ends that only some readers know.
fn check_characters(text: &str) -> Result<(), ParseError> {
    if USUAL.has_all_of(text) {
        return Ok(());
    }
    let is_refused = |character: char| {
        matches!(character,
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
                | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
    };
    let Some(index) = text.find(is_refused) else {
        return Ok(());
    };
    Err(ParseProblem::Character.at(place(text, index)))
}

/// Returns the line and the column of what stands at `index`.
fn place(text: &str, index: usize) -> Mark {
    let above = text.get(..index).unwrap_or_default();
    let line_start = above.rfind('\n').map_or(0, |end| end + 1);
    let column = above.get(line_start..).unwrap_or_default().chars().count();
    Mark { index: 0, line: above.matches('\n').count(), column }
}

/// Finds the first line that marks an unfinished merge.
fn conflict_marker(text: &str) -> Option<ParseError> {
    let line = text.lines().position(|line| {
        line.strip_prefix("<<<<<<<").is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    })?;
    Some(ParseProblem::ConflictMarker.at(Mark { index: 0, line, column: 0 }))
}

#[cfg(test)]
mod tests;
