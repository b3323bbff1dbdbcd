//! Which plain scalars are points in time, and how RFC 3339 spells them.

/// Spells `text` as RFC 3339 wants it, if Go's YAML reader takes it for a point in time.
///
/// It knows a date, a date and a time with a zone behind `T` or `t`, and a date and a time without
/// a zone behind a space.
pub(super) fn parse(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let [a, b, c, d, b'-', ..] = bytes else {
        return None;
    };
    if ![a, b, c, d].iter().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let mut reader = Reader { rest: text.get(5..)? };
    let year = text.get(..4)?;
    let month = reader.number()?;
    reader.expect('-')?;
    let day = reader.number()?;
    let is_date =
        (1..=12).contains(&month) && (1..=days_in(year.parse().ok()?, month)).contains(&day);
    if !is_date {
        return None;
    }
    let date = format!("{year}-{month:02}-{day:02}T");
    if reader.rest.is_empty() {
        return Some(date + "00:00:00Z");
    }
    let separator = reader.rest.chars().next()?;
    reader.expect(separator)?;
    let clock = reader.clock()?;
    let zone = match separator {
        'T' | 't' => reader.zone()?,
        ' ' => String::from("Z"),
        _ => return None,
    };
    reader.rest.is_empty().then(|| date + &clock + &zone)
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn expect(&mut self, expected: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(expected)?;
        Some(())
    }

    /// Reads one or two digits.
    fn number(&mut self) -> Option<u32> {
        let count = self.rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        digits.parse().ok()
    }

    fn clock(&mut self) -> Option<String> {
        let hour = self.number().filter(|hour| *hour < 24)?;
        self.expect(':')?;
        let minute = self.number().filter(|minute| *minute < 60)?;
        self.expect(':')?;
        let second = self.number().filter(|second| *second < 60)?;
        Some(format!("{hour:02}:{minute:02}:{second:02}{}", self.fraction()))
    }

    /// Reads the fraction of a second; Go keeps nine digits of it, and takes a comma too.
    fn fraction(&mut self) -> String {
        let Some(fraction) = self.rest.strip_prefix(['.', ',']) else {
            return String::new();
        };
        let count = fraction.bytes().take_while(u8::is_ascii_digit).count();
        let Some((digits, rest)) = fraction.split_at_checked(count).filter(|_| count > 0) else {
            return String::new();
        };
        self.rest = rest;
        let kept = digits.get(..9).unwrap_or(digits).trim_end_matches('0');
        if kept.is_empty() { String::new() } else { format!(".{kept}") }
    }

    fn zone(&mut self) -> Option<String> {
        if let Some(rest) = self.rest.strip_prefix('Z') {
            self.rest = rest;
            return Some(String::from("Z"));
        }
        let sign = self.rest.chars().next().filter(|sign| matches!(sign, '+' | '-'))?;
        self.expect(sign)?;
        let hours = self.two_digits()?;
        self.expect(':')?;
        let minutes = self.two_digits()?;
        // People do write offsets of 24 hours and of 60 minutes, and Go takes them.
        if hours > 24 || minutes > 60 {
            return None;
        }
        let total = hours * 60 + minutes;
        if total == 0 {
            return Some(String::from("Z"));
        }
        Some(format!("{sign}{:02}:{:02}", total / 60, total % 60))
    }

    fn two_digits(&mut self) -> Option<u32> {
        let before = self.rest.len();
        self.number().filter(|_| before - self.rest.len() == 2)
    }
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(parse(text).as_deref(), Some(expected), "{text}");
    }

    #[test]
    fn a_date_is_a_point_in_time() {
        check("2026-11-21", "2026-11-21T00:00:00Z");
        check("2026-1-2", "2026-01-02T00:00:00Z");
        check("2024-02-29", "2024-02-29T00:00:00Z");
        check("2000-02-29", "2000-02-29T00:00:00Z");
    }

    #[test]
    fn zones_are_kept() {
        check("2026-11-21T01:02:03Z", "2026-11-21T01:02:03Z");
        check("2026-11-21t1:2:3.50+02:30", "2026-11-21T01:02:03.5+02:30");
        check("2026-11-21T01:02:03-00:00", "2026-11-21T01:02:03Z");
        check("2026-11-21T01:02:03+24:60", "2026-11-21T01:02:03+25:00");
    }

    #[test]
    fn nine_digits_of_a_fraction_are_kept() {
        check("2026-11-21 01:02:03.12345678901", "2026-11-21T01:02:03.123456789Z");
        check("2026-11-21 01:02:03,5", "2026-11-21T01:02:03.5Z");
        check("2026-11-21 01:02:03.000", "2026-11-21T01:02:03Z");
    }

    #[test]
    fn what_is_no_time_is_text() {
        for text in [
            "2026-11",
            "2026-13-01",
            "2026-02-29",
            "1900-02-29",
            "2026-11-0",
            "2026-11-21T01:02:03",
            "2026-11-21 01:02:03Z",
            "2026-04-31",
            "2026-11-21 01:60:00",
            "2026-11-21 01:02:60",
            "2026-11-21 24:00:00",
            "2026-11-21T01:02:03+2:30",
            "2026-11-21T01:02:03+25:00",
            "2026-11-21 01:02",
            "2026-11-21x01:02:03",
            "2026-11-21 01:02:03.",
            "02026-11-21",
            "2026-11-211",
            "2026-11-21\u{e9}",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
