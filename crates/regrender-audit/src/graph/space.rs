//! Knows a namespace of a graph, or several that look the same.

use std::collections::BTreeSet;

use super::sorted::set;
use super::text::listed;

/// One namespace, or several that look the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Space {
    /// Names of namespaces; `None` for what has no known one, which comes last.
    pub(super) names: BTreeSet<Option<String>>,
}

impl Space {
    pub(super) fn of(name: Option<String>) -> Self {
        Self { names: set([name]) }
    }

    pub(super) fn title(&self) -> String {
        let names: Vec<&str> = self.names.iter().flatten().map(String::as_str).collect();
        match (self.names.len(), names.first()) {
            (1, None) => "namespace not known".to_owned(),
            (1, Some(name)) => format!("namespace {name}"),
            (count, _) => format!("{count} namespaces: {}", listed(&names)),
        }
    }

    /// Says everything, for whoever points at it.
    pub(super) fn whole(&self) -> String {
        let names = self.names.iter().flatten().map(String::as_str).collect::<Vec<_>>();
        match names.as_slice() {
            [] | [_] => self.title(),
            several => several.join(", "),
        }
    }
}
