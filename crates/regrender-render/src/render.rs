//! The whole tree of one cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regrender_config::{Cluster, Config, Consumer, Format, PullSecret, Registry};
use regrender_document::{Document, SecretText};
use thiserror::Error;

use crate::docker_config::docker_config_json;
use crate::placement::{MadeSecret, Placement};
use crate::pull_secret::{LARGEST_SECRET, Payload, PullSecretFile};
use crate::service_account;
use crate::surroundings::Surroundings;
use crate::wanted_file::WantedFile;
use crate::{
    Credential, Credentials, argocd, external_secret, flux, generator, kustomize, layout, makefile,
    node, patch, policy,
};

/// What is known of the contents of the pull secrets.
#[derive(Clone, Copy, Debug)]
pub enum Contents<'a> {
    /// Nothing: only what may be seen is rendered.
    Unknown,
    /// The credentials of every registry that a rendered pull secret names.
    Resolved {
        /// The credentials.
        credentials: &'a Credentials,
        /// The pull secrets to render the payload of; none means all.
        only: Option<&'a BTreeSet<String>>,
    },
}

/// A tree that cannot be rendered.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RenderError {
    /// The API server would refuse the Secret.
    #[error(
        "pull secret `{secret}` holds {bytes} bytes; the API server takes at most {LARGEST_SECRET}"
    )]
    TooLarge {
        /// Name of the pull secret.
        secret: String,
        /// Size of its payload.
        bytes: usize,
    },
}

/// The tree of a cluster, rendered part by part: the whole of it is never needed at once, and there
/// can be tens of thousands of files.
#[derive(Debug)]
pub struct Rendered<'a> {
    config: &'a Config,
    cluster: &'a Cluster,
    surroundings: &'a Surroundings,
    payloads: BTreeMap<String, Payload>,
    placements: BTreeMap<String, Placement<'a>>,
}

/// A part of the tree of a cluster. No file is in two parts.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    rendered: &'a Rendered<'a>,
    what: What<'a>,
}

#[derive(Clone, Copy, Debug)]
enum What<'a> {
    /// What lands in one namespace.
    Namespace(&'a str, &'a Placement<'a>),
    /// The files that list all namespaces.
    Roots,
}

/// Renders the tree that `config` asks for in `cluster`.
///
/// # Errors
///
/// Lists the pull secrets that the API server would refuse.
pub fn render<'a>(
    config: &'a Config,
    cluster: &'a Cluster,
    surroundings: &'a Surroundings,
    contents: Contents<'_>,
) -> Result<Rendered<'a>, Vec<RenderError>> {
    let payloads = payloads(config, cluster, contents)?;
    let placements = Placement::of_cluster(config, cluster, surroundings);
    Ok(Rendered { config, cluster, surroundings, payloads, placements })
}

impl Rendered<'_> {
    /// Lists the parts of the tree; together they are the whole of it.
    #[must_use]
    pub fn parts(&self) -> Vec<Part<'_>> {
        let namespaces = self.placements.iter();
        let namespaces =
            namespaces.map(|(namespace, placement)| What::Namespace(namespace, placement));
        namespaces.chain([What::Roots]).map(|what| Part { rendered: self, what }).collect()
    }

    /// Returns how many files shall be sealed.
    #[must_use]
    pub fn sealed_count(&self) -> usize {
        let of_nodes = usize::from(node::static_registries(self.config).next().is_some());
        let of_namespaces = self.placements.values().map(|placement| placement.secrets.len());
        of_namespaces.sum::<usize>() + of_nodes
    }

    /// Lists the accounts, by namespace and name, whose list is emptied since nothing declares them
    /// any more.
    #[must_use]
    pub fn emptied_accounts(&self) -> Vec<(String, String)> {
        let mut emptied = Vec::new();
        for (namespace, placement) in &self.placements {
            let is_emptied = |(account, list): &(&String, &Vec<String>)| {
                list.is_empty() && !placement.annotations.contains_key(*account)
            };
            for (account, _) in placement.accounts.iter().filter(is_emptied) {
                emptied.push((namespace.clone(), account.clone()));
            }
        }
        emptied
    }
}

impl Part<'_> {
    /// Renders the files of this part, by their path in the output folder.
    #[must_use]
    pub fn files(&self) -> BTreeMap<String, WantedFile> {
        let Rendered { config, cluster, surroundings, payloads, placements } = self.rendered;
        let mut folder = Folder { config, cluster, surroundings, files: BTreeMap::new() };
        match self.what {
            What::Namespace(namespace, placement) => {
                folder.render_secrets(namespace, placement, payloads);
                folder.render_external_secrets(namespace, placement);
                folder.render_accounts(namespace, placement);
                folder.render_patches(namespace, placement);
                folder.render_namespace(namespace, placement);
            }
            What::Roots => {
                folder.render_roots(placements);
                folder.render_policies(placements);
                folder.render_nodes(payloads);
            }
        }
        folder.files
    }
}

