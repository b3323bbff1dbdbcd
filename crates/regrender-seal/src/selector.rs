//! Which values of a file are encrypted: the six kinds of rule that sops knows.

use regex::bytes::{Regex, RegexBuilder};

use crate::error::MetadataError;
use crate::walk::Place;

/// The rule that this crate writes: it leaves a Kubernetes object readable, but for its payload.
const KUBERNETES_PATTERN: &str = "^(data|stringData)$";
/// What sops takes when a file has no rule.
const DEFAULT_SUFFIX: &str = "_unencrypted";

/// Which values of a file are encrypted.
#[derive(Clone, Debug)]
pub(crate) struct Selector {
    kind: SelectorKind,
    text: String,
    pattern: Pattern,
}

/// The kind of a rule, named as in the metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SelectorKind {
    /// `unencrypted_suffix`: all but what is under a key that ends so
    UnencryptedSuffix,
    /// `encrypted_suffix`: only what is under a key that ends so
    EncryptedSuffix,
    /// `unencrypted_regex`: all but what is under a key that matches
    UnencryptedRegex,
    /// `encrypted_regex`: only what is under a key that matches
    EncryptedRegex,
    /// `unencrypted_comment_regex`: all but what has a comment that matches
    UnencryptedCommentRegex,
    /// `encrypted_comment_regex`: only what has a comment that matches
    EncryptedCommentRegex,
}

#[derive(Clone, Debug)]
enum Pattern {
    Suffix,
    Regex(Regex),
    /// `KUBERNETES_PATTERN`, which is in nearly every file and not worth an automaton.
    Kubernetes,
}

impl SelectorKind {
    /// All kinds, in the order in which sops writes them.
    pub(crate) const ALL: [Self; 6] = [
        Self::UnencryptedSuffix,
        Self::EncryptedSuffix,
        Self::UnencryptedRegex,
        Self::EncryptedRegex,
        Self::UnencryptedCommentRegex,
        Self::EncryptedCommentRegex,
    ];

    /// Returns the name that the kind has in the metadata.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::UnencryptedSuffix => "unencrypted_suffix",
            Self::EncryptedSuffix => "encrypted_suffix",
            Self::UnencryptedRegex => "unencrypted_regex",
            Self::EncryptedRegex => "encrypted_regex",
            Self::UnencryptedCommentRegex => "unencrypted_comment_regex",
            Self::EncryptedCommentRegex => "encrypted_comment_regex",
        }
    }

    fn is_suffix(self) -> bool {
        matches!(self, Self::UnencryptedSuffix | Self::EncryptedSuffix)
    }
}

impl Selector {
    /// Returns the rule that this crate writes.
    pub(crate) fn kubernetes() -> Self {
        Self {
            kind: SelectorKind::EncryptedRegex,
            text: KUBERNETES_PATTERN.to_owned(),
            pattern: Pattern::Kubernetes,
        }
    }

    /// Makes a rule of what the metadata says.
    pub(crate) fn new(kind: SelectorKind, text: &str) -> Result<Self, MetadataError> {
        let pattern = if kind.is_suffix() {
            Pattern::Suffix
        } else if text == KUBERNETES_PATTERN {
            Pattern::Kubernetes
        } else {
            Pattern::Regex(compile(text).ok_or(MetadataError::Pattern(kind.name()))?)
        };
        Ok(Self { kind, text: text.to_owned(), pattern })
    }

    /// Returns the rule of a file that has none.
    pub(crate) fn of_sops() -> Self {
        Self {
            kind: SelectorKind::UnencryptedSuffix,
            text: DEFAULT_SUFFIX.to_owned(),
            pattern: Pattern::Suffix,
        }
    }

    /// Returns the kind of the rule.
    pub(crate) fn kind(&self) -> SelectorKind {
        self.kind
    }

    /// Returns the suffix or the regular expression.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Says whether it is the rule that this crate writes.
    pub(crate) fn is_kubernetes(&self) -> bool {
        self.kind == SelectorKind::EncryptedRegex && self.text == KUBERNETES_PATTERN
    }

