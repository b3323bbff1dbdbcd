//! Knows patterns of names that must match the whole of one, as kustomize and reflector have them.

use regex::Regex;

/// A name, or a pattern of names.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    text: String,
    /// Where the text is more than a name.
    regex: Option<Regex>,
}

impl Pattern {
    /// A pattern that this dialect cannot read is taken literally.
    pub(crate) fn new(text: &str) -> Self {
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || "-.".contains(letter);
        let regex = if text.chars().all(is_name) {
            None
        } else {
            Regex::new(&format!("^(?:{text})$")).ok()
        };
        Self { text: text.to_owned(), regex }
    }

    /// Returns the only name that it matches, if it is that plain.
    pub(crate) fn name(&self) -> Option<&str> {
        self.regex.is_none().then_some(&*self.text)
    }

    pub(crate) fn is_match(&self, text: &str) -> bool {
        // A full stop, which is in every group, stands for any letter, and needs no machine.
        let fits = |(own, other): (u8, u8)| own == b'.' || own == other;
        let is_same =
            || self.text.len() == text.len() && self.text.bytes().zip(text.bytes()).all(fits);
        self.regex.as_ref().map_or_else(is_same, |regex| regex.is_match(text))
    }
}
