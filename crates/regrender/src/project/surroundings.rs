//! What the repository's own manifests say, as far as rendering depends on it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::{io, iter};

use regrender_audit::{Inventory, Rendering};
use regrender_config::{Cluster, Config, Consumer, Namespaces, PullSecret};
use regrender_render::{DeclaredWorkload, Surroundings, account_of_path, roots};

use crate::error::{CliError, ErrorKind};
use crate::output_folder::{OutputFolder, Text};
use crate::project::manifests::Manifests;
use crate::project::{Project, left_over, repository, shared_name};

/// The kind of accounts.
const ACCOUNT: &str = "ServiceAccount";

/// Reads the inventory of `cluster`: its manifests, without the output folder of any cluster and
/// what earlier builds wrote elsewhere.
///
/// It stays empty when nothing that lands in the cluster depends on it. The errors tell what of it
/// cannot be read.
pub(crate) fn inventory_of(
    project: &Project,
    cluster: &Cluster,
    manifests: &mut Manifests,
) -> (Inventory, Vec<CliError>) {
    if !project.config.secrets_of(cluster).any(depends_on_inventory) {
        return (Inventory::default(), Vec::new());
    }
    let paths: Vec<PathBuf> =
        cluster.inventory.iter().map(|path| project.folder.join(path)).collect();
    if manifests.must_be_read() {
        let missing: Vec<CliError> =
            cluster.inventory.iter().filter_map(|path| missing(project, path)).collect();
        if !missing.is_empty() {
            return (Inventory::default(), missing);
        }
    }
    let mut walk = manifests.walk(&paths).without(&project.outputs());
    manifests.read(&walk.manifests);
    walk.manifests.retain(|path| !left_over::is_left_over(path, project, manifests));
    (manifests.inventory(&walk), manifests.refused(&walk))
}

/// What was declared in a folder that is not there any more would look as if it were gone.
fn missing(project: &Project, path: &str) -> Option<CliError> {
    let error = project.folder.join(path).metadata().err()?;
    if error.kind() != io::ErrorKind::NotFound {
        return None;
    }
    let message = format!("`{path}` of the inventory is not there");
    let hint = "name files and folders that are there with `inventory` in registries.toml";
    Some(CliError::new(ErrorKind::Files, message).with_hint(hint))
}

fn depends_on_inventory(secret: &PullSecret) -> bool {
    let is_listed = matches!(secret.namespaces, Namespaces::Listed(_));
    !is_listed || !secret.service_accounts.is_empty() || !secret.workloads.is_empty()
}

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
        written_names: written_names(inventory),
        written_accounts: written,
        written_roots: written_roots(folder).map_err(|error| vec![error])?,
        repository_path: repository_path(project, cluster),
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
    for workload in inventory.workloads() {
        let key = |namespace: &String, name: &String| {
            (namespace.clone(), workload.kind.clone(), name.clone())
        };
        if let (Some(namespace), []) = (&workload.namespace, workload.renderings.as_slice()) {
            let account = workload.service_account.as_ref();
            let declared = workloads.entry(key(namespace, &workload.name)).or_default();
            extend(declared, account, &workload.pull_secrets);
        }
        for rendering in &workload.renderings {
            let Some(namespace) = &rendering.namespace else { continue };
            let account = rendering.service_account.as_ref().or(workload.service_account.as_ref());
            let account = account.map(|account| name_in_tree(&accounts, &rendering.root, account));
            let pull_secrets = rendering.pull_secrets.as_ref().unwrap_or(&workload.pull_secrets);
            let declared = workloads.entry(key(namespace, &rendering.name)).or_default();
            extend(declared, account, pull_secrets);
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

/// An account in a tree: the folder of the tree, the name in the manifest, and the name in the tree.
type InTree<'a> = (&'a String, &'a String, &'a String);

/// Lists what the trees call accounts, in order.
fn accounts_in_trees(inventory: &Inventory) -> Vec<InTree<'_>> {
    let mut accounts = Vec::new();
    for account in inventory.service_accounts() {
        for tree in &account.renderings {
            let roots = iter::once(&tree.root).chain(&tree.other_roots);
            accounts.extend(roots.map(|root| (root, &account.written_name, &tree.name)));
        }
    }
    accounts.sort_unstable();
    accounts
}

