//! Knows what an object means by a name: kustomize renames references along with what they name.

use std::collections::{BTreeMap, BTreeSet};

use crate::kind::{ACCOUNT, Rendering, is_core};
use crate::subject::Subject;

/// An object that refers to others by name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Referrer<'r> {
    pub(crate) kind: &'r str,
    pub(crate) root: Option<&'r str>,
    pub(crate) namespace: Option<&'r str>,
    pub(crate) name: &'r str,
}

impl<'r> Referrer<'r> {
    pub(super) fn of(subject: &'r Subject<'_>) -> Self {
        Self {
            kind: &subject.workload.kind,
            root: subject.root.as_deref(),
            namespace: subject.namespace.as_deref(),
            name: &subject.name,
        }
    }

    /// Tells whether kustomize renames the Secrets in its list along with these.
    pub(super) fn follows_secrets(&self) -> bool {
        self.kind == ACCOUNT || is_core(self.kind) && self.kind != "ReplicationController"
    }

    /// Tells whether kustomize renames its account along with that.
    pub(super) fn follows_accounts(&self) -> bool {
        is_core(self.kind) && !matches!(self.kind, "ReplicaSet" | "PodTemplate")
    }

    /// Finds what it means by a name: of several the one that got the same prefix and suffix.
    pub(super) fn find<'i>(
        &self,
        in_trees: &InTrees<'i>,
        name: &str,
    ) -> Option<(usize, &'i Rendering)> {
        let found = in_trees.0.get(&(self.root?, space(self.namespace), name))?;
        let closeness = |rendering: &Rendering| {
            let (prefix, suffix) = rendering.name.split_once(name)?;
            let is_same = self.name.starts_with(prefix) && self.name.ends_with(suffix);
            is_same.then_some(prefix.len() + suffix.len())
        };
        found.iter().rev().max_by_key(|(_, rendering)| closeness(rendering)).copied()
    }
}

/// Objects of trees: positions in the inventory, and what becomes of the object, by each name that it
/// has on the way.
#[derive(Default)]
pub(super) struct InTrees<'i>(BTreeMap<Name<'i>, Vec<(usize, &'i Rendering)>>);

/// A tree, a namespace in it, and a name.
type Name<'i> = (&'i str, &'i str, &'i str);

/// What names no namespace is in `default`, for kustomize.
fn space(namespace: Option<&str>) -> &str {
    namespace.unwrap_or("default")
}

impl<'i> InTrees<'i> {
    /// Adds an object of a tree, by each of its names; by the one that is written wherever it is not
    /// renamed.
    pub(super) fn add(&mut self, written: &'i str, position: usize, tree: &'i Rendering) {
        let mut names: BTreeSet<&str> = tree.earlier_names.iter().map(String::as_str).collect();
        names.insert(written);
        for root in tree.roots() {
            for name in &names {
                let key = (root, space(tree.namespace.as_deref()), *name);
                self.0.entry(key).or_default().push((position, tree));
            }
        }
    }
}
