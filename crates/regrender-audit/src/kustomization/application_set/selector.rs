//! Knows the selectors that leave answers of a generator out.

use super::parameters::Parameters;
use super::template::Template;
use super::value::{Value, flat};
use crate::kustomization::selector::{Requirement, Test, is_value};
use crate::manifest::Node;

/// Requirements, all of which must be met.
#[derive(Clone, Debug)]
pub(super) struct Selector(Vec<Requirement>);

impl Selector {
    /// Reads a selector; nothing for one that Argo CD refuses.
    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let labels = node.get("matchLabels").map(Node::members).unwrap_or_default().into_iter();
        let equal = labels.map(|(key, value)| {
            let test = Test::OneOf(vec![value.string()?.to_owned()]);
            Some(Requirement { key: key.text.to_string(), test })
        });
        let expressions = node.items_of("matchExpressions").iter().map(requirement);
        let all: Vec<Requirement> = equal.chain(expressions).collect::<Option<_>>()?;
        // The names of parameters have no domain before them.
        let is_name = |key: &str| !key.is_empty() && is_value(key);
        all.iter().all(|one| is_name(&one.key)).then_some(Self(all))
    }

    /// Tells whether an answer stays; nothing where that is not known.
    pub(super) fn takes(&self, parameters: &Parameters, template: Template) -> Option<bool> {
        let all = flat(&parameters.table)?;
        // How far these are looked into, versions of Argo CD differ.
        let are_texts = matches!(parameters.table.get("values"), Some(Value::Texts(_)));
        let is_unclear = |part| part == "segments" || part == "values" && are_texts;
        for Requirement { key, test } in &self.0 {
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

fn requirement(node: &Node<'_>) -> Option<Requirement> {
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
    Some(Requirement { key, test })
}
