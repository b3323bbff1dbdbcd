//! Floating-point numbers as Go prints them, which is how sops spells, hashes and encrypts them.

use std::fmt::Write as _;

/// No number of 64 bits has more digits than this.
const MOST_DIGITS: usize = 770;

/// The shortest digits that are read as the same number again: `d.ddd × 10^exponent`.
struct Decimal {
    sign: &'static str,
    digits: String,
    exponent: i32,
}

/// Prints `value` as Go's `FormatFloat(value, 'f', -1, 64)` does: never with an exponent.
#[must_use]
pub fn plain(value: f64) -> String {
    match Decimal::of(value) {
        Some(decimal) => decimal.plain(),
        None => special(value),
    }
}

/// Prints `value` as Go's `encoding/json` does: with an exponent only when it is very large or small.
#[must_use]
pub fn json(value: f64) -> String {
    match Decimal::of(value) {
        Some(decimal) if value != 0.0 && !(1e-6..1e21).contains(&value.abs()) => {
            decimal.scientific('e', 1)
        }
        Some(decimal) => decimal.plain(),
        None => special(value),
    }
}

/// Prints `value` as sops does in formats that know texts only: as `FormatFloat(value, 'G', -1, 64)`,
/// but never like a whole number.
#[must_use]
pub fn general(value: f64) -> String {
    let Some(decimal) = Decimal::of(value) else {
        return special(value);
    };
    if !(-4..6).contains(&decimal.exponent) {
        return decimal.scientific('E', 2);
    }
    let plain = decimal.plain();
    if plain.contains('.') { plain } else { format!("{plain}.0") }
}

/// Prints `value` as `FormatFloat(value, 'g', -1, 64)` does, and infinity and what is no number as
/// YAML spells them.
#[must_use]
pub fn yaml(value: f64) -> String {
    match Decimal::of(value) {
        Some(decimal) if (-4..6).contains(&decimal.exponent) => decimal.plain(),
        Some(decimal) => decimal.scientific('e', 2),
        None if value.is_nan() => String::from(".nan"),
        None => String::from(if value.is_sign_positive() { ".inf" } else { "-.inf" }),
    }
}

fn special(value: f64) -> String {
    let name = if value.is_nan() {
        "NaN"
    } else if value.is_sign_positive() {
        "+Inf"
    } else {
        "-Inf"
    };
    name.to_owned()
}

impl Decimal {
    /// Takes a number apart, unless it is infinite or none.
    fn of(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        let spelled = format!("{:e}", value.abs());
        let (mantissa, exponent) = spelled.split_once('e')?;
        let mut digits = mantissa.replace('.', "");
        // When the number is exactly between two shortest spellings, Rust takes the upper one, Go the
        // even one.
        if let Some(even) = even_neighbour(&digits)
            && exact_digits(value) == format!("{even}5")
            && format!("{even}e{}", shift(exponent, &even)?).parse() == Ok(value.abs())
        {
            digits = even;
        }
        let sign = if value.is_sign_negative() { "-" } else { "" };
        Some(Self { sign, digits, exponent: exponent.parse().ok()? })
    }

    fn plain(&self) -> String {
        let mut text = String::from(self.sign);
        let Ok(exponent) = usize::try_from(self.exponent) else {
            text.push_str("0.");
            text.extend((1..self.exponent.unsigned_abs()).map(|_| '0'));
            text.push_str(&self.digits);
            return text;
        };
        let (whole, fraction) =
            self.digits.split_at_checked(exponent + 1).unwrap_or((&self.digits, ""));
        text.push_str(whole);
        text.extend((whole.len()..=exponent).map(|_| '0'));
        if !fraction.is_empty() {
            text.push('.');
            text.push_str(fraction);
        }
        text
    }

    /// Prints with an exponent of at least `width` digits.
    fn scientific(&self, letter: char, width: usize) -> String {
        let mut text = String::from(self.sign);
        let (first, rest) = self.digits.split_at_checked(1).unwrap_or((&self.digits, ""));
        text.push_str(first);
        if !rest.is_empty() {
            text.push('.');
            text.push_str(rest);
        }
        let sign = if self.exponent.is_negative() { '-' } else { '+' };
        write!(text, "{letter}{sign}{:0width$}", self.exponent.unsigned_abs())
            .expect("writing to a text cannot fail");
        text
    }
}

