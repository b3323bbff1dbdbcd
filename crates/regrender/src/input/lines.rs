//! Lines of a text that comes in pieces and may hold secrets.

use zeroize::Zeroizing;

/// How much text is taken; the rest is left out.
pub(crate) const LIMIT: usize = 64 * 1024;

/// The line that is not complete yet.
#[derive(Default)]
pub(crate) struct Lines {
    rest: Zeroizing<Vec<u8>>,
    length: usize,
}

impl Lines {
    /// Takes another piece and returns the lines it completes, however long: a secret that goes on in
    /// the next part of a line would not be found.
    pub(crate) fn push(&mut self, piece: &[u8]) -> Vec<Zeroizing<String>> {
        let mut lines = Vec::new();
        for byte in piece.iter().take(LIMIT.saturating_sub(self.length)) {
            match byte {
                b'\n' => lines.push(self.take()),
                byte => self.rest.push(*byte),
            }
        }
        self.length = self.length.saturating_add(piece.len());
        lines
    }

    /// Returns the last line, if it has no end. One that the limit cut off is left out, since a secret
    /// may have been cut in two.
    pub(crate) fn finish(&mut self) -> Option<Zeroizing<String>> {
        (!self.rest.is_empty() && self.length <= LIMIT).then(|| self.take())
    }

    fn take(&mut self) -> Zeroizing<String> {
        let bytes = std::mem::take(&mut self.rest);
        let text = String::from_utf8_lossy(&bytes);
        Zeroizing::new(text.strip_suffix('\r').unwrap_or(&text).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pieces: &[&str], expected: &[&str]) {
        let mut lines = Lines::default();
        let mut all: Vec<_> =
            pieces.iter().flat_map(|piece| lines.push(piece.as_bytes())).collect();
        all.extend(lines.finish());
        let all: Vec<&str> = all.iter().map(|line| line.as_str()).collect();
        assert_eq!(all, expected);
    }

    #[test]
    fn lines_are_put_together_from_pieces() {
        check(&["fir", "st\nsec", "ond\n"], &["first", "second"]);
    }

    #[test]
    fn the_last_line_needs_no_end() {
        check(&["first\nsecond"], &["first", "second"]);
        check(&[""], &[]);
    }

    #[test]
    fn line_ends_of_windows_are_cut() {
        check(&["first\r\n\r\nsecond"], &["first", "", "second"]);
    }

    #[test]
    fn a_long_line_is_one() {
        let long = "a".repeat(LIMIT);
        check(&[&long], &[&long]);
    }

    #[test]
    fn a_line_that_the_limit_cuts_is_left_out() {
        check(&["first\n", &"a".repeat(LIMIT)], &["first"]);
    }

    #[test]
    fn what_is_over_the_limit_is_left_out() {
        let mut lines = Lines::default();
        let many = "line\n".repeat(LIMIT);
        assert_eq!(lines.push(many.as_bytes()).len(), LIMIT / 5);
        assert!(lines.push(b"more\n").is_empty());
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        let mut lines = Lines::default();
        assert_eq!(lines.push(b"a\xff\n").first().unwrap().as_str(), "a\u{fffd}");
    }
}