/// The payload of each pull secret is made once, however many namespaces it lands in.
fn payloads(
    config: &Config,
    cluster: &Cluster,
    contents: Contents<'_>,
) -> Result<BTreeMap<String, Payload>, Vec<RenderError>> {
    let Contents::Resolved { credentials, only } = contents else {
        return Ok(BTreeMap::new());
    };
    let mut payloads = BTreeMap::new();
    let mut errors = Vec::new();
    if only.is_none() && node::static_registries(config).next().is_some() {
        let entries = entries_of(node::static_registries(config), credentials);
        payloads.insert(NODES.to_owned(), payload(&entries));
    }
    let wanted = |secret: &&PullSecret| {
        config.is_sealed(secret) && only.is_none_or(|only| only.contains(&secret.name))
    };
    for secret in config.secrets_of(cluster).filter(wanted) {
        let sealed = config.registries_of(secret).filter(|one| one.sealed_credential().is_some());
        let payload = payload(&entries_of(sealed, credentials));
        if payload.bytes > LARGEST_SECRET {
            let (secret, bytes) = (secret.name.clone(), payload.bytes);
            errors.push(RenderError::TooLarge { secret, bytes });
        }
        payloads.insert(secret.name.clone(), payload);
    }
    if errors.is_empty() { Ok(payloads) } else { Err(errors) }
}

/// What the payload of the nodes is kept under: no pull secret can have this name.
const NODES: &str = "";

fn payload(entries: &BTreeMap<String, &Credential>) -> Payload {
    let json = docker_config_json(entries);
    let text = Arc::new(SecretText::new(STANDARD.encode(json.expose())));
    let expires_at = entries.values().filter_map(|credential| credential.expires_at.clone()).min();
    Payload { text, bytes: json.expose().len(), expires_at }
}

/// Every auth key of registries; one without a credential has none.
fn entries_of<'a>(
    registries: impl Iterator<Item = &'a Registry>,
    credentials: &'a Credentials,
) -> BTreeMap<String, &'a Credential> {
    let mut entries = BTreeMap::new();
    for registry in registries {
        if let Some(credential) = credentials.get(&registry.name) {
            for key in registry.auth_keys() {
                entries.insert(key, credential);
            }
        }
    }
    entries
}

/// The folders of a namespace whose files may be seen.
fn folders(placement: &Placement<'_>) -> impl Iterator<Item = &'static str> {
    let made = (!placement.made.is_empty()).then_some(layout::EXTERNAL_SECRETS_ENTRY);
    let accounts = (!placement.accounts.is_empty()).then_some(layout::ACCOUNTS_ENTRY);
    made.into_iter().chain(accounts)
}

/// A part of the output folder of a cluster while it is rendered.
struct Folder<'a> {
    config: &'a Config,
    cluster: &'a Cluster,
    surroundings: &'a Surroundings,
    files: BTreeMap<String, WantedFile>,
}

