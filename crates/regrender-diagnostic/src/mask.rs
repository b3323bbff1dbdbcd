//! A text without what must not be quoted, and where its other bytes went.

use crate::boundary::floor;
use crate::{Diagnostic, Span, pattern, scan};

/// What stands for a masked value, whatever its length.
pub const MASK: &str = "<masked>";

const BYTE_ORDER_MARK: char = '\u{feff}';

/// A text without what must not be quoted.
#[derive(Clone)]
pub(crate) struct MaskedText {
    /// What may be shown.
    pub(crate) text: String,
    moves: Vec<Move>,
}

/// A range of the original that something else stands for.
#[derive(Clone)]
struct Move {
    original: Span,
    masked: Span,
    /// Line ends that follow the mask, so that the lines after it keep their numbers.
    lines: usize,
}

/// Finds everything in a TOML text, right or wrong, that must not be quoted.
fn sensitive_spans(text: &str) -> Vec<Span> {
    let mut spans = scan::sensitive_values(text);
    spans.extend(pattern::sensitive_spans(text));
    merged(spans)
}

/// A text that is shorter may stand in a message by chance.
const SHORTEST_SECRET: usize = 6;

/// Takes out of problems what must not be quoted from `text`.
///
/// A change that would repeat it is left out; a title, label, note or help that does is masked.
pub fn withhold(diagnostics: &mut [Diagnostic], text: &str) {
    if diagnostics.is_empty() {
        return;
    }
    let secrets: Vec<&str> = sensitive_spans(text)
        .into_iter()
        .filter_map(|span| text.get(span))
        .map(|secret| secret.trim_matches(|c: char| c.is_whitespace() || "\"',]}".contains(c)))
        .filter(|secret| !secret.is_empty())
        .collect();
    for diagnostic in diagnostics {
        let repeats = |text: &str| secrets.iter().any(|secret| repeats(text, secret));
        if diagnostic.fix.as_ref().is_some_and(|fix| repeats(&fix.replacement)) {
            diagnostic.fix = None;
        }
        let labels = diagnostic.labels.iter_mut().map(|label| &mut label.text);
        let lines = labels.chain(&mut diagnostic.notes).chain(&mut diagnostic.helps);
        for line in lines.chain([&mut diagnostic.title]) {
            for secret in secrets.iter().filter(|secret| secret.len() >= SHORTEST_SECRET) {
                if line.contains(secret) {
                    *line = line.replace(secret, MASK);
                }
            }
        }
    }
}

/// Says whether a text repeats a secret; a short one must stand alone, or it is there by chance.
fn repeats(text: &str, secret: &str) -> bool {
    text.match_indices(secret).any(|(start, _)| {
        let before = text.get(..start).and_then(|before| before.chars().next_back());
        let after = text.get(start + secret.len()..).and_then(|after| after.chars().next());
        let stands_alone = ![before, after].iter().flatten().any(|c| c.is_alphanumeric());
        secret.len() >= SHORTEST_SECRET || stands_alone
    })
}

impl MaskedText {
    /// Masks a TOML text, right or wrong.
    pub(crate) fn new(text: &str) -> Self {
        Self::without(text, sensitive_spans(text))
    }

    fn without(text: &str, spans: Vec<Span>) -> Self {
        let mut masked = Self { text: String::with_capacity(text.len()), moves: Vec::new() };
        let mut copied = 0;
        if text.starts_with(BYTE_ORDER_MARK) {
            copied = BYTE_ORDER_MARK.len_utf8();
            masked.moves.push(Move { original: 0..copied, masked: 0..0, lines: 0 });
        }
        for span in spans {
            masked.text.push_str(text.get(copied..span.start).unwrap_or_default());
            let start = masked.text.len();
            masked.text.push_str(MASK);
            let end = masked.text.len();
            let lines = text.get(span.clone()).unwrap_or_default().matches('\n').count();
            masked.text.extend(std::iter::repeat_n('\n', lines));
            masked.moves.push(Move { original: span.clone(), masked: start..end, lines });
            copied = span.end;
        }
        masked.text.push_str(text.get(copied..).unwrap_or_default());
        masked
    }

    /// Returns where a range of the original is now; a range that touches a masked one covers it.
    pub(crate) fn span(&self, original: &Span) -> Span {
        let start = self.offset(original.start, |inside| inside.start);
        let end = self.offset(original.end.max(original.start), |inside| inside.end);
        start..end.max(start)
    }

    fn offset(&self, original: usize, inside: impl Fn(&Span) -> usize) -> usize {
        let after = self.moves.partition_point(|moved| moved.original.start < original);
        let Some(last) = after.checked_sub(1).and_then(|index| self.moves.get(index)) else {
            return floor(&self.text, original);
        };
        if original < last.original.end {
            return inside(&last.masked);
        }
        if original == last.original.end {
            return last.masked.end;
        }
        floor(&self.text, last.masked.end + last.lines + (original - last.original.end))
    }
}

