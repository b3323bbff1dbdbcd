//! Knows what every object says of itself: its kind, where it is, and what it is called.

use std::sync::Arc;

use super::{Metadata, Source, Workload, Written};
use crate::manifest::Node;
use crate::place::Place;

/// What every object has.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    pub(crate) kind: String,
    pub(crate) api_version: String,
    pub(crate) namespace: Option<String>,
    pub(crate) name: String,
    pub(crate) metadata: Arc<Metadata>,
    pub(crate) place: Place,
}

impl Header {
    pub(crate) fn of(root: &Node<'_>, place: &Place) -> Self {
        let text = |path: &[&str]| {
            let found = root.at(path).and_then(Node::scalar).unwrap_or_default();
            found.to_owned()
        };
        let mut name = text(&["metadata", "name"]);
        if name.is_empty() {
            name = text(&["metadata", "generateName"]);
        }
        Self {
            kind: text(&["kind"]),
            api_version: text(&["apiVersion"]),
            namespace: Some(text(&["metadata", "namespace"])).filter(|name| !name.is_empty()),
            name,
            metadata: Metadata::read(root),
            place: place.clone(),
        }
    }

    /// Takes what an item of a list does not say from the list, as the API's own reader does.
    pub(crate) fn in_list(self, list: &Self) -> Self {
        match list.kind.strip_suffix("List") {
            Some(kind) if self.kind.is_empty() => {
                Self { kind: kind.to_owned(), api_version: list.api_version.clone(), ..self }
            }
            _ => self,
        }
    }

    /// Returns what it says the object is.
    pub(crate) fn written(&self) -> Written<'_> {
        Written {
            kind: &self.kind,
            api_version: &self.api_version,
            namespace: self.namespace.as_deref(),
            name: &self.name,
        }
    }

    /// Returns the API group, empty for the core.
    pub(crate) fn group(&self) -> &str {
        self.written().group()
    }

    pub(crate) fn workload(&self, source: Source) -> Workload {
        let metadata = Arc::clone(&self.metadata);
        Workload { metadata, ..Workload::new(self.written(), source, &self.place) }
    }
}
