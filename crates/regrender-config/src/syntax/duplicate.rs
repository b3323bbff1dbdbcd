//! Keys and tables that a TOML text has twice.

use std::collections::BTreeMap;

use regrender_diagnostic::{Diagnostic, Span};
use toml::de::{DeTable, DeValue, Error};

use super::{line_start, within};
use crate::problem::syntax;

/// What the parser says of one.
pub(super) const DUPLICATE: &str = "duplicate key";

/// Finds what is there twice; of a table that is there twice, not its keys as well.
pub(super) fn duplicates(text: &str, root: &DeTable<'_>, errors: &[Error]) -> Vec<Diagnostic> {
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
