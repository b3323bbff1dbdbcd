//! The parts of a document: mappings, sequences, scalars, comments and secrets, in order.

use std::borrow::Cow;

use crate::secret::SecretText;

/// A key of a mapping. One that stands in the source is not copied.
pub type Key = Cow<'static, str>;

/// A value in a document.
#[derive(Clone, Debug)]
pub enum Node {
    /// A value that may be seen.
    Scalar(Scalar),
    /// A value that must be sealed before the document can be emitted.
    Secret(SecretScalar),
    /// A list.
    Sequence(Vec<Item>),
    /// Keys and values, in order.
    Mapping(Mapping),
}

/// A value that may be seen, with the type a YAML reader gives it.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// No value.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number; wide enough for signed and unsigned 64-bit ones.
    Integer(i128),
    /// A number with a fraction or an exponent.
    Float(f64),
    /// A point in time, as RFC 3339 spells it.
    Time(String),
    /// A string.
    Text(String),
}

/// A value that must not be seen: the type it has in clear, and its text.
///
/// The text is spelled as SOPS spells it inside the ciphertext: `True`, `12`, `1.5`, or the string.
#[derive(Clone, Debug)]
pub struct SecretScalar {
    /// The type the value has in clear.
    pub kind: SecretKind,
    /// The value.
    pub text: SecretText,
}

/// The type a secret value has in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// A string.
    Text,
    /// A whole number.
    Integer,
    /// A number with a fraction or an exponent.
    Float,
    /// A truth value.
    Bool,
    /// A point in time.
    Time,
}

/// A place in a list: a value, or a comment between values.
#[derive(Clone, Debug)]
pub enum Item {
    /// A value.
    Value(Node),
    /// A comment on lines of its own.
    Comment(Comment),
    /// A comment at the end of the line of the value that follows.
    InlineComment(Comment),
}

/// A place in a mapping: a key with its value, or a comment between them.
#[derive(Clone, Debug)]
pub enum Entry {
    /// A key and its value.
    Pair {
        /// The key.
        key: Key,
        /// The value.
        value: Node,
    },
    /// A comment on lines of its own.
    Comment(Comment),
    /// A comment at the end of the line of the pair that follows.
    InlineComment(Comment),
}

/// A comment, without the number sign that begins it.
#[derive(Clone, Debug)]
pub enum Comment {
    /// A comment that may be seen.
    Clear(String),
    /// A comment that must be sealed before the document can be emitted.
    Secret(SecretText),
}

/// Keys and values in order, with the comments between them.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    entries: Vec<Entry>,
}

impl Mapping {
    /// Makes an empty mapping.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a pair at the end; the caller sees to it that `key` is new.
    pub fn push(&mut self, key: impl Into<Key>, value: impl Into<Node>) {
        self.entries.push(Entry::Pair { key: key.into(), value: value.into() });
    }

    /// Adds a pair at the end and hands the mapping on.
    #[must_use]
    pub fn with(mut self, key: impl Into<Key>, value: impl Into<Node>) -> Self {
        self.push(key, value);
        self
    }

    /// Adds the pairs and comments of another mapping at the end; its keys are new.
    pub fn extend(&mut self, other: Self) {
        self.entries.extend(other.entries);
    }

    /// Adds a comment at the end.
    pub fn push_comment(&mut self, comment: Comment) {
        self.entries.push(Entry::Comment(comment));
    }

    /// Returns the value of `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.pairs().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// Returns the mapping that is the value of `key`, to be changed.
    pub fn mapping_mut(&mut self, key: &str) -> Option<&mut Self> {
        self.entries.iter_mut().find_map(|entry| match entry {
            Entry::Pair { key: name, value: Node::Mapping(mapping) } if name == key => {
                Some(mapping)
            }
            _ => None,
        })
    }

    /// Takes the pair of `key` out and returns its value.
    pub fn remove(&mut self, key: &str) -> Option<Node> {
        let is_it = |entry: &Entry| matches!(entry, Entry::Pair { key: name, .. } if name == key);
        let index = self.entries.iter().position(is_it)?;
        match self.entries.remove(index) {
            Entry::Pair { value, .. } => Some(value),
            Entry::Comment(_) | Entry::InlineComment(_) => None,
        }
    }

    /// Lists the pairs in order, leaving the comments out.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Pair { key, value } => Some((key.as_ref(), value)),
            Entry::Comment(_) | Entry::InlineComment(_) => None,
        })
    }

    /// Lists pairs and comments in order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Takes the mapping apart into its pairs and comments.
    #[must_use]
    pub fn into_entries(self) -> Vec<Entry> {
        self.entries
    }

    /// Says whether there is neither a pair nor a comment.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl FromIterator<Entry> for Mapping {
    fn from_iter<T: IntoIterator<Item = Entry>>(entries: T) -> Self {
        Self { entries: entries.into_iter().collect() }
    }
}

