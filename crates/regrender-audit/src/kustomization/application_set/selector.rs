//! Knows the selectors that leave answers of a generator out.

use super::parameters::Parameters;
use super::template::Template;
use super::value::{Value, flat};
use crate::manifest::Node;

/// A name for a label is not longer than this.
const LONGEST_KEY: usize = 63;

/// Requirements, all of which must be met.
#[derive(Clone, Debug)]
pub(super) struct Selector(Vec<Requirement>);

#[derive(Clone, Debug)]
struct Requirement {
    key: String,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    There,
    Absent,
    OneOf(Vec<String>),
    /// What is absent is none of any.
    NoneOf(Vec<String>),
}

impl Selector {
    /// Reads a selector; nothing for one that Argo CD refuses.
    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let labels = node.get("matchLabels").map(Node::members).unwrap_or_default().into_iter();
        let equal = labels.map(|(key, value)| {
            let test = Test::OneOf(vec![value.string()?.to_owned()]);
            Some(Requirement { key: key.text.to_string(), test })
        });
        let expressions = node.items_of("matchExpressions").iter().map(Requirement::read);
        let all: Vec<Requirement> = equal.chain(expressions).collect::<Option<_>>()?;
        all.iter().all(|one| is_key(&one.key)).then_some(Self(all))
    }

    /// Tells whether an answer stays; nothing where that is not known.
    pub(super) fn takes(&self, parameters: &Parameters, template: Template) -> Option<bool> {
        let all = flat(&parameters.table)?;
        for Requirement { key, test } in &self.0 {
            // How far these are looked into, versions of Argo CD differ.
            let are_texts = matches!(parameters.table.get("values"), Some(Value::Texts(_)));
            let is_unclear = |part| part == "segments" || part == "values" && are_texts;
            if template != Template::Names && key.split('.').any(is_unclear) {
                return None;
            }
            let value = match all.get(key) {
                Some(value) => Some(value.string()?),
                None if parameters.is_open => return None,
                None => None,
            };
            for (name, value) in all.iter() {
                let rest = key.strip_prefix(&**name).unwrap_or_default();
                if *value == Value::Open && rest.starts_with('.') {
                    return None;
                }
            }
            if !test.takes(value) {
                return Some(false);
            }
        }
        Some(true)
    }
}

impl Requirement {
    fn read(node: &Node<'_>) -> Option<Self> {
        let key = node.get("key").and_then(Node::string)?.to_owned();
        let values = node.items_of("values").iter();
        let values: Vec<String> =
            values.map(|value| Some(value.string()?.to_owned())).collect::<Option<_>>()?;
        let test = match (node.get("operator").and_then(Node::string)?, values.is_empty()) {
            ("Exists", true) => Test::There,
            ("DoesNotExist", true) => Test::Absent,
            ("In", false) => Test::OneOf(values),
            ("NotIn", false) => Test::NoneOf(values),
            _ => return None,
        };
        Some(Self { key, test })
    }
}

impl Test {
    fn takes(&self, value: Option<&str>) -> bool {
        match self {
            Self::There => value.is_some(),
            Self::Absent => value.is_none(),
            Self::OneOf(all) => value.is_some_and(|value| all.iter().any(|one| one == value)),
            Self::NoneOf(all) => value.is_none_or(|value| all.iter().all(|one| one != value)),
        }
    }
}

/// Tells whether a text is the name of a label, without anything before a slash.
fn is_key(text: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric();
    text.len() <= LONGEST_KEY
        && text.starts_with(is_letter)
        && text.ends_with(is_letter)
        && text.chars().all(|letter| is_letter(letter) || "-_.".contains(letter))
}
