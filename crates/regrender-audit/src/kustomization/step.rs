//! Knows what of a patch is for one object, and applies it to the object as it is written.

use std::sync::Arc;

use super::part::Part;
use super::patch::{Body, Patch};
use crate::manifest::{Node, read_documents};
use crate::place::{Place, join};

/// What of a patch is for one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    place: Place,
    text: Text,
    /// Kind, namespace and name in the document that is meant, unless all are.
    document: Option<(String, Option<String>, String)>,
}

/// The text of a patch.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Text {
    /// In the file with this path.
    File(String),
    Inline(Arc<str>),
}

impl Step {
    /// Is what of a patch in `base` is for the object that `part` is for, or for all that its target
    /// takes; nothing where the text is not kept.
    pub(super) fn new(patch: &Patch, base: &str, part: Option<&Part>) -> Option<Self> {
        let text = match &patch.body {
            Body::File(file) => Text::File(join(base, file)),
            Body::Inline { text, .. } => Text::Inline(Arc::clone(text.as_ref()?)),
        };
        let part = part.filter(|_| patch.target.is_none()).map(|part| &part.workload);
        let document = part.map(|one| (one.kind.clone(), one.namespace.clone(), one.name.clone()));
        Some(Self { place: patch.place.clone(), text, document })
    }

    /// Returns the text of the patch, if it can be read.
    pub(super) fn text(&self, read: impl Fn(&str) -> Option<String>) -> Option<String> {
        match &self.text {
            Text::File(path) => read(path),
            Text::Inline(text) => Some(text.to_string()),
        }
    }

    /// Applies it, by its text, to an object of so many bytes; nothing is left of one that it takes out. Where that
    /// costs more than is left of the budget, it changes nothing.
    pub(super) fn apply<'t>(
        &self,
        object: Node<'t>,
        size: usize,
        text: &'t str,
        budget: &mut usize,
    ) -> Option<Node<'t>> {
        // To read a text takes about as long as to copy ten of its size.
        if !afford(budget, text.len() * 10) {
            return Some(object);
        }
        let documents = read_documents(text).into_iter().filter_map(|one| one.root.ok());
        let mut meant = documents.filter(|root| self.is_about(root));
        meant.try_fold(object, |object, patch| {
            // Each operation copies what is around its place, and a merge compares all members.
            let is_merge = !patch.is_sequence();
            let copies = if is_merge { 1 + text.len() / 64 } else { patch.items().len() };
            let is_affordable = afford(budget, (size + text.len()).saturating_mul(copies));
            if is_affordable { object.patched(&patch) } else { Some(object) }
        })
    }

    fn is_about(&self, root: &Node<'_>) -> bool {
        let Some((kind, namespace, name)) = &self.document else { return true };
        let text = |path: &[&str]| root.at(path).and_then(Node::scalar);
        text(&["kind"]) == Some(kind)
            && text(&["metadata", "name"]) == Some(name)
            && text(&["metadata", "namespace"]) == namespace.as_deref()
    }
}

fn afford(budget: &mut usize, cost: usize) -> bool {
    let left = budget.checked_sub(cost);
    *budget = left.unwrap_or_default();
    left.is_some()
}