    /// Says whether a leaf is to be encrypted (sops `shouldBeEncrypted`).
    pub(crate) fn encrypts(&self, place: Place<'_>, is_comment: bool) -> bool {
        match self.kind {
            SelectorKind::UnencryptedSuffix | SelectorKind::UnencryptedRegex => {
                !place.path.iter().any(|key| self.matches(key))
            }
            SelectorKind::EncryptedSuffix | SelectorKind::EncryptedRegex => {
                place.path.iter().any(|key| self.matches(key))
            }
            SelectorKind::UnencryptedCommentRegex => {
                !place.comments.iter().flatten().any(|comment| self.matches(comment))
            }
            SelectorKind::EncryptedCommentRegex => self.comment_encrypts(place, is_comment),
        }
    }

    /// The comment that matches stays in clear itself, so for a comment the last line in force,
    /// which is the comment itself, does not count.
    fn comment_encrypts(&self, place: Place<'_>, is_comment: bool) -> bool {
        let Some((last, outer)) = place.comments.split_last() else {
            return false;
        };
        let counted = if is_comment { last.len().saturating_sub(1) } else { last.len() };
        outer.iter().flatten().chain(last.iter().take(counted)).any(|comment| self.matches(comment))
    }

    fn matches(&self, text: &str) -> bool {
        match &self.pattern {
            Pattern::Suffix => text.ends_with(&self.text),
            Pattern::Regex(regex) => regex.is_match(text.as_bytes()),
            Pattern::Kubernetes => text == "data" || text == "stringData",
        }
    }
}

/// Compiles a regular expression of Go's syntax, if it means the same here.
fn compile(text: &str) -> Option<Regex> {
    if has_foreign_meaning(text) {
        return None;
    }
    // Go's `\d`, `\w`, `\s` and `\b` know ASCII only.
    RegexBuilder::new(text).unicode(false).build().ok()
}

