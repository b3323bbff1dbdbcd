//! What a plain scalar means: the rules of Go's YAML reader, which SOPS and Kubernetes both use.
//!
//! Knows the types of YAML 1.2 and what is left of YAML 1.1 in that reader.

mod number;
mod time;

/// What a reader takes a plain scalar for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Resolved {
    Null,
    Bool(bool),
    Integer(i128),
    Float(f64),
    /// A point in time, spelled as RFC 3339 wants it.
    Time(String),
    Text,
}

/// Returns what a reader takes the plain scalar `text` for.
pub(crate) fn resolve(text: &str) -> Resolved {
    let Some(first) = text.bytes().next() else {
        return Resolved::Null;
    };
    match first {
        b'0'..=b'9' | b'+' | b'-' => word(text)
            .or_else(|| time::parse(text).map(Resolved::Time))
            .or_else(|| number::parse(text))
            .unwrap_or(Resolved::Text),
        b'.' => word(text)
            .or_else(|| number::parse_float(text).map(Resolved::Float))
            .unwrap_or(Resolved::Text),
        b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'~' => word(text).unwrap_or(Resolved::Text),
        _ => Resolved::Text,
    }
}

/// Says whether some reader, of YAML 1.1 or 1.2, takes the plain scalar `text` for something other
/// than that text.
pub(crate) fn is_ambiguous(text: &str) -> bool {
    // `y`, `no` and `12:30` are text to the reader at hand, but not to those of YAML 1.1.
    is_old_bool(text) || resolve(text) != Resolved::Text || is_base_60(text)
}

fn word(text: &str) -> Option<Resolved> {
    Some(match text {
        "true" | "True" | "TRUE" => Resolved::Bool(true),
        "false" | "False" | "FALSE" => Resolved::Bool(false),
        "~" | "null" | "Null" | "NULL" => Resolved::Null,
        ".nan" | ".NaN" | ".NAN" => Resolved::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Resolved::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Resolved::Float(f64::NEG_INFINITY),
        _ => return None,
    })
}

fn is_old_bool(text: &str) -> bool {
    match text.len() {
        1 => matches!(text, "y" | "Y" | "n" | "N"),
        2 => matches!(text, "on" | "On" | "ON" | "no" | "No" | "NO"),
        3 => matches!(text, "yes" | "Yes" | "YES" | "off" | "Off" | "OFF"),
        _ => false,
    }
}

/// Says whether YAML 1.1 reads `text` as a number in base 60, such as `12:30`.
fn is_base_60(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !digits.starts_with(|first: char| first.is_ascii_digit()) {
        return false;
    }
    let mut parts = digits.split(':');
    let head = parts.next().unwrap_or_default();
    if !head.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') {
        return false;
    }
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return false;
    }
    while let Some(part) = parts.next() {
        let whole = match part.split_once('.') {
            Some((whole, fraction)) if parts.peek().is_none() => {
                if !fraction.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') {
                    return false;
                }
                whole
            }
            _ => part,
        };
        let is_sexagesimal = match whole.as_bytes() {
            [unit] => unit.is_ascii_digit(),
            [ten, unit] => (b'0'..=b'5').contains(ten) && unit.is_ascii_digit(),
            _ => false,
        };
        if !is_sexagesimal {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &Resolved) {
        assert_eq!(&resolve(text), expected, "{text}");
    }

    #[test]
    fn words_have_three_spellings() {
        for text in ["true", "True", "TRUE"] {
            check(text, &Resolved::Bool(true));
        }
        check("tRUE", &Resolved::Text);
        for text in ["", "~", "null", "Null", "NULL"] {
            check(text, &Resolved::Null);
        }
        check("nULL", &Resolved::Text);
        check("-.Inf", &Resolved::Float(f64::NEG_INFINITY));
        check(".iNF", &Resolved::Text);
    }

    #[test]
    fn the_words_of_yaml_1_1_are_text_but_ambiguous() {
        for text in ["y", "Y", "n", "N", "on", "Off", "YES", "no"] {
            check(text, &Resolved::Text);
            assert!(is_ambiguous(text), "{text}");
        }
        for text in ["yEs", "oN", "yess", "nope", "o"] {
            assert!(!is_ambiguous(text), "{text}");
        }
    }

    #[test]
    fn base_60_is_ambiguous() {
        for text in ["12:30", "1:2:3", "-1:59.5", "+9_0:00", "0:0.", "1:2.3_4"] {
            assert!(is_ambiguous(text), "{text}");
        }
        for text in ["12:60", "a:30", "12:", ":30", "1:2:", "1.5:30", "1:2.3:4", "_1:30", "-"] {
            assert!(!is_ambiguous(text), "{text}");
        }
    }
}
