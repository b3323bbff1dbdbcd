//! The brackets of a TOML text, as far as nobody has closed them.

use regrender_diagnostic::Span;

/// The brackets that are open, outside of strings and comments.
pub(super) struct Brackets {
    /// What was read so far.
    at: usize,
    /// Whether only blanks were read of the line.
    is_line_start: bool,
    open: Vec<Span>,
}

impl Brackets {
    /// Begins to read at `start`.
    pub(super) fn new(start: usize) -> Self {
        Self { at: start, is_line_start: true, open: Vec::new() }
    }

    /// Returns the last that is open before `end`, which is not before the last one that was asked for.
    pub(super) fn last_before(&mut self, text: &str, end: usize) -> Option<Span> {
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
