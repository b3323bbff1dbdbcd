//! Which pull secrets each namespace, account and workload ends up with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use regrender_config::{Cluster, Config, Generator, PullSecret, Registry, Workload};

use crate::kubernetes::DEFAULT_ACCOUNT;
use crate::patch::{Patch, PatchTarget};
use crate::pull_identity;
use crate::surroundings::Surroundings;

/// What lands in one namespace.
#[derive(Clone, Debug, Default)]
pub struct Placement<'a> {
    /// The pull secrets that are sealed for it, by name.
    pub secrets: Vec<&'a PullSecret>,
    /// The pull secrets that External Secrets makes in it, by name.
    pub made: Vec<MadeSecret<'a>>,
    /// What is declared to land in it: each pull secret, and the names of the Secrets it comes as.
    landed: Vec<Arc<Landed<'a>>>,
    /// What the accounts say of themselves beside their list, by the name of the account.
    pub annotations: BTreeMap<String, BTreeMap<String, String>>,
    /// The whole list of each account that this tree owns, by the name of the account; it is empty
    /// for one that is not declared any more.
    pub accounts: BTreeMap<String, Vec<String>>,
    /// What other people's manifests are patched with, by the name of the patch's file.
    pub patches: BTreeMap<String, Patch>,
}

/// A pull secret that External Secrets makes.
#[derive(Clone, Debug)]
pub struct MadeSecret<'a> {
    /// Its name: `<pull secret>-<registry>`.
    pub name: String,
    /// The pull secret that declares it.
    pub secret: &'a PullSecret,
    /// The registry that it is for.
    pub registry: &'a Registry,
    /// What its token is made with.
    pub generator: &'a Generator,
}

/// A pull secret that lands in a namespace.
#[derive(Clone, Debug)]
struct Landed<'a> {
    secret: &'a PullSecret,
    /// The Secrets that accounts and workloads name for it.
    names: Vec<String>,
    /// What its accounts say of themselves.
    annotations: BTreeMap<String, String>,
}

impl<'a> Landed<'a> {
    fn new(config: &'a Config, secret: &'a PullSecret) -> (Self, Vec<MadeSecret<'a>>) {
        let mut names = Vec::new();
        if config.is_sealed(secret) {
            names.push(secret.secret_name.clone());
        }
        let mut made = Vec::new();
        let mut annotations = BTreeMap::new();
        for registry in config.registries_of(secret) {
            annotations.extend(pull_identity::annotations(registry));
            if let Some(generator) = registry.generator() {
                let name = secret.made_name(registry);
                names.push(name.clone());
                made.push(MadeSecret { name, secret, registry, generator });
            }
        }
        (Self { secret, names, annotations }, made)
    }
}

impl<'a> Placement<'a> {
    /// Works out what lands in which namespace of `cluster`.
    #[must_use]
    pub fn of_cluster(
        config: &'a Config,
        cluster: &Cluster,
        surroundings: &Surroundings,
    ) -> BTreeMap<String, Self> {
        Self::of_cluster_without(&BTreeSet::new(), config, cluster, surroundings)
    }

    /// Works out what would land in which namespace if the pull secrets of these names did not.
    pub(crate) fn of_cluster_without(
        names: &BTreeSet<String>,
        config: &'a Config,
        cluster: &Cluster,
        surroundings: &Surroundings,
    ) -> BTreeMap<String, Self> {
        let mut placements: BTreeMap<String, Self> = BTreeMap::new();
        for secret in config.secrets_of(cluster).filter(|secret| !names.contains(&secret.name)) {
            let (landed, made) = Landed::new(config, secret);
            let landed = Arc::new(landed);
            let is_sealed = config.is_sealed(secret);
            for namespace in surroundings.namespaces.get(&secret.name).into_iter().flatten() {
                let placement = placements.entry(namespace.clone()).or_default();
                if is_sealed {
                    placement.secrets.push(secret);
                }
                placement.landed.push(Arc::clone(&landed));
                placement.made.extend_from_slice(&made);
            }
        }
        for (namespace, placement) in &mut placements {
            placement.place_accounts(namespace, surroundings);
            placement.place_workloads(namespace, surroundings);
        }
        for (namespace, account) in &surroundings.written_accounts {
            if !surroundings.declared_accounts.contains_key(&(namespace.clone(), account.clone())) {
                let accounts = &mut placements.entry(namespace.clone()).or_default().accounts;
                accounts.entry(account.clone()).or_default();
            }
        }
        placements
    }

    fn place_accounts(&mut self, namespace: &str, surroundings: &Surroundings) {
        for landed in &self.landed {
            for account in &landed.secret.service_accounts {
                let annotations = self.annotations.entry(account.clone()).or_default();
                annotations.extend(landed.annotations.clone());
            }
        }
        self.annotations.retain(|_, annotations| !annotations.is_empty());
        for (account, list) in self.account_lists(namespace, surroundings) {
            if list.is_empty() && !self.annotations.contains_key(&account) {
                continue;
            }
            let key = (namespace.to_owned(), account);
            if surroundings.declared_accounts.contains_key(&key) {
                let (namespace, account) = key;
                self.add_patch(namespace, PatchTarget::Account(account), list, surroundings);
            } else {
                self.accounts.insert(key.1, list);
            }
        }
    }

