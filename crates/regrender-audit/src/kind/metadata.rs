//! Knows the labels and annotations of an object, by which others choose it, and whose it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::manifest::Node;

/// The whole object once more, as `kubectl apply` leaves it behind.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Labels and annotations of an object, and whose it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
    /// Whether an API server answered with it: it bears the number that only that gives.
    pub is_live: bool,
    /// The kind of the object that owns it: the first in its `ownerReferences`.
    pub owner: Option<String>,
}

impl Metadata {
    /// Reads those of an object.
    pub(super) fn read(root: &Node<'_>) -> Arc<Self> {
        let Some(metadata) = root.get("metadata") else {
            return Arc::default();
        };
        let texts = |name: &str| metadata.get(name).map(Node::texts).unwrap_or_default();
        let mut annotations = texts("annotations");
        annotations.remove(LAST_APPLIED);
        let is_live = metadata.get("uid").is_some();
        let owner = metadata.items_of("ownerReferences").first().and_then(|one| one.get("kind"));
        let owner = owner.and_then(Node::string).map(str::to_owned);
        Arc::new(Self { labels: texts("labels"), annotations, is_live, owner })
    }
}
