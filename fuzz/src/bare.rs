//! Documents without their comments and the signs of their zeros.
//!
//! Go's YAML writer, whose spelling ours is, moves some comments to another place when what it
//! spelled is read again, and loses some; values it keeps.

use regrender_document::{Document, Entry, Item, Mapping, Node};

use crate::zero::plain_zeros;

/// Returns `documents` without their comments and the signs of their zeros.
#[must_use]
pub fn bare(documents: &[Document]) -> Vec<Document> {
    let bare = |document: &Document| Document::new(plain_zeros(mapping(&document.root)));
    documents.iter().map(bare).collect()
}

fn mapping(mapping: &Mapping) -> Mapping {
    let pairs = mapping
        .pairs()
        .map(|(key, value)| Entry::Pair { key: key.to_owned().into(), value: node(value) });
    pairs.collect()
}

fn node(value: &Node) -> Node {
    match value {
        Node::Mapping(inner) => Node::Mapping(mapping(inner)),
        Node::Sequence(items) => Node::list(items.iter().filter_map(|item| match item {
            Item::Value(value) => Some(node(value)),
            Item::Comment(_) | Item::InlineComment(_) => None,
        })),
        Node::Scalar(_) | Node::Secret(_) => value.clone(),
    }
}