    /// Lists the accounts that pull from `registry`.
    #[must_use]
    pub fn accounts_of(&self, registry: &Registry) -> BTreeSet<&'a str> {
        let landed = self.landed.iter().map(|landed| landed.secret);
        let naming = landed.filter(|secret| secret.registries.contains(&registry.name));
        naming.flat_map(|secret| &secret.service_accounts).map(String::as_str).collect()
    }

    /// The whole list of each account: the union of the pull secrets that name it, then the names
    /// that are declared to stay, then those that its own manifest has: a patch replaces the list.
    fn account_lists(
        &self,
        namespace: &str,
        surroundings: &Surroundings,
    ) -> BTreeMap<String, Vec<String>> {
        let mut lists: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for Landed { secret, names, .. } in self.landed.iter().map(Arc::as_ref) {
            for account in &secret.service_accounts {
                let list = lists.entry(account.clone()).or_default();
                for name in names {
                    add(list, name);
                }
            }
        }
        for Landed { secret, .. } in self.landed.iter().map(Arc::as_ref) {
            for account in &secret.service_accounts {
                let list = lists.entry(account.clone()).or_default();
                secret.keep.iter().for_each(|name| add(list, name));
            }
        }
        for (account, list) in &mut lists {
            let own = surroundings.declared_accounts.get(&(namespace.to_owned(), account.clone()));
            own.into_iter().flatten().for_each(|name| add(list, name));
        }
        lists
    }

    /// A pod's own list switches its account's list off, so a patched workload gets both.
    fn place_workloads(&mut self, namespace: &str, surroundings: &Surroundings) {
        let account_lists = self.account_lists(namespace, surroundings);
        for (workload, mut list) in self.workload_lists() {
            let key = (namespace.to_owned(), workload.kind.clone(), workload.name.clone());
            let declared = surroundings.workloads.get(&key);
            let account = workload
                .service_account
                .as_deref()
                .or_else(|| declared?.service_account.as_deref())
                .unwrap_or(DEFAULT_ACCOUNT);
            let of_manifest =
                || surroundings.declared_accounts.get(&(namespace.to_owned(), account.to_owned()));
            for name in account_lists.get(account).or_else(of_manifest).into_iter().flatten() {
                add(&mut list, declared.and_then(|one| one.renamed.get(name)).unwrap_or(name));
            }
            for name in self.kept_for(&workload) {
                add(&mut list, name);
            }
            // kustomize has no schema for a custom resource: its list is replaced, not merged.
            if is_custom(&workload) {
                for name in declared.into_iter().flat_map(|declared| &declared.pull_secrets) {
                    add(&mut list, name);
                }
            }
            if !list.is_empty() {
                let target = PatchTarget::Workload(workload);
                self.add_patch(namespace.to_owned(), target, list, surroundings);
            }
        }
    }

    /// Names that are declared to stay where `workload` pulls: its account may have them in the
    /// cluster alone, as may a custom resource.
    fn kept_for(&self, workload: &Workload) -> impl Iterator<Item = &'a String> {
        let landed = self.landed.iter().map(|landed| landed.secret);
        let naming = landed.filter(|secret| {
            secret.workloads.iter().any(|declared| same_object(declared, workload))
        });
        naming.flat_map(|secret| &secret.keep)
    }

    fn add_patch(
        &mut self,
        namespace: String,
        target: PatchTarget,
        pull_secrets: Vec<String>,
        surroundings: &Surroundings,
    ) {
        let annotations = match &target {
            PatchTarget::Account(account) => self.annotations.get(account).cloned(),
            PatchTarget::Workload(_) => None,
        };
        let annotations = annotations.unwrap_or_default();
        let (kind, name) = target.address();
        let key = (namespace, kind.to_owned(), name.to_owned());
        let written_names = surroundings.written_names.get(&key).cloned().unwrap_or_default();
        let written_namespace = surroundings.written_namespaces.contains(&key).then_some(key.0);
        let patch = Patch { target, written_names, written_namespace, pull_secrets, annotations };
        self.patches.insert(patch.target.file_name(), patch);
    }

    /// One entry a workload, whichever pull secrets name it.
    fn workload_lists(&self) -> Vec<(Workload, Vec<String>)> {
        let mut lists: Vec<(Workload, Vec<String>)> = Vec::new();
        for Landed { secret, names, .. } in self.landed.iter().map(Arc::as_ref) {
            for workload in &secret.workloads {
                match lists.iter_mut().find(|(known, _)| same_object(known, workload)) {
                    Some((known, list)) => {
                        for name in names {
                            add(list, name);
                        }
                        if known.service_account.is_none() {
                            known.service_account.clone_from(&workload.service_account);
                        }
                    }
                    None => lists.push((workload.clone(), names.clone())),
                }
            }
        }
        lists
    }
}

fn add(list: &mut Vec<String>, name: &str) {
    if !list.iter().any(|known| known == name) {
        list.push(name.to_owned());
    }
}

fn same_object(one: &Workload, other: &Workload) -> bool {
    (&one.api_version, &one.kind, &one.name) == (&other.api_version, &other.kind, &other.name)
}

/// Says whether kustomize has no schema for the workload's kind.
pub(crate) fn is_custom(workload: &Workload) -> bool {
    workload.api_version.split_once('/').is_some_and(|(group, _)| group.contains('.'))
}
