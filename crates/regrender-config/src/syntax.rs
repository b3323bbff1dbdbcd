//! What is wrong with a text before it is a table: TOML's syntax, and the marks of a merge.

use std::collections::BTreeMap;

use regrender_diagnostic::{Diagnostic, Span};
use toml::de::{DeTable, DeValue, Error};

use crate::problem::syntax;

/// The code of the one syntax error that leaves the rest of the text readable.
pub(crate) const DUPLICATE_KEY: &str = "duplicate-key";

/// Finds the conflicts that Git has left in the text.
pub(crate) fn merge_conflicts(text: &str) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut open: Option<Span> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let span = start..start + content.len();
        if is_mark(content, "<<<<<<<") {
            if let Some(earlier) = open.replace(span) {
                problems.push(syntax::merge_conflict(earlier, None));
            }
        } else if is_mark(content, ">>>>>>>") {
            problems.push(match open.take() {
                Some(begin) => syntax::merge_conflict(begin, Some(span)),
                None => syntax::merge_conflict(span, None),
            });
        }
        start += line.len();
    }
    problems.extend(open.map(|begin| syntax::merge_conflict(begin, None)));
    problems
}

/// Git writes seven signs, and a blank before the name of a branch.
fn is_mark(line: &str, mark: &str) -> bool {
    line.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

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

/// Collects the errors up to the first that makes the parser lose its way, and returns from where to
/// read on.
fn read(
    text: &str,
    start: usize,
    errors: &[Error],
    problems: &mut Vec<Diagnostic>,
) -> Option<usize> {
    for place in places(text, start, errors) {
        if follows_open_bracket(text, &place) {
            let opened = brackets(text, start, place.span.start).pop();
            problems.push(syntax::open_bracket(
                opened.unwrap_or(place.span.clone()),
                place.span.clone(),
            ));
            return Some(line_start(text, place.span.start));
        }
        problems.push(problem(text, start, &place));
        if place.message.starts_with("key with no value") {
            let rest = text.get(place.span.start..)?;
            return rest.find('\n').map(|newline| place.span.start + newline + 1);
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

const DUPLICATE: &str = "duplicate key";

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

fn problem(text: &str, start: usize, place: &Place) -> Diagnostic {
    if let Some(colon) = colon(text, place.span.start) {
        return syntax::colon(colon);
    }
    let found = text.get(place.span.clone()).unwrap_or_default();
    if place.message.starts_with("unclosed array,") || place.message.starts_with("unclosed inline")
    {
        let opened = brackets(text, start, place.span.start).pop();
        return syntax::open_bracket(opened.unwrap_or(place.span.clone()), place.span.clone());
    }
    syntax::toml_syntax(&place.message, place.span.clone(), found)
}

/// Says whether an error is that of a line which was taken for an item of a list.
fn follows_open_bracket(text: &str, place: &Place) -> bool {
    let start = line_start(text, place.span.start);
    let line = text.get(start..).unwrap_or_default();
    let line = line.split('\n').next().unwrap_or_default();
    let before = text.get(start..place.span.start).unwrap_or_default();
    let is_first = before.trim().is_empty();
    let name = line.trim_start().trim_start_matches('[');
    let is_header =
        line.trim_start().starts_with('[') && place.message.starts_with("missing comma");
    let after = name.trim_start_matches(|c: char| c.is_alphanumeric() || "-_.\"".contains(c));
    let is_key = after.len() < name.len()
        && after.trim_start().starts_with('=')
        && !place.message.starts_with("key")
        && !place.message.starts_with("invalid unquoted key");
    is_first && (is_header || is_key)
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

/// Lists the brackets that are open at `end`, outside of strings and comments.
fn brackets(text: &str, start: usize, end: usize) -> Vec<Span> {
    let mut open = Vec::new();
    let mut quote = None;
    let mut comment = false;
    for (index, c) in text.get(start..end).unwrap_or_default().char_indices() {
        match (c, quote) {
            ('\n', _) => (quote, comment) = (None, false),
            (c, Some(open)) if !comment && c == open => quote = None,
            _ if comment || quote.is_some() => {}
            ('"' | '\'', None) => quote = Some(c),
            ('#', None) => comment = true,
            ('[' | '{', None) => open.push(start + index..start + index + 1),
            (']' | '}', None) => drop(open.pop()),
            _ => {}
        }
    }
    open
}

fn within(text: &str, span: Span) -> Span {
    let start = span.start.min(text.len());
    start..span.end.clamp(start, text.len())
}

fn line_start(text: &str, offset: usize) -> usize {
    text.get(..offset).unwrap_or_default().rfind('\n').map_or(0, |newline| newline + 1)
}

/// Finds what is there twice; of a table that is there twice, not its keys as well.
fn duplicates(text: &str, root: &DeTable<'_>, errors: &[Error]) -> Vec<Diagnostic> {
    let mut spans: Vec<Span> = errors
        .iter()
        .filter(|error| error.message() == DUPLICATE)
        .map(|error| within(text, error.span().unwrap_or_default()))
        .collect();
    spans.sort_by_key(|span| span.start);
    let keys = if spans.is_empty() { BTreeMap::new() } else { keys(root) };
    let mut problems = Vec::new();
    let mut table = None;
    for span in spans {
        let start = line_start(text, span.start);
        let header = header(text, start);
        let own_table = last_header(text, start);
        if header.is_none() && table.is_some() && table == own_table {
            continue;
        }
        let key = text.get(span.clone()).unwrap_or_default();
        let first = match header {
            Some(header) => {
                table = Some(start);
                earlier_header(text, header, start)
            }
            None => first_of(&keys, key, &span),
        };
        problems.push(syntax::duplicate_key(key, span, first));
    }
    problems
}

/// Returns the table header in the line at `start`, if there is one.
fn header(text: &str, start: usize) -> Option<&str> {
    let line = text.get(start..)?.lines().next()?.trim();
    line.starts_with('[').then_some(line)
}

/// Returns where the line of the last table header before `offset` begins.
fn last_header(text: &str, offset: usize) -> Option<usize> {
    let mut start = offset;
    while start > 0 {
        start = line_start(text, start - 1);
        if header(text, start).is_some() {
            return Some(start);
        }
    }
    None
}

fn earlier_header(text: &str, header: &str, before: usize) -> Option<Span> {
    let mut start = 0;
    for line in text.get(..before)?.split_inclusive('\n') {
        if line.trim() == header {
            let blanks = line.len() - line.trim_start().len();
            return Some(start + blanks..start + blanks + header.len());
        }
        start += line.len();
    }
    None
}

/// Where each name is a key, in the order of the text.
fn keys<'t>(root: &'t DeTable<'_>) -> BTreeMap<&'t str, Vec<Span>> {
    let mut keys: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
    let mut tables = vec![root];
    while let Some(table) = tables.pop() {
        for (key, value) in table {
            keys.entry(key.get_ref().as_ref()).or_default().push(key.span());
            if let DeValue::Table(inner) = value.get_ref() {
                tables.push(inner);
            }
        }
    }
    for spans in keys.values_mut() {
        spans.sort_by_key(|span| span.start);
    }
    keys
}

/// Finds the last key of that name before `again`.
fn first_of(keys: &BTreeMap<&str, Vec<Span>>, name: &str, again: &Span) -> Option<Span> {
    let spans = keys.get(name)?;
    let after = spans.partition_point(|span| span.end <= again.start);
    spans.get(after.checked_sub(1)?).cloned()
}
