//! What the MAC of a sealed file covers, written down a second time: the values in order, one
//! after the other, without keys, comments and nulls.

use regrender_document::{Document, Item, Mapping, Node, Scalar, number};
use regrender_seal::MacScope;

/// Returns the values that the MAC covers, joined as the MAC joins them.
#[must_use]
pub fn covered(documents: &[Document], scope: MacScope) -> String {
    let mut text = String::new();
    for document in documents {
        mapping(&document.root, scope, &mut text);
    }
    text
}

fn mapping(mapping: &Mapping, scope: MacScope, text: &mut String) {
    for (_, value) in mapping.pairs() {
        node(value, scope, text);
    }
}

fn node(value: &Node, scope: MacScope, text: &mut String) {
    match value {
        Node::Secret(secret) => text.push_str(secret.text.expose()),
        Node::Scalar(scalar) if scope == MacScope::All => text.push_str(&spelled(scalar)),
        Node::Scalar(_) => {}
        Node::Sequence(items) => {
            for item in items {
                if let Item::Value(value) = item {
                    node(value, scope, text);
                }
            }
        }
        Node::Mapping(inner) => mapping(inner, scope, text),
    }
}

/// sops spells truth values as Python does, and numbers as Go does.
fn spelled(scalar: &Scalar) -> String {
    match scalar {
        Scalar::Null => String::new(),
        Scalar::Bool(true) => String::from("True"),
        Scalar::Bool(false) => String::from("False"),
        Scalar::Integer(value) => value.to_string(),
        // Go spells a negative zero so that it is read as a whole number.
        Scalar::Float(0.0) => String::from("0"),
        Scalar::Float(value) => number::plain(*value),
        Scalar::Time(text) | Scalar::Text(text) => text.clone(),
    }
}
