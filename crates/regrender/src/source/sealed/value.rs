//! The value of a sealed file that a path leads to.

use regrender_config::{Step, ValuePath};
use regrender_document::{
    Document, Item, Mapping, Node, Scalar, SecretKind, SecretScalar, SecretText, number,
};

/// A value of a sealed file.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    /// Its text.
    pub(crate) text: SecretText,
    /// What the file takes it for.
    pub(crate) kind: Kind,
    /// Whether everybody can read it, since sops was not told to seal it.
    pub(crate) is_clear: bool,
}

/// What a file takes a value for that has no quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text.
    Text,
    /// A number: `0123` is 83, and long ones lose digits.
    Number,
    /// A truth value.
    TruthValue,
    /// A point in time.
    Time,
}

/// Why a way leads to no value. Names of keys are never encrypted, and so may be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PathFailure {
    /// There is no such key.
    KeyMissing {
        /// Where it should be; empty at the top.
        above: String,
        /// Its name.
        name: String,
        /// The names there.
        there: Vec<String>,
    },
    /// There is no such position.
    PositionMissing {
        /// The list.
        list: String,
        /// How many items it has.
        length: usize,
    },
    /// The way goes on behind a value that has nothing in it.
    TooLong {
        /// The value.
        at: String,
    },
    /// It leads to something else than a value.
    NotAValue {
        /// What that is.
        kind: &'static str,
        /// The names there.
        there: Vec<String>,
    },
}

/// Returns the value that `path` leads to, in the first document, as `sops decrypt --extract` does.
///
/// # Errors
///
/// Says where the way ends.
pub(super) fn value_at(documents: &[Document], path: &ValuePath) -> Result<Value, PathFailure> {
    let top = documents.first().map(|document| Node::Mapping(document.root.clone()));
    let top = top.unwrap_or_else(|| Node::Mapping(Mapping::new()));
    let mut node = &top;
    let mut above = String::new();
    for step in path.steps() {
        node = child(node, step, &above)?;
        above = match step {
            Step::Key(name) if above.is_empty() => name.clone(),
            Step::Key(name) => format!("{above}.{name}"),
            Step::Position(position) => format!("{above}[{position}]"),
        };
    }
    text_of(node)
}

fn child<'a>(node: &'a Node, step: &Step, above: &str) -> Result<&'a Node, PathFailure> {
    match (node, step) {
        (Node::Mapping(mapping), Step::Key(name)) => {
            member(mapping, name).ok_or_else(|| PathFailure::KeyMissing {
                above: above.to_owned(),
                name: name.clone(),
                there: names(mapping),
            })
        }
        (Node::Mapping(mapping), Step::Position(position)) => Err(PathFailure::KeyMissing {
            above: above.to_owned(),
            name: position.to_string(),
            there: names(mapping),
        }),
        (Node::Sequence(items), step) => {
            let position = match step {
                Step::Position(position) => Some(*position),
                Step::Key(name) => name.parse().ok(),
            };
            let found =
                position.and_then(|position| items.iter().filter_map(Item::as_value).nth(position));
            found.ok_or_else(|| PathFailure::PositionMissing {
                list: above.to_owned(),
                length: items.iter().filter_map(Item::as_value).count(),
            })
        }
        (Node::Scalar(_) | Node::Secret(_), _) => {
            Err(PathFailure::TooLong { at: above.to_owned() })
        }
    }
}

/// Of several sections of one name in an INI file, the first with anything in it counts: to sops a
/// section `DEFAULT` is at the top of each, whatever header comes first.
fn member<'a>(mapping: &'a Mapping, name: &str) -> Option<&'a Node> {
    let named = || mapping.pairs().filter(|(key, _)| *key == name).map(|(_, value)| value);
    let has_any = |value: &&Node| value.as_mapping().is_none_or(|section| !section.is_empty());
    named().find(has_any).or_else(|| named().next())
}

fn names(mapping: &Mapping) -> Vec<String> {
    let mut names: Vec<String> = mapping.pairs().map(|(name, _)| name.to_owned()).collect();
    names.dedup();
    names
}

fn text_of(node: &Node) -> Result<Value, PathFailure> {
    let not_a_value = |kind, there| Err(PathFailure::NotAValue { kind, there });
    let (text, kind) = match node {
        Node::Secret(SecretScalar { kind, text }) => match kind {
            SecretKind::Text => (text.clone(), Kind::Text),
            SecretKind::Integer | SecretKind::Float => (text.clone(), Kind::Number),
            SecretKind::Time => (text.clone(), Kind::Time),
            // SOPS spells `True` inside the ciphertext.
            SecretKind::Bool => {
                (SecretText::new(text.expose().to_ascii_lowercase()), Kind::TruthValue)
            }
        },
        Node::Scalar(scalar) => {
            let (text, kind) = match scalar {
                Scalar::Text(text) => (text.clone(), Kind::Text),
                Scalar::Time(text) => (text.clone(), Kind::Time),
                Scalar::Bool(value) => (value.to_string(), Kind::TruthValue),
                Scalar::Integer(value) => (value.to_string(), Kind::Number),
                Scalar::Float(value) => (number::plain(*value), Kind::Number),
                Scalar::Null => return not_a_value("null", Vec::new()),
            };
            (SecretText::new(text), kind)
        }
        Node::Sequence(_) => return not_a_value("a list", Vec::new()),
        Node::Mapping(mapping) => return not_a_value("a mapping", names(mapping)),
    };
    // An empty text is never sealed.
    let is_clear = matches!(node, Node::Scalar(_)) && !text.expose().is_empty();
    Ok(Value { text, kind, is_clear })
}
