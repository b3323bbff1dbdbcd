//! What must agree across tables: names that are used, keys that differ, one reader of standard input.

use std::collections::{BTreeMap, BTreeSet};

use regrender_diagnostic::{Diagnostic, Span, Spanned};

use crate::check::declared::Declared;
use crate::check::{credential, secret_name, vault};
use crate::field::Field;
use crate::problem::{Problems, cluster as problem, provision, registry, secret, source};
use crate::provision::Provider;
use crate::raw::{RawConfig, RawRegistry, RawSecret, RawSource};
use crate::{Access, Cluster, Format, NodeProvider, Provision, Registry};

/// Checks what must agree across tables. A registry that is not valid is left out.
pub(crate) fn agreements(
    declared: &Declared<'_>,
    registries: &[Option<Registry>],
    problems: &mut Problems,
) {
    let raw = declared.file;
    standard_input(raw, problems);
    unused(declared, problems);
    let registries: BTreeMap<&str, &Registry> =
        registries.iter().flatten().map(|registry| (registry.name.as_str(), registry)).collect();
    for pull_secret in &raw.secrets {
        contents(pull_secret, &registries, problems);
    }
    secret_name::names(raw, &registries, problems);
    // A slip in the header of the only one is a better reason. What the nodes have is rendered too.
    let is_of_nodes =
        |registry: &Registry| matches!(registry.access, Access::Provided(Provision::Node(_)));
    if raw.secrets.is_empty()
        && !registries.values().copied().any(is_of_nodes)
        && !problems.iter().any(Diagnostic::is_error)
    {
        problems.push(secret::none());
    }
}

/// Standard input can be read once.
fn standard_input(raw: &RawConfig, problems: &mut Problems) {
    let key = raw.fingerprint_key.as_given().map(|key| &key.value);
    let of_registries = raw.registries.iter().flat_map(credential::sources);
    let sources = key.into_iter().chain(vault::sources(&raw.vault)).chain(of_registries);
    let mut readers: Vec<&RawSource> = sources.filter(|source| source.stdin.is_true()).collect();
    readers.sort_by_key(|source| source.span.start);
    if let [first, others @ ..] = readers.as_slice() {
        for other in others {
            problems.push(source::stdin_twice(
                (&first.purpose, first.span.clone()),
                (&other.purpose, other.span.clone()),
            ));
        }
    }
}

fn unused(declared: &Declared<'_>, problems: &mut Problems) {
    let raw = declared.file;
    let is_clear = |secret: &RawSecret| {
        secret.registries.as_given().is_some_and(|list| {
            !list.value.is_empty()
                && list.value.iter().all(|name| declared.registries.contains(&name.value))
        })
    };
    // A registry that is named with a slip is not unused.
    // Without pull secrets there is one warning, not one a registry.
    if raw.secrets.is_empty() || raw.may_hide("secret") || !raw.secrets.iter().all(is_clear) {
        return;
    }
    let lists = raw.secrets.iter().filter_map(|secret| secret.registries.as_given());
    let used: BTreeSet<&str> =
        lists.flat_map(|list| &list.value).map(|name| name.value.as_str()).collect();
    for found in &raw.registries {
        if !used.contains(found.name.value.as_str()) && !may_add_nothing(found) {
            problems.push(registry::unused(&found.name));
        }
    }
}

/// Says whether a registry is declared for the audit alone, or may be if it were not for a slip.
fn may_add_nothing(raw: &RawRegistry) -> bool {
    let may_be_of_nodes = match &raw.provision.provide {
        Field::Absent => false,
        Field::Broken => true,
        Field::Given(found) => {
            let known = Provider::ALL.iter().find(|known| known.name() == found.value);
            known.is_none_or(|known| *known == Provider::Node)
        }
    };
    may_be_of_nodes || raw.anonymous.is_true() || raw.anonymous.is_broken()
}

