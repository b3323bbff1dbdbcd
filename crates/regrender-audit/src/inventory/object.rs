//! Knows the kinds of Kubernetes objects, and what of each the inventory keeps.

use std::sync::Arc;

use super::account::ACCOUNT;
use super::facts::FileFacts;
use super::word::Words;
use super::{
    ImageUse, Metadata, Namespace, ServiceAccount, Source, Workload, helm, pod, secret, shape,
};
use crate::kustomization::{
    DEPLOYERS, Part, Written, directs, has_volumes, is_directed, read_deployers,
};
use crate::manifest::Node;
use crate::place::{Place, folder_of, join};

/// Takes one object into `facts`, and what a list or template holds one by one; its file holds
/// some words or does not.
pub(super) fn read_object(facts: &mut FileFacts, root: &Node<'_>, place: &Place, words: Words) {
    read_with(facts, root, Header::of(root, place), words);
}

fn read_with(facts: &mut FileFacts, root: &Node<'_>, header: Header, words: Words) {
    if let Some(items) = unfolded(root, &header) {
        return read_items(facts, items, &header, words);
    }
    let place = &header.place.clone();
    // What has a directive is nothing that anybody deploys, though a custom resource may hold one.
    let is_native = || header.group().is_empty() || core_pod_path(&header).is_some();
    if words.directives && (is_directed(root) || is_native() && directs(root)) {
        facts.parts.extend(read_parts(root, &header, words));
        return;
    }
    match &*header.kind {
        "Namespace" => facts.namespaces.push(Namespace {
            labels: header.metadata.labels.clone(),
            name: header.name,
            place: place.clone(),
        }),
        ACCOUNT => {
            facts
                .parts
                .extend(read_parts(root, &header, words).into_iter().filter(|one| !one.is_plain()));
            facts.service_accounts.push(service_account(root, header));
        }
        "Secret" | "SealedSecret" | "ExternalSecret" | "ClusterExternalSecret" => {
            facts.secrets.extend(secret::read(root, &header));
        }
        kind if DEPLOYERS.contains(&kind) => {
            let object = header.workload(Source::Custom);
            let release = if is_release(kind) { helm::read_release(root, &header) } else { None };
            if release.is_none() {
                facts.parts.push(Part::from(object.clone()));
            }
            facts.workloads.extend(release);
            facts.deployers.extend(read_deployers(root, place, &Arc::new(object)));
        }
        kind if is_release(kind) => facts.workloads.extend(helm::read_release(root, &header)),
        "ksops" | "SopsSecretGenerator" => {
            let folder = folder_of(&facts.path);
            let files = root.items_of("files");
            let files = files.iter().filter_map(Node::string);
            facts.sealed_files.extend(files.map(|file| join(folder, file)));
        }
        // What is known by its kind may be a patch, which holds no image.
        _ if !words.images && !words.pulling && core_pod_path(&header).is_none() => {}
        _ => {
            let parts = read_parts(root, &header, words);
            let whole = parts.iter().map(|one| &one.workload);
            facts.workloads.extend(whole.filter(|one| !one.images.is_empty()).cloned());
            let part = |one: &Part| one.workload.images.is_empty() || !one.is_plain();
            facts.parts.extend(parts.into_iter().filter(part));
        }
    }
}

/// Takes what a list or template holds.
fn read_items(facts: &mut FileFacts, items: &Node<'_>, header: &Header, words: Words) {
    let before = facts.workloads.len();
    for item in items.items() {
        let own = Header::of(item, &header.place.of(item)).in_list(header);
        read_with(facts, item, own, words);
    }
    // Where the objects of a template go is said where it is filled in.
    let is_list = header.kind.ends_with("List");
    for one in facts.workloads.iter_mut().skip(before).filter(|_| !is_list) {
        one.keeps_namespace = true;
    }
}

/// Reads a document that stands inside another, a patch for instance, as parts of a workload.
pub(crate) fn read_inline_parts(root: &Node<'_>) -> Vec<Part> {
    let header = Header::of(root, &Place::default().of(root));
    let mut parts = read_parts(root, &header, Words::ANY);
    if parts.is_empty() {
        parts.push(Part::new(header.workload(Source::Custom), root, None));
    }
    parts
}

/// Reads the images of a value that a patch puts somewhere into an object.
pub(crate) fn read_inline_images(value: &Node<'_>, path: &str) -> Vec<ImageUse> {
    shape::read_value(value, &Header::of(value, &Place::default()), path)
}

/// Reads an object as what a strategic merge changes of it; nothing where that is nothing at all.
fn read_parts(root: &Node<'_>, header: &Header, words: Words) -> Vec<Part> {
    if header.kind == ACCOUNT {
        let mut part = header.workload(Source::Core);
        part.pull_secrets = pod::reference_names(root.get("imagePullSecrets"));
        return vec![Part::new(part, root, Some(&[]))];
    }
    if let Some(path) = core_pod_path(header) {
        let pod = root.at(path).map(|spec| pod::read(spec, header));
        let pod = pod.unwrap_or_else(|| header.workload(Source::Core));
        return vec![Part::new(pod, root, Some(path))];
    }
    let found = match shape::read(root, header) {
        Ok(found) => found,
        Err(speaks) => {
            let part = |workload| Part::new(workload, root, None);
            let pulling = speaks.then(|| shape::pulling(root, header));
            return match pulling {
                Some(Some(workload)) => vec![part(workload)],
                Some(None) => vec![part(header.workload(Source::Custom)).unclear()],
                None if words.directives && directs(root) || has_volumes(root) => {
                    vec![part(header.workload(Source::Custom))]
                }
                None => Vec::new(),
            };
        }
    };
    let says_more = words.directives || has_volumes(root);
    let part = |one| if says_more { Part::new(one, root, None) } else { Part::from(one) };
    let parts = found.workloads.into_iter().map(part);
    if found.takes_away { parts.map(Part::unclear).collect() } else { parts.collect() }
}

