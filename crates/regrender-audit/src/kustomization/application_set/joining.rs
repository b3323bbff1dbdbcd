//! Knows how the answers of several generators come together, and the values beside them.

use super::parameters::Parameters;
use super::template::Template;
use super::value::{Table, Value, merge};
use crate::manifest::Node;

impl Parameters {
    /// Puts others over them.
    pub(super) fn put(&mut self, over: &Self, template: Template) {
        if template == Template::Names {
            self.table.extend(over.table.clone());
        } else {
            merge(&mut self.table, over.table.clone());
        }
        self.is_open |= over.is_open;
    }

    /// Joins them to those of the next generator in a matrix; nothing where Argo CD refuses that.
    pub(super) fn joined(&self, next: &Self, template: Template) -> Option<Self> {
        let mut table = next.table.clone();
        if template == Template::Names {
            for (name, value) in self.table.iter() {
                if next.table.get(name).is_some_and(|other| other != value) {
                    return None;
                }
            }
        }
        merge(&mut table, self.table.clone());
        Some(Self { table, is_open: self.is_open || next.is_open })
    }

    /// Adds the `values` of a generator, which may name what it answers, or what is `known`.
    pub(super) fn with_values(
        mut self,
        values: &[(String, String)],
        known: &Self,
        template: Template,
    ) -> Self {
        let mut filled = Table::default();
        for (name, text) in values {
            let passed = template.passed_on(text, known);
            // With both in a matrix, versions of Argo CD differ.
            let is_left = template != Template::Names && !known.is_none() && passed.contains("{{");
            let text = template.filled(&passed, &self);
            filled.insert(name.clone(), if is_left { Value::Open } else { Value::Text(text) });
        }
        if template == Template::Names {
            for (name, text) in filled.iter() {
                self.table.insert(format!("values.{name}"), text.clone());
            }
        } else if !filled.is_empty() {
            self.table.insert("values".to_owned(), Value::Texts(filled));
        }
        self
    }
}

/// Reads what a generator gives to each Application beside its own answer.
pub(super) fn values(node: &Node<'_>) -> Vec<(String, String)> {
    let values = node.get("values").map(Node::members).unwrap_or_default().into_iter();
    // Kubernetes refuses others than texts.
    values
        .filter_map(|(key, value)| Some((key.text.to_string(), value.string()?.to_owned())))
        .collect()
}
