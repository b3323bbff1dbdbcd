//! A walk over the leaves of a document, in the order and with the paths that sops gives them.
//!
//! Knows the order, the paths, and which comments are in force at a leaf (sops `walkBranch`,
//! `walkSlice`). What happens to a leaf is the visitor's.

use std::borrow::Cow;
use std::convert::Infallible;

use regrender_document::{
    Comment, Document, Entry, Item, Key, Mapping, Node, Scalar, SecretKind, SecretScalar,
    SecretText, number,
};

use crate::value::ValueKind;

/// What has no parts: a value or a comment.
#[derive(Debug)]
pub(crate) enum Leaf {
    Scalar(Scalar),
    Secret(SecretScalar),
    Comment(Comment),
}

impl Leaf {
    pub(crate) fn is_comment(&self) -> bool {
        matches!(self, Self::Comment(_))
    }
}

/// Where a leaf stands.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// The keys that lead to it; list positions are not among them.
    pub(crate) path: &'a [Key],
    /// The comments in force, for each level of nesting, as they stand in the file.
    pub(crate) comments: &'a [Vec<String>],
}

impl Place<'_> {
    /// Spells the path as it is authenticated with a value.
    pub(crate) fn additional_data(&self) -> String {
        let mut text =
            String::with_capacity(self.path.iter().map(|key| key.len() + 1).sum::<usize>() + 1);
        for key in self.path {
            text.push_str(key);
            text.push(':');
        }
        if self.path.is_empty() {
            text.push(':');
        }
        text
    }
}

/// Hands every leaf of `document` to `visit`, and puts what comes back in its place.
///
/// A comment that comes back as a text stays a comment in a mapping, and becomes an item in a list:
/// so does sops when it encrypts one. Nulls are not visited.
pub(crate) fn map<E>(document: Document, visit: Visit<'_, E>) -> Result<Document, E> {
    let mut walk = Walk { path: Vec::new(), comments: Vec::new(), visit };
    // To sops the lines above a mapping are the mapping's first comments.
    let header = document.header.into_iter().map(|line| Entry::Comment(Comment::Clear(line)));
    let entries: Vec<Entry> = header.chain(document.root.into_entries()).collect();
    walk.mapping(entries).map(Document::new)
}