/// What every object has.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) kind: String,
    pub(super) api_version: String,
    pub(super) namespace: Option<String>,
    pub(super) name: String,
    pub(super) metadata: Arc<Metadata>,
    pub(super) place: Place,
}

impl Header {
    pub(super) fn of(root: &Node<'_>, place: &Place) -> Self {
        let text = |path: &[&str]| {
            let found = root.at(path).and_then(Node::scalar).unwrap_or_default();
            found.to_owned()
        };
        let mut name = text(&["metadata", "name"]);
        if name.is_empty() {
            name = text(&["metadata", "generateName"]);
        }
        Self {
            kind: text(&["kind"]),
            api_version: text(&["apiVersion"]),
            namespace: Some(text(&["metadata", "namespace"])).filter(|name| !name.is_empty()),
            name,
            metadata: Metadata::read(root),
            place: place.clone(),
        }
    }

    /// Takes what an item of a list does not say from the list, as the API's own reader does.
    fn in_list(self, list: &Self) -> Self {
        match list.kind.strip_suffix("List") {
            Some(kind) if self.kind.is_empty() => {
                Self { kind: kind.to_owned(), api_version: list.api_version.clone(), ..self }
            }
            _ => self,
        }
    }

    /// Returns the API group, empty for the core.
    pub(super) fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    pub(super) fn workload(&self, source: Source) -> Workload {
        let written = Written {
            kind: &self.kind,
            api_version: &self.api_version,
            namespace: self.namespace.as_deref(),
            name: &self.name,
        };
        let metadata = Arc::clone(&self.metadata);
        Workload { metadata, ..Workload::new(written, source, &self.place) }
    }
}

/// Returns the objects that an object holds: a list, a template of `OpenShift`, or a set that the
/// operator of Flux makes them from.
fn unfolded<'n, 'a>(root: &'n Node<'a>, header: &Header) -> Option<&'n Node<'a>> {
    let path: &[&str] = match (header.group(), &*header.kind) {
        (_, kind) if kind.ends_with("List") => &["items"],
        (_, "Template") => &["objects"],
        ("fluxcd.controlplane.io", "ResourceSet") => &["spec", "resources"],
        _ => return None,
    };
    root.at(path).filter(|items| items.is_sequence())
}

/// Returns the way to the pod specification in the kinds of Kubernetes itself.
pub(super) fn core_pod_path(header: &Header) -> Option<&'static [&'static str]> {
    let groups: &[&str] = match &*header.kind {
        "Pod" | "PodTemplate" | "ReplicationController" => &[""],
        "Job" | "CronJob" => &["batch"],
        _ => &["apps", "extensions"],
    };
    pod_path(&header.kind).filter(|_| groups.contains(&header.group()))
}

/// Returns the same for a kind whose group is not known; that of a `ServiceAccount` says itself how
/// its pods pull.
pub(crate) fn pod_path(kind: &str) -> Option<&'static [&'static str]> {
    let path: &[&str] = match kind {
        "Pod" => &["spec"],
        "PodTemplate" => &["template", "spec"],
        "ReplicationController"
        | "Job"
        | "Deployment"
        | "StatefulSet"
        | "DaemonSet"
        | "ReplicaSet" => &["spec", "template", "spec"],
        "CronJob" => &["spec", "jobTemplate", "spec", "template", "spec"],
        _ => return None,
    };
    Some(path)
}

/// Lists the ways to what a custom resource says of pods, where kinds of Kubernetes itself have theirs.
pub(super) fn core_pods(root: &Node<'_>) -> Vec<&'static [&'static str]> {
    let paths = ["Pod", "PodTemplate", "Deployment", "CronJob"].into_iter().filter_map(pod_path);
    paths.filter(|path| root.at(path).is_some_and(pod::says_anything)).collect()
}

/// Tells whether an object of a kind installs charts, whose values it holds.
pub(crate) fn is_release(kind: &str) -> bool {
    matches!(
        kind,
        "HelmRelease" | "HelmChart" | "HelmChartConfig" | "Application" | "ApplicationSet"
    )
}

/// Tells whether a kind is one of Kubernetes itself that makes pods, whatever its version.
pub(crate) fn is_core(kind: &str) -> bool {
    pod_path(kind).is_some()
}

fn service_account(root: &Node<'_>, header: Header) -> ServiceAccount {
    ServiceAccount {
        namespace: header.namespace,
        written_name: header.name.clone(),
        name: header.name,
        pull_secrets: pod::reference_names(root.get("imagePullSecrets")),
        mountable_secrets: pod::reference_names(root.get("secrets")),
        metadata: header.metadata,
        place: header.place,
        renderings: Vec::new(),
    }
}
