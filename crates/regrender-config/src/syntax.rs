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

/// The brackets that are open, outside of strings and comments.
struct Brackets {
    /// What was read so far.
    at: usize,
    /// Whether only blanks were read of the line.
    is_line_start: bool,
    open: Vec<Span>,
}

impl Brackets {
    fn new(start: usize) -> Self {
        Self { at: start, is_line_start: true, open: Vec::new() }
    }

    /// Returns the last that is open before `end`, which is not before the last one that was asked for.
    fn last_before(&mut self, text: &str, end: usize) -> Option<Span> {
        while self.at < end
            && let Some(rest) = text.get(self.at..)
            && let Some(next) = rest.chars().next()
        {
            self.read(rest, next);
        }
        self.open.last().cloned()
    }

    fn read(&mut self, rest: &str, next: char) {
        // The header of a table ends with its line, closed or not.
        let is_header = next == '[' && self.is_line_start && self.open.is_empty();
        let length = match next {
            '"' | '\'' => string_length(rest, next),
            _ if next == '#' || is_header => rest.find('\n').unwrap_or(rest.len()),
            _ => next.len_utf8(),
        };
        match next {
            _ if is_header => {}
            '[' | '{' => self.open.push(self.at..self.at + length),
            ']' | '}' => drop(self.open.pop()),
            _ => {}
        }
        self.is_line_start = next == '\n' || self.is_line_start && next.is_whitespace();
        self.at += length;
    }
}

/// Returns the length of the string that `text` begins with, or of what is there of it.
fn string_length(text: &str, quote: char) -> usize {
    let long = String::from_iter([quote; 3]);
    let is_long = text.starts_with(&long);
    let end = if is_long { long } else { String::from(quote) };
    let mut is_escaped = false;
    for (index, c) in text.char_indices().skip(end.len()) {
        if is_escaped {
            is_escaped = false;
        } else if text.get(index..).is_some_and(|rest| rest.starts_with(&end)) {
            return index + end.len();
        } else if c == '\n' && !is_long {
            return index;
        } else {
            is_escaped = c == '\\' && quote == '"';
        }
    }
    text.len()
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
    let mut own_table = None;
    let mut read = 0;
    for span in spans {
        let start = line_start(text, span.start);
        let header = header(text, start);
        own_table = last_header(text, read, start).or(own_table);
        read = start;
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

/// Returns where the line of the last table header between two lines begins.
fn last_header(text: &str, from: usize, to: usize) -> Option<usize> {
    let mut start = from;
    let mut found = None;
    for line in text.get(from..to)?.split_inclusive('\n') {
        if line.trim_start().starts_with('[') {
            found = Some(start);
        }
        start += line.len();
    }
    found
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
