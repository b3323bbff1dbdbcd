//! Knows what is kept of a ServiceAccount.

use std::sync::Arc;

use super::{Header, Metadata, Rendering, Source, Workload, Written, pod};
use crate::manifest::Node;
use crate::place::Place;

/// The kind of one.
pub(crate) const ACCOUNT: &str = "ServiceAccount";

/// A ServiceAccount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceAccount {
    /// Its namespace, where the repository determines one.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// Its name as written, before any tree renames it.
    pub written_name: String,
    /// Whether its manifest names its namespace, and every tree leaves it there.
    pub names_namespace: bool,
    /// The names in `imagePullSecrets`; an entry without a name is an empty one.
    pub pull_secrets: Vec<String>,
    /// The names in `secrets`.
    pub mountable_secrets: Vec<String>,
    /// Its labels and annotations.
    pub metadata: Arc<Metadata>,
    /// Where it is declared.
    pub place: Place,
    /// What becomes of it in each tree that lists its file.
    pub renderings: Vec<Rendering>,
}

impl ServiceAccount {
    /// Reads one.
    pub(crate) fn read(root: &Node<'_>, header: Header) -> Self {
        Self {
            names_namespace: header.namespace.is_some(),
            namespace: header.namespace,
            written_name: header.name.clone(),
            name: header.name,
            pull_secrets: pod::reference_names(root.get("imagePullSecrets")),
            mountable_secrets: pod::reference_names(root.get("secrets")),
            metadata: header.metadata,
            place: header.place,
            renderings: Vec::new(),
        }
    }

    /// Returns what it is.
    pub(crate) fn written(&self) -> Written<'_> {
        Written {
            kind: ACCOUNT,
            api_version: "v1",
            namespace: self.namespace.as_deref(),
            name: &self.name,
        }
    }

    /// Returns what a patch for the account changes, in the form that patches of workloads have.
    pub(crate) fn as_part(&self) -> Workload {
        let pull_secrets = self.pull_secrets.clone();
        Workload { pull_secrets, ..Workload::new(self.written(), Source::Core, &self.place) }
    }
}
