//! The files of an output folder: what stands in each, and which of them list which.

use std::collections::{BTreeMap, BTreeSet};

use regrender_config::{Cluster, Config, Consumer, Format};
use regrender_document::Document;

use crate::payload::{Payloads, registries_of_nodes};
use crate::placement::{MadeSecret, Placement};
use crate::pull_secret::PullSecretFile;
use crate::surroundings::Surroundings;
use crate::wanted_file::WantedFile;
use crate::{
    argocd, external_secret, flux, generator, ksops, kustomize, layout, makefile, node, patch,
    policy, service_account,
};

/// A part of the output folder of a cluster while it is rendered.
pub(crate) struct Folder<'a> {
    config: &'a Config,
    cluster: &'a Cluster,
    surroundings: &'a Surroundings,
    payloads: &'a Payloads,
    files: Vec<(String, WantedFile)>,
}

impl<'a> Folder<'a> {
    /// Begins without any file.
    pub(crate) fn new(
        config: &'a Config,
        cluster: &'a Cluster,
        surroundings: &'a Surroundings,
        payloads: &'a Payloads,
    ) -> Self {
        Self { config, cluster, surroundings, payloads, files: Vec::new() }
    }

    /// Renders all that lands in one namespace, and the files that list it.
    pub(crate) fn render_namespace(&mut self, namespace: &str, placement: &Placement<'_>) {
        self.render_secrets(namespace, placement);
        self.render_external_secrets(namespace, placement);
        self.render_accounts(namespace, placement);
        self.render_patches(namespace, placement);
        self.render_kustomizations(namespace, placement);
    }

    /// Renders what belongs to no namespace, and the files that list all of them.
    pub(crate) fn render_rest(&mut self, placements: &BTreeMap<String, Placement<'_>>) {
        self.render_roots(placements);
        self.render_policies(placements);
        self.render_nodes();
    }

    /// Returns the files, in the order of their paths in the output folder.
    pub(crate) fn into_files(mut self) -> Vec<(String, WantedFile)> {
        self.files.sort_by(|(one, _), (other, _)| one.cmp(other));
        // Several pull secrets are made with one generator.
        self.files.dedup_by(|(next, _), (path, _)| next == path);
        self.files
    }

    fn clear(&mut self, path: String, document: Document) {
        self.files.push((path, WantedFile::Clear(document)));
    }

    fn serves(&self, consumer: Consumer) -> bool {
        self.cluster.consumers.contains(&consumer)
    }

    fn render_secrets(&mut self, namespace: &str, placement: &Placement<'_>) {
        for secret in &placement.secrets {
            let payload = self.payloads.of_secrets.get(&secret.name).cloned();
            let mut registries = self.config.registries_of(secret);
            let may_expire = registries.any(|registry| registry.allow_short_lived);
            let file = PullSecretFile::new(secret, namespace, self.cluster, payload, may_expire);
            let file = file.holding(self.payloads.holdings.get(&secret.name));
            let path = layout::sealed_file(namespace, &secret.secret_name, self.cluster.format);
            self.files.push((path, WantedFile::Sealed(file)));
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
            self.files.push((path, WantedFile::Text(text)));
        }
    }

