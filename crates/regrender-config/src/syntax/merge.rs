//! The marks that a merge leaves in a text.

use regrender_diagnostic::{Diagnostic, Span};

use crate::problem::syntax;

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
