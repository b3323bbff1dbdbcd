//! Knows how the bytes of a file become text: byte order marks, UTF-16, and what is no text at all;
//! and what of a text can be shown.

use std::borrow::Cow;

use crate::unreadable::Reason;

/// Files above this size are not read: no repository keeps manifests of this size.
pub const SIZE_LIMIT: usize = 64 * 1024 * 1024;

const GIT_CRYPT: &[u8] = b"\0GITCRYPT\0";

/// Decodes the bytes of a file, without the byte order mark.
///
/// # Errors
///
/// Says why the bytes are not text.
pub(crate) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Reason> {
    if bytes.len() > SIZE_LIMIT {
        return Err(Reason::TooLarge);
    }
    if bytes.starts_with(GIT_CRYPT) {
        return Err(Reason::GitCrypt);
    }
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        // A YAML stream begins with an ASCII character, which shows the byte order.
        [1..=127, 0, ..] => utf16(bytes, u16::from_le_bytes),
        [0, 1..=127, ..] => utf16(bytes, u16::from_be_bytes),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, Reason> {
    std::str::from_utf8(bytes).map(Cow::Borrowed).or(Err(Reason::NotText))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Cow<'_, str>, Reason> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let text: Result<String, _> =
        char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect();
    match text {
        Ok(text) if rest.is_empty() => Ok(Cow::Owned(text)),
        _ => Err(Reason::NotText),
    }
}

/// Takes out what moves a terminal, ends a line or turns the direction of writing: names in a
/// repository may hold anything.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_visible) {
        return Cow::Borrowed(text);
    }
    let seen = |letter| if is_visible(letter) { letter } else { '\u{fffd}' };
    Cow::Owned(text.chars().map(seen).collect())
}

/// Tells whether a letter is only itself: no control, and none of Unicode's marks of direction and
/// line (UAX #9).
pub(crate) fn is_visible(letter: char) -> bool {
    let turns = matches!(letter, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    !letter.is_control() && !turns && !matches!(letter, '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_taken_out() {
        assert_eq!(visible("a\u{1b}[31m\r\nb\u{202e}c"), "a\u{fffd}[31m\u{fffd}\u{fffd}b\u{fffd}c");
        assert_eq!(visible("spä ce …"), "spä ce …");
    }

    #[test]
    fn byte_order_marks_are_taken_off() {
        assert_eq!(decode(b"\xef\xbb\xbfa: 1").unwrap(), "a: 1");
        assert_eq!(decode(b"\xff\xfea\0:\0").unwrap(), "a:");
        assert_eq!(decode(b"\xfe\xff\0a\0:").unwrap(), "a:");
        assert_eq!(decode(b"a\0:\0").unwrap(), "a:");
        assert_eq!(decode(b"\0a\0:").unwrap(), "a:");
    }

    #[test]
    fn what_is_no_text_says_so() {
        assert_eq!(decode(b"\0GITCRYPT\0\x01"), Err(Reason::GitCrypt));
        assert_eq!(decode(b"\xff\x80"), Err(Reason::NotText));
        assert_eq!(decode(b"a\0:"), Err(Reason::NotText));
    }

    #[test]
    fn what_is_larger_than_any_manifest_is_not_decoded() {
        let text = vec![b'a'; SIZE_LIMIT + 2];
        let decoded = |length: usize| decode(&text[..length]).map(|text| text.len());
        // Bundles of custom resource definitions have some megabytes.
        assert_eq!(decoded(32 << 20), Ok(32 << 20));
        assert_eq!(decoded(SIZE_LIMIT), Ok(SIZE_LIMIT));
        for length in [SIZE_LIMIT + 1, SIZE_LIMIT + 2] {
            assert_eq!(decoded(length), Err(Reason::TooLarge));
        }
    }
}
