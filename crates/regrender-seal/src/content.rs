//! Whether two documents say the same, however they are spelled.

use std::borrow::Cow;

use regrender_document::{Document, Entry, Item, Mapping, Node};

use crate::value::ValueKind;
use crate::walk;

/// Says whether `opened` says what `wanted` says: the same comments, keys and values in the same
/// order.
///
/// Whether a value is marked as secret makes no difference: everything that sealing selects comes
/// back as a secret, marked before or not. Nor does it whether a comment stands above the mapping
/// or at its beginning.
pub(crate) fn is_same(opened: &Document, wanted: &Document) -> bool {
    are_same(&mut document_parts(opened), &mut document_parts(wanted))
}

#[derive(Clone, Copy)]
enum Part<'a> {
    Comment(&'a str),
    Pair(&'a str, &'a Node),
    Value(&'a Node),
}

fn document_parts(document: &Document) -> impl Iterator<Item = Part<'_>> {
    let header = document.header.iter().map(|line| Part::Comment(line));
    header.chain(mapping_parts(&document.root))
}

fn mapping_parts(mapping: &Mapping) -> impl Iterator<Item = Part<'_>> {
    mapping.entries().iter().map(|entry| match entry {
        Entry::Comment(comment) | Entry::InlineComment(comment) => Part::Comment(comment.expose()),
        Entry::Pair { key, value } => Part::Pair(key, value),
    })
}

fn item_parts(items: &[Item]) -> impl Iterator<Item = Part<'_>> {
    items.iter().map(|item| match item {
        Item::Comment(comment) | Item::InlineComment(comment) => Part::Comment(comment.expose()),
        Item::Value(node) => Part::Value(node),
    })
}

fn are_same<'a>(
    left: &mut dyn Iterator<Item = Part<'a>>,
    right: &mut dyn Iterator<Item = Part<'a>>,
) -> bool {
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(left), Some(right)) if is_same_part(left, right) => {}
            _ => return false,
        }
    }
}

fn is_same_part(left: Part<'_>, right: Part<'_>) -> bool {
    match (left, right) {
        (Part::Comment(left), Part::Comment(right)) => left == right,
        (Part::Pair(left_key, left), Part::Pair(right_key, right)) => {
            left_key == right_key && is_same_node(left, right)
        }
        (Part::Value(left), Part::Value(right)) => is_same_node(left, right),
        _ => false,
    }
}

fn is_same_node(left: &Node, right: &Node) -> bool {
    match (left, right) {
        (Node::Mapping(left), Node::Mapping(right)) => {
            are_same(&mut mapping_parts(left), &mut mapping_parts(right))
        }
        (Node::Sequence(left), Node::Sequence(right)) => {
            are_same(&mut item_parts(left), &mut item_parts(right))
        }
        (Node::Mapping(_) | Node::Sequence(_), _) | (_, Node::Mapping(_) | Node::Sequence(_)) => {
            false
        }
        (left, right) => simple(left) == simple(right),
    }
}

/// The type and the spelling of a simple value; `None` for null.
fn simple(node: &Node) -> Option<(ValueKind, Cow<'_, str>)> {
    match node {
        Node::Scalar(scalar) => walk::spelled(scalar),
        Node::Secret(secret) => Some((walk::kind_of(secret.kind), secret.text.expose().into())),
        Node::Sequence(_) | Node::Mapping(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use regrender_document::{Comment, SecretText, parse};

    use super::*;

    #[track_caller]
    fn check(left: &str, right: &str, expected: bool) {
        let document = |yaml| parse(yaml).unwrap().remove(0);
        assert_eq!(is_same(&document(left), &document(right)), expected, "{left} {right}");
        assert_eq!(is_same(&document(right), &document(left)), expected, "{right} {left}");
    }

    #[test]
    fn spelling_makes_no_difference() {
        check("a: b\nc: [d]\n", "a: 'b'\nc:\n  - \"d\"\n", true);
    }

    #[test]
    fn type_makes_a_difference() {
        check("a: '1'\n", "a: 1\n", false);
        check("a: 'true'\n", "a: true\n", false);
        check("a: null\n", "a: ''\n", false);
        check("a: {}\n", "a: []\n", false);
        check("a: x\n", "a: [x]\n", false);
    }

    #[test]
    fn order_and_number_make_a_difference() {
        check("a: 1\nb: 2\n", "b: 2\na: 1\n", false);
        check("a: [1, 2]\n", "a: [2, 1]\n", false);
        check("a: [1]\n", "a: [1, 1]\n", false);
        check("a: 1\n", "a: 1\nb: 1\n", false);
    }

    #[test]
    fn comment_makes_a_difference_wherever_it_stands() {
        check("# x\na: 1\n", "a: 1\n", false);
        check("# x\na: 1\n", "# y\na: 1\n", false);
        check("a:\n    # x\n    - 1\n", "a:\n    - 1\n", false);
    }

    #[test]
    fn line_above_a_mapping_is_its_first_comment() {
        let mut in_mapping = Mapping::new();
        in_mapping.push_comment(Comment::Clear(String::from(" x")));
        let above = Document { header: vec![String::from(" x")], root: Mapping::new() };
        assert!(is_same(&above, &Document::new(in_mapping)));
    }

    #[test]
    fn mark_of_a_secret_makes_no_difference() {
        let secret = SecretText::new(String::from("canary-4f1d"));
        let left = Document::new(Mapping::new().with("a", secret));
        let right = Document::new(Mapping::new().with("a", "canary-4f1d"));
        assert!(is_same(&left, &right));
    }
}
