//! Pull secrets: where they land, and what they hold.

use std::collections::BTreeMap;

use regrender_diagnostic::Spanned;

use crate::check::choice::choice;
use crate::check::declared::Declared;
use crate::check::label::{self, Map};
use crate::check::list;
use crate::check::name::{self, Rule};
use crate::check::secret_name::{includes, lands_with};
use crate::check::workload;
use crate::problem::{Problems, cluster, registry, secret as problem, shape};
use crate::raw::{RawConfig, RawNamespaces, RawSecret, TextMap, Texts};
use crate::{Namespaces, PullSecret};

/// Checks one pull secret.
pub(crate) fn secret(
    raw: &RawSecret,
    declared: &Declared<'_>,
    problems: &mut Problems,
) -> Option<PullSecret> {
    let owner = format!("pull secret `{}`", raw.name.value);
    let (name, secret_name) = own_names(raw, problems);
    let registries = registries(raw, &owner, declared, problems);
    let namespaces = namespaces(raw, &owner, problems);
    let service_accounts =
        names(&owner, "service-accounts", "a service account", &raw.service_accounts, problems);
    let keep = names(&owner, "keep", "a pull secret", &raw.keep, problems);
    keep_agrees(raw, declared.file, problems);
    let workloads = workload::list(raw, &owner, problems);
    let labels = map(Map::Labels, &raw.labels, problems);
    let annotations = map(Map::Annotations, &raw.annotations, problems);
    let clusters = clusters(raw, &owner, declared, problems);
    Some(PullSecret {
        name: name?,
        secret_name: secret_name?,
        registries: registries?,
        namespaces: namespaces?,
        service_accounts: service_accounts?,
        keep: keep?,
        workloads: workloads?,
        labels: labels?,
        annotations: annotations?,
        clusters: clusters?,
        span: raw.name.span.clone(),
    })
}

/// Returns what the file calls a pull secret, and what Kubernetes does.
fn own_names(raw: &RawSecret, problems: &mut Problems) -> (Option<String>, Option<String>) {
    let what = "a pull secret";
    let called = raw.called.check(|name| name::object(what, name, Rule::Subdomain, problems));
    if called.is_absent() {
        let name = name::object(what, &raw.name, Rule::Subdomain, problems);
        return (name.clone(), name);
    }
    (name::table(what, &raw.name, problems), called.optional().flatten())
}

fn registries(
    raw: &RawSecret,
    owner: &str,
    declared: &Declared<'_>,
    problems: &mut Problems,
) -> Option<Vec<String>> {
    let found = raw.registries.needed(|| {
        let example = "registries = [\"NAME\"]";
        let span = raw.name.span.clone();
        problems.push(shape::missing_key(owner, "registries", span, example));
    })?;
    let help = "list the name of a `[registry.NAME]` table";
    let defined = &declared.registries;
    list::some(owner, "registries", found, help, problems, |item, problems| {
        if defined.contains(&item.value) {
            return Some(item.value.clone());
        }
        problems.push(registry::unknown(&raw.name.value, item, &defined.list));
        None
    })
}

fn namespaces(raw: &RawSecret, owner: &str, problems: &mut Problems) -> Option<Namespaces> {
    let found = raw.namespaces.needed(|| {
        let example = "namespaces = [\"NAME\"]";
        let span = raw.name.span.clone();
        problems.push(shape::missing_key(owner, "namespaces", span, example));
    })?;
    match &found.value {
        RawNamespaces::Listed(items) => {
            if items.is_empty() {
                let help = "list a namespace, or write `{ from = \"inventory\" }`";
                problems.push(shape::empty_list(owner, "namespaces", found.span.clone(), help));
                return None;
            }
            list::each(owner, "namespaces", items, problems, |item, problems| {
                name::object("a namespace", item, Rule::Label, problems)
            })
            .map(Namespaces::Listed)
        }
        RawNamespaces::From { from, labels } => {
            let owner = format!("`namespaces` of {owner}");
            let known = from
                .check(|from| choice(&owner, "from", from, &["inventory"], |word| word, problems));
            if from.is_absent() {
                let example = "from = \"inventory\"";
                problems.push(shape::missing_key(&owner, "from", found.span.clone(), example));
            }
            let labels = map(Map::Selector, labels, problems);
            known.given()?;
            Some(Namespaces::Inventory { labels: labels? })
        }
    }
}

fn map(map: Map, field: &TextMap, problems: &mut Problems) -> Option<BTreeMap<String, String>> {
    field.check(|pairs| label::map(map, &pairs.value, problems)).or(BTreeMap::new())
}

fn names(
    owner: &str,
    key: &str,
    what: &str,
    field: &Texts,
    problems: &mut Problems,
) -> Option<Vec<String>> {
    let names = field.check(|items| {
        list::each(owner, key, &items.value, problems, |item, problems| {
            name::object(what, item, Rule::Subdomain, problems)
        })
    });
    names.or(Vec::new())
}

/// Complains of names in `keep` that are listed anyway, and of a `keep` that keeps nothing.
fn keep_agrees(raw: &RawSecret, file: &RawConfig, problems: &mut Problems) {
    let Some(keep) = raw.keep.as_given() else { return };
    let is_empty = |field: &Texts| field.as_given().is_some_and(|items| items.value.is_empty());
    let has_no_accounts = raw.service_accounts.is_absent() || is_empty(&raw.service_accounts);
    let has_no_workloads = raw.workloads.is_absent();
    if has_no_accounts && has_no_workloads && !keep.value.is_empty() {
        problems.push(problem::idle_keep(&raw.name.value, keep.span.clone()));
    }
    for item in &keep.value {
        let is_called = |name: &Spanned<String>| name.value == item.value;
        let mut others =
            file.secrets.iter().filter(|other| other.secret_name().is_some_and(is_called));
        let other = others.find(|other| is_listed_anyway(raw, other));
        if let Some(name) = other.and_then(RawSecret::secret_name) {
            let span = item.span.clone();
            problems.push(problem::kept(&raw.name.value, &item.value, span, name.span.clone()));
        }
    }
}

/// Says whether another pull secret is in every list that names in `keep` go into: without the name,
/// each of them would be the same.
fn is_listed_anyway(keeper: &RawSecret, other: &RawSecret) -> bool {
    if keeper.name.value == other.name.value {
        return true;
    }
    let (Some(kept_for), Some(listed_for)) =
        (keeper.service_accounts.as_given(), other.service_accounts.as_given())
    else {
        return false;
    };
    keeper.workloads.is_absent()
        && includes(&listed_for.value, &kept_for.value)
        && lands_with(other, keeper)
}

#[expect(clippy::option_option, reason = "absent is right here, and broken is not")]
fn clusters(
    raw: &RawSecret,
    owner: &str,
    declared: &Declared<'_>,
    problems: &mut Problems,
) -> Option<Option<Vec<String>>> {
    let help = "list a cluster, or remove `clusters` for all";
    let declared = &declared.clusters;
    let clusters = raw.clusters.check(|found| {
        list::some(owner, "clusters", found, help, problems, |item, problems| {
            if declared.contains(&item.value) {
                return Some(item.value.clone());
            }
            problems.push(cluster::unknown_cluster(&raw.name.value, item, &declared.list));
            None
        })
    });
    clusters.optional()
}
