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
        let targets =
            targets.map(|one| one.get("select").map_or_else(Target::default, Target::read));
        // What stands in a file of its own may reach anything.
        let targets = node.get("path").is_none().then(|| targets.collect());
        Replacement { targets, place: place.of(node) }
    };
    root.items_of("replacements").iter().map(read).collect()
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
