//! Known secrets, and lines in which they are replaced.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use regrender_audit::visible;
use regrender_diagnostic::{MASK, mask_line};
use regrender_document::SecretText;
use zeroize::Zeroizing;

use super::bytes::SecretBytes;
use super::lines::Lines;

/// A shorter secret is left alone: replacing each `a` would only garble the line.
const SHORTEST: usize = 4;

/// The secrets that are known so far, the longest first, since it may hold a shorter one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mask(BTreeSet<Known>);

/// A secret, in an order of its own.
#[derive(Clone, Debug)]
struct Known(SecretText);

impl Mask {
    /// Adds a secret: as it is, each of its lines, and its base64.
    pub(crate) fn add(&mut self, secret: &str) {
        self.add_one(secret);
        let trimmed = secret.trim();
        self.add_one(trimmed);
        for line in trimmed.lines() {
            self.add_one(line.trim());
        }
        self.add_one(&Zeroizing::new(BASE64_STANDARD.encode(trimmed)));
    }

    /// Adds what a source said, if it is text.
    pub(crate) fn add_bytes(&mut self, secret: &SecretBytes) {
        if let Ok(text) = std::str::from_utf8(secret.expose()) {
            self.add(text);
        }
    }

    fn add_one(&mut self, secret: &str) {
        if secret.len() >= SHORTEST {
            self.0.insert(Known(SecretText::new(secret.to_owned())));
        }
    }

    /// Makes `line` fit to be shown: no known secret, and nothing that steers a terminal.
    pub(crate) fn apply(&self, line: &str) -> String {
        let mut line = Zeroizing::new(line.to_owned());
        for Known(secret) in &self.0 {
            if line.contains(secret.expose()) {
                line = Zeroizing::new(line.replace(secret.expose(), MASK));
            }
        }
        // What is known by its looks alone, such as an age identity, is masked there.
        let line = mask_line(&line);
        let plain = |letter: char| if letter.is_control() { ' ' } else { letter };
        let line: String = line.chars().map(plain).collect();
        visible(&line).into_owned()
    }

    /// Lists the lines of `bytes` that are not blank, fit to be shown.
    pub(crate) fn lines(&self, bytes: &SecretBytes) -> Vec<String> {
        let mut lines = Lines::default();
        let mut all = lines.push(bytes.expose());
        all.extend(lines.finish());
        all.iter().map(|line| self.apply(line)).filter(|line| !line.trim().is_empty()).collect()
    }
}

impl Known {
    fn order(&self) -> (Reverse<usize>, &str) {
        (Reverse(self.0.expose().len()), self.0.expose())
    }
}

impl Ord for Known {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order().cmp(&other.order())
    }
}

impl PartialOrd for Known {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Known {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Known {}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(secrets: &[&str], line: &str) -> String {
        let mut mask = Mask::default();
        for secret in secrets {
            mask.add(secret);
        }
        mask.apply(line)
    }

    #[test]
    fn a_known_secret_is_replaced_everywhere() {
        assert_eq!(
            masked(&["canary-4f1d"], "canary-4f1d, again canary-4f1d"),
            "<masked>, again <masked>"
        );
    }

    #[test]
    fn the_longer_secret_is_replaced_first() {
        assert_eq!(masked(&["canary", "canary-4f1d"], "is canary-4f1d"), "is <masked>");
        assert_eq!(masked(&["canary-4f1d", "canary"], "is canary-4f1d"), "is <masked>");
    }

    #[test]
    fn a_long_text_of_many_lines_is_taken() {
        let lines: Vec<String> = (0..100_000).map(|line| format!("line {line}")).collect();
        assert_eq!(masked(&[&lines.join("\n")], "has line 99999"), "has <masked>");
    }

    #[test]
    fn a_line_end_of_the_source_does_not_hide_the_secret() {
        assert_eq!(masked(&["canary-4f1d\n"], "is canary-4f1d."), "is <masked>.");
    }

    #[test]
    fn each_line_of_a_key_is_a_secret() {
        assert_eq!(masked(&["first-4f1d\n  second-4f1d\n"], "on second-4f1d"), "on <masked>");
    }

    #[test]
    fn base64_of_a_secret_is_a_secret() {
        let line = format!("auth {}", BASE64_STANDARD.encode("canary-4f1d"));
        assert_eq!(masked(&["canary-4f1d\n"], &line), "auth <masked>");
    }

    #[test]
    fn what_steers_a_terminal_becomes_a_space() {
        assert_eq!(masked(&[], "a\u{1b}[31mb\u{9b}c\r"), "a [31mb c ");
        assert_eq!(masked(&[], "a\u{202e}b"), "a\u{fffd}b");
    }

    #[test]
    fn an_empty_secret_replaces_nothing() {
        assert_eq!(masked(&["", "\n", "a"], "a line"), "a line");
    }

    #[test]
    fn bytes_that_are_no_text_are_ignored() {
        let mut mask = Mask::default();
        mask.add_bytes(&SecretBytes::new(&[0xff, 0xfe]));
        assert_eq!(mask.apply("a line"), "a line");
    }

    #[test]
    fn lines_are_shown_without_secrets_and_blank_ones() {
        let mut mask = Mask::default();
        mask.add("canary-4f1d");
        let bytes = SecretBytes::new(b"first\r\n\n \nwith canary-4f1d");
        assert_eq!(mask.lines(&bytes), ["first", "with <masked>"]);
    }

    #[test]
    fn debug_output_is_masked() {
        let mut mask = Mask::default();
        mask.add("canary-4f1d");
        assert!(!format!("{mask:?}").contains("canary"));
    }
}
