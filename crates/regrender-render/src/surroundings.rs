//! What the repository around the output tree says, as far as rendering depends on it.

use std::collections::{BTreeMap, BTreeSet};

/// What the repository around the output tree says.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The namespaces of each pull secret, in order, by the name of the pull secret.
    pub namespaces: BTreeMap<String, Vec<String>>,
    /// The pull secrets of each account that other manifests declare, by namespace and name.
    pub declared_accounts: BTreeMap<(String, String), Vec<String>>,
    /// The account and the pull secrets of its own that each known workload has, by namespace, kind
    /// and name.
    pub workloads: BTreeMap<(String, String, String), DeclaredWorkload>,
    /// The names that accounts and workloads have in their manifests, where kustomize gives them
    /// another one, by namespace, kind and that other name.
    pub written_names: BTreeMap<(String, String, String), BTreeSet<String>>,
    /// The accounts and workloads, by namespace, kind and name, whose manifests all name that namespace.
    pub written_namespaces: BTreeSet<(String, String, String)>,
    /// Accounts, by namespace and name, that an earlier build wrote; the list of one that is not
    /// declared any more is emptied.
    pub written_accounts: BTreeSet<(String, String)>,
    /// The kustomizations that list all namespaces and that an earlier build wrote.
    pub written_roots: BTreeSet<String>,
    /// Path of the output folder from the top of the Git repository, with `/`.
    pub repository_path: String,
}

/// What the manifests say of a workload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeclaredWorkload {
    /// The account its pods run under, if they name one.
    pub service_account: Option<String>,
    /// The pull secrets its pods name.
    pub pull_secrets: Vec<String>,
    /// What those on the list of its account are called in the cluster, by the names on the list, where
    /// kustomize does not rename them here along with the account's.
    pub renamed: BTreeMap<String, String>,
}
