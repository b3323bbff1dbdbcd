//! Knows the texts of pictures: lines of a language, and names that are cut, counted and harmless.

use std::fmt::Write as _;

use crate::text::is_visible;

/// How many names or hosts a node lists before it only counts the rest.
pub(super) const LISTED: usize = 3;

/// The longest line of a label in Mermaid and DOT, in characters.
pub(super) const LONGEST_LINE: usize = 60;

/// Writes a line of Mermaid or DOT, so many steps from the left.
pub(super) fn line(text: &mut String, depth: usize, content: &str) {
    // Writing to a string cannot fail.
    let _infallible = writeln!(text, "{:width$}{content}", "", width = 2 * depth);
}

/// Lists the first texts, and counts the others.
pub(super) fn listed(texts: &[&str]) -> String {
    let shown = texts.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
    match texts.len().checked_sub(LISTED) {
        None | Some(0) => shown,
        Some(more) => format!("{shown} and {more} more"),
    }
}

/// Cuts a text to so many characters, and takes out what moves a terminal or turns the direction of
/// writing.
pub(super) fn shortened(text: &str, longest: usize) -> String {
    let visible = text.chars().map(|letter| if is_visible(letter) { letter } else { '\u{fffd}' });
    if text.chars().nth(longest).is_none() {
        return visible.collect();
    }
    visible.take(longest.saturating_sub(1)).chain(['…']).collect()
}
