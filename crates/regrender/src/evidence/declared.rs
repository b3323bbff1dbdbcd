//! What registries.toml declares, as the audit wants to hear it.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use regrender_audit::{Declared, DeclaredRegistry, RenderedPullSecret};
use regrender_config::{Access, Config, Credential, Registry, SourceKind};
use regrender_render::{PatchTarget, Placement};

use crate::error::Failure;
use crate::evidence::applied::Applied;
use crate::input::file::read_file;
use crate::plan::ground::{Ground, survey};
use crate::project::Project;
use crate::project::manifests::Manifests;
use crate::source::sealed::shows_value;
use crate::world::World;

/// Tells the audit what the clusters of these names declare, and which of it is applied beside which
/// manifests; none named means all.
///
/// What `manifests` has read already is not read again, if it is named from the same folder.
pub(crate) fn declared(
    project: &Project,
    clusters: &[String],
    manifests: &mut Manifests,
) -> Result<(Declared, Vec<Applied>), Failure> {
    let mut errors = Vec::new();
    let mut own = Manifests::of_report(&project.folder);
    // Kustomizations name files by relative paths, so a common base is needed.
    let is_shared = manifests.base() == project.folder;
    let manifests = if is_shared { manifests } else { &mut own };
    let grounds = survey(project, clusters, false, manifests, &mut errors);
    Failure::of_any(errors)?;
    let config = &project.config;
    let applied = grounds.iter().map(|ground| Applied::of(project, ground)).collect();
    let rendered = grounds.iter().flat_map(|ground| rendered(config, ground)).collect();
    let keys = |wanted: fn(&Registry) -> bool| -> Vec<String> {
        let registries = config.registries.iter().filter(|registry| wanted(registry));
        registries.flat_map(Registry::auth_keys).collect()
    };
    let declared = Declared {
        private: keys(|registry| {
            registry.sealed_credential().is_some() || registry.generator().is_some()
        }),
        anonymous: keys(|registry| matches!(registry.access, Access::Anonymous)),
        node_provided: keys(Registry::is_without_pull_secret),
        registries: config.registries.iter().map(named).collect(),
        pull_secrets: brought_together(rendered),
        clear_sources: Vec::new(),
        now: None,
    };
    Ok((declared, applied))
}

/// Lists the pull secrets of a cluster in each namespace.
fn rendered(config: &Config, ground: &Ground<'_>) -> Vec<RenderedPullSecret> {
    let mut rendered = Vec::new();
    let placements = Placement::of_cluster(config, ground.cluster, &ground.surroundings);
    for (namespace, placement) in &placements {
        for secret in &placement.secrets {
            let sealed = config.sealed_registries_of(secret);
            let (keys, names): (Vec<_>, Vec<_>) = sealed.flat_map(keys_and_names).unzip();
            let usernames = keys.iter().cloned().zip(names);
            let usernames = usernames.filter_map(|(key, name)| Some((key, name?))).collect();
            let secret = pull_secret(&secret.secret_name, keys, namespace, placement);
            rendered.push(RenderedPullSecret { usernames, ..secret });
        }
        for made in &placement.made {
            let keys = made.registry.auth_keys();
            rendered.push(pull_secret(&made.name, keys, namespace, placement));
        }
    }
    rendered
}

/// Lists the keys of a registry, each with its username if that stands in registries.toml.
fn keys_and_names(registry: &Registry) -> Vec<(String, Option<String>)> {
    let name = registry.sealed_credential().and_then(Credential::declared_username);
    registry.auth_keys().into_iter().map(|key| (key, name.map(str::to_owned))).collect()
}

/// A file that a secret is taken from as it stands in there.
pub(crate) struct ClearFile {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// What the secret is.
    pub(crate) what: String,
}

/// Lists the files that secrets are taken from as they stand in there.
pub(crate) fn clear_files(project: &Project, world: &World) -> Vec<ClearFile> {
    let config = &project.config;
    let passwords = config.registries.iter().filter_map(|registry| {
        let Some(Credential::Pair { password, .. }) = registry.credential() else {
            return None;
        };
        Some((password, format!("the password of registry `{}`", registry.name)))
    });
    let fingerprint_key =
        config.fingerprint_key.iter().map(|key| (key, String::from("the fingerprint key")));
    let of_vault = config.vault.auth.iter().filter_map(|auth| auth.secret());
    let of_vault = of_vault.map(|source| (source, String::from("what Vault is asked with")));
    let sources = passwords.chain(fingerprint_key).chain(of_vault);
    let files = sources.filter_map(|(source, what)| {
        let path = match &source.kind {
            SourceKind::File { path, .. } => world.resolve(&project.folder, path),
            SourceKind::Sops { path: name, key: Some(key), .. } => {
                let path = world.resolve(&project.folder, name);
                let bytes = read_file(&path).ok()?;
                let text = std::str::from_utf8(bytes.expose()).ok()?;
                shows_value(name, text, key).then_some(path)?
            }
            _ => return None,
        };
        Some(ClearFile { path, what })
    });
    files.collect()
}

fn named(registry: &Registry) -> DeclaredRegistry {
    DeclaredRegistry { name: registry.name.clone(), keys: registry.auth_keys() }
}

/// Makes one of those that several clusters have in a namespace of one name: which of the clusters a
/// manifest is for, nobody knows.
fn brought_together(rendered: Vec<RenderedPullSecret>) -> Vec<RenderedPullSecret> {
    let mut all: BTreeMap<(String, String), RenderedPullSecret> = BTreeMap::new();
    for one in rendered {
        match all.entry((one.namespace.clone(), one.name.clone())) {
            Entry::Vacant(place) => drop(place.insert(one)),
            Entry::Occupied(mut known) => {
                let known = known.get_mut();
                add(&mut known.keys, one.keys);
                known.usernames.extend(one.usernames);
                add(&mut known.service_accounts, one.service_accounts);
                add(&mut known.workloads, one.workloads);
            }
        }
    }
    all.into_values().collect()
}

fn add(known: &mut Vec<String>, more: Vec<String>) {
    for one in more {
        if !known.contains(&one) {
            known.push(one);
        }
    }
}

fn pull_secret(
    name: &str,
    keys: Vec<String>,
    namespace: &str,
    placement: &Placement<'_>,
) -> RenderedPullSecret {
    let has = |list: &Vec<String>| list.iter().any(|listed| listed == name);
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
    RenderedPullSecret {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        keys,
        usernames: BTreeMap::new(),
        service_accounts: accounts.into_iter().cloned().collect(),
        workloads,
    }
}
