//! Which plain scalars are numbers.

use zeroize::Zeroizing;

use super::Resolved;

/// Parses a scalar that begins with a digit or a sign.
pub(super) fn parse(text: &str) -> Option<Resolved> {
    let without_separators;
    let plain = if text.contains('_') {
        // The text may be a secret, and then no copy of it may be left behind.
        let mut copy = Zeroizing::new(String::with_capacity(text.len()));
        copy.extend(text.split('_'));
        without_separators = copy;
        without_separators.as_str()
    } else {
        text
    };
    if let Some(integer) = parse_integer(plain).or_else(|| parse_sign_after_prefix(plain)) {
        return Some(Resolved::Integer(integer));
    }
    parse_float(plain).map(Resolved::Float)
}

/// Parses a decimal number with a fraction or an exponent; one that is too large is none.
pub(super) fn parse_float(text: &str) -> Option<f64> {
    // Rust would also take `.inf` and `infinity`; those are words and dealt with before.
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Parses an integer in the spelling of Go: `0x`, `0o`, `0b`, or a leading zero for octal.
fn parse_integer(text: &str) -> Option<i128> {
    let (is_negative, is_signed, digits) = match text.as_bytes().first()? {
        b'-' => (true, true, text.get(1..)?),
        b'+' => (false, true, text.get(1..)?),
        _ => (false, false, text),
    };
    let magnitude = parse_magnitude(digits)?;
    let number = if is_negative { -magnitude } else { magnitude };
    // A sign makes it a signed 64-bit number; without one it may be an unsigned one.
    let largest = if is_signed { i128::from(i64::MAX) } else { i128::from(u64::MAX) };
    (i128::from(i64::MIN)..=largest).contains(&number).then_some(number)
}

fn parse_magnitude(digits: &str) -> Option<i128> {
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, digits.get(2..)?),
        [b'0', b'o' | b'O', ..] => (8, digits.get(2..)?),
        [b'0', b'b' | b'B', ..] => (2, digits.get(2..)?),
        [b'0', _, ..] => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    radix_digits(digits, radix)
}

fn radix_digits(digits: &str, radix: u32) -> Option<i128> {
    let begins_with_digit = digits.chars().next()?.is_digit(radix);
    if !begins_with_digit {
        return None;
    }
    i128::from_str_radix(digits, radix).ok()
}

/// Parses `0b-1`: Go's YAML reader hands what stands behind the prefix to its number parser, sign
/// and all.
fn parse_sign_after_prefix(text: &str) -> Option<i128> {
    let (radix, rest) = match text.as_bytes() {
        [b'0', b'b', b'+' | b'-', ..] => (2, text.get(2..)?),
        [b'0', b'o', b'+' | b'-', ..] => (8, text.get(2..)?),
        _ => return None,
    };
    let magnitude = radix_digits(rest.get(1..)?, radix)?;
    let number = if rest.starts_with('-') { -magnitude } else { magnitude };
    i64::try_from(number).ok().map(i128::from)
}

#[cfg(test)]
mod tests {
    use super::super::{Resolved, resolve};

    #[track_caller]
    fn integer(text: &str, expected: i128) {
        assert_eq!(resolve(text), Resolved::Integer(expected), "{text}");
    }

    #[track_caller]
    fn float(text: &str, expected: f64) {
        assert_eq!(resolve(text), Resolved::Float(expected), "{text}");
    }

    #[track_caller]
    fn text(text: &str) {
        assert_eq!(resolve(text), Resolved::Text, "{text}");
    }

    #[test]
    fn integers_have_four_bases() {
        integer("12", 12);
        integer("-0x1f", -31);
        integer("0o17", 15);
        integer("0755", 493);
        integer("+0b101", 5);
        integer("0", 0);
        integer("-0", 0);
        float("08", 8.0);
        text("0x");
        text("0xg");
        text("0b2");
        text("+-1");
    }

    #[test]
    fn underscores_are_ignored() {
        integer("1_000", 1000);
        integer("0x_ff_", 255);
        float("1_0.5", 10.5);
        text("+_");
    }

    #[test]
    fn sixty_four_bits_are_the_limit() {
        integer("9223372036854775807", i128::from(i64::MAX));
        integer("18446744073709551615", i128::from(u64::MAX));
        integer("-9223372036854775808", i128::from(i64::MIN));
        float("18446744073709551616", 18_446_744_073_709_551_616.0);
        float("+9223372036854775808", 9_223_372_036_854_775_808.0);
        text("0x1ffffffffffffffff");
    }

    #[test]
    fn a_sign_may_follow_a_prefix() {
        integer("0b-11", -3);
        integer("0o+7", 7);
        text("0x-1");
        text("0b--1");
    }

    #[test]
    fn floats_need_digits() {
        float("1.", 1.0);
        float(".5", 0.5);
        float("+.5e-3", 0.0005);
        float("1e3", 1000.0);
        text("1e");
        text(".");
        text("-.");
        text("1.2.3");
        text("1e400");
        text("1e5.0");
        text(".5_0");
    }
}
