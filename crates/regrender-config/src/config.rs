//! All that a registries.toml says, valid.

use crate::{Cluster, PullSecret, Registry, Source};

/// All that a registries.toml says. Whoever holds one need not check it again.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to deploy to: the declared clusters by name, or one without a name.
    pub clusters: Vec<Cluster>,
    /// The registries, by name.
    pub registries: Vec<Registry>,
    /// The pull secrets, by name.
    pub secrets: Vec<PullSecret>,
    /// Where the key of the fingerprints comes from.
    pub fingerprint_key: Option<Source>,
}

impl Config {
    /// Returns the registry of that name.
    #[must_use]
    pub fn registry(&self, name: &str) -> Option<&Registry> {
        self.registries.iter().find(|registry| registry.name == name)
    }

    /// Lists the pull secrets that land in `cluster`, by name.
    pub fn secrets_of(&self, cluster: &Cluster) -> impl Iterator<Item = &PullSecret> {
        let name = cluster.name.clone();
        self.secrets.iter().filter(move |secret| secret.lands_in(name.as_deref()))
    }
}