/// Checks that the registries of a pull secret have a credential and keys of their own.
fn contents(raw: &RawSecret, registries: &BTreeMap<&str, &Registry>, problems: &mut Problems) {
    let Some(listed) = raw.registries.as_given() else { return };
    let found: Vec<Option<&Registry>> =
        listed.value.iter().map(|name| registries.get(name.value.as_str()).copied()).collect();
    let adds_nothing = |registry: Option<&Registry>| {
        registry.is_some_and(|registry| {
            matches!(registry.access, Access::Anonymous | Access::Provided(Provision::Node(_)))
        })
    };
    if !found.is_empty() && found.iter().copied().all(adds_nothing) {
        problems.push(secret::all_anonymous(&raw.name.value, listed.span.clone()));
    }
    let mut keys: BTreeMap<String, &Registry> = BTreeMap::new();
    for registry in found.into_iter().flatten() {
        if matches!(registry.access, Access::Anonymous) {
            continue;
        }
        for key in registry.auth_keys() {
            match keys.get(&key) {
                Some(first) if first.name != registry.name => {
                    problems.push(secret::same_key(
                        (&raw.name.value, listed.span.clone()),
                        &key,
                        (&first.name, first.span.clone()),
                        (&registry.name, registry.span.clone()),
                    ));
                    break;
                }
                _ => keys.insert(key, registry),
            };
        }
    }
}

/// A trust policy names the issuer of the tokens of each cluster that the role is for.
pub(crate) fn trust(
    raw: &RawConfig,
    clusters: &[Cluster],
    registries: &[Option<Registry>],
    problems: &mut Problems,
) {
    for (declared, registry) in raw.registries.iter().zip(registries) {
        let Some(Registry { access: Access::Provided(Provision::Irsa(_)), name, .. }) = registry
        else {
            continue;
        };
        let Some(role) = declared.provision.role_arn.as_given() else { continue };
        let lands = |cluster: &Cluster| {
            raw.secrets.iter().any(|secret| {
                let is_listed = secret.registries.as_given().is_some_and(|list| names(list, name));
                is_listed && lands_in(secret, cluster)
            })
        };
        let is_without = |cluster: &&Cluster| cluster.oidc_provider.is_none() && lands(cluster);
        if let Some(cluster) = clusters.iter().find(is_without) {
            let cluster = cluster.name.as_deref();
            problems.push(provision::without_oidc_provider(
                &declared.name,
                role.span.clone(),
                cluster,
            ));
        }
    }
}

/// What SealedSecrets need besides a certificate, and what they cannot be.
pub(crate) fn sealed_secrets(
    raw: &RawConfig,
    clusters: &[Cluster],
    registries: &[Option<Registry>],
    problems: &mut Problems,
) {
    let is_sealed = |cluster: &&Cluster| cluster.format == Format::SealedSecrets;
    let Some(format) = clusters.iter().find(is_sealed).and_then(|cluster| format_of(raw, cluster))
    else {
        return;
    };
    if raw.fingerprint_key.is_absent() {
        problems.push(problem::fingerprint_key_needed(format.clone()));
    }
    for (declared, registry) in raw.registries.iter().zip(registries) {
        let access = registry.as_ref().map(|registry| &registry.access);
        if let Some(Access::Provided(Provision::Node(NodeProvider::Credential(_)))) = access {
            problems.push(problem::sealed_secrets_of_nodes(&declared.name, format.clone()));
        }
    }
    for secret in &raw.secrets {
        if !clusters.iter().filter(is_sealed).any(|cluster| lands_in(secret, cluster)) {
            continue;
        }
        let annotations = secret.annotations.as_given().into_iter().flat_map(|map| &map.value);
        // The controller goes by this value alone.
        let is_wider = |key: &str, value: &str| SCOPES.contains(&key) && value == "true";
        for (key, _) in annotations.filter(|(key, value)| is_wider(&key.value, &value.value)) {
            problems.push(problem::wider_scope(&secret.name.value, key));
        }
    }
}

/// Says whether a pull secret lands in a cluster, or may where there is a slip.
fn lands_in(secret: &RawSecret, cluster: &Cluster) -> bool {
    match (&secret.clusters, &cluster.name) {
        (Field::Given(list), Some(name)) => names(list, name),
        _ => true,
    }
}

fn names(list: &Spanned<Vec<Spanned<String>>>, name: &str) -> bool {
    list.value.iter().any(|item| item.value == name)
}

/// The annotations by which the controller knows values that are not sealed for one Secret alone.
const SCOPES: [&str; 2] =
    ["sealedsecrets.bitnami.com/cluster-wide", "sealedsecrets.bitnami.com/namespace-wide"];

/// Where the format of a cluster is declared.
fn format_of(raw: &RawConfig, cluster: &Cluster) -> Option<Span> {
    let own = raw.clusters.iter().find(|found| Some(&found.name.value) == cluster.name.as_ref());
    let own = own.and_then(|own| own.settings.format.as_given());
    own.or(raw.settings.format.as_given()).map(|format| format.span.clone())
}
