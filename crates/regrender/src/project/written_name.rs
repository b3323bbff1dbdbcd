//! The name that an account or a workload has in its manifest, where kustomize gives it another one.

use std::collections::{BTreeMap, BTreeSet};

use regrender_audit::{Inventory, Rendering};
use regrender_config::Cluster;
use regrender_render::Surroundings;

use crate::project::Project;

/// The kind of accounts.
pub(super) const ACCOUNT: &str = "ServiceAccount";

/// Lists what accounts and workloads are called in their manifests, where kustomize calls them
/// something else, by namespace, kind and that other name.
///
/// A name that something else of that kind has in the same namespace is not listed: it would stand for
/// both.
pub(crate) fn all(inventory: &Inventory) -> BTreeMap<(String, String, String), BTreeSet<String>> {
    let accounts = inventory
        .service_accounts()
        .map(|account| (ACCOUNT, &account.written_name, &account.renderings));
    let workloads = inventory
        .workloads()
        .map(|workload| (workload.kind.as_str(), &workload.written_name, &workload.renderings));
    let mut all = Vec::new();
    for (kind, written_name, renderings) in accounts.chain(workloads) {
        for Rendering { namespace, name, .. } in renderings {
            all.extend(namespace.as_ref().map(|namespace| (namespace, kind, name, written_name)));
        }
    }
    all.sort_unstable();
    let mut names: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for group in all.chunk_by(|one, next| (one.0, one.1) == (next.0, next.1)) {
        let is_shared = |called: &String, of: &String| {
            group
                .iter()
                .any(|(_, _, name, written)| *name != of && (*name == called || *written == called))
        };
        for (namespace, kind, name, written) in group {
            if written != name && !is_shared(written, name) {
                let key = ((*namespace).clone(), (*kind).to_owned(), (*name).clone());
                names.entry(key).or_default().insert((*written).clone());
            }
        }
    }
    // What keeps its name in another tree is called that, too.
    for (namespace, kind, name, written) in all {
        let key = (namespace.clone(), kind.to_owned(), name.clone());
        if written == name
            && let Some(names) = names.get_mut(&key)
        {
            names.insert(written.clone());
        }
    }
    names
}

/// Says which accounts are declared by the name in their manifest, though kustomize gives them another
/// one: the build would make an account that no pod runs under.
pub(crate) fn warnings(
    project: &Project,
    cluster: &Cluster,
    surroundings: &Surroundings,
) -> BTreeSet<String> {
    let mut warnings = BTreeSet::new();
    for ((namespace, kind, name), written) in &surroundings.written_names {
        for account in written.iter().filter(|_| kind == ACCOUNT) {
            let is_declared = project.config.secrets_of(cluster).any(|secret| {
                let namespaces = surroundings.namespaces.get(&secret.name);
                secret.service_accounts.contains(account)
                    && namespaces.is_some_and(|list| list.contains(namespace))
            });
            let key = (namespace.clone(), account.clone());
            if is_declared && !surroundings.declared_accounts.contains_key(&key) {
                warnings.insert(format!(
                    "kustomize calls the service account `{account}` of `{namespace}` `{name}`: \
                     declare it by that name; the build makes another account `{account}`"
                ));
            }
        }
    }
    warnings
}
