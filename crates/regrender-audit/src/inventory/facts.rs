//! Knows what is kept of one file, whatever other files say.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::finding::Finding;
use crate::kind::{Namespace, Secret, SecretState, ServiceAccount, Workload};
use crate::kustomization::{
    Change, Kustomization, Located, Part, Replacement, Transformer, speaks_of_variables,
    text_of_config_maps,
};
use crate::leak::SopsRules;
use crate::place::{Place, file_name};
use crate::placeholder::is_open;
use crate::unreadable::{Reason, Unreadable};

/// What one file declares.
#[derive(Clone, Debug, Default)]
pub struct FileFacts {
    pub(crate) path: Arc<str>,
    pub(crate) namespaces: Vec<Namespace>,
    pub(crate) service_accounts: Vec<ServiceAccount>,
    pub(crate) workloads: Vec<Workload>,
    pub(crate) secrets: Vec<Secret>,
    pub(crate) unreadable: Vec<Unreadable>,
    pub(crate) kustomization: Option<Box<Kustomization>>,
    /// Objects that have Flux or Argo CD apply a folder.
    pub(crate) deployers: Vec<Kustomization>,
    /// What a patch may change of an object, where that is more or less than a workload.
    pub(crate) parts: Vec<Part>,
    /// JSON operations that a patch may name.
    pub(crate) operations: Vec<Vec<Located>>,
    /// Replacements that a kustomization may name.
    pub(crate) replacements: Vec<Replacement>,
    /// Transformers that a kustomization may name.
    pub(crate) transformers: Vec<Transformer>,
    /// The files that a generator of KSOPS opens.
    pub(crate) sealed_files: Vec<String>,
    /// The Secrets that something refers to otherwise than for pulling.
    pub(crate) other_secrets: BTreeSet<String>,
    /// What leaks.
    pub(crate) findings: Vec<Finding>,
    /// The rules, where the file is a `.sops.yaml`.
    pub(crate) sops_rules: Option<Box<SopsRules>>,
    /// Whether the file is sealed with SOPS, or could be.
    pub(crate) sealing: Sealing,
    /// Whether the file is the `Chart.yaml` of a Helm chart.
    pub(crate) is_chart: bool,
    /// Whether anything is in it.
    pub(super) content: Content,
    /// Whether `{{` occurs anywhere.
    pub(crate) has_braces: bool,
    /// Its text, where it may hold `ConfigMaps` that variables come from.
    pub(crate) config_maps: Option<Box<str>>,
    /// Whether it may give variables to Kustomizations of Flux, if it is a patch.
    pub(crate) gives_variables: bool,
}

/// Whether a file is sealed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sealing {
    /// There is nothing to seal.
    #[default]
    Nothing,
    /// It could be sealed, and is no object of Kubernetes.
    Values,
    /// It could be sealed, and speaks of a kind, as objects of Kubernetes do.
    Object,
    /// A document carries the metadata of SOPS.
    Sealed,
}

impl Sealing {
    /// Tells whether it is not sealed and could be.
    pub(crate) fn is_to_do(self) -> bool {
        matches!(self, Self::Values | Self::Object)
    }

    /// Returns what it is in a file with this text.
    pub(super) fn within(self, text: &str) -> Self {
        if self == Self::Values && text.contains("kind") { Self::Object } else { self }
    }
}

/// Whether there is anything in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Content {
    /// There is no document: at most comments.
    #[default]
    Nothing,
    /// There is something, and none of it can be read.
    Unreadable,
    /// A document can be read.
    Something,
}

impl Content {
    fn of(text: &str) -> Self {
        let mut lines = text.lines().map(str::trim);
        let is_blank =
            lines.all(|line| matches!(line, "" | "---" | "...") || line.starts_with('#'));
        if is_blank { Self::Nothing } else { Self::Something }
    }
}

impl FileFacts {
    /// Tells whether anything is in the file.
    #[must_use]
    pub fn content(&self) -> Content {
        self.content
    }

    /// Lists the files and folders that the kustomizations and generators in it name as parts of
    /// their build. The folder that an object of Flux or Argo CD applies is not among them: it has a
    /// build of its own.
    #[must_use]
    pub fn named_paths(&self) -> Vec<String> {
        let kustomizations = self.kustomization.as_deref().into_iter().chain(&self.deployers);
        let named = kustomizations.flat_map(Kustomization::named_paths);
        named.chain(self.sealed_files.iter().cloned()).collect()
    }

    /// Lists the folders that objects of Flux and Argo CD in it apply, from the top of the repository.
    pub fn applied_folders(&self) -> impl Iterator<Item = &str> {
        self.deployers.iter().filter_map(Kustomization::applied_folder)
    }

    pub(crate) fn helm_template(path: &str) -> Self {
        Self::unread(path, Reason::HelmTemplate)
    }

    /// What is known of a file with more than [`SIZE_LIMIT`](crate::SIZE_LIMIT) bytes.
    #[must_use]
    pub fn too_large(path: &str) -> Self {
        Self::unread(path, Reason::TooLarge)
    }

    /// Returns what the file changes when a kustomization names it as a patch.
    pub(crate) fn as_patch(&self) -> Vec<Change> {
        let operations = self.operations.iter().cloned().map(Change::Operations);
        let is_known = |place: &Place| self.parts.iter().any(|one| one.workload.place == *place);
        let workloads = self.workloads.iter().filter(|one| !is_known(&one.place)).cloned();
        let accounts = self.service_accounts.iter().filter(|one| !is_known(&one.place));
        let merged = workloads.chain(accounts.map(ServiceAccount::as_part)).map(Part::from);
        let mut parts: Vec<Part> = self.parts.iter().cloned().chain(merged).collect();
        // What comes later is merged over what comes first, also where both are for one object.
        parts.sort_by_key(|part| (part.workload.place.document, part.workload.place.line));
        operations.chain(parts.into_iter().map(|part| Change::Merge(Box::new(part)))).collect()
    }

    /// Lists what makes pods and names no image: a patch may bring them.
    pub(crate) fn bare_workloads(&self) -> impl Iterator<Item = Workload> {
        let is_bare =
            |part: &&Part| part.is_plain() && part.workload.images.is_empty() && part.makes_pods();
        self.parts.iter().filter(is_bare).map(|part| part.workload.clone())
    }

    /// Tells whether it holds a Secret with a value that stands there as it is.
    pub(crate) fn holds_secret_in_clear(&self) -> bool {
        let is_filled_in = |value: &[u8]| str::from_utf8(value).is_ok_and(is_open);
        let mut clear = self.secrets.iter().filter(|one| one.state == SecretState::Clear);
        clear.any(|one| {
            one.content.data.values().any(|value| !value.is_empty() && !is_filled_in(value))
        })
    }

    /// Begins with what needs no parser.
    pub(super) fn of(path: &str, text: &str) -> Self {
        Self {
            path: Arc::from(path),
            has_braces: text.contains("{{"),
            is_chart: file_name(path) == "Chart.yaml",
            content: Content::of(text),
            config_maps: text_of_config_maps(text),
            gives_variables: speaks_of_variables(text),
            ..Self::default()
        }
    }

    pub(super) fn unread(path: &str, reason: Reason) -> Self {
        let path: Arc<str> = Arc::from(path);
        let unreadable = vec![Unreadable { file: Arc::clone(&path), document: None, reason }];
        Self { path, unreadable, content: Content::Unreadable, ..Self::default() }
    }
}
