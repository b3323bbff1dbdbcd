//! What the repository's own manifests and the output folder say, as far as rendering depends on it.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use regrender_audit::{Inventory, Rendering};
use regrender_config::{Cluster, Config, Namespaces};
use regrender_image::DEFAULT_ACCOUNT;
use regrender_render::{DeclaredWorkload, Surroundings, account_of_path, roots};

use crate::error::{CliError, ErrorKind};
use crate::output_folder::{OutputFolder, Text};
use crate::project::{
    Project, repository_path, shared_name, shared_workload, written_name, written_namespace,
};

/// Works out what rendering needs of the inventory and of the output folder as it is.
pub(crate) fn surroundings(
    project: &Project,
    cluster: &Cluster,
    inventory: &Inventory,
    folder: &OutputFolder,
    drop_emptied: bool,
) -> Result<Surroundings, Vec<CliError>> {
    let config = &project.config;
    let namespaces = namespaces(config, cluster, inventory)?;
    let written = written_accounts(config, cluster, &namespaces, folder, drop_emptied)
        .map_err(|error| vec![error])?;
    Ok(Surroundings {
        namespaces,
        declared_accounts: declared_accounts(inventory),
        workloads: workloads(inventory),
        written_names: written_name::all(inventory),
        written_namespaces: written_namespace::all(inventory),
        written_accounts: written,
        written_roots: written_roots(folder).map_err(|error| vec![error])?,
        repository_path: repository_path::of(project, cluster),
    })
}

/// Lists the accounts that an earlier build wrote and no pull secret of `cluster` names any more.
fn written_accounts(
    config: &Config,
    cluster: &Cluster,
    namespaces: &BTreeMap<String, Vec<String>>,
    folder: &OutputFolder,
    drop_emptied: bool,
) -> Result<BTreeSet<(String, String)>, CliError> {
    let mut named: BTreeSet<(&str, &str)> = BTreeSet::new();
    for secret in config.secrets_of(cluster) {
        for namespace in namespaces.get(&secret.name).into_iter().flatten() {
            let accounts = secret.service_accounts.iter();
            named.extend(accounts.map(|account| (namespace.as_str(), account.as_str())));
        }
    }
    let mut written = BTreeSet::new();
    let mut buffer = Vec::new();
    for path in &folder.files {
        let Some(account) = account_of_path(path).filter(|account| !named.contains(account)) else {
            continue;
        };
        if let Text::Ours(text) = folder.read(path, &mut buffer)?
            && (!drop_emptied || text.contains("\nimagePullSecrets:"))
        {
            written.insert((account.0.to_owned(), account.1.to_owned()));
        }
    }
    Ok(written)
}

/// Lists the kustomizations that list all namespaces and that an earlier build wrote.
fn written_roots(folder: &OutputFolder) -> Result<BTreeSet<String>, CliError> {
    let mut written = BTreeSet::new();
    let mut buffer = Vec::new();
    for path in roots() {
        if folder.files.contains(&path) && matches!(folder.read(&path, &mut buffer)?, Text::Ours(_))
        {
            written.insert(path);
        }
    }
    Ok(written)
}

fn namespaces(
    config: &Config,
    cluster: &Cluster,
    inventory: &Inventory,
) -> Result<BTreeMap<String, Vec<String>>, Vec<CliError>> {
    let mut namespaces = BTreeMap::new();
    let mut errors = Vec::new();
    for secret in config.secrets_of(cluster) {
        let names = match &secret.namespaces {
            Namespaces::Listed(names) => names.clone(),
            Namespaces::Inventory { labels } => {
                let found = inventory.namespaces_with_labels(labels);
                if found.is_empty() {
                    errors.push(no_namespace(&secret.name, cluster, labels));
                }
                found
            }
        };
        namespaces.insert(secret.name.clone(), names);
    }
    errors.extend(shared_name::errors(config, cluster, &namespaces));
    errors.extend(shared_workload::errors(config, cluster, &namespaces));
    if errors.is_empty() { Ok(namespaces) } else { Err(errors) }
}

fn no_namespace(secret: &str, cluster: &Cluster, labels: &BTreeMap<String, String>) -> CliError {
    let labels: Vec<String> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let inventory = cluster.inventory.join(", ");
    let what = if labels.is_empty() {
        format!("there is no Namespace in the inventory ({inventory})")
    } else {
        format!("no Namespace in the inventory ({inventory}) has the labels {}", labels.join(", "))
    };
    let of = cluster.name.as_ref().map(|name| format!(" in cluster `{name}`")).unwrap_or_default();
    let message = format!("pull secret `{secret}` lands nowhere{of}: {what}");
    CliError::new(ErrorKind::Config, message).with_hint(
        "list the namespaces by name, or name the folder of their manifests in `inventory`",
    )
}

/// Lists the accounts that other manifests declare, as kustomize renders them, with their pull
/// secrets.
fn declared_accounts(inventory: &Inventory) -> BTreeMap<(String, String), Vec<String>> {
    let mut accounts: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for account in inventory.service_accounts() {
        let own = (&account.namespace, &account.name, &account.pull_secrets);
        let rendered = account.renderings.iter().map(|rendering| {
            let pull_secrets = rendering.pull_secrets.as_ref().unwrap_or(&account.pull_secrets);
            (&rendering.namespace, &rendering.name, pull_secrets)
        });
        for (namespace, name, pull_secrets) in iter::once(own).chain(rendered) {
            let Some(namespace) = namespace else { continue };
            let named = pull_secrets.iter().filter(|name| !name.is_empty());
            accounts.entry((namespace.clone(), name.clone())).or_default().extend(named.cloned());
        }
    }
    accounts
}

