//! The names of the Secrets that the file declares: no namespace gets two of one name.

use std::collections::{BTreeMap, BTreeSet};

use regrender_diagnostic::{Span, Spanned};

use crate::Registry;
use crate::check::name::Rule;
use crate::problem::{Problems, provision, secret};
use crate::pull_secret::made_name;
use crate::raw::{RawConfig, RawNamespaces, RawSecret, TextMap};

/// A Secret that a pull secret comes as.
struct Declared<'r> {
    of: &'r RawSecret,
    /// Where its name comes from.
    span: Span,
}

/// Checks the names of what is sealed, and of what External Secrets makes.
///
/// Which namespaces the inventory declares is not known here: there the build looks itself.
pub(crate) fn names(
    raw: &RawConfig,
    registries: &BTreeMap<&str, &Registry>,
    problems: &mut Problems,
) {
    let mut all: BTreeMap<String, Vec<Declared<'_>>> = BTreeMap::new();
    for secret in &raw.secrets {
        if let Some(name) = secret.secret_name() {
            let declared = Declared { of: secret, span: name.span.clone() };
            all.entry(name.value.clone()).or_default().push(declared);
        }
    }
    for secret in &raw.secrets {
        for (name, span) in made(secret, raw, registries, problems) {
            all.entry(name).or_default().push(Declared { of: secret, span });
        }
    }
    for (name, declared) in &all {
        meetings(name, declared, problems);
    }
}

/// Lists the Secrets that External Secrets makes for a pull secret, and where their registries are listed.
fn made(
    raw: &RawSecret,
    file: &RawConfig,
    registries: &BTreeMap<&str, &Registry>,
    problems: &mut Problems,
) -> Vec<(String, Span)> {
    let mut made = Vec::new();
    let (Some(secret), Some(listed)) = (raw.secret_name(), raw.registries.as_given()) else {
        return made;
    };
    for found in &listed.value {
        let registry = registries.get(found.value.as_str());
        if registry.is_none_or(|registry| registry.generator().is_none()) {
            continue;
        }
        let name = made_name(&secret.value, &found.value);
        if !Rule::Subdomain.allows(&name) {
            let declared = file.registries.iter().find(|raw| raw.name.value == found.value);
            if let Some(declared) = declared {
                problems.push(provision::unfit_name(&declared.name, &secret.value));
            }
        }
        if names_a_file(&found.value, file) {
            problems.push(provision::name_of_file(&found.value, found.span.clone()));
        }
        made.push((name, found.span.clone()));
    }
    made
}

/// A generator's file lies beside those of the Secrets that are made, and beside their list.
fn names_a_file(registry: &str, raw: &RawConfig) -> bool {
    let is_made = |secret: &RawSecret| {
        let listed = secret.registries.as_given().into_iter().flat_map(|list| &list.value);
        let name = secret.secret_name();
        name.is_some_and(|name| {
            listed.into_iter().any(|other| made_name(&name.value, &other.value) == registry)
        })
    };
    registry == "kustomization" || raw.secrets.iter().any(is_made)
}

/// Complains of each Secret that lands where an earlier one of its name does.
fn meetings(name: &str, declared: &[Declared<'_>], problems: &mut Problems) {
    if declared.len() < 2 {
        return;
    }
    let mut landed: BTreeMap<&str, Vec<&Declared<'_>>> = BTreeMap::new();
    for one in declared {
        let mut met = None;
        for namespace in listed_namespaces(one.of).into_iter().flatten() {
            let others = landed.entry(&namespace.value).or_default();
            let mut others_here = others.iter().filter(|other| !std::ptr::eq(one.of, other.of));
            let other = others_here.find(|other| share_a_cluster(one.of, other.of));
            met = met.or(other.map(|other| (other.span.clone(), namespace)));
            others.push(one);
        }
        if let Some((first, namespace)) = met {
            problems.push(secret::name_twice(name, &namespace.value, first, one.span.clone()));
        }
    }
}

/// Says whether a pull secret lands wherever the other one does, as far as the file tells.
pub(crate) fn lands_with(one: &RawSecret, other: &RawSecret) -> bool {
    let (Some(ours), Some(theirs)) = (one.namespaces.as_given(), other.namespaces.as_given())
    else {
        return false;
    };
    let is_there = match (&ours.value, &theirs.value) {
        (RawNamespaces::Listed(ours), RawNamespaces::Listed(theirs)) => includes(ours, theirs),
        (RawNamespaces::From { labels: ours, .. }, RawNamespaces::From { labels: theirs, .. }) => {
            texts(ours).eq(texts(theirs))
        }
        _ => false,
    };
    is_there
        && match (one.clusters.as_given(), other.clusters.as_given()) {
            (Some(ours), Some(theirs)) => includes(&ours.value, &theirs.value),
            (ours, _) => ours.is_none(),
        }
}

/// Says whether all of the other list are in this one.
pub(crate) fn includes(one: &[Spanned<String>], other: &[Spanned<String>]) -> bool {
    let known: BTreeSet<&String> = one.iter().map(|name| &name.value).collect();
    other.iter().all(|name| known.contains(&name.value))
}

fn texts(map: &TextMap) -> impl Iterator<Item = (&String, &String)> {
    let pairs = map.as_given().into_iter().flat_map(|map| &map.value);
    pairs.map(|(key, value)| (&key.value, &value.value))
}

fn share_a_cluster(one: &RawSecret, other: &RawSecret) -> bool {
    match (one.clusters.as_given(), other.clusters.as_given()) {
        (Some(ours), Some(theirs)) => share(&ours.value, &theirs.value),
        _ => true,
    }
}

fn share(one: &[Spanned<String>], other: &[Spanned<String>]) -> bool {
    let known: BTreeSet<&String> = one.iter().map(|name| &name.value).collect();
    other.iter().any(|name| known.contains(&name.value))
}

/// Returns the namespaces of a pull secret, if the file lists them.
fn listed_namespaces(secret: &RawSecret) -> Option<&[Spanned<String>]> {
    match &secret.namespaces.as_given()?.value {
        RawNamespaces::Listed(names) => Some(names),
        RawNamespaces::From { .. } => None,
    }
}
