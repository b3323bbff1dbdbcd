//! Several measurements of one thing: the least, the middle and the greatest.

use std::fmt;

/// The least, the middle and the greatest of some numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spread {
    /// The least.
    pub(super) least: f64,
    /// The middle one; of an even number the upper of both.
    pub(super) median: f64,
    /// The greatest.
    pub(super) greatest: f64,
}

impl Spread {
    /// Orders `numbers`. Returns `None` when there is none.
    pub(super) fn of(numbers: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut numbers: Vec<f64> = numbers.into_iter().collect();
        numbers.sort_by(f64::total_cmp);
        Some(Self {
            least: *numbers.first()?,
            median: *numbers.get(numbers.len() / 2)?,
            greatest: *numbers.last()?,
        })
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [least, median, greatest] = [self.least, self.median, self.greatest].map(three_digits);
        write!(f, "{least} / {median} / {greatest}")
    }
}

/// Spells a number with about three digits that mean something.
pub(super) fn three_digits(number: f64) -> String {
    match number {
        number if number >= 100.0 => format!("{number:.0}"),
        number if number >= 10.0 => format!("{number:.1}"),
        number if number >= 1.0 => format!("{number:.2}"),
        number => format!("{number:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_numbers_does_not_matter() {
        let spread = Spread { least: 1.0, median: 2.0, greatest: 9.0 };
        assert_eq!(Spread::of([9.0, 1.0, 2.0]), Some(spread));
    }

    #[test]
    fn no_numbers_have_no_spread() {
        assert_eq!(Spread::of([]), None);
    }

    #[test]
    fn large_numbers_lose_their_decimals() {
        assert_eq!(
            [0.1234, 1.234, 12.34, 123.4].map(three_digits),
            ["0.123", "1.23", "12.3", "123"]
        );
    }
}
