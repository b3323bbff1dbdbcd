//! Which of the styles of YAML a string is spelled in.

use crate::bytes::ByteSet;
use crate::resolve::is_ambiguous;

/// The styles a string can be spelled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
}

/// Where a string stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Value,
    SimpleKey,
}

/// What some reader takes for the end of a line.
pub(super) const LINE_ENDS: [char; 5] = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];

/// What nearly every text consists of, and long ones above all; none of it needs an escape.
static USUAL: ByteSet = ByteSet::PRINTABLE.and(b"\n\t");

/// Chooses the style of `text`.
///
/// Plain, unless a reader would take it for something else; single quotes where an indicator or a
/// space at an end is in the way; a block for several lines; double quotes for everything that
/// needs an escape.
pub(super) fn choose(text: &str, place: Place) -> Style {
    if is_ordinary(text) {
        return if is_ambiguous(text) { Style::DoubleQuoted } else { Style::Plain };
    }
    let is_usual = USUAL.has_all_of(text);
    let needs_escape =
        !is_usual && text.chars().any(|character| needs_escape(character) && character != '\t');
    let ends_with_space = text.ends_with(' ');
    if text.contains('\n') {
        let may_be_literal = place == Place::Value
            && !needs_escape
            && !ends_with_space
            && !text.contains(" \n")
            // Go's reader refuses a tab where it looks for the indentation of a block.
            && !text.starts_with('\t');
        return if may_be_literal { Style::Literal } else { Style::DoubleQuoted };
    }
    // `<<` merges mappings where it is plain. As a key it is dealt with before.
    if needs_escape || text.contains('\t') || text == "<<" || is_ambiguous(text) {
        return Style::DoubleQuoted;
    }
    if ends_with_space || text.starts_with(' ') || has_indicator(text) {
        return Style::SingleQuoted;
    }
    Style::Plain
}

/// Says whether `text` consists of characters that mean nothing to YAML wherever they stand.
fn is_ordinary(text: &str) -> bool {
    let [first, rest @ ..] = text.as_bytes() else {
        return true;
    };
    (first.is_ascii_alphanumeric() || matches!(first, b'/' | b'_' | b'.' | b'+' | b'='))
        && rest.iter().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'.' | b'+' | b'=' | b'-')
        })
        && !text.starts_with("...")
}

/// Says whether a plain `text` would be something other than a scalar, or would end early.
fn has_indicator(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_blank_at =
        |index: usize| bytes.get(index).is_none_or(|byte| matches!(byte, b' ' | b'\t'));
    let first_is_indicator = match bytes {
        [b'-', b'-', b'-', ..] | [b'.', b'.', b'.', ..] => true,
        [first, ..] => match first {
            b'#' | b',' | b'[' | b']' | b'{' | b'}' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\''
            | b'"' | b'%' | b'@' | b'`' => true,
            b'?' | b':' | b'-' => is_blank_at(1),
            _ => false,
        },
        [] => false,
    };
    let ends_early = |pair: &[u8]| matches!(pair, [b':', b' ' | b'\t'] | [b' ' | b'\t', b'#']);
    // Long texts have no blanks.
    let has_blank = bytes.contains(&b' ') || bytes.contains(&b'\t');
    first_is_indicator || bytes.ends_with(b":") || (has_blank && bytes.windows(2).any(ends_early))
}

/// Says whether `character` can only be spelled with an escape.
///
/// Go's YAML writer escapes everything behind the first 65,536 characters too. It does not escape
/// the line and the paragraph separator, which readers of YAML 1.1 take for the end of a line and
/// those of YAML 1.2 do not; escaped they mean the same to all.
pub(super) fn needs_escape(character: char) -> bool {
    !matches!(character,
        '\n' | ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Style) {
        assert_eq!(choose(text, Place::Value), expected, "{text:?}");
    }

    #[test]
    fn most_texts_are_plain() {
        for text in [
            "a",
            "a b",
            "apps/v1",
            "kubernetes.io/dockerconfigjson",
            "a:b",
            "a#b",
            "-a",
            "?a",
            ":a",
            "x,y",
            "ENC[AES256_GCM,data:8Q==,type:str]",
            "é",
            "it's",
            "<a>",
            "--",
            "=",
            "..a",
        ] {
            check(text, Style::Plain);
        }
    }

    #[test]
    fn what_means_something_else_is_double_quoted() {
        for text in [
            "",
            "~",
            "null",
            "true",
            "yes",
            "n",
            "0755",
            "1_000",
            "12:30",
            "1.5",
            ".inf",
            "<<",
            "2026-11-21",
            "0x1F",
            "1e3",
            "-1",
            "+.5",
        ] {
            check(text, Style::DoubleQuoted);
        }
    }

    #[test]
    fn indicators_and_outer_spaces_are_single_quoted() {
        for text in [
            "x: y", "x:", "*x", "&x", "!x", "a #b", " a", "a ", "- a", "-", "? a", "[a", "{a}",
            "#", "%a", "@a", "`a", "'a", "\"a", "|", ">", "---", "--- a", "...", "...a", ",",
        ] {
            check(text, Style::SingleQuoted);
        }
    }

    #[test]
    fn what_needs_an_escape_is_double_quoted() {
        for text in
            ["a\tb", "a\rb", "\u{7f}", "\u{85}", "\u{feff}a", "\u{1f600}", "\0", "a\u{2028}b"]
        {
            check(text, Style::DoubleQuoted);
        }
    }

    #[test]
    fn several_lines_are_a_block() {
        for text in ["a\nb", "a\n", "\n", " a\nb", "a\tb\n", "a\n b"] {
            check(text, Style::Literal);
        }
        for text in ["a \nb", "a\nb ", "a\u{1}\nb", "\ta\nb"] {
            check(text, Style::DoubleQuoted);
        }
    }

    #[test]
    fn a_key_is_no_block() {
        assert_eq!(choose("a\nb", Place::SimpleKey), Style::DoubleQuoted);
    }
}
