//! Knows the patches of a kustomization: whom each is for, and when it is applied.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::deployer::DEPLOYERS;
use super::object::Object;
use super::operation::{Located, read_operations};
use super::part::Part;
use super::selector::Selector;
use crate::inventory::{Metadata, read_inline_parts};
use crate::manifest::{Document, Node, read_documents};
use crate::pattern::Pattern;
use crate::place::Place;

/// One patch: whom it is for, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Patch {
    pub(super) target: Option<Target>,
    pub(super) body: Body,
    pub(super) place: Place,
    /// Whether it may give variables to Kustomizations of Flux.
    pub(super) gives_variables: bool,
    /// What else it may change of what it is for.
    pub(super) may_change: Identity,
    /// Whether it is applied after the kustomization has renamed and moved everything.
    pub(super) is_late: bool,
}

/// What kustomize leaves as it is unless a patch is allowed to change it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) kind: bool,
    pub(super) name: bool,
}

/// Where the text of a patch is.
#[derive(Clone, Debug)]
pub(super) enum Body {
    /// In a file, relative to the kustomization's folder.
    File(String),
    Inline {
        changes: Vec<Change>,
        /// The text, where it may be for an object that has a folder applied.
        text: Option<Arc<str>>,
    },
}

/// What a patch changes.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// A part of a workload, merged into it.
    Merge(Box<Part>),
    /// JSON operations.
    Operations(Vec<Located>),
}

impl Body {
    fn inline(text: &str, target: Option<&Target>, place: &Place) -> Self {
        let changes = read_changes(text, place);
        let text = is_for_deployers(target, &changes).then(|| Arc::from(text));
        Self::Inline { changes, text }
    }
}

/// Tells whether a patch may be for an object that has a folder applied.
pub(super) fn is_for_deployers(target: Option<&Target>, changes: &[Change]) -> bool {
    let is_for = |change: &Change| match change {
        Change::Merge(part) => DEPLOYERS.contains(&&*part.workload.kind),
        Change::Operations(_) => false,
    };
    match target {
        Some(target) => DEPLOYERS.iter().any(|kind| matches(target.kind.as_ref(), &[kind])),
        None => changes.iter().any(is_for),
    }
}

impl Change {
    pub(super) fn is_about_pull_secrets(&self) -> bool {
        match self {
            Self::Merge(part) => !part.workload.pull_secrets.is_empty(),
            Self::Operations(all) => all.iter().any(|one| one.operation.is_about_pull_secrets()),
        }
    }

    /// Returns what it merges into an object.
    pub(super) fn part(&self) -> Option<&Part> {
        match self {
            Self::Merge(part) => Some(part),
            Self::Operations(_) => None,
        }
    }

    /// Tells whether it changes anything that counts here.
    pub(super) fn matters(&self) -> bool {
        match self {
            Self::Merge(part) => {
                self.has_image()
                    || self.is_about_pull_secrets()
                    || part.workload.service_account.is_some()
                    || !part.is_plain()
            }
            Self::Operations(all) => !all.is_empty(),
        }
    }

    /// Tells whether it brings an image.
    pub(super) fn has_image(&self) -> bool {
        match self {
            Self::Merge(part) => !part.workload.images.is_empty(),
            Self::Operations(all) => all.iter().any(|one| one.operation.has_image()),
        }
    }
}

/// Whom a patch is for, by default everything; patterns match the whole of a name.
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

    /// Tells whether nobody knows if it is for an object that is so by its names.
    pub(super) fn is_doubtful(&self, object: &Object<'_>) -> bool {
        self.is_unreadable || object.is_unseen && self.is_narrow()
    }

    /// Tells whether it is for an object, by its names now and as written.
    pub(super) fn takes(&self, object: &Object<'_>) -> bool {
        let api_version = object.written.api_version;
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let is_known = !api_version.is_empty();
        let namespaces = [object.namespace.as_deref(), object.written.namespace];
        // What names no namespace is in `default`, for kustomize.
        let namespaces = namespaces.map(|one| one.unwrap_or("default"));
        let is_of_version =
            || matches(self.group.as_ref(), &[group]) && matches(self.version.as_ref(), &[version]);
        (!is_known || is_of_version())
            && matches(self.kind.as_ref(), &[object.written.kind])
            && matches(self.name.as_ref(), &[&object.name, object.written.name])
            && matches(self.namespace.as_ref(), &namespaces)
            && (object.is_unseen || self.takes_marks(&object.metadata))
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
            && matches(self.kind.as_ref(), &[kind])
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

/// Reads all patches of a kustomization, in the order in which they are applied.
pub(super) fn read_patches(root: &Node<'_>, place: &Place) -> Vec<Patch> {
    let mut patches = Vec::new();
    for node in root.items_of("patchesStrategicMerge") {
        if let Some(text) = node.string() {
            let body = if text.contains('\n') {
                Body::inline(text, None, &place.of(node))
            } else {
                Body::File(text.to_owned())
            };
            patches.push(Patch {
                target: None,
                body,
                place: place.of(node),
                gives_variables: speaks_of_variables(text),
                may_change: Identity::default(),
                is_late: false,
            });
        }
    }
    for (member, is_late) in [("patches", false), ("patchesJson6902", true)] {
        let found = root.items_of(member).iter();
        patches.extend(found.filter_map(|node| read_patch(node, place.of(node), is_late)));
    }
    patches
}

/// Reads a patch that says itself whom it is for.
pub(super) fn read_patch(node: &Node<'_>, place: Place, is_late: bool) -> Option<Patch> {
    let text = |name: &str| node.get(name).and_then(Node::string);
    let target = node.get("target").filter(|target| !target.is_null()).map(Target::read);
    let body = match (text("path"), text("patch")) {
        (Some(path), _) => Body::File(path.to_owned()),
        (None, Some(patch)) => Body::inline(patch, target.as_ref(), &place),
        (None, None) => return None,
    };
    let allows = |option: &str| {
        node.at(&["options", option]).and_then(Node::scalar).is_some_and(|value| value == "true")
    };
    Some(Patch {
        target,
        body,
        place,
        gives_variables: text("patch").is_some_and(speaks_of_variables),
        may_change: Identity { kind: allows("allowKindChange"), name: allows("allowNameChange") },
        is_late,
    })
}

/// Tells whether a patch may be about the variables of a Kustomization of Flux.
pub(crate) fn speaks_of_variables(text: &str) -> bool {
    text.contains("postBuild")
}

/// Reads the documents of a patch that stands at a place; they are counted behind that of the place.
fn read_changes(text: &str, place: &Place) -> Vec<Change> {
    let mut changes = Vec::new();
    for Document { index, root } in read_documents(text) {
        let Ok(root) = root else {
            continue;
        };
        if let Some(operations) = read_operations(&root) {
            changes.push(Change::Operations(operations));
        } else {
            let parts = read_inline_parts(&root);
            changes.extend(parts.into_iter().map(|mut one| {
                let document = place.document + 1 + index;
                one.workload.place = Place { document, ..place.clone() };
                Change::Merge(Box::new(one))
            }));
        }
    }
    changes
}
