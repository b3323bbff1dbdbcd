//! Points in time as the metadata of a sealed file spells them: RFC 3339 to the second.

use std::time::{SystemTime, UNIX_EPOCH};

const SECONDS_PER_DAY: u64 = 86_400;

/// Spells `time` in UTC, to the second. A time before 1970 is spelled as 1970.
#[must_use]
pub fn format(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
    let (year, month, day) = civil_date(seconds / SECONDS_PER_DAY);
    let second_of_day = seconds % SECONDS_PER_DAY;
    let (hour, minute, second) =
        (second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Spells `text` the way Go's `time.RFC3339` layout spells the time that it says, which is what
/// sops authenticates: fractions are dropped, and an offset of zero is `Z`. Returns `None` if it is
/// no RFC 3339 time.
pub(crate) fn normalize(text: &str) -> Option<String> {
    let (date_time, rest) = text.split_at_checked(19)?;
    if !is_date_time(date_time) {
        return None;
    }
    let zone = match rest.strip_prefix(['.', ',']) {
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if zone.len() == fraction.len() {
                return None;
            }
            zone
        }
        None => rest,
    };
    match zone {
        "Z" | "+00:00" | "-00:00" => Some(format!("{date_time}Z")),
        zone if is_offset(zone) => Some(format!("{date_time}{zone}")),
        _ => None,
    }
}

fn is_date_time(text: &str) -> bool {
    let shape = text.bytes().enumerate().all(|(index, byte)| match index {
        4 | 7 => byte == b'-',
        10 => byte == b'T',
        13 | 16 => byte == b':',
        _ => byte.is_ascii_digit(),
    });
    let number =
        |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<u64>().ok());
    let (Some(year), Some(month), Some(day)) = (number(0, 4), number(5, 7), number(8, 10)) else {
        return false;
    };
    let below = |from, limit| number(from, from + 2).is_some_and(|value| value < limit);
    shape
        && (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && below(11, 24)
        && below(14, 60)
        && below(17, 60)
}

fn is_offset(text: &str) -> bool {
    let Some((hours, minutes)) =
        text.strip_prefix(['+', '-']).and_then(|offset| offset.split_once(':'))
    else {
        return false;
    };
    let two_digits_below = |part: &str, limit: u8| {
        part.len() == 2
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && part.parse::<u8>().is_ok_and(|value| value < limit)
    };
    two_digits_below(hours, 24) && two_digits_below(minutes, 60)
}

fn days_in_month(year: u64, month: u64) -> u64 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Turns days since 1970 into year, month and day, by counting in 400-year eras that begin in
/// March.
fn civil_date(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[track_caller]
    fn check_format(seconds: u64, expected: &str) {
        assert_eq!(format(UNIX_EPOCH + Duration::from_secs(seconds)), expected);
    }

    #[track_caller]
    fn check_normalize(text: &str, expected: Option<&str>) {
        assert_eq!(normalize(text).as_deref(), expected, "{text}");
    }

    #[test]
    fn seconds_become_a_date_and_a_time() {
        check_format(0, "1970-01-01T00:00:00Z");
        check_format(951_782_400, "2000-02-29T00:00:00Z");
        check_format(1_795_226_399, "2026-11-21T01:59:59Z");
        check_format(4_107_542_400, "2100-03-01T00:00:00Z");
        check_format(253_402_300_799, "9999-12-31T23:59:59Z");
    }

    #[test]
    fn time_before_the_epoch_is_the_epoch() {
        assert_eq!(format(UNIX_EPOCH - Duration::from_secs(1)), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn fraction_of_a_second_is_cut_off() {
        let time = UNIX_EPOCH + Duration::from_millis(1_999);
        assert_eq!(format(time), "1970-01-01T00:00:01Z");
    }

    #[test]
    fn what_is_written_is_read_unchanged() {
        check_normalize("2026-11-21T01:59:59Z", Some("2026-11-21T01:59:59Z"));
    }

    #[test]
    fn offset_is_kept_unless_it_is_zero() {
        check_normalize("2026-11-21T01:59:59+02:00", Some("2026-11-21T01:59:59+02:00"));
        check_normalize("2026-11-21T01:59:59+00:00", Some("2026-11-21T01:59:59Z"));
    }

    #[test]
    fn fraction_is_not_part_of_what_is_authenticated() {
        check_normalize("2026-11-21T01:59:59.123456Z", Some("2026-11-21T01:59:59Z"));
    }

    #[test]
    fn months_have_the_days_that_the_calendar_gives_them() {
        for day in ["2024-02-29", "2000-02-29", "2026-01-31", "2026-04-30", "2026-12-31"] {
            let time = format!("{day}T01:59:59Z");
            check_normalize(&time, Some(&time));
        }
        for day in ["2026-02-29", "2100-02-29", "2024-02-30", "2026-04-31", "2026-11-31"] {
            check_normalize(&format!("{day}T01:59:59Z"), None);
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2026-11-21",
            "2026-11-21T01:59:59",
            "2026-11-21 01:59:59Z",
            "2026-13-21T01:59:59Z",
            "2026-02-29T01:59:59Z",
            "2026-11-21T24:00:00Z",
            "2026-11-21T01:59:59.Z",
            "2026-11-21T01:59:59+2:00",
            "2026-11-21T01:59:59+02:60",
            "2026-11-21T01:59:59Zz",
            "2026-11-21T01:59:5é",
        ] {
            check_normalize(text, None);
        }
    }
}
