//! The armor of an age file: its bytes as lines of base64 between two marker lines.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

pub(crate) const BEGIN: &str = "-----BEGIN AGE ENCRYPTED FILE-----";
pub(crate) const END: &str = "-----END AGE ENCRYPTED FILE-----";
const COLUMNS: usize = 64;

/// Puts `file` into armor: 64 columns, a newline after the last marker.
pub(crate) fn write(file: &[u8]) -> String {
    let letters = BASE64_STANDARD.encode(file);
    let lines = letters.len() / COLUMNS + 1;
    let mut text = String::with_capacity(BEGIN.len() + END.len() + letters.len() + lines + 2);
    text.push_str(BEGIN);
    text.push('\n');
    let mut rest = letters.as_str();
    while !rest.is_empty() {
        let (line, below) = rest.split_at(rest.len().min(COLUMNS));
        text.push_str(line);
        text.push('\n');
        rest = below;
    }
    text.push_str(END);
    text.push('\n');
    text
}

/// Takes the bytes out of their armor, or says that `text` is no armored age file.
///
/// age is strict: blank lines stand above and below only, and every line but the last is full.
pub(crate) fn parse(text: &str) -> Option<Vec<u8>> {
    let is_blank = |line: &str| line.trim().is_empty();
    let mut lines = text.lines().skip_while(|line| is_blank(line));
    if lines.next()? != BEGIN {
        return None;
    }
    let mut letters = String::with_capacity(text.len());
    let mut width = COLUMNS;
    loop {
        let line = lines.next()?;
        if line == END {
            break;
        }
        if width != COLUMNS || line.len() > COLUMNS || line.is_empty() {
            return None;
        }
        width = line.len();
        letters.push_str(line);
    }
    let bytes = BASE64_STANDARD.decode(letters).ok().filter(|bytes| !bytes.is_empty())?;
    lines.all(is_blank).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_64_columns() {
        let text = write(&[0; 50]);
        let expected = format!("{BEGIN}\n{}\nAAA=\n{END}\n", "A".repeat(64));
        assert_eq!(text, expected);
    }

    #[test]
    fn full_last_line_is_not_followed_by_an_empty_one() {
        assert_eq!(write(&[0; 48]), format!("{BEGIN}\n{}\n{END}\n", "A".repeat(64)));
    }

    #[test]
    fn what_is_written_can_be_read() {
        for length in 1..200 {
            let bytes = vec![length; usize::from(length)];
            assert_eq!(parse(&write(&bytes)), Some(bytes));
        }
    }

    #[test]
    fn blank_lines_stand_around_it_only() {
        let bytes = vec![7; 100];
        let text = write(&bytes);
        for spelled in [format!("\n \r\n{text} \n\n"), text.replace('\n', "\r\n")] {
            assert_eq!(parse(&spelled).as_ref(), Some(&bytes), "{spelled:?}");
        }
        let first_line = text.lines().nth(1).unwrap();
        let (half, rest) = first_line.split_at(32);
        for (from, to) in [
            (BEGIN, format!(" {BEGIN}")),
            (BEGIN, format!("{BEGIN} ")),
            (END, format!(" {END}")),
            (END, format!("{END} x")),
            (END, format!("\n{END}")),
            (first_line, format!("{first_line} ")),
            (first_line, format!("\n{first_line}")),
            (first_line, format!("{half}\n{rest}")),
        ] {
            assert_eq!(parse(&text.replace(from, &to)), None, "{from} -> {to:?}");
        }
    }

    #[test]
    fn full_lines_are_as_long_as_a_line_is() {
        let text = write(&[7; 96]);
        let (first, second) = (text.lines().nth(1).unwrap(), text.lines().nth(2).unwrap());
        assert!(parse(&text).is_some() && first.len() == COLUMNS && second.len() == COLUMNS);
        for (from, to) in [
            (format!("{first}\n{second}"), format!("{first}{second}")),
            (END.into(), format!("\n{END}")),
        ] {
            assert_eq!(parse(&text.replacen(&from, &to, 1)), None, "{from} -> {to:?}");
        }
    }

    #[test]
    fn other_text_is_no_armor() {
        let whole = write(&[7; 100]);
        let (without_end, _) = whole.split_once(END).unwrap();
        let letters = without_end.strip_prefix(BEGIN).unwrap();
        for text in [
            "",
            BEGIN,
            without_end,
            whole.strip_suffix("-\n").unwrap(),
            whole.strip_prefix(BEGIN).unwrap(),
            &format!("{BEGIN} {END}"),
            &format!("{BEGIN}\n{END}\n"),
            &format!("{BEGIN}{letters}{letters}{END}\n"),
            &format!("{BEGIN}{}{END}\n", letters.replacen('B', "-", 1)),
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
