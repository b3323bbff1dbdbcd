//! How long a credential is still good, by its last day.

use std::time::{SystemTime, UNIX_EPOCH};

use regrender_config::Date;

/// How many days before its last one a credential is worth a warning.
pub(crate) const SOON: u32 = 14;

/// How long a credential is still good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Validity {
    /// Its last day is over.
    Over,
    /// So many days are left after today, at most [`SOON`].
    Days(u32),
    /// More than that.
    Long,
}

/// Says how long a credential with the last day `last` is good after `now`, in UTC.
pub(super) fn validity(last: Date, now: SystemTime) -> Validity {
    let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let today = i64::try_from(seconds / 86_400).unwrap_or(i64::MAX);
    match u32::try_from(day_number(last).saturating_sub(today)) {
        Ok(left) if left <= SOON => Validity::Days(left),
        Ok(_) => Validity::Long,
        Err(_is_negative) => Validity::Over,
    }
}

/// Counts the days from 1970-01-01 to `date` in the Gregorian calendar.
fn day_number(date: Date) -> i64 {
    // The year begins in March here, so that the leap day is its last.
    let (year, month) = match date.month {
        month @ ..=2 => (i64::from(date.year) - 1, i64::from(month) + 9),
        month => (i64::from(date.year), i64::from(month) - 3),
    };
    let days_before_month = (153 * month + 2) / 5;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // 1970-01-01 is day 719,468 from 0000-03-01 on.
    year * 365 + leap_days + days_before_month + i64::from(date.day) - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn date(year: u16, month: u8, day: u8) -> Date {
        Date { year, month, day }
    }

    /// The moment `second` of 2026-11-21.
    fn now(second: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(20_778 * 86_400 + second)
    }

    #[track_caller]
    fn check(last: Date, expected: Validity) {
        assert_eq!(validity(last, now(0)), expected);
        assert_eq!(validity(last, now(86_399)), expected);
    }

    #[test]
    fn days_are_counted_through_leap_years() {
        assert_eq!(day_number(date(1970, 1, 1)), 0);
        assert_eq!(day_number(date(1972, 2, 29)), 789);
        assert_eq!(day_number(date(1972, 3, 1)), 790);
        assert_eq!(day_number(date(2000, 2, 29)), 11_016);
        assert_eq!(day_number(date(2000, 12, 31)), 11_322);
        assert_eq!(day_number(date(2026, 11, 21)), 20_778);
        assert_eq!(day_number(date(2100, 3, 1)) - day_number(date(2100, 2, 28)), 1);
    }

    #[test]
    fn the_last_day_itself_is_good() {
        check(date(2026, 11, 21), Validity::Days(0));
    }

    #[test]
    fn the_day_after_is_over() {
        check(date(2026, 11, 20), Validity::Over);
        check(date(1969, 1, 1), Validity::Over);
    }

    #[test]
    fn two_weeks_before_is_soon() {
        check(date(2026, 12, 5), Validity::Days(14));
        check(date(2026, 12, 6), Validity::Long);
        check(date(9999, 12, 31), Validity::Long);
    }

    #[test]
    fn a_clock_before_1970_is_taken_for_1970() {
        let early = UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(validity(date(1970, 1, 3), early), Validity::Days(2));
    }
}
