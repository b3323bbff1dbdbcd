//! What is wrong with a text before it is a table.

mod bracket;
mod duplicate;
mod merge;

use regrender_diagnostic::{Diagnostic, Span};
use toml::de::{DeTable, Error};

use self::bracket::Brackets;
use self::duplicate::{DUPLICATE, duplicates};
pub(crate) use self::merge::merge_conflicts;
use crate::problem::syntax;

/// The code of the one syntax error that leaves the rest of the text readable.
pub(crate) const DUPLICATE_KEY: &str = "duplicate-key";

/// Rounds of reading on behind an error that makes the parser lose its way.
const MOST_ROUNDS: usize = 20;

/// Turns the errors of the TOML parser into problems.
///
/// Behind a list that is not closed the parser takes every line for an item; so the text is read again
/// from there.
pub(crate) fn problems(text: &str, root: &DeTable<'_>, errors: Vec<Error>) -> Vec<Diagnostic> {
    let mut problems = duplicates(text, root, &errors);
    let mut errors = errors;
    let mut start = 0;
    for _ in 0..MOST_ROUNDS {
        let Some(next) = read(text, start, &errors, &mut problems) else { break };
        if next <= start {
            break;
        }
        start = next;
        errors = DeTable::parse_recoverable(text.get(start..).unwrap_or_default()).1;
    }
    problems
}

/// Errors behind which the parser takes the next line for a part of this one.
const ASTRAY: &[&str] =
    &["key with no value", "invalid unquoted key", "unclosed table", "unclosed array table"];

/// Collects the errors up to the first that makes the parser lose its way, and returns from where to
/// read on.
fn read(
    text: &str,
    start: usize,
    errors: &[Error],
    problems: &mut Vec<Diagnostic>,
) -> Option<usize> {
    let mut brackets = Brackets::new(start);
    for place in places(text, start, errors) {
        let line = line_start(text, place.span.start);
        let opened = brackets.last_before(text, line);
        if let Some(opened) = opened.filter(|opened| is_next(text, line, opened, &place)) {
            problems.push(syntax::open_bracket(opened, first_word(text, line)));
            return Some(line);
        }
        let opened = brackets.last_before(text, place.span.start);
        problems.push(problem(text, opened.as_ref(), &place));
        let is_astray = ASTRAY.iter().any(|beginning| place.message.starts_with(beginning));
        if is_astray && opened.is_none() {
            let rest = text.get(place.span.start..)?;
            return rest.find('\n').map(|newline| place.span.start + newline);
        }
    }
    None
}

/// An error of the parser, and where it is in the whole text.
#[derive(PartialEq)]
struct Place {
    message: String,
    span: Span,
}

/// Lists the first error of each line: after it the parser guesses, and mostly wrongly.
fn places(text: &str, start: usize, errors: &[Error]) -> Vec<Place> {
    let mut places: Vec<Place> = errors
        .iter()
        .filter(|error| error.message() != DUPLICATE)
        .map(|error| {
            let span = error.span().unwrap_or_default();
            let span = within(text, start + span.start..start + span.end);
            Place { message: error.message().to_owned(), span }
        })
        .collect();
    // Of two errors in one place the one that names a text comes first.
    places.sort_by_key(|place| (place.span.start, std::cmp::Reverse(place.span.end)));
    places.dedup_by_key(|place| line_start(text, place.span.start));
    places
}

fn problem(text: &str, opened: Option<&Span>, place: &Place) -> Diagnostic {
    if let Some(colon) = colon(text, place.span.start) {
        return syntax::colon(colon);
    }
    let found = text.get(place.span.clone()).unwrap_or_default();
    let is_open = place.message.starts_with("unclosed array,")
        || place.message.starts_with("unclosed inline");
    if let Some(opened) = opened.filter(|_| is_open) {
        return syntax::open_bracket(opened.clone(), place.span.clone());
    }
    syntax::toml_syntax(&place.message, place.span.clone(), found)
}

/// Says whether a line with an error is no part of the list or inline table that is open before it:
/// it begins a table, or is a key and its value.
fn is_next(text: &str, line: usize, opened: &Span, place: &Place) -> bool {
    let before = text.get(line..place.span.start).unwrap_or_default();
    let line = text.get(line..).unwrap_or_default().trim_start_matches([' ', '\t']);
    if line.starts_with('[') {
        return true;
    }
    let rest = line.trim_start_matches(|c: char| c.is_alphanumeric() || "-_.\"".contains(c));
    let is_key = rest.trim_start_matches([' ', '\t']).starts_with('=');
    // Keys follow each other in an inline table too, behind a comma.
    let is_in_list = text.get(opened.clone()) == Some("[");
    let lacks_comma = before.trim().is_empty() && place.message.starts_with("missing comma");
    is_key && (is_in_list || lacks_comma)
}

/// Returns where the first word of a line stands.
fn first_word(text: &str, line: usize) -> Span {
    let rest = text.get(line..).unwrap_or_default();
    let start = line + rest.len() - rest.trim_start().len();
    start..start + rest.split_whitespace().next().unwrap_or_default().len()
}

/// Finds the colon that stands after the first word of a line.
fn colon(text: &str, offset: usize) -> Option<Span> {
    let start = line_start(text, offset);
    let line = text.get(start..)?.split('\n').next()?;
    let blanks = line.len() - line.trim_start().len();
    let name = line.get(blanks..)?;
    let length = name.find(|c: char| !(c.is_alphanumeric() || "-_".contains(c)))?;
    let is_colon = length > 0 && name.get(length..)?.starts_with(':');
    let at = start + blanks + length;
    is_colon.then(|| at..at + 1)
}

fn within(text: &str, span: Span) -> Span {
    let start = span.start.min(text.len());
    start..span.end.clamp(start, text.len())
}

fn line_start(text: &str, offset: usize) -> usize {
    text.get(..offset).unwrap_or_default().rfind('\n').map_or(0, |newline| newline + 1)
}
