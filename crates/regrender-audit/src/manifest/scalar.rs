//! Knows which plain scalars are strings to Kubernetes' YAML reader, which follows YAML 1.1.

/// Tells whether plain `text` is a string, not null, a boolean or a number.
pub(super) fn is_string(text: &str) -> bool {
    match text.bytes().next() {
        None | Some(b'~') => !is_null(text),
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => !is_number(text),
        Some(_) => !is_null(text) && !is_boolean(text),
    }
}

/// Tells whether plain `text` is null.
pub(super) fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

fn is_boolean(text: &str) -> bool {
    matches!(
        text,
        "y" | "Y"
            | "yes"
            | "Yes"
            | "YES"
            | "on"
            | "On"
            | "ON"
            | "true"
            | "True"
            | "TRUE"
            | "n"
            | "N"
            | "no"
            | "No"
            | "NO"
            | "off"
            | "Off"
            | "OFF"
            | "false"
            | "False"
            | "FALSE"
    )
}

fn is_number(text: &str) -> bool {
    let plain = text.replace('_', "");
    let digits = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    if matches!(digits, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let based = |prefix: [&str; 2], radix: u32| {
        prefix
            .iter()
            .find_map(|prefix| digits.strip_prefix(prefix))
            .is_some_and(|rest| !rest.is_empty() && rest.chars().all(|digit| digit.is_digit(radix)))
    };
    based(["0x", "0X"], 16)
        || based(["0o", "0O"], 8)
        || based(["0b", "0B"], 2)
        || is_decimal(digits)
}

/// Matches digits with an optional fraction and exponent.
fn is_decimal(text: &str) -> bool {
    let (mantissa, exponent) = match text.find(['e', 'E']).and_then(|at| text.split_at_checked(at))
    {
        Some((mantissa, exponent)) => (mantissa, exponent.get(1..)),
        None => (text, None),
    };
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent_fits = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !digits.is_empty() && all_digits(digits)
    });
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let some_digit = !whole.is_empty() || !fraction.is_empty();
    exponent_fits && some_digit && all_digits(whole) && all_digits(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_yaml_1_1_are_no_strings() {
        for text in ["y", "n", "on", "Off", "yes", "NO", "true", "~", "", "null", "NULL"] {
            assert!(!is_string(text), "{text}");
        }
    }

    #[test]
    fn numbers_are_no_strings() {
        for text in [
            "012", "0o14", "1_000", "1e3", ".5", "0x1f", "+1", "0b11", "1.", "08", "-0", ".inf",
            "09", "1__0", "-.inf", "1.5e-3",
        ] {
            assert!(!is_string(text), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_one_is_a_string() {
        for text in [
            "2001-12-14",
            "1:30",
            "1e",
            "0x",
            "-1.2.3",
            "_1",
            "tRUE",
            "nULL",
            "1.2.3",
            "-",
            "+",
            ".",
            "nginx",
            "v1",
            "1a",
            "-e5",
            "e5",
            ".e5",
        ] {
            assert!(is_string(text), "{text}");
        }
    }
}
