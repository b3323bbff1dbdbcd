//! Knows what is filled in for one Application.

use super::template::Template;
use super::value::{Table, Value, merge};
use crate::manifest::Node;

/// What is filled into a template.
#[derive(Clone, Debug, Default)]
pub(super) struct Parameters {
    /// By name. For a template of names, all are texts below their full names, such as `path[0]`.
    pub(super) table: Table,
    /// Whether there may be more, which nobody here knows.
    pub(super) is_open: bool,
}

impl Parameters {
    /// Those of which nothing is known.
    pub(super) fn open() -> Self {
        Self { is_open: true, ..Self::default() }
    }

    /// Tells whether there are none.
    pub(super) fn is_none(&self) -> bool {
        self.table.is_empty() && !self.is_open
    }

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
            let is_other = |(name, value): (&String, &Value)| {
                next.table.get(name).is_some_and(|other| other != value)
            };
            if self.table.iter().any(is_other) {
                return None;
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
        let filled = values.iter().map(|(name, text)| {
            let passed = template.passed_on(text, known);
            // With both in a matrix, versions of Argo CD differ.
            let is_left = template != Template::Names && !known.is_none() && passed.contains("{{");
            let text = if is_left { None } else { Some(template.filled(&passed, &self)) };
            (name.clone(), text.map_or(Value::Open, Value::Text))
        });
        let filled: Table = filled.collect();
        match template {
            Template::Names => {
                let named = filled.into_iter().map(|(name, text)| (format!("values.{name}"), text));
                self.table.extend(named);
            }
            Template::Go { .. } if filled.is_empty() => {}
            Template::Go { .. } => {
                self.table.insert("values".to_owned(), Value::Texts(filled));
            }
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
