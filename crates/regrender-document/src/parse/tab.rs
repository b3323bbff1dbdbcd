//! Where Go's YAML reader refuses a tab that YAML 1.2 allows: where an indentation could stand.
//!
//! Knows the insides of scalars that have several lines.

/// Finds the first tab in the indentation of a block, whose `|` or `>` begins `text`.
pub(super) fn in_block(text: &[u8], parent: Option<usize>) -> Option<usize> {
    let header = text.iter().take_while(|byte| !matches!(byte, b'\n' | b'\r')).count();
    let digit = text.iter().take(3).find(|byte| byte.is_ascii_digit());
    let mut indent = digit.map(|digit| parent.unwrap_or(0) + usize::from(digit - b'0'));
    for line in Lines::behind(text, header) {
        if indent.is_none_or(|indent| line.spaces < indent) && line.first == Some(b'\t') {
            return Some(line.start + line.spaces);
        }
        if line.first.is_none() {
            continue;
        }
        let least = *indent.get_or_insert(line.spaces.max(parent.map_or(0, |column| column + 1)));
        if line.spaces < least {
            return None;
        }
    }
    None
}

/// Finds the first tab in the indentation of a plain scalar of `length` bytes, or of the empty lines
/// below it.
pub(super) fn in_plain(text: &[u8], length: usize, parent: Option<usize>) -> Option<usize> {
    let indent = parent.map_or(0, |column| column + 1);
    // No further than the scalar and the blanks behind it: others may follow on the same line.
    let blanks = text.iter().skip(length).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let mut bytes = text.iter().take(length + blanks + 1);
    let end = bytes.position(|byte| matches!(byte, b'\n' | b'\r'))?;
    for line in Lines::behind(text, end) {
        if line.first == Some(b'\t') && line.spaces < indent {
            return Some(line.start + line.spaces);
        }
        let is_empty = line.rest.iter().all(|byte| matches!(byte, b' ' | b'\t'));
        if line.start >= length && !is_empty {
            return None;
        }
    }
    None
}

/// A line, taken apart.
struct Line<'a> {
    start: usize,
    spaces: usize,
    /// What follows the spaces.
    rest: &'a [u8],
    first: Option<u8>,
}

/// The lines that follow a line end.
struct Lines<'a> {
    text: &'a [u8],
    /// The line end before the next line.
    end: usize,
}

impl<'a> Lines<'a> {
    fn behind(text: &'a [u8], end: usize) -> Self {
        Self { text, end }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        // Of a line end of two bytes, the second ends an empty line, which changes nothing.
        let start = self.end + 1;
        let line = self.text.get(start..)?;
        let length = line.iter().take_while(|byte| !matches!(byte, b'\n' | b'\r')).count();
        self.end = start + length;
        let line = line.get(..length)?;
        let spaces = line.iter().take_while(|byte| **byte == b' ').count();
        let rest = line.get(spaces..)?;
        Some(Line { start, spaces, rest, first: rest.first().copied() })
    }
}