impl Folder<'_> {
    fn clear(&mut self, path: String, document: Document) {
        self.files.insert(path, WantedFile::Clear(document));
    }

    fn serves(&self, consumer: Consumer) -> bool {
        self.cluster.consumers.contains(&consumer)
    }

    fn render_secrets(
        &mut self,
        namespace: &str,
        placement: &Placement<'_>,
        payloads: &BTreeMap<String, Payload>,
    ) {
        for secret in &placement.secrets {
            let payload = payloads.get(&secret.name).cloned();
            let mut registries = self.config.registries_of(secret);
            let may_expire = registries.any(|registry| registry.allow_short_lived);
            let file = PullSecretFile::new(secret, namespace, self.cluster, payload, may_expire);
            let path = layout::sealed_file(namespace, &secret.name, self.cluster.format);
            self.files.insert(path, WantedFile::Sealed(file));
        }
    }

    /// What External Secrets makes pull secrets from, and lists of it.
    fn render_external_secrets(&mut self, namespace: &str, placement: &Placement<'_>) {
        if placement.made.is_empty() {
            return;
        }
        let mut files = BTreeSet::new();
        for MadeSecret { name, secret, registry, generator } in &placement.made {
            files.extend([format!("{name}.yaml"), format!("{}.yaml", registry.name)]);
            let document = external_secret::render(name, namespace, secret, registry, generator);
            self.clear(layout::external_secret_file(namespace, name), document);
            let document = generator::render(registry, namespace, generator);
            self.clear(layout::external_secret_file(namespace, &registry.name), document);
        }
        let document = kustomize::resources(files.into_iter().collect());
        self.clear(layout::external_secrets_kustomization(namespace), document);
    }

    fn render_policies(&mut self, placements: &BTreeMap<String, Placement<'_>>) {
        for (path, text) in policy::render(self.config, self.cluster, placements) {
            self.files.insert(path, WantedFile::Text(text));
        }
    }

    /// What the kubelets get; it lies outside of what a consumer applies.
    fn render_nodes(&mut self, payloads: &BTreeMap<String, Payload>) {
        if let Some(document) = node::credential_providers(self.config, self.cluster) {
            self.clear(layout::credential_providers(), document);
        }
        if node::static_registries(self.config).next().is_some() {
            let payload = payloads.get(NODES).map(|payload| Arc::clone(&payload.text));
            let file = node::docker_config(payload);
            let path = layout::node_docker_config(self.cluster.format);
            self.files.insert(path, WantedFile::Sealed(file));
        }
    }

    fn render_accounts(&mut self, namespace: &str, placement: &Placement<'_>) {
        if placement.accounts.is_empty() {
            return;
        }
        for (account, pull_secrets) in &placement.accounts {
            let annotations = placement.annotations.get(account);
            let consumers = &self.cluster.consumers;
            let document =
                service_account::render(account, namespace, pull_secrets, annotations, consumers);
            self.clear(layout::account_file(namespace, account), document);
        }
        let files = placement.accounts.keys().map(|account| layout::listed_file(account)).collect();
        self.clear(layout::accounts_kustomization(namespace), kustomize::resources(files));
    }

    fn render_patches(&mut self, namespace: &str, placement: &Placement<'_>) {
        if placement.patches.is_empty() {
            return;
        }
        for (name, patch) in &placement.patches {
            self.clear(layout::patch_file(namespace, name), patch::render(patch));
        }
        let patches = placement.patches.iter();
        let entries = patches.map(|(name, patch)| patch::entry(name, &patch.target)).collect();
        self.clear(layout::patches_kustomization(namespace), kustomize::component(entries));
    }

    /// The kustomizations of one namespace, one a consumer that wants its own.
    fn render_namespace(&mut self, namespace: &str, placement: &Placement<'_>) {
        let applied = self.applied_entries(placement);
        if !applied.is_empty() {
            let document = kustomize::resources(applied);
            self.clear(layout::namespace_kustomization(namespace), document);
        }
        if self.serves(Consumer::ArgoCd) {
            self.render_argocd(namespace, placement);
        }
        if self.cluster.per_namespace && self.serves(Consumer::Flux) {
            let path = &self.surroundings.repository_path;
            let document = flux::kustomization(&self.cluster.flux, namespace, path);
            self.clear(layout::flux_kustomization(namespace), document);
        }
    }

    /// What the folder of a namespace applies. Sealed files are in it for Flux alone: whoever else
    /// applies the folder would apply the ciphertext.
    fn applied_entries(&self, placement: &Placement<'_>) -> Vec<String> {
        let mut entries = Vec::new();
        if self.serves(Consumer::Flux) && self.cluster.format == Format::Sops {
            entries.extend(self.sealed_file_names(placement));
        }
        entries.extend(folders(placement).map(str::to_owned));
        entries
    }

    fn sealed_file_names(&self, placement: &Placement<'_>) -> Vec<String> {
        let format = self.cluster.format;
        let names = placement.secrets.iter();
        names.map(|secret| layout::sealed_file_name(&secret.name, format)).collect()
    }

    fn render_argocd(&mut self, namespace: &str, placement: &Placement<'_>) {
        let mut generators = Vec::new();
        if !placement.secrets.is_empty() {
            let names = self.sealed_file_names(placement);
            let files = names
                .iter()
                .map(|name| layout::from_argocd_to_manifests(namespace, name))
                .collect();
            self.clear(layout::argocd_generator(namespace), argocd::generator(namespace, files));
            generators.push(String::from("ksops.yaml"));
        }
        // A file outside its folder is refused by kustomize, a folder is not.
        let resources = folders(placement)
            .map(|folder| layout::from_argocd_to_manifests(namespace, folder))
            .collect();
        self.clear(
            layout::argocd_kustomization(namespace),
            kustomize::generators(generators, resources),
        );
        if let (true, Some(repository)) =
            (self.cluster.per_namespace, &self.cluster.argocd.repository)
        {
            let path = &self.surroundings.repository_path;
            let document = argocd::application(&self.cluster.argocd, repository, namespace, path);
            self.clear(layout::argocd_application(namespace), document);
        }
    }

    /// The files that list all namespaces.
    fn render_roots(&mut self, placements: &BTreeMap<String, Placement<'_>>) {
        let applied: Vec<String> = placements
            .iter()
            .filter(|(_, placement)| !self.applied_entries(placement).is_empty())
            .map(|(namespace, _)| namespace.clone())
            .collect();
        if !applied.is_empty() {
            self.clear(layout::root_kustomization(), kustomize::resources(applied));
        }
        if self.serves(Consumer::Kubectl) {
            let text = makefile::render(self.cluster.format);
            self.files.insert(layout::MAKEFILE.to_owned(), WantedFile::Text(text));
        }
        let namespaces: Vec<String> = placements.keys().cloned().collect();
        if namespaces.is_empty() {
            return;
        }
        let files = || namespaces.iter().map(|name| layout::listed_file(name)).collect();
        if self.serves(Consumer::ArgoCd) {
            let document = kustomize::resources(namespaces.clone());
            self.clear(layout::argocd_root_kustomization(), document);
            if self.cluster.per_namespace {
                self.clear(layout::argocd_applications(), kustomize::resources(files()));
            }
        }
        if self.cluster.per_namespace && self.serves(Consumer::Flux) {
            self.clear(layout::flux_root_kustomization(), kustomize::resources(files()));
        }
    }
}
