//! Knows how Go spells a string in JSON, as kubectl and sops do.

use std::fmt::Write as _;

/// Writes a string as Go's `encoding/json` does: `<`, `>` and `&` are escaped for HTML, and so are
/// the two line separators that JavaScript takes for line ends.
pub fn push_string(json: &mut String, text: &str) {
    json.push('"');
    for letter in text.chars() {
        match letter {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                write!(json, "\\u{:04x}", u32::from(letter))
                    .expect("a String takes whatever is written to it");
            }
            _ => json.push(letter),
        }
    }
    json.push('"');
}
