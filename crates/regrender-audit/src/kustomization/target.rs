//! Knows which objects a patch or a replacement chooses.

use std::collections::BTreeMap;

use super::selector::Selector;
use crate::kind::{Metadata, Written};
use crate::manifest::Node;
use crate::pattern::Pattern;

/// Whom a patch or a replacement is for, by default everything; patterns match the whole of a name.
#[derive(Clone, Debug, Default)]
pub(super) struct Target {
    group: Option<Pattern>,
    version: Option<Pattern>,
    kind: Option<Pattern>,
    name: Option<Pattern>,
    namespace: Option<Pattern>,
    labels: Option<Selector>,
    annotations: Option<Selector>,
    /// Whether Kubernetes would refuse a selector.
    is_unreadable: bool,
}

impl Target {
    pub(super) fn read(node: &Node<'_>) -> Self {
        let pattern = |name: &str| {
            let text = node.get(name).and_then(Node::scalar).filter(|text| !text.is_empty())?;
            Some(Pattern::new(text))
        };
        let selector = |name: &str| node.get(name).and_then(Node::scalar).map(Selector::parse);
        let (labels, annotations) = (selector("labelSelector"), selector("annotationSelector"));
        Self {
            group: pattern("group"),
            version: pattern("version"),
            kind: pattern("kind"),
            name: pattern("name"),
            namespace: pattern("namespace"),
            is_unreadable: matches!(labels, Some(None)) || matches!(annotations, Some(None)),
            labels: labels.flatten(),
            annotations: annotations.flatten(),
        }
    }

    /// Tells whether it chooses by labels or annotations.
    pub(super) fn is_narrow(&self) -> bool {
        self.is_unreadable || self.labels.is_some() || self.annotations.is_some()
    }

    /// Tells whether nobody knows if it is for an object that is so by its names; its labels and
    /// annotations are at hand or not.
    pub(super) fn is_doubtful(&self, has_marks: bool) -> bool {
        self.is_unreadable || !has_marks && self.is_narrow()
    }

    /// Tells whether it is for an object that is written so and called so now. Where its labels and
    /// annotations are not at hand, they do not count.
    pub(super) fn takes(
        &self,
        written: &Written<'_>,
        namespace: Option<&str>,
        name: &str,
        marks: Option<&Metadata>,
    ) -> bool {
        let api_version = written.api_version;
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let is_known = !api_version.is_empty();
        // What names no namespace is in `default`, for kustomize.
        let namespaces = [namespace, written.namespace].map(|one| one.unwrap_or("default"));
        let is_of_version =
            || matches(self.group.as_ref(), &[group]) && matches(self.version.as_ref(), &[version]);
        (!is_known || is_of_version())
            && self.is_for_kind(written.kind)
            && matches(self.name.as_ref(), &[name, written.name])
            && matches(self.namespace.as_ref(), &namespaces)
            && marks.is_none_or(|marks| self.takes_marks(marks))
    }

    /// Tells whether it may be for objects of a kind.
    pub(super) fn is_for_kind(&self, kind: &str) -> bool {
        matches(self.kind.as_ref(), &[kind])
    }

    fn takes_marks(&self, metadata: &Metadata) -> bool {
        let takes = |selector: &Option<Selector>, marks: &BTreeMap<String, String>| {
            selector.as_ref().is_none_or(|selector| selector.takes(marks))
        };
        takes(&self.labels, &metadata.labels) && takes(&self.annotations, &metadata.annotations)
    }

    /// Tells whether it is for all objects of a group and kind, whatever their names.
    pub(super) fn is_for_all(&self, group: &str, kind: &str) -> bool {
        let is_any_name = self.name.is_none() && self.namespace.is_none() && self.version.is_none();
        is_any_name
            && !self.is_narrow()
            && matches(self.group.as_ref(), &[group])
            && self.is_for_kind(kind)
    }

    /// Returns what it says of kind, namespace and name, as far as those are no patterns.
    pub(super) fn named(&self) -> (&str, Option<&str>, &str) {
        let [kind, namespace, name] = [&self.kind, &self.namespace, &self.name]
            .map(|one| one.as_ref().and_then(Pattern::name));
        (kind.unwrap_or_default(), namespace, name.unwrap_or_default())
    }
}

fn matches(pattern: Option<&Pattern>, texts: &[&str]) -> bool {
    pattern.is_none_or(|pattern| texts.iter().any(|text| pattern.is_match(text)))
}
