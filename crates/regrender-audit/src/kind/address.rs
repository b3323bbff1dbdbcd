//! Knows where an object comes to be in a cluster.

use super::{Rendering, Secret, ServiceAccount, Workload};

/// Where an object comes to be, and what the tree that puts it there makes of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Address<'i> {
    pub(crate) namespace: Option<&'i str>,
    pub(crate) name: &'i str,
    /// None where it is applied as it is written.
    pub(crate) tree: Option<&'i Rendering>,
}

impl<'i> Address<'i> {
    /// Lists those of an object: one for each tree, or the one that it has as written.
    fn all(
        namespace: Option<&'i str>,
        name: &'i str,
        renderings: &'i [Rendering],
    ) -> impl Iterator<Item = Self> {
        let own = renderings.is_empty().then_some(Self { namespace, name, tree: None });
        let in_tree = |tree: &'i Rendering| Self {
            namespace: tree.namespace.as_deref(),
            name: &tree.name,
            tree: Some(tree),
        };
        own.into_iter().chain(renderings.iter().map(in_tree))
    }
}

impl ServiceAccount {
    /// Lists where it comes to be.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = Address<'_>> {
        Address::all(self.namespace.as_deref(), &self.name, &self.renderings)
    }
}

impl Secret {
    /// Lists where it comes to be.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = Address<'_>> {
        Address::all(self.namespace.as_deref(), &self.name, &self.renderings)
    }
}

impl Workload {
    /// Lists where it comes to be.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = Address<'_>> {
        Address::all(self.namespace.as_deref(), &self.name, &self.renderings)
    }
}
