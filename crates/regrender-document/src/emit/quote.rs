//! The three ways to spell a string on one line.

use std::fmt::Write as _;

use super::buffer::Buffer;
use super::style::needs_escape;

/// Spells `text` between single quotes.
pub(super) fn single(out: &mut Buffer, text: &str) {
    out.push('\'');
    let mut separator = "";
    for part in text.split('\'') {
        out.push_str(separator);
        out.push_str(part);
        separator = "''";
    }
    out.push('\'');
}

/// Spells `text` between double quotes.
pub(super) fn double(out: &mut Buffer, text: &str) {
    // Go's YAML writer escapes every character behind a byte order mark at the beginning.
    let escapes_all = text.starts_with('\u{feff}');
    out.push('"');
    for character in text.chars() {
        if escapes_all || matches!(character, '\n' | '"' | '\\') || needs_escape(character) {
            escape(out, character);
        } else {
            out.push(character);
        }
    }
    out.push('"');
}

fn escape(out: &mut Buffer, character: char) {
    let short = match character {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ => {
            let code = u32::from(character);
            let written = match code {
                0..=0xff => write!(out, "\\x{code:02X}"),
                0x100..=0xffff => write!(out, "\\u{code:04X}"),
                _ => write!(out, "\\U{code:08X}"),
            };
            return written.expect("writing to a buffer cannot fail");
        }
    };
    out.push('\\');
    out.push(short);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut out = Buffer::new();
        double(&mut out, text);
        assert_eq!(out.into_string(), expected);
    }

    #[test]
    fn single_quotes_are_doubled() {
        let mut out = Buffer::new();
        single(&mut out, "'it''s: '");
        assert_eq!(out.into_string(), "'''it''''s: '''");
    }

    #[test]
    fn escapes_have_a_short_form_where_yaml_knows_one() {
        check("\0\u{7}\u{8}\t\n\u{b}\u{c}\r\u{1b}\"\\", r#""\0\a\b\t\n\v\f\r\e\"\\""#);
        check("\u{85}\u{2028}\u{2029}", r#""\N\L\P""#);
    }

    #[test]
    fn other_escapes_are_hexadecimal() {
        check("\u{1}\u{7f}", r#""\x01\x7F""#);
        check("\u{1f600}", r#""\U0001F600""#);
        check("a\u{feff}", r#""a\uFEFF""#);
        check("\u{ffff}", r#""\uFFFF""#);
    }

    #[test]
    fn a_byte_order_mark_in_front_escapes_all() {
        check("\u{feff}\u{a0}", r#""\uFEFF\_""#);
        check("\u{feff}a é", r#""\uFEFF\x61\x20\xE9""#);
    }
}
