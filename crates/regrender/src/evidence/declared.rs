//! What registries.toml declares, as the audit wants to hear it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use regrender_audit::{
    AccountProvided, Declared, DeclaredRegistry, RenderedList, RenderedPullSecret,
};
use regrender_config::{Access, Config, Credential, Registry, RegistryKind, SourceKind};
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
/// Components of patches that nothing takes are told. What `manifests` has read already is not read
/// again, if it is named from the same folder.
pub(crate) fn declared(
    project: &Project,
    clusters: &[String],
    manifests: &mut Manifests,
    world: &mut World,
) -> Result<(Declared, Vec<Applied>), Failure> {
    let mut errors = Vec::new();
    let mut own = Manifests::of_report(&project.folder);
    // Kustomizations name files by relative paths, so a common base is needed.
    let is_shared = manifests.base() == project.folder;
    let manifests = if is_shared { manifests } else { &mut own };
    let grounds = survey(project, clusters, false, manifests, &mut errors);
    Failure::of_any(errors)?;
    for ground in &grounds {
        world.warn_of(ground.warnings.iter().cloned());
    }
    let config = &project.config;
    let applied = grounds.iter().map(|ground| Applied::of(project, ground)).collect();
    let of_cluster =
        |ground: &Ground<'_>| Placement::of_cluster(config, ground.cluster, &ground.surroundings);
    let placements: Vec<_> = grounds.iter().flat_map(of_cluster).collect();
    let keys = |wanted: fn(&Registry) -> bool| -> Vec<String> {
        let registries = config.registries.iter().filter(|registry| wanted(registry));
        registries.flat_map(Registry::auth_keys).collect()
    };
    let declared = Declared {
        private: keys(|registry| {
            registry.sealed_credential().is_some() || registry.generator().is_some()
        }),
        anonymous: keys(|registry| matches!(registry.access, Access::Anonymous)),
        node_provided: keys(Registry::is_of_nodes),
        account_provided: of_accounts(config, &placements),
        registries: config.registries.iter().map(named).collect(),
        pull_secrets: rendered(config, &placements),
        lists: lists(&placements),
        clear_sources: Vec::new(),
        now: None,
    };
    Ok((declared, applied))
}

/// Lists which accounts pull from registries as themselves.
fn of_accounts(config: &Config, placements: &[(String, Placement<'_>)]) -> Vec<AccountProvided> {
    let registries = config.registries.iter().filter(|registry| registry.is_of_accounts());
    let provided = registries.map(|registry| AccountProvided {
        keys: registry.auth_keys(),
        accounts: placements
            .iter()
            .flat_map(|(namespace, placement)| {
                let accounts = placement.accounts_of(registry).into_iter();
                accounts.map(|account| (namespace.clone(), account.to_owned()))
            })
            .collect(),
        // The kubelet asks for these tokens only for accounts that carry the annotation.
        is_for_them_alone: registry.kind == RegistryKind::Acr,
    });
    provided.collect()
}

/// Lists the pull secrets that land in each namespace. Of those that several clusters have in a
/// namespace of one name one is made: which of the clusters a manifest is for, nobody knows.
fn rendered(config: &Config, placements: &[(String, Placement<'_>)]) -> Vec<RenderedPullSecret> {
    let mut rendered: BTreeMap<(&str, String), RenderedPullSecret> = BTreeMap::new();
    for (namespace, placement) in placements {
        let mut pull_secret = |name: &str, registry: &Registry| {
            let one = rendered.entry((namespace, name.to_owned())).or_default();
            one.namespace.clone_from(namespace);
            name.clone_into(&mut one.name);
            let username = registry.sealed_credential().and_then(Credential::declared_username);
            let keys = registry.auth_keys();
            if let Some(username) = username {
                one.usernames.extend(keys.iter().map(|key| (key.clone(), username.to_owned())));
            }
            add(&mut one.keys, keys);
        };
        for secret in &placement.secrets {
            for registry in config.sealed_registries_of(secret) {
                pull_secret(&secret.secret_name, registry);
            }
        }
        for made in &placement.made {
            pull_secret(&made.name, made.registry);
        }
    }
    rendered.into_values().collect()
}

/// Lists what accounts and workloads get, brought together in the same way.
fn lists(placements: &[(String, Placement<'_>)]) -> Vec<RenderedList> {
    let mut lists: BTreeMap<(&str, &str, &str), RenderedList> = BTreeMap::new();
    for (namespace, placement) in placements {
        let accounts = placement.accounts.iter();
        let accounts = accounts.map(|(name, list)| ("ServiceAccount", &**name, None, list));
        let patches = placement.patches.values().map(|patch| {
            let (kind, name) = patch.target.address();
            let account = match &patch.target {
                PatchTarget::Account(_) => None,
                PatchTarget::Workload(workload) => workload.service_account.clone(),
            };
            (kind, name, account, &patch.pull_secrets)
        });
        for (kind, name, service_account, pull_secrets) in accounts.chain(patches) {
            let list = lists.entry((namespace, kind, name)).or_insert_with(|| RenderedList {
                namespace: namespace.clone(),
                kind: kind.to_owned(),
                name: name.to_owned(),
                ..RenderedList::default()
            });
            list.service_account = list.service_account.take().or(service_account);
            add(&mut list.pull_secrets, pull_secrets.clone());
        }
    }
    lists.into_values().collect()
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

fn add(known: &mut Vec<String>, more: Vec<String>) {
    for one in more {
        if !known.contains(&one) {
            known.push(one);
        }
    }
}
