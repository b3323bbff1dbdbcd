//! Patches for other people's manifests: one document a file, in a component.

use std::collections::{BTreeMap, BTreeSet};

use regrender_config::Workload;
use regrender_document::{Document, Mapping, Node};

use crate::kubernetes::{name_references, object, texts};
use crate::layout;

/// A thing of other people's manifests, and the whole list it gets.
#[derive(Clone, Debug)]
pub struct Patch {
    /// What is patched.
    pub target: PatchTarget,
    /// The names that it has in its manifests, where kustomize gives it the name it is known by.
    pub written_names: BTreeSet<String>,
    /// Its namespace, where all its manifests name it.
    pub written_namespace: Option<String>,
    /// The names of its pull secrets.
    pub pull_secrets: Vec<String>,
    /// What an account says of itself.
    pub annotations: BTreeMap<String, String>,
}

/// A thing of other people's manifests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatchTarget {
    /// An account that they declare.
    Account(String),
    /// A workload.
    Workload(Workload),
}

/// Renders a patch: one document, which gives its target the whole list of pull secrets.
pub(crate) fn render(patch: &Patch) -> Document {
    let mut metadata = Mapping::new().with("name", patch.target.name());
    if let Some(annotations) = texts(&patch.annotations) {
        metadata.push("annotations", annotations);
    }
    let mut rest = Mapping::new().with("metadata", metadata);
    match &patch.target {
        PatchTarget::Account(_) => {
            // An empty list would take away what the account's own manifest lists.
            if !patch.pull_secrets.is_empty() {
                rest.push("imagePullSecrets", name_references(&patch.pull_secrets));
            }
            object("v1", "ServiceAccount", rest)
        }
        PatchTarget::Workload(workload) => {
            let mut document = object(&workload.api_version, &workload.kind, rest);
            let pod_spec = pod_spec(workload, &patch.pull_secrets);
            if let Some((first, rest)) = workload.pod_spec.split_first() {
                document.root.push(first.clone(), nest(rest, pod_spec));
            }
            document
        }
    }
}

/// Renders the entry of the component that applies the patch in the file `name` to its target.
///
/// Components run before the namespace transformer of the overlay that takes them, so a namespace that
/// this one gives would silently match nothing. So would the name that its prefix makes. What stands in
/// the manifest matches in every overlay, and a namespace there keeps the patch from what is called the
/// same in others. With a target a patch that matches nothing does not break the build.
pub(crate) fn entry(name: &str, patch: &Patch) -> Mapping {
    let target = &patch.target;
    let mut names: Vec<&str> = patch.written_names.iter().map(String::as_str).collect();
    if names.is_empty() {
        names.push(target.name());
    }
    // kustomize reads all of them as anchored regular expressions, and an empty one matches all.
    let mut selector = Mapping::new()
        .with("group", target.group().unwrap_or("^$"))
        .with("kind", target.kind())
        .with("name", names.join("|").replace('.', "\\."));
    if let Some(namespace) = &patch.written_namespace {
        selector.push("namespace", namespace.as_str());
    }
    Mapping::new().with("path", name).with("target", selector)
}

impl PatchTarget {
    /// Path of the patch in the output folder.
    #[must_use]
    pub fn path(&self, namespace: &str) -> String {
        layout::patch_file(namespace, &self.file_name())
    }

    /// Name of the patch's file: kind and name, with the API group where Kubernetes does not own the
    /// kind.
    pub(crate) fn file_name(&self) -> String {
        let kind = self.kind().to_ascii_lowercase();
        match self.group() {
            Some(group) if group.contains('.') => format!("{kind}.{group}-{}.yaml", self.name()),
            _ => format!("{kind}-{}.yaml", self.name()),
        }
    }

    /// Returns the kind and name of the target.
    #[must_use]
    pub fn address(&self) -> (&str, &str) {
        (self.kind(), self.name())
    }

    fn name(&self) -> &str {
        match self {
            Self::Account(name) => name,
            Self::Workload(workload) => &workload.name,
        }
    }

    fn kind(&self) -> &str {
        match self {
            Self::Account(_) => "ServiceAccount",
            Self::Workload(workload) => &workload.kind,
        }
    }

    /// The API group; Kubernetes' core group has no name.
    fn group(&self) -> Option<&str> {
        match self {
            Self::Account(_) => None,
            Self::Workload(workload) => {
                workload.api_version.split_once('/').map(|(group, _)| group)
            }
        }
    }
}

fn pod_spec(workload: &Workload, pull_secrets: &[String]) -> Mapping {
    let mut pod_spec = Mapping::new().with("imagePullSecrets", name_references(pull_secrets));
    if let Some(account) = &workload.service_account {
        pod_spec.push("serviceAccountName", account.as_str());
    }
    pod_spec
}

/// Puts `innermost` below the keys of `path`.
fn nest(path: &[String], innermost: Mapping) -> Node {
    path.iter()
        .rev()
        .fold(Node::from(innermost), |node, key| Mapping::new().with(key.clone(), node).into())
}
