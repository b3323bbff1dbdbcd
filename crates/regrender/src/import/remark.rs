//! What an import leaves out or is not sure of, each reason once with all that it is true of.

use std::collections::BTreeMap;

use crate::enumeration::in_a_sentence;

/// What an import leaves out or is not sure of.
#[derive(Debug, Default)]
pub(crate) struct Remarks(BTreeMap<(String, String), Vec<String>>);

impl Remarks {
    /// Remarks something on `what` of `origin`, such as an entry of a Secret.
    pub(crate) fn add(&mut self, what: &str, reason: impl Into<String>, origin: &str) {
        let origins = self.0.entry((what.to_owned(), reason.into())).or_default();
        if !origins.iter().any(|known| known == origin) {
            origins.push(origin.to_owned());
        }
    }

    /// Spells each as one line.
    pub(crate) fn lines(&self) -> Vec<String> {
        let line = |((what, reason), origins): (&(String, String), &Vec<String>)| {
            let origins: Vec<&str> =
                origins.iter().map(String::as_str).filter(|origin| !origin.is_empty()).collect();
            let subject = match (what.is_empty(), origins.is_empty()) {
                (true, _) => in_a_sentence(&origins),
                (false, true) => what.clone(),
                (false, false) => format!("{what} of {}", in_a_sentence(&origins)),
            };
            one_line(&format!("{subject}: {reason}"))
        };
        self.0.iter().map(line).collect()
    }
}

/// Makes a line of a text from elsewhere: what is not for reading is escaped.
pub(crate) fn one_line(text: &str) -> String {
    let escape = |letter: char| {
        if letter.is_control() { letter.escape_unicode().collect() } else { letter.to_string() }
    };
    text.chars().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_reason_is_told_once_for_all_that_it_is_true_of() {
        let mut remarks = Remarks::default();
        remarks.add("entry `b`", "it is empty", "team-a/regcred");
        remarks.add("entry `b`", "it is empty", "team-b/regcred");
        remarks.add("entry `b`", "it is empty", "team-a/regcred");
        remarks.add("", "its type is another", "team-a/other");
        assert_eq!(
            remarks.lines(),
            [
                "`team-a/other`: its type is another",
                "entry `b` of `team-a/regcred`, `team-b/regcred`: it is empty",
            ]
        );
    }

    #[test]
    fn a_remark_stays_on_its_line() {
        let mut remarks = Remarks::default();
        remarks.add("entry `a\nb`", "reason", "");
        assert_eq!(remarks.lines(), ["entry `a\\u{a}b`: reason"]);
    }
}