/// Returns what a tree calls the account that its manifests call `name`.
fn name_in_tree<'a>(accounts: &[InTree<'a>], root: &String, name: &'a String) -> &'a String {
    let place = accounts.partition_point(|(of, written, _)| (*of, *written) < (root, name));
    match accounts.get(place) {
        Some((of, written, in_tree)) if (*of, *written) == (root, name) => in_tree,
        _ => name,
    }
}

/// Lists what accounts and workloads are called in their manifests, where kustomize calls them
/// something else.
///
/// A name that something else of that kind has in the same namespace is not listed: it would stand for
/// both.
fn written_names(inventory: &Inventory) -> BTreeMap<(String, String, String), BTreeSet<String>> {
    let accounts = inventory
        .service_accounts()
        .map(|account| (ACCOUNT, &account.written_name, &account.renderings));
    let workloads = inventory
        .workloads()
        .map(|workload| (workload.kind.as_str(), &workload.written_name, &workload.renderings));
    let mut all = Vec::new();
    for (kind, written_name, renderings) in accounts.chain(workloads) {
        for Rendering { namespace, name, .. } in renderings {
            all.extend(namespace.as_ref().map(|namespace| (namespace, kind, name, written_name)));
        }
    }
    all.sort_unstable();
    let mut names: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for group in all.chunk_by(|one, next| (one.0, one.1) == (next.0, next.1)) {
        let is_shared = |called: &String, of: &String| {
            group
                .iter()
                .any(|(_, _, name, written)| *name != of && (*name == called || *written == called))
        };
        for (namespace, kind, name, written) in group {
            if written != name && !is_shared(written, name) {
                let key = ((*namespace).clone(), (*kind).to_owned(), (*name).clone());
                names.entry(key).or_default().insert((*written).clone());
            }
        }
    }
    // What keeps its name in another tree is called that, too.
    for (namespace, kind, name, written) in all {
        let key = (namespace.clone(), kind.to_owned(), name.clone());
        if written == name
            && let Some(names) = names.get_mut(&key)
        {
            names.insert(written.clone());
        }
    }
    names
}

/// Says which accounts are declared by the name in their manifest, though kustomize gives them another
/// one: the build would make an account that no pod runs under.
pub(crate) fn warnings(
    project: &Project,
    cluster: &Cluster,
    surroundings: &Surroundings,
) -> BTreeSet<String> {
    let mut warnings = BTreeSet::new();
    for ((namespace, kind, name), written) in &surroundings.written_names {
        for account in written.iter().filter(|_| kind == ACCOUNT) {
            let is_declared = project.config.secrets_of(cluster).any(|secret| {
                let namespaces = surroundings.namespaces.get(&secret.name);
                secret.service_accounts.contains(account)
                    && namespaces.is_some_and(|list| list.contains(namespace))
            });
            let key = (namespace.clone(), account.clone());
            if is_declared && !surroundings.declared_accounts.contains_key(&key) {
                warnings.insert(format!(
                    "kustomize calls the service account `{account}` of `{namespace}` `{name}`: \
                     declare it by that name; the build makes another account `{account}`"
                ));
            }
        }
    }
    warnings
}

/// Says that there is no repository from whose top the paths of Kustomizations and Applications count:
/// as in a container that got a folder of it alone.
pub(crate) fn without_repository(project: &Project, cluster: &Cluster) -> Option<String> {
    let has_paths = cluster.per_namespace
        && [Consumer::Flux, Consumer::ArgoCd].iter().any(|one| cluster.consumers.contains(one));
    (has_paths && !repository::is_top(repository::top(&project.folder))).then(|| {
        format!(
            "the paths that `per-namespace` writes into `{}` begin at the folder of registries.toml, \
             which lies in no Git repository: run this in the whole repository, with its `.git`",
            cluster.directory
        )
    })
}

/// Path of the output folder from the top of the Git repository, without the links that may lead there:
/// Flux takes none of them along.
fn repository_path(project: &Project, cluster: &Cluster) -> String {
    let folder = project.folder.join(&cluster.directory);
    let top = repository::top(&project.folder);
    let [folder, top] =
        [&folder, top].map(|path| repository::real_place(path).unwrap_or_else(|| path.to_owned()));
    let path = folder.strip_prefix(top).unwrap_or(&folder);
    let parts: Vec<String> =
        path.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    parts.join("/")
}
