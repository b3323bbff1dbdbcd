//! A service account or workload that a build patched, and that is lost with a manifest nobody can
//! read.
//!
//! It would otherwise look as if it were declared nowhere: the build would write a whole account in
//! the place of the patch, and take the pull secrets that the manifest names off the list.

use std::collections::{BTreeMap, BTreeSet};

use regrender_audit::Inventory;
use regrender_config::Cluster;
use regrender_render::{PatchTarget, Surroundings, account_of_path};

use crate::error::CliError;
use crate::output_folder::OutputFolder;
use crate::project::Project;
use crate::project::unread_manifest::{self, Lost, Unread};

/// The kind of accounts.
const ACCOUNT: &str = "ServiceAccount";

/// Tells of the manifests that cannot be read, or are not there, and could be those of what was patched.
pub(crate) fn errors(
    project: &Project,
    cluster: &Cluster,
    unread: Unread<'_>,
    folder: &OutputFolder,
    surroundings: &Surroundings,
) -> Vec<CliError> {
    if unread.is_empty() {
        return Vec::new();
    }
    let is_patched =
        |namespace: &str, target: &PatchTarget| folder.files.contains(&target.path(namespace));
    let mut lost = undeclared(project, cluster, surroundings, is_patched);
    for account in lost.iter_mut().filter(|one| one.kind == ACCOUNT) {
        // It may stand there without the prefix that kustomize gives it. The patch of a workload, in
        // contrast, is there without a manifest, too.
        account.name = None;
    }
    unread_manifest::errors(project, unread, &lost)
}

/// Tells of those that could be the manifests of accounts which no build has written or patched yet.
pub(crate) fn warnings(
    project: &Project,
    cluster: &Cluster,
    inventory: &Inventory,
    folder: &OutputFolder,
    surroundings: &Surroundings,
) -> Vec<String> {
    if inventory.unreadable().is_empty() {
        return Vec::new();
    }
    let written: BTreeSet<(&str, &str)> =
        folder.files.iter().filter_map(|path| account_of_path(path)).collect();
    let is_new = |namespace: &str, target: &PatchTarget| match target {
        PatchTarget::Account(name) => {
            !written.contains(&(namespace, name.as_str()))
                && !folder.files.contains(&target.path(namespace))
        }
        PatchTarget::Workload(_) => false,
    };
    let new = undeclared(project, cluster, surroundings, is_new);
    unread_manifest::warnings(project, inventory, &new)
}

/// Lists what registries.toml names, no manifest declares, and `is_asked` wants to hear of.
fn undeclared(
    project: &Project,
    cluster: &Cluster,
    surroundings: &Surroundings,
    is_asked: impl Fn(&str, &PatchTarget) -> bool,
) -> Vec<Lost> {
    let mut lost = BTreeMap::new();
    for secret in project.config.secrets_of(cluster) {
        let accounts = secret.service_accounts.iter().cloned().map(PatchTarget::Account);
        let workloads = secret.workloads.iter().cloned().map(PatchTarget::Workload);
        let targets: Vec<PatchTarget> = accounts.chain(workloads).collect();
        for namespace in surroundings.namespaces.get(&secret.name).into_iter().flatten() {
            for target in &targets {
                if !is_declared(namespace, target, surroundings) && is_asked(namespace, target) {
                    let (kind, name) = target.address();
                    let shown = format!("{kind} {namespace}/{name}");
                    lost.insert(shown, (kind.to_owned(), name.to_owned()));
                }
            }
        }
    }
    let lost = lost.into_iter();
    lost.map(|(shown, (kind, name))| Lost { shown, kind, name: Some(name) }).collect()
}

fn is_declared(namespace: &str, target: &PatchTarget, surroundings: &Surroundings) -> bool {
    let namespace = namespace.to_owned();
    match target {
        PatchTarget::Account(name) => {
            surroundings.declared_accounts.contains_key(&(namespace, name.clone()))
        }
        PatchTarget::Workload(workload) => {
            let key = (namespace, workload.kind.clone(), workload.name.clone());
            surroundings.workloads.contains_key(&key)
        }
    }
}
