//! What registries.toml declares, as the audit wants to hear it.

use std::collections::BTreeSet;

use regrender_audit::{Declared, RenderedPullSecret};
use regrender_config::{Access, Config, PullSecret, Registry};
use regrender_render::{PatchTarget, Placement};

use crate::error::Failure;
use crate::manifests::Manifests;
use crate::planner;
use crate::project::Project;

/// Tells the audit what the clusters of these names declare; none named means all.
///
/// What `manifests` has read already is not read again, if it is named from the same folder.
pub(crate) fn declared(
    project: &Project,
    clusters: &[String],
    manifests: &mut Manifests,
) -> Result<Declared, Failure> {
    let mut errors = Vec::new();
    let mut own = Manifests::of_report(&project.folder);
    // Kustomizations name files by relative paths, so a common base is needed.
    let is_shared = manifests.base() == project.folder;
    let manifests = if is_shared { manifests } else { &mut own };
    let grounds = planner::survey(project, clusters, false, manifests, &mut errors);
    if !errors.is_empty() {
        return Err(Failure(errors));
    }
    let config = &project.config;
    let mut rendered = Vec::new();
    for ground in &grounds {
        let placements = Placement::of_cluster(config, ground.cluster, &ground.surroundings);
        for (namespace, placement) in &placements {
            let secrets = placement.secrets.iter();
            rendered
                .extend(secrets.map(|secret| pull_secret(config, secret, namespace, placement)));
        }
    }
    let keys = |wanted: fn(&Registry) -> bool| -> Vec<String> {
        let registries = config.registries.iter().filter(|registry| wanted(registry));
        registries.flat_map(Registry::auth_keys).collect()
    };
    Ok(Declared {
        private: keys(|registry| matches!(registry.access, Access::Credential(_))),
        anonymous: keys(|registry| matches!(registry.access, Access::Anonymous)),
        node_provided: Vec::new(),
        pull_secrets: rendered,
    })
}

fn pull_secret(
    config: &Config,
    secret: &PullSecret,
    namespace: &str,
    placement: &Placement<'_>,
) -> RenderedPullSecret {
    let has = |list: &Vec<String>| list.contains(&secret.name);
    let mut accounts: BTreeSet<&String> = placement
        .accounts
        .iter()
        .filter(|(_, list)| has(list))
        .map(|(account, _)| account)
        .collect();
    let mut workloads = Vec::new();
    for patch in placement.patches.values().filter(|patch| has(&patch.pull_secrets)) {
        match &patch.target {
            PatchTarget::Account(account) => drop(accounts.insert(account)),
            PatchTarget::Workload(workload) => {
                workloads.push(format!("{}/{}", workload.kind, workload.name));
            }
        }
    }
    let registries = secret.registries.iter().filter_map(|name| config.registry(name));
    RenderedPullSecret {
        namespace: namespace.to_owned(),
        name: secret.name.clone(),
        keys: registries
            .filter(|registry| matches!(registry.access, Access::Credential(_)))
            .flat_map(Registry::auth_keys)
            .collect(),
        service_accounts: accounts.into_iter().cloned().collect(),
        workloads,
    }
}
