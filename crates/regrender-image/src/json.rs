//! Knows JSON as Go's encoding/json reads it: what is valid, and what text a string stands for.
//!
//! Nesting costs one bit of bookkeeping, never stack: hostile documents cannot overflow it.

mod error;
mod escape;

use std::mem;

pub use self::error::{JsonError, JsonFault};
use self::escape::unescape;

/// Go refuses to nest deeper.
const DEPTH_LIMIT: usize = 10_000;

/// The kind of a value, as seen from its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }
}

/// Reads one document from front to back.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    depth: usize,
    /// Whether an object was begun and nothing of it read yet.
    is_at_first_member: bool,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0, depth: 0, is_at_first_member: false }
    }

    /// Tells which kind of value comes next, white space skipped.
    pub(crate) fn kind(&mut self) -> Result<Kind, JsonError> {
        self.skip_space();
        match self.peek() {
            Some(b'n') => Ok(Kind::Null),
            Some(b't' | b'f') => Ok(Kind::Bool),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(b'"') => Ok(Kind::String),
            Some(b'[') => Ok(Kind::Array),
            Some(b'{') => Ok(Kind::Object),
            Some(0xef) if self.at == 0 && self.text.starts_with(b"\xef\xbb\xbf") => {
                Err(self.error(JsonFault::ByteOrderMark))
            }
            _ => Err(self.unexpected()),
        }
    }

    /// Begins an object; to be followed by calls of [`Self::next_member`] until it gives `None`.
    pub(crate) fn begin_object(&mut self) -> Result<(), JsonError> {
        self.skip_space();
        self.expect(b'{')?;
        self.is_at_first_member = true;
        self.deeper()
    }

    /// Reads the next member's name and stands before its value; `None` at the end of the object.
    pub(crate) fn next_member(&mut self) -> Result<Option<String>, JsonError> {
        let is_first = mem::take(&mut self.is_at_first_member);
        self.skip_space();
        if self.peek() == Some(b'}') {
            // No comma was read before it: one is read with the member that follows it.
            self.at += 1;
            self.depth -= 1;
            return Ok(None);
        }
        if !is_first {
            self.expect(b',')?;
            self.skip_space();
        }
        let name = self.string()?;
        self.skip_space();
        self.expect(b':')?;
        Ok(Some(name))
    }

    /// Reads a string that comes next.
    pub(crate) fn string(&mut self) -> Result<String, JsonError> {
        self.skip_space();
        let start = self.at;
        self.skip_string()?;
        let inner = self.text.get(start + 1..self.at - 1).unwrap_or_default();
        Ok(unescape(inner))
    }

    /// Skips the value that comes next, checking it.
    pub(crate) fn skip_value(&mut self) -> Result<(), JsonError> {
        // The open brackets inside this value: `true` for an object.
        let mut open: Vec<bool> = Vec::new();
        loop {
            let closed = self.skip_scalar_or_open(&mut open)?;
            if closed && !self.close_and_continue(&mut open)? {
                return Ok(());
            }
        }
    }

    /// Checks that nothing but white space is left.
    pub(crate) fn finish(&mut self) -> Result<(), JsonError> {
        self.skip_space();
        if self.at == self.text.len() { Ok(()) } else { Err(self.error(JsonFault::TrailingText)) }
    }

    /// Skips a scalar or an empty bracket pair (and says `true`), or opens a bracket (`false`) and
    /// stands before its first value.
    fn skip_scalar_or_open(&mut self, open: &mut Vec<bool>) -> Result<bool, JsonError> {
        match self.kind()? {
            Kind::Null => self.literal(b"null").map(|()| true),
            Kind::Bool if self.peek() == Some(b't') => self.literal(b"true").map(|()| true),
            Kind::Bool => self.literal(b"false").map(|()| true),
            Kind::Number => self.number().map(|()| true),
            Kind::String => self.skip_string().map(|()| true),
            kind => {
                self.at += 1;
                self.deeper()?;
                self.skip_space();
                let is_object = kind == Kind::Object;
                let close = if is_object { b'}' } else { b']' };
                if self.peek() == Some(close) {
                    self.at += 1;
                    self.depth -= 1;
                    return Ok(true);
                }
                open.push(is_object);
                if is_object {
                    self.skip_name()?;
                }
                Ok(false)
            }
        }
    }

    /// After a value: closes brackets and says `false` when none is left, or stands before the next.
    fn close_and_continue(&mut self, open: &mut Vec<bool>) -> Result<bool, JsonError> {
        while let Some(is_object) = open.last().copied() {
            self.skip_space();
            match (self.peek(), is_object) {
                (Some(b','), _) => {
                    self.at += 1;
                    if is_object {
                        self.skip_space();
                        self.skip_name()?;
                    }
                    return Ok(true);
                }
                (Some(b'}'), true) | (Some(b']'), false) => {
                    self.at += 1;
                    self.depth -= 1;
                    open.pop();
                }
                _ => return Err(self.unexpected()),
            }
        }
        Ok(false)
    }

    fn skip_name(&mut self) -> Result<(), JsonError> {
        self.skip_string()?;
        self.skip_space();
        self.expect(b':')
    }

    fn deeper(&mut self) -> Result<(), JsonError> {
        self.depth += 1;
        if self.depth > DEPTH_LIMIT { Err(self.error(JsonFault::TooDeep)) } else { Ok(()) }
    }

    fn skip_string(&mut self) -> Result<(), JsonError> {
        self.expect(b'"')?;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    self.at += 1;
                    self.escape()?;
                }
                Some(byte) if byte >= b' ' => self.at += 1,
                _ => return Err(self.unexpected()),
            }
        }
    }

    fn escape(&mut self) -> Result<(), JsonError> {
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 1;
                Ok(())
            }
            Some(b'u') => {
                self.at += 1;
                for _ in 0..4 {
                    match self.peek() {
                        Some(digit) if digit.is_ascii_hexdigit() => self.at += 1,
                        _ => return Err(self.unexpected()),
                    }
                }
                Ok(())
            }
            _ => Err(self.unexpected()),
        }
    }

    fn number(&mut self) -> Result<(), JsonError> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start { Err(self.unexpected()) } else { Ok(()) }
    }

    fn literal(&mut self, word: &[u8]) -> Result<(), JsonError> {
        word.iter().try_for_each(|byte| self.expect(*byte))
    }

    fn expect(&mut self, byte: u8) -> Result<(), JsonError> {
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn unexpected(&self) -> JsonError {
        self.error(match self.peek() {
            Some(_) => JsonFault::UnexpectedCharacter,
            None => JsonFault::UnexpectedEnd,
        })
    }

    fn error(&self, fault: JsonFault) -> JsonError {
        JsonError { offset: self.at, fault }
    }
}

