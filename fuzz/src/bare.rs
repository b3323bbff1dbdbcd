//! Documents without their comments.
//!
//! Go's YAML writer, whose spelling ours is, moves some comments to another place when what it
//! spelled is read again, and loses some; values it keeps.

use regrender_document::{Document, Entry, Item, Mapping, Node, Scalar};

/// Returns `documents` without their comments.
#[must_use]
pub fn bare(documents: &[Document]) -> Vec<Document> {
    documents.iter().map(|document| Document::new(mapping(&document.root))).collect()
}

fn mapping(mapping: &Mapping) -> Mapping {
    let pairs =
        mapping.pairs().map(|(key, value)| Entry::Pair { key: key.to_owned(), value: node(value) });
    pairs.collect()
}

fn node(value: &Node) -> Node {
    match value {
        Node::Mapping(inner) => Node::Mapping(mapping(inner)),
        Node::Sequence(items) => Node::list(items.iter().filter_map(|item| match item {
            Item::Value(value) => Some(node(value)),
            Item::Comment(_) | Item::InlineComment(_) => None,
        })),
        // Spelled `-0` by Go, which is read as a whole number: then it has no sign any more.
        Node::Scalar(Scalar::Float(0.0)) => Node::Scalar(Scalar::Integer(0)),
        Node::Scalar(_) | Node::Secret(_) => value.clone(),
    }
}
