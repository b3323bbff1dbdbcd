//! A service account or workload that a build patched, and that is lost with a manifest nobody can
//! read.
//!
//! It would otherwise look as if it were declared nowhere: the build would write a whole account in
//! the place of the patch, and take the pull secrets that the manifest names off the list.

use std::collections::BTreeMap;

use regrender_audit::Inventory;
use regrender_config::Cluster;
use regrender_render::{PatchTarget, Surroundings};

use crate::error::CliError;
use crate::output_folder::OutputFolder;
use crate::project::Project;
use crate::project::unread_manifest::{self, Lost};

/// The kind of accounts.
const ACCOUNT: &str = "ServiceAccount";

/// Tells of the manifests that cannot be read and could be those of what was patched.
pub(crate) fn errors(
    project: &Project,
    cluster: &Cluster,
    inventory: &Inventory,
    folder: &OutputFolder,
    surroundings: &Surroundings,
) -> Vec<CliError> {
    if inventory.unreadable().is_empty() {
        return Vec::new();
    }
    let mut lost = BTreeMap::new();
    let is_patched =
        |namespace: &str, target: PatchTarget| folder.files.contains(&target.path(namespace));
    for secret in project.config.secrets_of(cluster) {
        for namespace in surroundings.namespaces.get(&secret.name).into_iter().flatten() {
            for account in &secret.service_accounts {
                let key = (namespace.clone(), account.clone());
                if !surroundings.declared_accounts.contains_key(&key)
                    && is_patched(namespace, PatchTarget::Account(account.clone()))
                {
                    let shown = format!("{ACCOUNT} {namespace}/{account}");
                    lost.insert(shown, (ACCOUNT.to_owned(), None));
                }
            }
            for workload in &secret.workloads {
                let (kind, name) = (&workload.kind, &workload.name);
                let key = (namespace.clone(), kind.clone(), name.clone());
                if !surroundings.workloads.contains_key(&key)
                    && is_patched(namespace, PatchTarget::Workload(workload.clone()))
                {
                    // Unlike an account's, its patch is there without a manifest, too.
                    let shown = format!("{kind} {namespace}/{name}");
                    lost.insert(shown, (kind.clone(), Some(name.clone())));
                }
            }
        }
    }
    let lost = lost.into_iter().map(|(shown, (kind, name))| Lost { shown, kind, name });
    unread_manifest::errors(project, inventory, &lost.collect::<Vec<Lost>>())
}
