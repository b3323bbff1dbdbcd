//! A pull secret: declared once, lands in many namespaces.

use std::collections::BTreeMap;

use regrender_diagnostic::Span;

use crate::{Registry, Workload};

/// A Secret of type `kubernetes.io/dockerconfigjson`.
#[derive(Clone, Debug)]
pub struct PullSecret {
    /// Its name in the file.
    pub name: String,
    /// The name of its Secrets in Kubernetes.
    pub secret_name: String,
    /// Names of its registries: at least one, each declared, at least one with a credential.
    pub registries: Vec<String>,
    /// Where it lands.
    pub namespaces: Namespaces,
    /// Accounts whose pods pull with it.
    pub service_accounts: Vec<String>,
    /// Names that stand in the lists of those accounts already and stay there.
    pub keep: Vec<String>,
    /// Workloads that name it themselves.
    pub workloads: Vec<Workload>,
    /// Labels of the Secret.
    pub labels: BTreeMap<String, String>,
    /// Annotations of the Secret.
    pub annotations: BTreeMap<String, String>,
    /// The clusters it lands in; none means all.
    pub clusters: Option<Vec<String>>,
    /// Where it is declared.
    pub span: Span,
}

/// Where a pull secret lands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Namespaces {
    /// In these.
    Listed(Vec<String>),
    /// In those that the inventory declares with these labels.
    Inventory {
        /// What their labels must say.
        labels: BTreeMap<String, String>,
    },
}

impl PullSecret {
    /// Returns the name of the Secret that External Secrets makes for it from a registry.
    #[must_use]
    pub fn made_name(&self, registry: &Registry) -> String {
        made_name(&self.secret_name, &registry.name)
    }

    /// Says whether it lands in the cluster of that name.
    #[must_use]
    pub fn lands_in(&self, cluster: Option<&str>) -> bool {
        match (&self.clusters, cluster) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(names), Some(cluster)) => names.iter().any(|name| name == cluster),
        }
    }

    /// Says whether it lands in a namespace that the other one lands in, as far as the file tells:
    /// what the inventory declares is not known here.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        let share =
            |ours: &[String], theirs: &[String]| ours.iter().any(|name| theirs.contains(name));
        let is_in_one_cluster = match (&self.clusters, &other.clusters) {
            (Some(ours), Some(theirs)) => share(ours, theirs),
            _ => true,
        };
        let is_in_one_namespace = match (&self.namespaces, &other.namespaces) {
            (Namespaces::Listed(ours), Namespaces::Listed(theirs)) => share(ours, theirs),
            (ours, theirs) => ours == theirs,
        };
        is_in_one_cluster && is_in_one_namespace
    }
}

/// Returns the name of the Secret that External Secrets makes.
pub(crate) fn made_name(secret: &str, registry: &str) -> String {
    format!("{secret}-{registry}")
}