/// Says whether `text` has something that Go takes for plain characters and this engine does not:
/// word boundaries `\<`, `\>`, `\b{`, and sets within sets in a character class.
fn has_foreign_meaning(text: &str) -> bool {
    let mut in_class = false;
    let mut rest = text.chars();
    while let Some(letter) = rest.next() {
        let after = rest.as_str();
        match letter {
            '\\' => {
                if after.starts_with(['<', '>']) || (!in_class && after.starts_with("b{")) {
                    return true;
                }
                rest.next();
            }
            '[' if in_class && after.starts_with(':') => {}
            '[' if in_class => return true,
            '[' => {
                in_class = true;
                // A bracket that closes nothing stands for itself at the beginning of a class.
                let after = after.strip_prefix('^').unwrap_or(after);
                rest = after.strip_prefix(']').unwrap_or(after).chars();
            }
            ']' => in_class = false,
            '&' | '-' | '~' if in_class && after.starts_with(letter) => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use regrender_document::Key;

    use super::*;

    fn strings(texts: &[&str]) -> Vec<String> {
        texts.iter().copied().map(str::to_owned).collect()
    }

    fn keys(texts: &[&str]) -> Vec<Key> {
        strings(texts).into_iter().map(Key::from).collect()
    }

    #[track_caller]
    fn check_path(kind: SelectorKind, text: &str, path: &[&str], expected: bool) {
        let path = keys(path);
        let place = Place { path: &path, comments: &[] };
        let selector = Selector::new(kind, text).unwrap();
        assert_eq!(selector.encrypts(place, false), expected, "{kind:?} {text} {path:?}");
    }

    #[track_caller]
    fn check_comments(kind: SelectorKind, levels: &[&[&str]], is_comment: bool, expected: bool) {
        let comments: Vec<Vec<String>> = levels.iter().map(|level| strings(level)).collect();
        let place = Place { path: &[], comments: &comments };
        let selector = Selector::new(kind, "secret").unwrap();
        assert_eq!(selector.encrypts(place, is_comment), expected, "{levels:?}");
    }

    #[test]
    fn suffix_counts_on_any_key_of_the_path() {
        use SelectorKind::{EncryptedSuffix, UnencryptedSuffix};
        for (path, ends) in [
            (&["a_x", "b"][..], true),
            (&["a", "b_x"][..], true),
            (&["a", "b"][..], false),
            (&["a_xy"][..], false),
            (&[][..], false),
        ] {
            check_path(EncryptedSuffix, "_x", path, ends);
            check_path(UnencryptedSuffix, "_x", path, !ends);
        }
    }

    #[test]
    fn pattern_is_not_anchored() {
        use SelectorKind::{EncryptedRegex, UnencryptedRegex};
        for (path, matches) in [
            (&["my-password-1"][..], true),
            (&["list", "password"][..], true),
            (&["Password"][..], false),
            (&[][..], false),
        ] {
            check_path(EncryptedRegex, "password", path, matches);
            check_path(UnencryptedRegex, "password", path, !matches);
        }
    }

    #[test]
    fn rule_for_kubernetes_means_the_same_as_its_pattern() {
        let compiled = compile(KUBERNETES_PATTERN).unwrap();
        for key in ["data", "stringData", "", "Data", "data2", "xdata", "data\n", "metadata"] {
            let path = keys(&[key]);
            let place = Place { path: &path, comments: &[] };
            let matches = compiled.is_match(key.as_bytes());
            assert_eq!(Selector::kubernetes().encrypts(place, false), matches, "{key}");
        }
        let read = Selector::new(SelectorKind::EncryptedRegex, KUBERNETES_PATTERN).unwrap();
        assert!(read.is_kubernetes());
        assert!(Selector::kubernetes().is_kubernetes());
        assert!(!Selector::of_sops().is_kubernetes());
    }

    #[test]
    fn comment_in_force_on_any_level_counts() {
        use SelectorKind::{EncryptedCommentRegex, UnencryptedCommentRegex};
        for (levels, matches) in [
            (&[&["secret"][..], &[][..]][..], true),
            (&[&[][..], &["x", "a secret"][..]][..], true),
            (&[&["x"][..], &[][..]][..], false),
        ] {
            check_comments(EncryptedCommentRegex, levels, false, matches);
            check_comments(UnencryptedCommentRegex, levels, false, !matches);
        }
    }

    #[test]
    fn comment_that_says_encrypt_stays_in_clear_itself() {
        use SelectorKind::EncryptedCommentRegex;
        check_comments(EncryptedCommentRegex, &[&["secret"]], true, false);
        check_comments(EncryptedCommentRegex, &[&["secret", "more"]], true, true);
        check_comments(EncryptedCommentRegex, &[&["secret"], &["more"]], true, true);
        check_comments(EncryptedCommentRegex, &[], false, false);
    }

    #[test]
    fn pattern_that_means_something_else_in_go_is_refused() {
        for text in [
            "(",
            r"\<a",
            r"a\>",
            r"\b{start}a",
            "[a&&b]",
            "[a--b]",
            "[a~~b]",
            "[a[b]]",
            r"\C",
            r"\pL",
            "(?P<n",
            "é[é]",
        ] {
            let error = Selector::new(SelectorKind::UnencryptedRegex, text).unwrap_err();
            assert_eq!(error, MetadataError::Pattern("unencrypted_regex"), "{text}");
        }
    }

    #[test]
    fn common_pattern_is_understood() {
        for (text, key, expected) in [
            ("^(username|kind)$", "kind", true),
            ("(?i)PASSWORD", "password", true),
            (r"^\d+$", "12", true),
            (r"^\d+$", "\u{661}", false),
            ("[[:alpha:]]{3}", "abc", true),
            ("[]a]b", "]b", true),
            ("[^]a]b", "xb", true),
            ("[a-z&]", "&", true),
            ("^[a-z]--[0-9]$", "a--1", true),
            (r"a\&\&b", "a&&b", true),
            ("é", "née", true),
            (r"end\z", "the end", true),
        ] {
            check_path(SelectorKind::EncryptedRegex, text, &[key], expected);
        }
    }
}
