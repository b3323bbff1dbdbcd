//! Knows the patches of a kustomization: whom each is for, and when it is applied.

use std::sync::Arc;

use super::operation::{Located, read_operations};
use super::part::Part;
use super::target::Target;
use crate::kind::DEPLOYERS;
use crate::manifest::{Document, Node, read_documents};
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
    pub(super) list: PatchList,
}

/// The list of a kustomization that a patch is in; they are applied in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PatchList {
    StrategicMerge,
    Patches,
    /// Applied after the kustomization has renamed and moved everything.
    Json6902,
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
        Some(target) => DEPLOYERS.iter().any(|kind| target.is_for_kind(kind)),
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
                list: PatchList::StrategicMerge,
            });
        }
    }
    for (member, list) in
        [("patches", PatchList::Patches), ("patchesJson6902", PatchList::Json6902)]
    {
        let found = root.items_of(member).iter();
        patches.extend(found.filter_map(|node| read_patch(node, place.of(node), list)));
    }
    patches
}

/// Reads a patch that says itself whom it is for.
pub(super) fn read_patch(node: &Node<'_>, place: Place, list: PatchList) -> Option<Patch> {
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
        list,
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
            let parts = Part::read_inline(&root);
            changes.extend(parts.into_iter().map(|mut one| {
                let document = place.document + 1 + index;
                one.workload.place = Place { document, ..place.clone() };
                Change::Merge(Box::new(one))
            }));
        }
    }
    changes
}
