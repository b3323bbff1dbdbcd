//! How Go prints a floating-point number in its shortest form.

use std::fmt::Write as _;

use super::buffer::Buffer;

/// Prints `number` as Go's `FormatFloat` does with the verb `g` and the shortest precision, and
/// infinity and what is no number as YAML spells them.
pub(super) fn write(out: &mut Buffer, number: f64) {
    if number.is_nan() {
        out.push_str(".nan");
        return;
    }
    if number.is_infinite() {
        out.push_str(if number > 0.0 { ".inf" } else { "-.inf" });
        return;
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) =
        scientific.split_once('e').expect("the format `e` always prints an exponent");
    let exponent: i32 = exponent.parse().expect("the exponent of a number is a number");
    let written = if (-4..6).contains(&exponent) {
        write!(out, "{number}")
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        write!(out, "{mantissa}e{sign}{:02}", exponent.unsigned_abs())
    };
    written.expect("writing to a buffer cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(number: f64, expected: &str) {
        let mut out = Buffer::new();
        write(&mut out, number);
        assert_eq!(out.into_string(), expected);
    }

    #[test]
    fn exponents_begin_at_a_million_and_below_a_ten_thousandth() {
        check(100_000.0, "100000");
        check(1_000_000.0, "1e+06");
        check(123_456_789.0, "1.23456789e+08");
        check(1_234_567.5, "1.2345675e+06");
        check(0.0001, "0.0001");
        check(0.000_01, "1e-05");
        check(-1.5e-300, "-1.5e-300");
    }

    #[test]
    fn a_whole_number_has_no_fraction() {
        check(1.0, "1");
        check(-0.0, "-0");
    }

    #[test]
    fn what_is_no_number_has_a_word() {
        check(f64::NAN, ".nan");
        check(f64::INFINITY, ".inf");
        check(f64::NEG_INFINITY, "-.inf");
    }
}
