//! Knows the `replacements:` of a kustomization, as far as to say what they reach.

use std::collections::BTreeMap;

use super::target::Target;
use super::texts;
use crate::manifest::Node;
use crate::place::{Place, join};

/// Values that are copied from one object into others.
#[derive(Clone, Debug)]
pub(crate) struct Replacement {
    /// Whom they reach, where that matters for what is pulled; `None` for all that there is.
    pub(super) targets: Option<Vec<Target>>,
    /// Whether all Kustomizations of Flux get the name of the Namespace to apply everything in.
    names_targets: bool,
    /// The file that it stands in, where that is one of its own.
    file: Option<String>,
    pub(super) place: Place,
}

impl Replacement {
    pub(super) fn names_targets(&self) -> bool {
        self.names_targets
    }

    fn read(node: &Node<'_>, place: &Place) -> Self {
        let targets = node.items_of("targets");
        let told = targets.iter().filter(|one| matters(one));
        let told = told.map(|one| one.get("select").map_or_else(Target::default, Target::read));
        let file = node.get("path").and_then(Node::string).map(str::to_owned);
        Self {
            // What stands in a file that is not at hand may reach anything.
            targets: file.is_none().then(|| told.collect()),
            names_targets: is_name_of_namespace(node) && targets.iter().any(is_target_namespace),
            file,
            place: place.of(node),
        }
    }

    /// Returns what stands in its file instead, if that is among `files`.
    pub(super) fn opened(self, base: &str, files: &BTreeMap<String, Vec<Self>>) -> Vec<Self> {
        match self.file.as_ref().and_then(|path| files.get(&join(base, path))) {
            Some(found) => {
                let here = |one: &Self| Self { place: self.place.clone(), ..one.clone() };
                found.iter().map(here).collect()
            }
            None => vec![self],
        }
    }
}

/// Reads all replacements of a kustomization.
pub(super) fn read_replacements(root: &Node<'_>, place: &Place) -> Vec<Replacement> {
    root.items_of("replacements").iter().map(|node| Replacement::read(node, place)).collect()
}

/// Reads a file that kustomizations may name in their replacements: one, or a list of them.
pub(crate) fn read_replacement_file(root: &Node<'_>, place: &Place) -> Vec<Replacement> {
    let all = if root.is_mapping() { std::slice::from_ref(root) } else { root.items() };
    let is_one = |node: &&Node<'_>| {
        !node.items_of("targets").is_empty()
            && ["source", "sourceValue"].iter().any(|member| node.get(member).is_some())
    };
    all.iter().filter(is_one).map(|node| Replacement::read(node, place)).collect()
}

/// Tells whether what is copied is the name of a Namespace.
fn is_name_of_namespace(node: &Node<'_>) -> bool {
    let Some(source) = node.get("source") else { return false };
    let path = source.get("fieldPath").and_then(Node::scalar);
    source.get("kind").and_then(Node::scalar) == Some("Namespace")
        && path.is_none_or(|path| path == "metadata.name")
        && source.get("options").is_none()
}

/// Tells whether a target is where all Kustomizations of Flux say what they apply everything in.
fn is_target_namespace(target: &Node<'_>) -> bool {
    let select = target.get("select").map_or_else(Target::default, Target::read);
    let is_partial = |options: &Node<'_>| options.get("delimiter").is_some();
    texts(target, "fieldPaths").iter().any(|path| path == "spec.targetNamespace")
        && select.is_for_all("kustomize.toolkit.fluxcd.io", "Kustomization")
        && target.get("reject").is_none()
        && !target.get("options").is_some_and(is_partial)
}

/// Tells whether a target's fields have to do with what is pulled, and where.
fn matters(target: &Node<'_>) -> bool {
    let words = ["mage", "serviceAccount", "metadata.name", "volumes", "ontainers.*.name"];
    // A whole specification, list or container holds everything.
    let is_whole = |path: &str| {
        let ends = ["spec", "template", "jobTemplate", "ontainers"];
        let outer = path.rsplit_once('.').map_or("", |(outer, _)| outer);
        ends.iter().any(|end| path.ends_with(end)) || outer.ends_with("ontainers")
    };
    let is_told = |path: &String| words.iter().any(|word| path.contains(word)) || is_whole(path);
    texts(target, "fieldPaths").iter().any(is_told)
}
