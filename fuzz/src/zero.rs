//! Documents without negative zeros.
//!
//! Go spells one `-0`, which is read as a whole number: then it has no sign any more.

use regrender_document::{Entry, Item, Mapping, Node, Scalar};

/// Takes the sign from each negative zero.
#[must_use]
pub fn plain_zeros(root: Mapping) -> Mapping {
    let entries = root.into_entries().into_iter();
    let plain = entries.map(|entry| match entry {
        Entry::Pair { key, value } => Entry::Pair { key, value: node(value) },
        Entry::Comment(_) | Entry::InlineComment(_) => entry,
    });
    plain.collect()
}

fn node(value: Node) -> Node {
    match value {
        Node::Mapping(inner) => Node::Mapping(plain_zeros(inner)),
        Node::Sequence(items) => Node::Sequence(items.into_iter().map(item).collect()),
        Node::Scalar(Scalar::Float(0.0)) => Node::Scalar(Scalar::Integer(0)),
        Node::Scalar(_) | Node::Secret(_) => value,
    }
}

fn item(item: Item) -> Item {
    match item {
        Item::Value(value) => Item::Value(node(value)),
        Item::Comment(_) | Item::InlineComment(_) => item,
    }
}