/// Tells whether `name` is `member` to Go: letters match in either case, and `ſ` counts as `s`.
///
/// The Kelvin sign counts as `k` too, which no member of a docker config has.
pub(crate) fn same_member(name: &str, member: &str) -> bool {
    let fold = |letter: char| if letter == '\u{17f}' { 's' } else { letter.to_ascii_lowercase() };
    name.chars().map(fold).eq(member.chars().map(fold))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn valid(text: &str) -> Result<(), JsonError> {
        let mut reader = Reader::new(text.as_bytes());
        reader.skip_value()?;
        reader.finish()
    }

    fn fault(text: &str) -> JsonFault {
        valid(text).unwrap_err().fault
    }

    fn string(text: &[u8]) -> String {
        Reader::new(text).string().unwrap()
    }

    #[test]
    fn every_kind_of_value_is_valid() {
        for text in [
            "null",
            " true ",
            "false",
            "0",
            "-0.5e+3",
            "1E9",
            "\"\"",
            "[]",
            "{}",
            "[1,[2,{}]]",
            r#"{"a":{"b":[]},"c":"\u00e9\/"}"#,
        ] {
            assert_eq!(valid(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_go_refuses_is_refused() {
        for text in [
            "nul",
            "+1",
            "01x",
            ".5",
            "1.",
            "1e",
            "-",
            "'a'",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "[1 2]",
            "{\"a\" 1}",
            "// x\n1",
            "[}",
            "\"\t\"",
            "\"\\x\"",
            "\"\\u12g4\"",
            "]",
        ] {
            assert!(valid(text).is_err(), "{text}");
        }
        assert_eq!(fault("1 2"), JsonFault::TrailingText);
        assert_eq!(fault("01"), JsonFault::TrailingText);
        assert_eq!(fault(""), JsonFault::UnexpectedEnd);
        assert_eq!(fault("{\"a\":"), JsonFault::UnexpectedEnd);
        assert_eq!(fault("\u{feff}{}"), JsonFault::ByteOrderMark);
        for text in ["[\u{feff}]", "\u{f000}", "\u{fec0}"] {
            assert_eq!(fault(text), JsonFault::UnexpectedCharacter, "{text:?}");
        }
    }

    #[test]
    fn every_fault_says_what_is_wrong_and_where() {
        for (text, message) in [
            ("{", "it ends too early at byte 1"),
            ("\u{feff}{}", "it begins with a byte order mark at byte 0"),
            ("[1 2]", "unexpected character at byte 3"),
            ("{} x", "text after the end of the value at byte 3"),
            (&"[".repeat(10_001), "nested too deeply at byte 10001"),
        ] {
            assert_eq!(valid(text).unwrap_err().to_string(), format!("not valid JSON: {message}"));
        }
    }

    #[test]
    fn values_side_by_side_are_not_nested() {
        for value in ["[]", "{}", "[1]", "{\"a\":1}"] {
            let list = format!("[{}]", [value].repeat(10_001).join(","));
            assert_eq!(valid(&list), Ok(()), "{value}");
        }
    }

    #[test]
    fn ten_thousand_levels_are_the_limit() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert_eq!(valid(&nested(10_000)), Ok(()));
        assert_eq!(fault(&nested(10_001)), JsonFault::TooDeep);
        assert_eq!(fault(&"{\"a\":".repeat(1_000_000)), JsonFault::TooDeep);
    }

    #[test]
    fn surrogates_pair_up_or_are_replaced() {
        assert_eq!(string(br#""\ud83d\ude00""#), "😀");
        assert_eq!(string(br#""\ud83d""#), "\u{fffd}");
        assert_eq!(string(br#""\ud83dx""#), "\u{fffd}x");
        assert_eq!(string(br#""\ud83d\u0041""#), "\u{fffd}A");
        assert_eq!(string(br#""\ud83d\ud83d\ude00""#), "\u{fffd}😀");
        assert_eq!(string(br#""\ude00\ud83d""#), "\u{fffd}\u{fffd}");
    }

    #[test]
    fn each_byte_that_is_no_unicode_is_replaced() {
        assert_eq!(string(b"\"a\xffb\""), "a\u{fffd}b");
        // A letter without its end is as many bytes as it has.
        assert_eq!(string(b"\"\xe2\x80\""), "\u{fffd}\u{fffd}");
        assert_eq!(string(b"\"\xf0\x9f\x90x\\n\""), "\u{fffd}\u{fffd}\u{fffd}x\n");
    }

    #[test]
    fn member_names_fold_as_go_folds_them() {
        assert!(same_member("AUTHS", "auths"));
        assert!(same_member("auth\u{17f}", "auths"));
        assert!(same_member("httpheaders", "HttpHeaders"));
        assert!(!same_member("auth", "auths"));
    }

    #[test]
    fn members_come_one_by_one() {
        let mut reader = Reader::new(br#" { "a" : 1 , "b":[] } "#);
        reader.begin_object().unwrap();
        assert_eq!(reader.next_member().unwrap().as_deref(), Some("a"));
        reader.skip_value().unwrap();
        assert_eq!(reader.next_member().unwrap().as_deref(), Some("b"));
        reader.skip_value().unwrap();
        assert_eq!(reader.next_member().unwrap(), None);
        reader.finish().unwrap();
    }

    #[test]
    fn members_come_one_by_one_after_an_object_without_any() {
        let mut reader = Reader::new(br#"{"a":{},"b":1}"#);
        reader.begin_object().unwrap();
        assert_eq!(reader.next_member().unwrap().as_deref(), Some("a"));
        reader.begin_object().unwrap();
        assert_eq!(reader.next_member().unwrap(), None);
        assert_eq!(reader.next_member().unwrap().as_deref(), Some("b"));
        reader.skip_value().unwrap();
        assert_eq!(reader.next_member().unwrap(), None);
        reader.finish().unwrap();
    }

    #[test]
    fn comma_before_the_end_of_an_object_is_refused() {
        let mut reader = Reader::new(br#"{"a":1,}"#);
        reader.begin_object().unwrap();
        reader.next_member().unwrap();
        reader.skip_value().unwrap();
        assert!(reader.next_member().is_err());
    }
}
