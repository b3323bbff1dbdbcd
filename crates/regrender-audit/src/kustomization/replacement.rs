//! Knows the `replacements:` of a kustomization, as far as to say what they reach.

use super::patch::Target;
use super::texts;
use crate::manifest::Node;
use crate::place::Place;

/// Values that are copied from one object into others.
#[derive(Clone, Debug)]
pub(super) struct Replacement {
    /// Whom they reach, where that matters for what is pulled; `None` for all that there is.
    pub(super) targets: Option<Vec<Target>>,
    pub(super) place: Place,
}

/// Reads all replacements of a kustomization.
pub(super) fn read_replacements(root: &Node<'_>, place: &Place) -> Vec<Replacement> {
    let read = |node: &Node<'_>| {
        let targets = node.items_of("targets").iter().filter(|one| matters(one));
        let targets = targets.map(|one| one.get("select").map_or_else(Target::any, Target::read));
        // What stands in a file of its own may reach anything.
        let targets = node.get("path").is_none().then(|| targets.collect());
        Replacement { targets, place: place.of(node) }
    };
    root.items_of("replacements").iter().map(read).collect()
}

/// Tells whether a target's fields have to do with what is pulled, and where.
fn matters(target: &Node<'_>) -> bool {
    let words = ["mage", "serviceAccount", "metadata.name", "volumes", "ontainers.*.name"];
    let is_told = |path: &String| words.iter().any(|word| path.contains(word));
    texts(target, "fieldPaths").iter().any(is_told)
}
