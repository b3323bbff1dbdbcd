//! Knows what is kept of a ServiceAccount.

use std::sync::Arc;

use super::{Metadata, Rendering, Source, Workload};
use crate::kustomization::Written;
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
    /// Returns what it is.
    pub(super) fn written(&self) -> Written<'_> {
        Written {
            kind: ACCOUNT,
            api_version: "v1",
            namespace: self.namespace.as_deref(),
            name: &self.name,
        }
    }

    /// Returns what a patch for the account changes, in the form that patches of workloads have.
    pub(super) fn as_part(&self) -> Workload {
        let pull_secrets = self.pull_secrets.clone();
        Workload { pull_secrets, ..Workload::new(self.written(), Source::Core, &self.place) }
    }
}
