//! What is wrong with a text before it is a table: TOML's syntax, and the marks of a merge.

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

/// Turns the errors of the TOML parser into problems.
pub(crate) fn problems(text: &str, root: &DeTable<'_>, errors: &[Error]) -> Vec<Diagnostic> {
    let mut problems: Vec<Diagnostic> = Vec::new();
    let mut last_line = None;
    for error in sorted(errors) {
        let span = within(text, error.span().unwrap_or_default());
        if error.message() == "duplicate key" {
            let key = text.get(span.clone()).unwrap_or_default();
            problems.push(syntax::duplicate_key(key, span.clone(), first_of(root, text, &span)));
            continue;
        }
        // After the first error in a line the parser guesses, and mostly wrongly.
        let line = line_of(text, span.start);
        if last_line != Some(line) {
            let found = text.get(span.clone()).unwrap_or_default();
            problems.push(syntax::toml_syntax(error.message(), span, found));
        }
        last_line = Some(line);
    }
    problems
}

/// Sorts by place; of two errors in one place the one that names a text comes first.
fn sorted(errors: &[Error]) -> Vec<&Error> {
    let mut sorted: Vec<&Error> = errors.iter().collect();
    sorted.sort_by_key(|error| {
        let span = error.span().unwrap_or_default();
        (span.start, std::cmp::Reverse(span.end))
    });
    sorted
}

fn within(text: &str, span: Span) -> Span {
    let start = span.start.min(text.len());
    start..span.end.clamp(start, text.len())
}

fn line_of(text: &str, offset: usize) -> usize {
    text.get(..offset).unwrap_or_default().rfind('\n').map_or(0, |newline| newline + 1)
}

/// Finds the key that was there before the one at `again`.
fn first_of(table: &DeTable<'_>, text: &str, again: &Span) -> Option<Span> {
    let name = text.get(again.clone())?;
    let mut found: Option<Span> = None;
    let mut tables = vec![table];
    while let Some(table) = tables.pop() {
        for (key, value) in table {
            let span = key.span();
            if key.get_ref() == name && span.end <= again.start {
                found = found.filter(|found| found.start > span.start).or(Some(span));
            }
            if let DeValue::Table(inner) = value.get_ref() {
                tables.push(inner);
            }
        }
    }
    found
}
