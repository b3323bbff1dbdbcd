//! All that a registries.toml says, valid.

use std::collections::BTreeSet;
use std::iter;

use crate::{Cluster, PullSecret, Registry, Source, Vault};

/// All that a registries.toml says. Whoever holds one need not check it again.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to deploy to: the declared clusters by name, or one without a name.
    pub clusters: Vec<Cluster>,
    /// The registries, by name.
    pub registries: Vec<Registry>,
    /// The pull secrets, by the names of their Secrets.
    pub secrets: Vec<PullSecret>,
    /// Where the key of the fingerprints comes from.
    pub fingerprint_key: Option<Source>,
    /// The Vault that sources are read from.
    pub vault: Vault,
}

impl Config {
    /// Returns the registry of that name.
    #[must_use]
    pub fn registry(&self, name: &str) -> Option<&Registry> {
        self.registries.iter().find(|registry| registry.name == name)
    }

    /// Lists the registries of a pull secret, in its order.
    pub fn registries_of<'c>(
        &'c self,
        secret: &'c PullSecret,
    ) -> impl Iterator<Item = &'c Registry> {
        secret.registries.iter().filter_map(|name| self.registry(name))
    }

    /// Lists those of them whose credentials are sealed.
    pub fn sealed_registries_of<'c>(
        &'c self,
        secret: &'c PullSecret,
    ) -> impl Iterator<Item = &'c Registry> {
        self.registries_of(secret).filter(|registry| registry.sealed_credential().is_some())
    }

    /// Says whether a Secret is sealed for a pull secret; one whose tokens are all made elsewhere
    /// has none.
    #[must_use]
    pub fn is_sealed(&self, secret: &PullSecret) -> bool {
        self.sealed_registries_of(secret).next().is_some()
    }

    /// Lists the names of the Secrets that a pull secret comes as: its own, and those that External
    /// Secrets makes.
    #[must_use]
    pub fn secret_names(&self, secret: &PullSecret) -> Vec<String> {
        let made = self.registries_of(secret).filter(|registry| registry.generator().is_some());
        let made = made.map(|registry| secret.made_name(registry));
        iter::once(secret.secret_name.clone()).chain(made).collect()
    }

    /// Lists the registries that the pull secrets of `cluster` name, by name.
    pub fn registries_in(&self, cluster: &Cluster) -> impl Iterator<Item = &Registry> {
        let secrets = self.secrets_of(cluster);
        let named: BTreeSet<&String> = secrets.flat_map(|secret| &secret.registries).collect();
        self.registries.iter().filter(move |registry| named.contains(&registry.name))
    }

    /// Lists the pull secrets that land in `cluster`, by the names of their Secrets.
    pub fn secrets_of(&self, cluster: &Cluster) -> impl Iterator<Item = &PullSecret> {
        let name = cluster.name.clone();
        self.secrets.iter().filter(move |secret| secret.lands_in(name.as_deref()))
    }
}
