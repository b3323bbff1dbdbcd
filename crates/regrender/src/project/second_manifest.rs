//! Secrets of manifests that have the name of a pull secret, in a namespace that it lands in.
//!
//! They are there when hand-made Secrets have been imported. Whoever applies both trees writes now
//! one, now the other into the cluster.

use std::collections::{BTreeMap, BTreeSet};

use regrender_audit::{Inventory, Secret};
use regrender_config::Cluster;
use regrender_render::Surroundings;

use crate::enumeration::in_a_sentence;
use crate::project::Project;

/// Tells of the manifests that must go when the tree of the build is applied.
pub(crate) fn warnings(
    project: &Project,
    cluster: &Cluster,
    inventory: &Inventory,
    surroundings: &Surroundings,
) -> BTreeSet<String> {
    let mut files: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for secret in inventory.secrets().filter(|secret| secret.is_whole()) {
        for (namespace, name) in addresses(secret) {
            files.entry((namespace, name)).or_default().insert(&secret.place.file);
        }
    }
    let mut warnings = BTreeSet::new();
    if files.is_empty() {
        return warnings;
    }
    let secrets = project.config.secrets_of(cluster);
    for secret in secrets.filter(|secret| project.config.is_sealed(secret)) {
        let namespaces = surroundings.namespaces.get(&secret.name).into_iter().flatten();
        let found: BTreeSet<&str> = namespaces
            .filter_map(|namespace| files.get(&(namespace.as_str(), secret.secret_name.as_str())))
            .flatten()
            .copied()
            .collect();
        if !found.is_empty() {
            let found: Vec<&str> = found.into_iter().collect();
            let (declare, what) = if found.len() == 1 {
                ("declares", "that manifest")
            } else {
                ("declare", "those manifests")
            };
            warnings.insert(format!(
                "{} {declare} the pull secret `{}` too, and what is applied last counts: remove \
                 {what} when the output folder is applied",
                in_a_sentence(&found),
                secret.secret_name
            ));
        }
    }
    warnings
}

/// Lists namespace and name of what becomes of it: as written, or in each tree.
fn addresses(secret: &Secret) -> impl Iterator<Item = (&str, &str)> {
    let written = secret.renderings.is_empty().then_some((&secret.namespace, &secret.name));
    let rendered = secret.renderings.iter().map(|one| (&one.namespace, &one.name));
    let all = written.into_iter().chain(rendered);
    all.filter_map(|(namespace, name)| Some((namespace.as_deref()?, name.as_str())))
}