/// Masks what must not be shown in a line of ours, such as a title that names what a user wrote.
///
/// This is a second line of defence: titles do not name secrets in the first place.
#[must_use]
pub fn mask_line(line: &str) -> String {
    MaskedText::without(line, merged(pattern::sensitive_spans(line))).text
}

fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|span| span.start < span.end);
    spans.sort_by_key(|span| (span.start, span.end));
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The part of the masked text that stands for `part` of the original.
    #[track_caller]
    fn check(text: &str, part: &str, expected: &str) {
        let masked = MaskedText::new(text);
        let start = text.find(part).unwrap();
        let span = masked.span(&(start..start + part.len()));
        assert_eq!(masked.text.get(span).unwrap(), expected);
    }

    #[test]
    fn places_after_a_mask_are_shifted() {
        check("password = 'canary-4f1d'\nhost = 'x'", "host", "host");
        check("password = 'c'\nhost = 'x'", "host", "host");
        check("password = 'canary-4f1d' # x", "' # x", "' # x");
    }

    #[test]
    fn places_before_a_mask_stay() {
        check("host = 'x'\npassword = 'canary-4f1d'", "host", "host");
        check("password = 'canary-4f1d'", "password", "password");
        check("password = 'canary-4f1d'", "password = '", "password = '");
    }

    #[test]
    fn a_place_around_a_mask_covers_it() {
        check("password = 'canary-4f1d' #", "'canary-4f1d'", "'<masked>'");
    }

    #[test]
    fn a_place_inside_a_mask_is_all_of_it() {
        check("password = 'canary-4f1d'", "canary-4f1d", "<masked>");
        check("password = 'canary-4f1d'", "4f1", "<masked>");
        check("password = 'canary-4f1d'", "canary", "<masked>");
        check("password = 'canary-4f1d'", "4f1d", "<masked>");
    }

    #[test]
    fn places_after_a_long_string_keep_their_line() {
        let text = "password = '''a\nb\nc'''\nhost = 'x'";
        check(text, "host", "host");
        check(text, "'''a\nb\nc'''", "'''<masked>\n\n'''");
    }

    #[test]
    fn a_byte_order_mark_is_left_out() {
        check("\u{feff}host = 'x'", "host", "host");
    }

    #[test]
    fn what_must_not_be_quoted_is_taken_out_of_problems() {
        let text = "password = canary-4f1d";
        let problem = Diagnostic::new("code", crate::Severity::Error, "bad canary-4f1d")
            .at(0..1, "canary-4f1d")
            .note("canary-4f1d!")
            .help("not canary-4f1d")
            .fix(11..22, "\"canary-4f1d\"", "quote it");
        let mut problems = [problem];
        withhold(&mut problems, text);
        assert!(!format!("{problems:?}").contains("canary"), "{problems:?}");
        assert_eq!(problems[0].fix, None);
        assert_eq!(problems[0].title, "bad <masked>");
    }

    #[test]
    fn what_clings_to_a_secret_is_no_part_of_it() {
        let mut problems = [Diagnostic::new("code", crate::Severity::Error, "bad canary-4f1d")];
        withhold(&mut problems, "password = { plain = canary-4f1d }");
        assert_eq!(problems[0].title, "bad <masked>");
    }

    #[test]
    fn what_may_be_quoted_stays_in_problems() {
        let text = "password = 'ab'\nhost = 'about'";
        let problem = Diagnostic::new("code", crate::Severity::Error, "host `about`").fix(
            25..30,
            "house",
            "write it",
        );
        let mut problems = [problem.clone()];
        withhold(&mut problems, text);
        assert_eq!(problems[0], problem);
    }

    #[test]
    fn a_short_secret_inside_of_a_word_is_there_by_chance() {
        let text = "password = 'x'";
        let fixed = |replacement: &str| {
            let problem = Diagnostic::new("code", crate::Severity::Error, "title");
            let mut problems = [problem.fix(0..1, replacement, "write it")];
            withhold(&mut problems, text);
            problems[0].fix.is_some()
        };
        assert!(fixed("\"flux\""));
        assert!(!fixed("\"x\""));
        assert!(!fixed("a x b"));
    }

    proptest! {
        #[test]
        fn any_text_and_any_place_can_be_masked(
            text in "(?s)([ -~\n]|password = |'|\"|\\{|\\[|ü|-----BEGIN|://|@){0,60}",
            start in 0_usize..300,
            length in 0_usize..300,
        ) {
            let masked = MaskedText::new(&text);
            let span = masked.span(&(start..start + length));
            prop_assert!(masked.text.get(span).is_some());
            prop_assert_eq!(masked.text.matches('\n').count(), text.matches('\n').count());
        }

        #[test]
        fn a_string_under_password_never_shows(
            before in "[a-z =\n'\\[\\]{}#,]{0,30}",
            after in "[a-z =\n'\\[\\]{}#,]{0,30}",
        ) {
            // Whatever stands before it, a line of its own is read as such unless a string is open.
            prop_assume!(!before.contains('\''));
            let text = format!("{before}\npassword = \"canary-4f1d\"\n{after}");
            prop_assert!(!MaskedText::new(&text).text.contains("canary-4f1d"));
        }
    }
}
