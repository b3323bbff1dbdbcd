//! The namespace that accounts and workloads have in their manifests.

use std::collections::BTreeSet;

use regrender_audit::Inventory;

use crate::project::written_name::ACCOUNT;

/// Lists the accounts and workloads whose manifests all name the namespace that they are in, by that
/// namespace, kind and name.
///
/// What a kustomization puts there is not listed, nor what has the name of something that nothing puts
/// anywhere: that may be in each of them.
pub(crate) fn all(inventory: &Inventory) -> BTreeSet<(String, String, String)> {
    let accounts = inventory.service_accounts().map(|one| {
        let own = (&one.namespace, &one.name);
        (ACCOUNT, own, &one.written_name, one.names_namespace, &one.renderings)
    });
    let workloads = inventory.workloads().map(|one| {
        let own = (&one.namespace, &one.name);
        (one.kind.as_str(), own, &one.written_name, one.names_namespace, &one.renderings)
    });
    let mut all = Vec::new();
    for (kind, own, written_name, names_namespace, renderings) in accounts.chain(workloads) {
        let own = renderings.is_empty().then_some(own);
        let trees = renderings.iter().map(|tree| (&tree.namespace, &tree.name));
        for (namespace, name) in own.into_iter().chain(trees) {
            all.push((kind, name, namespace, names_namespace));
            all.push((kind, written_name, namespace, names_namespace));
        }
    }
    all.sort_unstable();
    let mut named = BTreeSet::new();
    for of_name in all.chunk_by(|one, next| (one.0, one.1) == (next.0, next.1)) {
        if of_name.iter().any(|(_, _, namespace, _)| namespace.is_none()) {
            continue;
        }
        for group in of_name.chunk_by(|one, next| one.2 == next.2) {
            if let [(kind, name, Some(namespace), _), ..] = group
                && group.iter().all(|(_, _, _, names_namespace)| *names_namespace)
            {
                named.insert((namespace.clone(), (*kind).to_owned(), (*name).clone()));
            }
        }
    }
    named
}