/// The digits below, if they can be the even ones: the digits of a number of 64 bits that is between
/// two spellings are those of an odd multiple of a power of five, and so end in 25 or 75.
fn even_neighbour(digits: &str) -> Option<String> {
    digits.strip_suffix('3').map(|rest| format!("{rest}2"))
}

/// All digits of a number, without zeros at the end.
fn exact_digits(value: f64) -> String {
    let spelled = format!("{:.MOST_DIGITS$e}", value.abs());
    let (mantissa, _) = spelled.split_once('e').unwrap_or((&spelled, ""));
    mantissa.replace('.', "").trim_end_matches('0').to_owned()
}

/// The exponent for digits without a point, for an exponent that counts from behind the first digit.
fn shift(exponent: &str, digits: &str) -> Option<i32> {
    let exponent: i32 = exponent.parse().ok()?;
    Some(exponent - i32::try_from(digits.len()).ok()? + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(print: fn(f64) -> String, cases: &[(f64, &str)]) {
        for (value, expected) in cases {
            assert_eq!(print(*value), *expected);
        }
    }

    #[test]
    fn plain_number_never_has_an_exponent() {
        check(
            plain,
            &[
                (0.0, "0"),
                (-0.0, "-0"),
                (1.5, "1.5"),
                (-1.5, "-1.5"),
                (100.0, "100"),
                (1e21, "1000000000000000000000"),
                (1e-7, "0.0000001"),
                (0.1, "0.1"),
                (0.05, "0.05"),
                (123_456.789, "123456.789"),
                (f64::INFINITY, "+Inf"),
                (f64::NEG_INFINITY, "-Inf"),
                (f64::NAN, "NaN"),
            ],
        );
    }

    #[test]
    fn json_number_has_an_exponent_when_it_is_very_large_or_small() {
        check(
            json,
            &[
                (0.0, "0"),
                (1e20, "100000000000000000000"),
                (1e21, "1e+21"),
                (1.5e-7, "1.5e-7"),
                (0.000_001, "0.000001"),
                (-1e-10, "-1e-10"),
            ],
        );
    }

    #[test]
    fn general_number_is_never_like_a_whole_one() {
        check(
            general,
            &[
                (1.5, "1.5"),
                (0.0, "0.0"),
                (100_000.0, "100000.0"),
                (1_000_000.0, "1E+06"),
                (1_234_567.5, "1.2345675E+06"),
                (0.000_01, "1E-05"),
                (0.0001, "0.0001"),
                (1e100, "1E+100"),
                (f64::INFINITY, "+Inf"),
            ],
        );
    }

    #[test]
    fn number_between_two_spellings_takes_the_even_one() {
        // As Go prints them.
        check(plain, &[(1_846_315_699_520_705.0 / 8.0, "230789462440088.12")]);
        check(plain, &[(1_846_315_699_520_707.0 / 8.0, "230789462440088.38")]);
    }

    proptest! {
        #[test]
        fn every_number_is_read_as_itself_again(bits: u64) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            for print in [plain, json, general] {
                let read: f64 = print(value).parse().unwrap();
                prop_assert_eq!(read.to_bits(), bits);
            }
        }
    }

    #[track_caller]
    fn check_yaml(value: f64, expected: &str) {
        assert_eq!(yaml(value), expected);
    }

    #[test]
    fn exponents_begin_at_a_million_and_below_a_ten_thousandth() {
        check_yaml(100_000.0, "100000");
        check_yaml(1_000_000.0, "1e+06");
        check_yaml(123_456_789.0, "1.23456789e+08");
        check_yaml(1_234_567.5, "1.2345675e+06");
        check_yaml(0.0001, "0.0001");
        check_yaml(0.000_01, "1e-05");
        check_yaml(-1.5e-300, "-1.5e-300");
    }

    #[test]
    fn a_whole_number_has_no_fraction() {
        check_yaml(1.0, "1");
        check_yaml(-0.0, "-0");
    }

    #[test]
    fn what_is_no_number_has_a_word() {
        check_yaml(f64::NAN, ".nan");
        check_yaml(f64::INFINITY, ".inf");
        check_yaml(f64::NEG_INFINITY, "-.inf");
    }

    #[test]
    fn of_two_shortest_spellings_the_even_one_is_taken() {
        check_yaml(686_191_058_478_192.2, "6.861910584781922e+14");
    }
}