    /// What the kubelets get; it lies outside of what a consumer applies.
    fn render_nodes(&mut self) {
        if let Some(document) = node::credential_providers(self.config, self.cluster) {
            self.clear(layout::credential_providers(), document);
        }
        if registries_of_nodes(self.config).next().is_some() {
            let payload = self.payloads.of_nodes.as_ref().map(|payload| payload.text.clone());
            let holdings = registries_of_nodes(self.config).collect();
            let file = node::docker_config(payload).holding(Some(&holdings));
            let path = layout::node_docker_config(self.cluster.format);
            self.files.push((path, WantedFile::Sealed(file)));
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
        let entries = patches.map(|(name, patch)| patch::entry(name, patch)).collect();
        self.clear(layout::patches_kustomization(namespace), kustomize::component(entries));
    }

    /// The kustomizations of one namespace, one a consumer that wants its own.
    fn render_kustomizations(&mut self, namespace: &str, placement: &Placement<'_>) {
        let applied = self.applied_entries(placement);
        if !applied.is_empty() {
            let document = kustomize::resources(applied);
            self.clear(layout::namespace_kustomization(namespace), document);
        }
        if !lands_any(placement) {
            return;
        }
        if self.serves(Consumer::ArgoCd) {
            self.render_argocd(namespace, placement);
        }
        if self.cluster.per_namespace && self.serves(Consumer::Flux) {
            let path = &self.surroundings.repository_path;
            let document =
                flux::kustomization(&self.cluster.flux, self.cluster.format, namespace, path);
            self.clear(layout::flux_kustomization(namespace), document);
        }
    }

    /// Says whether the folder of a namespace applies anything.
    fn applies_any(&self, placement: &Placement<'_>) -> bool {
        (self.applies_sealed() && !placement.secrets.is_empty())
            || folders(placement).next().is_some()
    }

    /// Says whether the folders of namespaces apply sealed files. SOPS files are applied for Flux alone:
    /// whoever else applies the folder would apply the ciphertext. A SealedSecret is for whoever
    /// applies it.
    fn applies_sealed(&self) -> bool {
        match self.cluster.format {
            Format::Sops => self.serves(Consumer::Flux),
            Format::Age => false,
            Format::SealedSecrets => true,
        }
    }

    /// What the folder of a namespace applies.
    fn applied_entries(&self, placement: &Placement<'_>) -> Vec<String> {
        let mut entries = Vec::new();
        if self.applies_sealed() {
            entries.extend(self.sealed_file_names(placement));
        }
        entries.extend(folders(placement).map(str::to_owned));
        entries
    }

    fn sealed_file_names(&self, placement: &Placement<'_>) -> Vec<String> {
        let format = self.cluster.format;
        let names = placement.secrets.iter();
        names.map(|secret| layout::sealed_file_name(&secret.secret_name, format)).collect()
    }

    fn render_argocd(&mut self, namespace: &str, placement: &Placement<'_>) {
        let mut generators = Vec::new();
        let needs_opening = self.cluster.format != Format::SealedSecrets;
        if needs_opening && !placement.secrets.is_empty() {
            let names = self.sealed_file_names(placement);
            let files = names
                .iter()
                .map(|name| layout::from_argocd_to_manifests(namespace, name))
                .collect();
            self.clear(layout::argocd_generator(namespace), ksops::render(namespace, files));
            generators.push(layout::KSOPS.to_owned());
        }
        // A file outside its folder is refused by kustomize, a folder is not.
        let resources = if needs_opening {
            let folders = folders(placement);
            folders.map(|folder| layout::from_argocd_to_manifests(namespace, folder)).collect()
        } else if self.applied_entries(placement).is_empty() {
            Vec::new()
        } else {
            vec![layout::from_argocd_to_folder(namespace)]
        };
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
        if self.serves(Consumer::Kubectl) {
            let text = makefile::render(self.cluster.format);
            self.files.push((layout::MAKEFILE.to_owned(), WantedFile::Text(text)));
        }
        for (path, entries) in self.roots(placements) {
            self.clear(path, kustomize::resources(entries));
        }
    }

    /// Lists the kustomizations that list all namespaces, and their entries. Where there is one and
    /// nothing is left, it stays: whoever applies a folder that is gone only fails, and takes nothing
    /// away.
    pub(crate) fn roots(
        &self,
        placements: &BTreeMap<String, Placement<'_>>,
    ) -> Vec<(String, Vec<String>)> {
        let names = |lists: &dyn Fn(&Placement<'_>) -> bool| -> Vec<String> {
            let listed = placements.iter().filter(|(_, placement)| lists(placement));
            listed.map(|(namespace, _)| namespace.clone()).collect()
        };
        let mut roots = Vec::new();
        let applied = names(&|placement| self.applies_any(placement));
        if !applied.is_empty() || self.serves(Consumer::Flux) {
            roots.push((layout::root_kustomization(), applied));
        }
        let namespaces = names(&lands_any);
        let files: Vec<String> = namespaces.iter().map(|name| layout::listed_file(name)).collect();
        if self.serves(Consumer::ArgoCd) {
            roots.push((layout::argocd_root_kustomization(), namespaces));
            if self.cluster.per_namespace {
                roots.push((layout::argocd_applications(), files.clone()));
            }
        }
        if self.cluster.per_namespace && self.serves(Consumer::Flux) {
            roots.push((layout::flux_root_kustomization(), files));
        }
        let written = &self.surroundings.written_roots;
        roots.retain(|(path, entries)| !entries.is_empty() || written.contains(path));
        roots
    }
}

/// Says whether anything of a namespace is applied: kustomize fails on a list of nothing else.
fn lands_any(placement: &Placement<'_>) -> bool {
    !placement.secrets.is_empty() || folders(placement).next().is_some()
}

/// The folders of a namespace whose files may be seen.
fn folders(placement: &Placement<'_>) -> impl Iterator<Item = &'static str> {
    let made = (!placement.made.is_empty()).then_some(layout::EXTERNAL_SECRETS_ENTRY);
    let accounts = (!placement.accounts.is_empty()).then_some(layout::ACCOUNTS_ENTRY);
    made.into_iter().chain(accounts)
}
