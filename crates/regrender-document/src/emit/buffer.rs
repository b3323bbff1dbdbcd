//! The text that is being spelled, which may hold secrets.

use std::fmt;

use zeroize::Zeroizing;

/// Text that grows without leaving copies of itself in memory.
pub(super) struct Buffer {
    text: Zeroizing<String>,
    line_start: usize,
}

/// A sealed Secret for a recipient or two is shorter, and so is never moved while it grows.
const USUAL: usize = 2560;

impl Buffer {
    pub(super) fn new() -> Self {
        Self { text: Zeroizing::new(String::with_capacity(USUAL)), line_start: 0 }
    }

    pub(super) fn push_str(&mut self, text: &str) {
        self.reserve(text.len());
        self.text.push_str(text);
    }

    pub(super) fn push(&mut self, character: char) {
        self.reserve(character.len_utf8());
        self.text.push(character);
    }

    /// Ends the line.
    pub(super) fn end_line(&mut self) {
        self.push('\n');
        self.line_start = self.text.len();
    }

    pub(super) fn pad_to(&mut self, column: usize) {
        let missing = column.saturating_sub(self.column());
        self.reserve(missing);
        self.text.extend(std::iter::repeat_n(' ', missing));
    }

    /// Returns how many bytes the line has so far.
    pub(super) fn column(&self) -> usize {
        self.text.len() - self.line_start
    }

    pub(super) fn into_string(mut self) -> String {
        std::mem::take(&mut *self.text)
    }

    fn reserve(&mut self, more: usize) {
        if self.text.capacity() - self.text.len() < more {
            self.grow(self.text.len() + more);
        }
    }

    #[cold]
    fn grow(&mut self, needed: usize) {
        // `String` would move the text and leave the old copy behind; this one is wiped when dropped.
        let mut larger =
            Zeroizing::new(String::with_capacity(needed.max(2 * self.text.capacity())));
        larger.push_str(&self.text);
        self.text = larger;
    }
}

impl fmt::Write for Buffer {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push_str(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_survives_growth() {
        let mut buffer = Buffer::new();
        for _ in 0..1000 {
            buffer.push_str("canary-4f1d");
            buffer.push('!');
        }
        assert_eq!(buffer.into_string(), "canary-4f1d!".repeat(1000));
    }

    #[test]
    fn columns_start_anew_on_each_line() {
        let mut buffer = Buffer::new();
        buffer.push_str("abc");
        assert_eq!(buffer.column(), 3);
        buffer.end_line();
        assert_eq!(buffer.column(), 0);
        buffer.pad_to(2);
        buffer.pad_to(1);
        assert_eq!(buffer.into_string(), "abc\n  ");
    }
}
