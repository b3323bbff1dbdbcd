//! One document: what stands above it, and its mapping.

use crate::node::{Mapping, Node};

/// A document: a mapping, and the comment lines that stand above it in the file.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// The lines above the mapping, each without the number sign that begins it.
    pub header: Vec<String>,
    /// What the document says.
    pub root: Mapping,
}

impl Document {
    /// Makes a document without a header.
    #[must_use]
    pub fn new(root: Mapping) -> Self {
        Self { header: Vec::new(), root }
    }

    /// Returns the node that a path of keys leads to.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.root.get(first)?, |node, key| node.as_mapping()?.get(key))
    }
}