impl Node {
    /// Makes a list of texts.
    #[must_use]
    pub fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::Sequence(texts.into_iter().map(|text| Item::Value(Self::from(text.into()))).collect())
    }

    /// Makes a list of nodes.
    #[must_use]
    pub fn list(nodes: impl IntoIterator<Item = Self>) -> Self {
        Self::Sequence(nodes.into_iter().map(Item::Value).collect())
    }

    /// Returns the mapping, if it is one.
    #[must_use]
    pub fn as_mapping(&self) -> Option<&Mapping> {
        match self {
            Self::Mapping(mapping) => Some(mapping),
            _ => None,
        }
    }

    /// Returns the text, if it is one and may be seen.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Scalar(Scalar::Text(text)) => Some(text),
            _ => None,
        }
    }
}

impl Item {
    /// Returns the value, if it is one.
    #[must_use]
    pub fn as_value(&self) -> Option<&Node> {
        match self {
            Self::Value(node) => Some(node),
            Self::Comment(_) | Self::InlineComment(_) => None,
        }
    }
}

impl Comment {
    /// Hands out the text, which may be a secret. Every call is a place to review.
    #[must_use]
    pub fn expose(&self) -> &str {
        match self {
            Self::Clear(text) => text,
            Self::Secret(text) => text.expose(),
        }
    }
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Self::Scalar(Scalar::Text(text.to_owned()))
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Self::Scalar(Scalar::Text(text))
    }
}

impl From<bool> for Node {
    fn from(value: bool) -> Self {
        Self::Scalar(Scalar::Bool(value))
    }
}

impl From<Mapping> for Node {
    fn from(mapping: Mapping) -> Self {
        Self::Mapping(mapping)
    }
}

impl From<SecretText> for Node {
    fn from(text: SecretText) -> Self {
        Self::Secret(SecretScalar { kind: SecretKind::Text, text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;

    fn sample() -> Mapping {
        let mut mapping = Mapping::new().with("a", "1");
        mapping.push_comment(Comment::Clear(String::from(" of b")));
        mapping.with("b", Mapping::new().with("c", "2"))
    }

    fn keys(mapping: &Mapping) -> Vec<&str> {
        mapping.pairs().map(|(key, _)| key).collect()
    }

    #[test]
    fn a_pair_that_is_removed_leaves_the_others_and_the_comments() {
        let mut mapping = sample();
        let removed = mapping.remove("a");
        assert_eq!(removed.as_ref().and_then(Node::as_text), Some("1"));
        assert_eq!(keys(&mapping), ["b"]);
        assert_eq!(mapping.entries().len(), 2);
        assert!(mapping.remove("a").is_none());
    }

    #[test]
    fn only_a_mapping_is_changed_in_its_place() {
        let mut mapping = sample();
        mapping.mapping_mut("b").unwrap().push("d", "3");
        assert_eq!(mapping.get("b").and_then(Node::as_mapping).map(keys), Some(vec!["c", "d"]));
        assert!(mapping.mapping_mut("a").is_none());
        assert!(mapping.mapping_mut("c").is_none());
    }

    #[test]
    fn pairs_and_comments_of_another_mapping_go_to_the_end() {
        let mut mapping = Mapping::new().with("z", true);
        mapping.extend(sample());
        assert_eq!(keys(&mapping), ["z", "a", "b"]);
        assert_eq!(mapping.entries().len(), 4);
    }

    #[test]
    fn a_comment_between_items_is_no_value() {
        let comment = || Comment::Clear(String::from(" x"));
        let items = [
            Item::Comment(comment()),
            Item::InlineComment(comment()),
            Item::Value(Node::from("1")),
        ];
        assert_eq!(items.iter().filter_map(Item::as_value).count(), 1);
    }

    #[test]
    fn the_text_of_a_comment_is_handed_out_whether_it_is_secret_or_not() {
        assert_eq!(Comment::Clear(String::from(" a")).expose(), " a");
        let secret = SecretText::new(String::from("canary-4f1d"));
        assert_eq!(Comment::Secret(secret).expose(), "canary-4f1d");
    }

    #[test]
    fn a_mapping_with_only_a_comment_is_not_empty() {
        let mut mapping = Mapping::new();
        assert!(mapping.is_empty());
        mapping.push_comment(Comment::Clear(String::from(" a")));
        assert!(!mapping.is_empty());
        assert_eq!(mapping.into_entries().len(), 1);
    }

    #[test]
    fn a_path_leads_through_mappings_alone() {
        let document = Document::new(sample());
        assert_eq!(document.at(&["b", "c"]).and_then(Node::as_text), Some("2"));
        assert_eq!(document.at(&["a"]).and_then(Node::as_text), Some("1"));
        assert!(document.at(&["a", "c"]).is_none());
        assert!(document.at(&[]).is_none());
    }
}
