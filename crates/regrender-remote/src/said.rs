//! What a server said, made fit to be shown to a person.

use std::fmt;

use regrender_document::SecretText;

/// How much of it is shown.
const LONGEST: usize = 200;
/// What stands for a secret.
const MASKED: &str = "<masked>";

/// What a server said: one line without control characters, cut, and free of what was sent to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said(String);

impl Said {
    /// Makes `text` fit to be shown; what it repeats of `secrets` is masked.
    #[must_use]
    pub fn new(text: &str, secrets: &[&SecretText]) -> Self {
        let mut text = text.to_owned();
        for secret in secrets {
            // A server may repeat it without the line end that it was sent with.
            let secret = secret.expose().trim();
            // What is shorter than this is no secret, and masking it would tear words apart.
            if secret.len() >= 4 {
                text = text.replace(secret, MASKED);
            }
        }
        let plain: String =
            text.chars().map(|letter| if is_visible(letter) { letter } else { ' ' }).collect();
        let mut line = String::new();
        for word in plain.split_whitespace() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        if line.chars().count() > LONGEST {
            line = line.chars().take(LONGEST).collect();
            line.push('…');
        }
        Self(line)
    }

    /// Returns the line.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Says whether a letter is only itself: no control, and none of Unicode's marks of direction and
/// line (UAX #9), which make a line look like another.
fn is_visible(letter: char) -> bool {
    let turns = matches!(letter, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    !letter.is_control() && !turns
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_one() {
        assert_eq!(
            Said::new("2 errors occurred:\n\t* a\n\t* b\n\n", &[]).as_str(),
            "2 errors occurred: * a * b"
        );
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(Said::new("a\u{1b}[31mb\u{7}", &[]).as_str(), "a [31mb");
        assert_eq!(Said::new("a\u{202e}b\u{2028}c", &[]).as_str(), "a b c");
    }

    #[test]
    fn what_was_sent_is_masked() {
        let secret = SecretText::new(String::from("canary-4f1d"));
        assert_eq!(Said::new("bad token canary-4f1d", &[&secret]).as_str(), "bad token <masked>");
        let with_line_end = SecretText::new(String::from("canary-4f1d\n"));
        let said = Said::new("bad token `canary-4f1d`", &[&with_line_end]);
        assert_eq!(said.as_str(), "bad token `<masked>`");
    }

    #[test]
    fn long_texts_are_cut() {
        let said = Said::new(&"\u{e9}".repeat(500), &[]);
        assert_eq!(said.as_str().chars().count(), LONGEST + 1);
        assert!(said.as_str().ends_with('…'));
    }
}
