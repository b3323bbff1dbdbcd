//! Names of registries.toml that no manifest knows, though another name is one slip away, or that
//! only the manifests of other clusters know.
//!
//! Any other name without a manifest is nothing wrong: namespaces may be made elsewhere, and a build
//! makes accounts.

use std::collections::BTreeSet;

use regrender_audit::Inventory;
use regrender_config::{Cluster, Namespaces, PullSecret, nearest};
use regrender_render::Surroundings;

use crate::enumeration::in_a_sentence;
use crate::project::Project;

/// The account that is in every namespace.
const DEFAULT: &str = "default";

/// A word with fewer letters is another word, and no slip.
const SHORTEST_SLIP: usize = 3;

/// With more unknown names than these, they are declared elsewhere, and none is a slip.
const MANY: usize = 20;

/// Tells of the names that are probably slips, and what was probably meant; and of namespaces that
/// only other clusters have.
pub(crate) fn warnings(
    project: &Project,
    cluster: &Cluster,
    surroundings: &Surroundings,
    known: &KnownNamespaces,
    all: &[KnownNamespaces],
) -> BTreeSet<String> {
    let of = cluster.name.as_ref().map(|name| format!(" of cluster `{name}`")).unwrap_or_default();
    let mut warnings = BTreeSet::new();
    for secret in project.config.secrets_of(cluster) {
        let name = &secret.name;
        let elsewhere = known.only_elsewhere(secret, all);
        if !elsewhere.is_empty() {
            warnings.insert(format!(
                "pull secret `{name}` lands in {}{of}, which only manifests of other clusters \
                 declare: say with `clusters` where it lands, or take the namespaces of each \
                 cluster with `namespaces = {{ from = \"inventory\" }}`",
                in_a_sentence(&elsewhere)
            ));
        }
        let namespaces = known.strange(secret).into_iter();
        let namespaces = namespaces.filter(|(strange, _)| !elsewhere.contains(strange));
        warnings.extend(namespaces.map(|(strange, meant)| {
            format!(
                "pull secret `{name}` lands in the namespace `{strange}`{of}, which no manifest of \
                 the inventory knows; did you mean `{meant}`?"
            )
        }));
        let landing = Landing::new(secret, surroundings);
        warnings.extend(landing.strange_accounts().into_iter().map(|(strange, meant)| {
            format!(
                "no manifest of the inventory knows the service account `{strange}`{of}, so the \
                 build makes it where `{name}` lands; did you mean `{meant}`?"
            )
        }));
        warnings.extend(landing.strange_workloads().into_iter().map(|(strange, meant)| {
            format!(
                "no manifest of the inventory knows `{strange}`{of} where `{name}` lands, so its \
                 patch changes nothing; did you mean `{meant}`?"
            )
        }));
    }
    warnings
}

/// The namespaces of the manifests of a cluster.
#[derive(Debug)]
pub(crate) struct KnownNamespaces {
    /// Those that are declared.
    declared: BTreeSet<String>,
    /// Those that anything is in.
    in_use: BTreeSet<String>,
}

impl KnownNamespaces {
    /// Takes them from what the manifests say, and from what kustomize makes of it.
    pub(crate) fn of(inventory: &Inventory, surroundings: &Surroundings) -> Self {
        let mut in_use = inventory.namespaces_in_use();
        let of_accounts = surroundings.declared_accounts.keys().map(|(namespace, _)| namespace);
        let of_workloads = surroundings.workloads.keys().map(|(namespace, ..)| namespace);
        in_use.extend(of_accounts.chain(of_workloads).map(String::as_str));
        let in_use = in_use.into_iter().map(str::to_owned).collect();
        let declared = inventory.namespaces().map(|namespace| namespace.name.clone()).collect();
        Self { declared, in_use }
    }

    /// Finds listed namespaces that nothing is in, where manifests declare others.
    fn strange<'a>(&'a self, secret: &'a PullSecret) -> Vec<(&'a str, &'a str)> {
        let Namespaces::Listed(listed) = &secret.namespaces else { return Vec::new() };
        let meant = |name: &str| meant(name, self.declared.iter().map(String::as_str));
        slips(listed, |name| self.in_use.contains(name), meant)
    }

    /// Finds listed namespaces that nothing here is in, and that other clusters declare.
    fn only_elsewhere<'a>(&self, secret: &'a PullSecret, all: &[Self]) -> Vec<&'a str> {
        let Namespaces::Listed(listed) = &secret.namespaces else { return Vec::new() };
        // A cluster whose namespaces are not in Git may have them all.
        let asked = listed.iter().filter(|_| !self.declared.is_empty());
        let missing = asked.filter(|name| !self.in_use.contains(name.as_str()));
        let elsewhere = missing.filter(|name| all.iter().any(|one| one.declared.contains(*name)));
        elsewhere.map(String::as_str).collect()
    }
}

