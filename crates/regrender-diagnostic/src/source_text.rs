//! A text that a person wrote, and where its lines are.

use std::sync::OnceLock;

use crate::boundary::floor;
use crate::mask::MaskedText;

/// A text that a person wrote, and the name it goes by.
#[derive(Clone)]
pub struct SourceText {
    /// The path, as its user would write it.
    path: String,
    /// The whole text; may hold secrets that should not be there.
    text: String,
    /// The text without them, once a problem was shown.
    masked: OnceLock<MaskedText>,
    /// Where each line begins, once a position was asked for.
    lines: OnceLock<Vec<usize>>,
}

/// A place as people and editors count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Character in the line, from 1.
    pub column: usize,
}

impl SourceText {
    /// Names a text.
    #[must_use]
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        let (masked, lines) = (OnceLock::new(), OnceLock::new());
        Self { path: path.into(), text: text.into(), masked, lines }
    }

    /// Returns the path, as its user would write it.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the whole text; it may hold secrets that should not be there.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the position of a byte.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let offset = floor(&self.text, offset);
        let lines = self.lines.get_or_init(|| line_starts(&self.text));
        let line = lines.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|index| lines.get(index)).copied().unwrap_or(0);
        let column = self.text.get(start..offset).unwrap_or_default();
        // A byte order mark is no character to an editor.
        let column = column.trim_start_matches('\u{feff}').chars().count() + 1;
        Position { line, column }
    }

    /// Returns the text with everything masked that must not be quoted.
    pub(crate) fn masked(&self) -> &MaskedText {
        self.masked.get_or_init(|| MaskedText::new(&self.text))
    }
}

impl std::fmt::Debug for SourceText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The text may hold a secret.
        f.debug_struct("SourceText").field("path", &self.path).finish_non_exhaustive()
    }
}

fn line_starts(text: &str) -> Vec<usize> {
    let behind_line_ends = text.match_indices('\n').map(|(end, _)| end + 1);
    std::iter::once(0).chain(behind_line_ends).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, offset: usize, line: usize, column: usize) {
        let source = SourceText::new("registries.toml", text);
        assert_eq!(source.position(offset), Position { line, column });
    }

    #[test]
    fn the_whole_text_is_handed_out_and_never_printed() {
        let source = SourceText::new("registries.toml", "password = 'canary-4f1d'");
        assert_eq!(source.text(), "password = 'canary-4f1d'");
        let debug = format!("{source:?}");
        assert!(debug.contains("registries.toml") && !debug.contains("canary"), "{debug}");
    }

    #[test]
    fn lines_and_columns_count_from_one() {
        check("", 0, 1, 1);
        check("a\nb", 2, 2, 1);
        check("a\nbc", 3, 2, 2);
    }

    #[test]
    fn a_line_end_belongs_to_its_line() {
        check("a\n\nb", 1, 1, 2);
        check("a\n\nb", 2, 2, 1);
        check("a\n\nb", 3, 3, 1);
        check("a\n", 2, 2, 1);
    }

    #[test]
    fn columns_count_characters() {
        check("ü=1", 2, 1, 2);
    }

    #[test]
    fn a_byte_order_mark_does_not_count() {
        check("\u{feff}a", 3, 1, 1);
    }

    #[test]
    fn an_offset_inside_a_character_or_behind_the_end_is_moved_back() {
        check("ü", 1, 1, 1);
        check("ab", 99, 1, 3);
    }

    #[test]
    fn a_text_is_searched_for_secrets_once() {
        let source = SourceText::new("registries.toml", "password = 'canary-4f1d'");
        assert!(std::ptr::eq(source.masked(), source.masked()));
    }
}