/// Lists the workloads that other manifests declare, as kustomize renders them. One that it renames can
/// also be declared by the name in its manifest.
fn workloads(inventory: &Inventory) -> BTreeMap<(String, String, String), DeclaredWorkload> {
    let mut workloads: BTreeMap<_, DeclaredWorkload> = BTreeMap::new();
    let mut by_written_name = Vec::new();
    let accounts = accounts_in_trees(inventory);
    let lists = RenderedLists::of(inventory);
    for workload in inventory.workloads() {
        let key = |namespace: &String, name: &String| {
            (namespace.clone(), workload.kind.clone(), name.clone())
        };
        if let (Some(namespace), []) = (&workload.namespace, workload.renderings.as_slice()) {
            let account = workload.service_account.as_ref();
            let declared = workloads.entry(key(namespace, &workload.name)).or_default();
            extend(declared, account, &workload.pull_secrets);
            declared.renamed.extend(lists.renamed(namespace, account, None));
        }
        for rendering in &workload.renderings {
            let Some(namespace) = &rendering.namespace else { continue };
            let account = rendering.service_account.as_ref().or(workload.service_account.as_ref());
            let account = account.map(|account| name_in_tree(&accounts, &rendering.root, account));
            let pull_secrets = rendering.pull_secrets.as_ref().unwrap_or(&workload.pull_secrets);
            let declared = workloads.entry(key(namespace, &rendering.name)).or_default();
            extend(declared, account, pull_secrets);
            declared.renamed.extend(lists.renamed(namespace, account, Some(rendering)));
            if rendering.name != workload.written_name {
                by_written_name.push((key(namespace, &workload.written_name), declared.clone()));
            }
        }
    }
    for (key, declared) in by_written_name {
        workloads.entry(key).or_insert(declared);
    }
    workloads
}

fn extend(declared: &mut DeclaredWorkload, account: Option<&String>, pull_secrets: &[String]) {
    if declared.service_account.is_none() {
        declared.service_account = account.cloned();
    }
    let named = pull_secrets.iter().filter(|name| !name.is_empty());
    declared.pull_secrets.extend(named.cloned());
}

/// An object in a tree: the folder of the tree, the name in the manifest, and the name in the tree.
type InTree<'a> = (&'a String, &'a String, &'a String);

/// Lists what the trees call accounts, in order.
fn accounts_in_trees(inventory: &Inventory) -> Vec<InTree<'_>> {
    in_trees(inventory.service_accounts().map(|one| (&one.written_name, &*one.renderings)))
}

fn in_trees<'a>(objects: impl Iterator<Item = (&'a String, &'a [Rendering])>) -> Vec<InTree<'a>> {
    let mut found = Vec::new();
    for (written_name, renderings) in objects {
        for tree in renderings {
            found.extend(roots_of(tree).map(|root| (root, written_name, &tree.name)));
        }
    }
    found.sort_unstable();
    found
}

fn roots_of(tree: &Rendering) -> impl Iterator<Item = &String> {
    iter::once(&tree.root).chain(&tree.other_roots)
}

/// The pull secrets of an account, and what the tree makes of it that gives it these.
type RenderedList<'a> = (&'a [String], &'a Rendering);

/// The lists of accounts that kustomize renders, and the Secrets on them.
struct RenderedLists<'a> {
    /// By namespace and name of the account.
    lists: BTreeMap<(&'a str, &'a str), Vec<RenderedList<'a>>>,
    secrets: Vec<InTree<'a>>,
}

impl<'a> RenderedLists<'a> {
    fn of(inventory: &'a Inventory) -> Self {
        let mut lists: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for account in inventory.service_accounts() {
            for tree in &account.renderings {
                let Some(namespace) = &tree.namespace else { continue };
                let list = tree.pull_secrets.as_ref().unwrap_or(&account.pull_secrets);
                let accounts = lists.entry((&**namespace, &*tree.name)).or_default();
                accounts.push((&**list, tree));
            }
        }
        let secrets = inventory.secrets().map(|one| (&one.written_name, &*one.renderings));
        Self { lists, secrets: in_trees(secrets) }
    }

    /// Lists what names on the list of an account are called in the cluster, for a workload that is in
    /// none of the trees of the account: a patch there is not renamed along.
    fn renamed(
        &self,
        namespace: &str,
        account: Option<&String>,
        workload: Option<&Rendering>,
    ) -> Vec<(String, String)> {
        let account = account.map_or(DEFAULT_ACCOUNT, String::as_str);
        let lists = self.lists.get(&(namespace, account)).map(Vec::as_slice).unwrap_or_default();
        let is_along = |(_, tree): &RenderedList<'_>| {
            workload.is_some_and(|workload| {
                roots_of(workload).any(|root| roots_of(tree).any(|other| other == root))
            })
        };
        if lists.iter().any(is_along) {
            return Vec::new();
        }
        let names = lists.iter().flat_map(|(list, tree)| list.iter().map(|name| (name, *tree)));
        let names = names.map(|(name, tree)| (name, name_in_tree(&self.secrets, &tree.root, name)));
        let changed = names.filter(|(name, in_tree)| name != in_tree);
        changed.map(|(name, in_tree)| (name.clone(), in_tree.clone())).collect()
    }
}

/// Returns what a tree calls the object that its manifests call `name`.
fn name_in_tree<'a>(objects: &[InTree<'a>], root: &String, name: &'a String) -> &'a String {
    let place = objects.partition_point(|(of, written, _)| (*of, *written) < (root, name));
    match objects.get(place) {
        Some((of, written, in_tree)) if (*of, *written) == (root, name) => in_tree,
        _ => name,
    }
}
