//! Cuts a text where one JSON object follows another, as `jq '.items[]'` prints them.

use serde::de::IgnoredAny;
use serde_json::Deserializer;

/// A part of a text, which has documents of its own.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    pub(super) text: &'a str,
    /// Where it begins.
    pub(super) origin: Origin,
}

/// How much of a text stands before a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Origin {
    /// The lines that end before it.
    lines: usize,
    /// The characters before it in its line.
    columns: usize,
}

impl Origin {
    /// Returns the line and column in the whole text of a place in what begins here; both count
    /// lines from 1 and columns from 0.
    pub(super) fn locate(self, line: usize, column: usize) -> (usize, usize) {
        (self.lines + line, if line == 1 { self.columns + column } else { column })
    }

    fn after(self, text: &str) -> Self {
        let lines = text.matches('\n').count();
        let last = text.rsplit('\n').next().unwrap_or_default().chars().count();
        Self {
            lines: self.lines + lines,
            columns: if lines == 0 { self.columns + last } else { last },
        }
    }
}

/// Cuts a text behind each JSON object that another object follows. What is no JSON is left whole.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut rest, mut origin) = (text, Origin::default());
    if text.trim_start().starts_with('{') {
        let mut objects = Deserializer::from_str(text).into_iter::<IgnoredAny>();
        while let Some(Ok(_)) = objects.next() {
            let end = objects.byte_offset() - (text.len() - rest.len());
            let Some((piece, after)) = rest.split_at_checked(end) else { break };
            if after.trim_start().starts_with('{') {
                pieces.push(Piece { text: piece, origin });
                (rest, origin) = (after, origin.after(piece));
            }
        }
    }
    pieces.push(Piece { text: rest, origin });
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        pieces(text).into_iter().map(|piece| piece.text).collect()
    }

    #[test]
    fn objects_after_one_another_are_cut_apart() {
        assert_eq!(texts("{\"a\": 1}\n{\"b\": \"}{\"}\n"), ["{\"a\": 1}", "\n{\"b\": \"}{\"}\n"]);
        assert_eq!(texts(" {}{} {}"), [" {}", "{}", " {}"]);
    }

    #[test]
    fn what_is_no_stream_is_left_whole() {
        for text in ["", "{}", "{}\n---\n{}", "{a: b}\n{c: d}", "[1]\n[2]", "{} 1", "{\"a\": 1"] {
            assert_eq!(texts(text), [text]);
        }
    }

    #[test]
    fn what_follows_the_objects_is_the_last_piece() {
        assert_eq!(texts("{}\n{}\n---\na: 1\n"), ["{}", "\n{}\n---\na: 1\n"]);
        assert_eq!(texts("{}\n{}\n{a"), ["{}", "\n{}", "\n{a"]);
    }

    #[test]
    fn places_are_those_of_the_whole_text() {
        let at = |text: &'static str| {
            let origins = pieces(text).into_iter().map(|piece| piece.origin.locate(1, 0));
            origins.collect::<Vec<_>>()
        };
        assert_eq!(at("{}{\n}\n {}{}"), [(1, 0), (1, 2), (2, 1), (3, 3)]);
        assert_eq!(pieces("{}{\n}")[1].origin.locate(2, 0), (2, 0));
        assert_eq!(at("{\"\u{e9}\":1}{}"), [(1, 0), (1, 7)]);
    }
}
