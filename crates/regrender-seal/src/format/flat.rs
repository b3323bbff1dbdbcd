//! Metadata in formats without nesting: `age__list_0__map_enc` for `age[0].enc`.

use std::collections::BTreeMap;

use regrender_document::{Mapping, Node};

const MAP_SEPARATOR: &str = "__map_";
const LIST_SEPARATOR: &str = "__list_";

/// Builds the nested metadata of flat pairs; `None` when their names contradict each other.
pub(super) fn unflatten(pairs: Vec<(String, String)>) -> Option<Mapping> {
    let mut root = Tree::default();
    for (name, value) in pairs {
        let place = tokenize(&name)?.into_iter().fold(&mut root, Tree::inside);
        if place.value.replace(value).is_some() {
            return None;
        }
    }
    match root.into_node()? {
        Node::Mapping(mapping) => Some(mapping),
        _ => None,
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Token {
    Key(String),
    Position(usize),
}

#[derive(Default)]
struct Tree {
    value: Option<String>,
    parts: BTreeMap<Token, Self>,
}

impl Tree {
    fn inside(&mut self, token: Token) -> &mut Self {
        self.parts.entry(token).or_default()
    }

    fn into_node(self) -> Option<Node> {
        if self.parts.is_empty() {
            return Some(self.value.map_or_else(|| Node::from(Mapping::new()), Node::from));
        }
        if self.value.is_some() {
            return None;
        }
        if self.parts.keys().all(|token| matches!(token, Token::Key(_))) {
            let mut mapping = Mapping::new();
            for (token, tree) in self.parts {
                if let Token::Key(key) = token {
                    mapping.push(key, tree.into_node()?);
                }
            }
            return Some(Node::from(mapping));
        }
        let mut items = Vec::new();
        for (index, (token, tree)) in self.parts.into_iter().enumerate() {
            if token != Token::Position(index) {
                return None;
            }
            items.push(tree.into_node()?);
        }
        Some(Node::list(items))
    }
}

fn tokenize(name: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = name;
    let mut is_position = false;
    loop {
        let map = rest.find(MAP_SEPARATOR).map(|at| (at, MAP_SEPARATOR));
        let list = rest.find(LIST_SEPARATOR).map(|at| (at, LIST_SEPARATOR));
        let next = [map, list].into_iter().flatten().min();
        let part = match next {
            Some((at, _)) => rest.get(..at)?,
            None => rest,
        };
        tokens.push(if is_position {
            Token::Position(part.parse().ok()?)
        } else {
            Token::Key(part.to_owned())
        });
        let Some((at, separator)) = next else {
            return Some(tokens);
        };
        rest = rest.get(at + separator.len()..)?;
        is_position = separator == LIST_SEPARATOR;
    }
}

#[cfg(test)]
mod tests {
    use regrender_document::{Document, Spelling};

    use super::*;

    #[track_caller]
    fn check(pairs: &[(&str, &str)], expected: Option<&str>) {
        let pairs = pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let yaml = unflatten(pairs).map(|root| Document::new(root).emit(Spelling::Kustomize));
        assert_eq!(yaml.map(Result::unwrap).as_deref(), expected);
    }

    #[test]
    fn names_say_where_a_value_belongs() {
        check(
            &[
                ("age__list_1__map_enc", "b"),
                ("age__list_0__map_enc", "a"),
                ("age__list_0__map_recipient", "r"),
                ("version", "x"),
            ],
            Some("age:\n- enc: a\n  recipient: r\n- enc: b\nversion: x\n"),
        );
    }

    #[test]
    fn list_with_a_hole_is_refused() {
        check(&[("age__list_1__map_enc", "b")], None);
        check(&[("age__list_x", "b")], None);
    }

    #[test]
    fn place_with_a_value_and_parts_is_refused() {
        check(&[("a", "1"), ("a__map_b", "2")], None);
        check(&[("a", "1"), ("a", "2")], None);
        check(&[("a__list_0", "1"), ("a__map_b", "2")], None);
    }
}