/// Shows every leaf of `document` to `look`, in the order of [`map`].
pub(crate) fn visit(document: &Document, look: &mut dyn FnMut(&Leaf, Place<'_>)) {
    let Ok(_same) = map(document.clone(), &mut |leaf, place| {
        look(&leaf, place);
        Ok::<_, Infallible>(leaf)
    });
}

/// How a value is spelled where it is hashed or encrypted.
pub(crate) enum Plaintext<'a> {
    Clear(Cow<'a, str>),
    Secret(&'a SecretText),
}

impl Plaintext<'_> {
    pub(crate) fn expose(&self) -> &str {
        match self {
            Self::Clear(text) => text,
            Self::Secret(text) => text.expose(),
        }
    }
}

/// Says what type a value has and how it is spelled where it is hashed or encrypted.
pub(crate) fn plaintext(leaf: &Leaf) -> Option<(ValueKind, Plaintext<'_>)> {
    Some(match leaf {
        Leaf::Scalar(scalar) => {
            let (kind, text) = spelled(scalar)?;
            (kind, Plaintext::Clear(text))
        }
        Leaf::Secret(secret) => (kind_of(secret.kind), Plaintext::Secret(&secret.text)),
        Leaf::Comment(Comment::Clear(text)) => (ValueKind::Comment, Plaintext::Clear(text.into())),
        Leaf::Comment(Comment::Secret(text)) => (ValueKind::Comment, Plaintext::Secret(text)),
    })
}

/// Says what type a value that may be seen has, and how it is spelled; nothing for null.
pub(crate) fn spelled(scalar: &Scalar) -> Option<(ValueKind, Cow<'_, str>)> {
    Some(match scalar {
        Scalar::Null => return None,
        Scalar::Bool(value) => (ValueKind::Bool, spell_bool(*value).into()),
        Scalar::Integer(value) => (ValueKind::Integer, value.to_string().into()),
        Scalar::Float(value) => (ValueKind::Float, number::plain(*value).into()),
        Scalar::Time(text) => (ValueKind::Time, text.into()),
        Scalar::Text(text) => (ValueKind::Text, text.into()),
    })
}

/// Spells a truth value as sops hashes and encrypts it.
pub(crate) fn spell_bool(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

pub(crate) fn kind_of(kind: SecretKind) -> ValueKind {
    match kind {
        SecretKind::Text => ValueKind::Text,
        SecretKind::Integer => ValueKind::Integer,
        SecretKind::Float => ValueKind::Float,
        SecretKind::Bool => ValueKind::Bool,
        SecretKind::Time => ValueKind::Time,
    }
}

/// What a walk does to a leaf.
type Visit<'v, E> = &'v mut dyn FnMut(Leaf, Place<'_>) -> Result<Leaf, E>;

struct Walk<'v, E> {
    path: Vec<Key>,
    comments: Vec<Vec<String>>,
    visit: Visit<'v, E>,
}

impl<E> Walk<'_, E> {
    fn visit(&mut self, leaf: Leaf) -> Result<Leaf, E> {
        (self.visit)(leaf, Place { path: &self.path, comments: &self.comments })
    }

    fn mapping(&mut self, entries: Vec<Entry>) -> Result<Mapping, E> {
        self.comments.push(Vec::new());
        let mut mapped = Vec::with_capacity(entries.len());
        for entry in entries {
            mapped.push(match entry {
                Entry::Comment(comment) => Entry::Comment(self.comment(comment)?),
                Entry::InlineComment(comment) => match self.comment(comment)? {
                    // sops does not remember of an encrypted comment that it stood at the end of a
                    // line.
                    secret @ Comment::Secret(_) => Entry::Comment(secret),
                    clear @ Comment::Clear(_) => Entry::InlineComment(clear),
                },
                Entry::Pair { key, value } => {
                    self.path.push(key);
                    let value = self.value(value)?;
                    let key = self.path.pop().unwrap_or_default();
                    self.forget_comments();
                    match value {
                        Item::Value(value) => Entry::Pair { key, value },
                        Item::Comment(comment) | Item::InlineComment(comment) => {
                            Entry::Comment(comment)
                        }
                    }
                }
            });
        }
        self.comments.pop();
        Ok(mapped.into_iter().collect())
    }

    fn sequence(&mut self, items: Vec<Item>) -> Result<Vec<Item>, E> {
        self.comments.push(Vec::new());
        let mut mapped = Vec::with_capacity(items.len());
        for item in items {
            let item = match item {
                Item::Value(node) => {
                    let item = self.value(node)?;
                    self.forget_comments();
                    item
                }
                Item::Comment(comment) => self.comment_item(comment)?,
                Item::InlineComment(comment) => match self.comment_item(comment)? {
                    Item::Comment(clear @ Comment::Clear(_)) => Item::InlineComment(clear),
                    item => item,
                },
            };
            mapped.push(item);
        }
        self.comments.pop();
        Ok(mapped)
    }

    fn comment_item(&mut self, comment: Comment) -> Result<Item, E> {
        self.remember(&comment);
        Ok(item_of(self.visit(Leaf::Comment(comment))?))
    }

    /// Returns what becomes of a value. What turns out to be a comment is one, wherever it stands: no
    /// MAC covers it, so it must not pass for a value.
    fn value(&mut self, node: Node) -> Result<Item, E> {
        Ok(match node {
            Node::Scalar(Scalar::Null) => Item::Value(Node::Scalar(Scalar::Null)),
            Node::Scalar(scalar) => item_of(self.visit(Leaf::Scalar(scalar))?),
            Node::Secret(secret) => item_of(self.visit(Leaf::Secret(secret))?),
            Node::Sequence(items) => Item::Value(Node::Sequence(self.sequence(items)?)),
            Node::Mapping(mapping) => {
                Item::Value(Node::Mapping(self.mapping(mapping.into_entries())?))
            }
        })
    }

    fn comment(&mut self, comment: Comment) -> Result<Comment, E> {
        self.remember(&comment);
        Ok(match self.visit(Leaf::Comment(comment))? {
            Leaf::Comment(comment) => comment,
            Leaf::Secret(secret) => Comment::Secret(secret.text),
            Leaf::Scalar(Scalar::Text(text)) => Comment::Clear(text),
            Leaf::Scalar(_) => Comment::Clear(String::new()),
        })
    }

    fn remember(&mut self, comment: &Comment) {
        if let (Comment::Clear(text), Some(level)) = (comment, self.comments.last_mut()) {
            level.push(text.clone());
        }
    }

    fn forget_comments(&mut self) {
        if let Some(level) = self.comments.last_mut() {
            level.clear();
        }
    }
}

fn item_of(leaf: Leaf) -> Item {
    match leaf {
        Leaf::Comment(comment) => Item::Comment(comment),
        Leaf::Scalar(scalar) => Item::Value(Node::Scalar(scalar)),
        Leaf::Secret(secret) => Item::Value(Node::Secret(secret)),
    }
}

#[cfg(test)]
mod tests {
    use regrender_document::{Spelling, parse};

    use super::*;

    /// Lists the leaves of `yaml` with what is authenticated and what comments are in force.
    fn walked(yaml: &str) -> String {
        let mut lines = String::new();
        visit(&parse(yaml).unwrap()[0], &mut |leaf, place| {
            let text = plaintext(leaf).unwrap();
            let comments = format!("{:?}", place.comments);
            let line = [place.additional_data().as_str(), text.1.expose(), &comments].join(" | ");
            lines.push_str(&line);
            lines.push('\n');
        });
        lines
    }

    #[test]
    fn leaves_come_in_the_order_of_the_file() {
        insta::assert_snapshot!(walked("b: {d: 1, c: [x, {e: y}, [z]]}\na: null\nf: true\n"), @r"
        b:d: | 1 | [[], []]
        b:c: | x | [[], [], []]
        b:c:e: | y | [[], [], [], []]
        b:c: | z | [[], [], [], []]
        f: | True | [[]]
        ");
    }

    #[test]
    fn comments_are_in_force_until_the_next_value_of_their_level() {
        insta::assert_snapshot!(walked("# head\na:\n    # inner\n    b: x\n    c: y\n# last\nd: z\n"), @r#"
        : |  head | [[" head"]]
        a: |  inner | [[" head"], [" inner"]]
        a:b: | x | [[" head"], [" inner"]]
        a:c: | y | [[" head"], []]
        : |  last | [[" last"]]
        d: | z | [[" last"]]
        "#);
    }

    #[test]
    fn document_that_is_not_changed_stays_as_it_is() {
        let yaml = "# head\na: # behind\n    - x\n    # between\n    - y # behind\nb: null\nc: 1.5\n# tail\n";
        let document = parse(yaml).unwrap().remove(0);
        let expected = document.emit(Spelling::Sops).unwrap();
        let mapped = map(document, &mut |leaf, _| Ok::<_, Infallible>(leaf)).unwrap();
        assert_eq!(mapped.emit(Spelling::Sops).unwrap(), expected);
    }

    #[test]
    fn comment_that_becomes_a_text_is_an_item_in_a_list_only() {
        let yaml = "# a\nb: # c\n    # d\n    - e\n";
        let mapped = map(parse(yaml).unwrap().remove(0), &mut |leaf, _| {
            Ok::<_, Infallible>(match leaf {
                Leaf::Comment(_) => Leaf::Scalar(Scalar::Text(String::from("X"))),
                leaf => leaf,
            })
        });
        let text = mapped.unwrap().emit(Spelling::Sops).unwrap();
        assert_eq!(text.matches("#X").count(), 2, "{text}");
        assert!(text.contains("    - X\n    - e\n"), "{text}");
    }
}
