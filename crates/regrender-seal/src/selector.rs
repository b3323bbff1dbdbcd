//! Which values of a file are encrypted: the six kinds of rule that sops knows.

use regex::bytes::{Regex, RegexBuilder};

use crate::error::MetadataError;
use crate::walk::Place;

/// The rule that this crate writes: it leaves a Kubernetes object readable, but for its payload.
pub const KUBERNETES_PATTERN: &str = "^(data|stringData)$";
/// What sops takes when a file has no rule.
const DEFAULT_SUFFIX: &str = "_unencrypted";

/// Which values of a file are encrypted.
#[derive(Clone, Debug)]
pub struct Selector {
    kind: SelectorKind,
    text: String,
    pattern: Pattern,
}

/// The kind of a rule, named as in the metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectorKind {
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
    #[must_use]
    pub fn name(self) -> &'static str {
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
    #[must_use]
    pub fn kubernetes() -> Self {
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
    #[must_use]
    pub fn kind(&self) -> SelectorKind {
        self.kind
    }

    /// Returns the suffix or the regular expression.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Says whether it is the rule that this crate writes.
    #[must_use]
    pub fn is_kubernetes(&self) -> bool {
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

    /// The comment that matches stays in clear itself, so for a comment the last line in force, which
    /// is the comment itself, does not count.
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

impl PartialEq for Selector {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.text == other.text
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

/// Says whether `text` has something that Go takes for plain characters and this engine does not: word
/// boundaries `\<`, `\>`, `\b{`, and sets within sets in a character class.
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