/// Finds the names of a list that are not known, and what each is a slip of.
fn slips<'a>(
    listed: &'a [String],
    is_known: impl Fn(&str) -> bool,
    meant: impl Fn(&str) -> Option<&'a str>,
) -> Vec<(&'a str, &'a str)> {
    let strange = listed.iter().map(String::as_str).filter(|name| !is_known(name));
    let strange: Vec<&str> = strange.take(MANY + 1).collect();
    if strange.len() > MANY {
        return Vec::new();
    }
    let slip = |name: &'a str| {
        let meant = meant(name)?;
        (!listed.iter().any(|one| one == meant)).then_some((name, meant))
    };
    strange.into_iter().filter_map(slip).collect()
}

/// What the manifests know where a pull secret lands.
struct Landing<'a> {
    secret: &'a PullSecret,
    /// The accounts that are declared, or that pods run under.
    accounts: BTreeSet<&'a str>,
    /// The workloads, by kind and name.
    workloads: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Landing<'a> {
    fn new(secret: &'a PullSecret, surroundings: &'a Surroundings) -> Self {
        let (mut accounts, mut workloads) = (BTreeSet::from([DEFAULT]), BTreeSet::new());
        let namespaces = surroundings.namespaces.get(&secret.name).into_iter().flatten();
        let is_asked = !secret.service_accounts.is_empty() || !secret.workloads.is_empty();
        for namespace in namespaces.filter(|_| is_asked) {
            let first = (namespace.clone(), String::new());
            let declared = surroundings.declared_accounts.range(first..);
            let here = declared.take_while(|((of, _), _)| of == namespace);
            accounts.extend(here.map(|((_, account), _)| account.as_str()));
            let first = (namespace.clone(), String::new(), String::new());
            let declared = surroundings.workloads.range(first..);
            for ((_, kind, name), workload) in declared.take_while(|((of, ..), _)| of == namespace)
            {
                workloads.insert((kind.as_str(), name.as_str()));
                accounts.extend(workload.service_account.as_deref());
            }
        }
        Self { secret, accounts, workloads }
    }

    fn strange_accounts(&self) -> Vec<(&'a str, &'a str)> {
        let is_known = |name: &str| self.accounts.contains(name);
        let meant = |name: &str| meant(name, self.accounts.iter().copied());
        slips(&self.secret.service_accounts, is_known, meant)
    }

    fn strange_workloads(&self) -> Vec<(String, String)> {
        let listed: BTreeSet<(&str, &str)> =
            self.secret.workloads.iter().map(|one| (&*one.kind, &*one.name)).collect();
        let strange: Vec<_> = listed.difference(&self.workloads).take(MANY + 1).collect();
        if strange.len() > MANY {
            return Vec::new();
        }
        let slips = strange.into_iter().filter_map(|&(kind, name)| {
            let of_kind = self.workloads.iter().filter(|(other, _)| *other == kind);
            let meant = match meant(name, of_kind.map(|(_, name)| *name)) {
                Some(meant) => (kind, meant),
                None => *self.workloads.iter().find(|(_, other)| *other == name)?,
            };
            let spelled = |(kind, name): (&str, &str)| format!("{kind}/{name}");
            (!listed.contains(&meant)).then(|| (spelled((kind, name)), spelled(meant)))
        });
        slips.collect()
    }
}

/// Returns the one of `known` that `name` is a slip of. Where there are several, they and `name` are
/// more likely siblings.
fn meant<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut near = known.filter(|other| is_slip(name, other));
    let first = near.next()?;
    near.next().is_none().then_some(first)
}

/// Tells whether one name is a slip of the other. Names that differ in their numbers, or by a whole
/// word, are siblings: `shop-1` and `shop-2`, `shop-eu` and `shop-us`.
fn is_slip(name: &str, other: &str) -> bool {
    let is_near = name.len().abs_diff(other.len()) <= 1 && nearest(name, [other]).is_some();
    let without_digits =
        |name: &str| name.chars().filter(|letter| !letter.is_ascii_digit()).collect::<String>();
    is_near && without_digits(name) != without_digits(other) && !is_another_word(name, other)
}

/// Tells whether the names have the same words but for one that is no slip of the other's.
fn is_another_word(name: &str, other: &str) -> bool {
    let [words, others] = [name, other].map(|name| name.split('-').collect::<Vec<_>>());
    let is_slip = |(word, other): (&&str, &&str)| {
        word == other
            || word.len().min(other.len()) >= SHORTEST_SLIP && nearest(word, [*other]).is_some()
    };
    words.len() == others.len() && !words.iter().zip(&others).all(is_slip)
}
