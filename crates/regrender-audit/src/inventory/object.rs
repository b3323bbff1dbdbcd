//! Knows the kinds of Kubernetes objects, and what of each the inventory keeps.

use std::collections::BTreeMap;

use super::facts::FileFacts;
use super::{Namespace, ServiceAccount, Source, Workload, helm, pod, secret, shape};
use crate::kustomization::read_deployers;
use crate::manifest::Node;
use crate::place::{Place, folder_of, join};

/// Takes one object into `facts`, and what a list or template holds one by one; its file may or may
/// not speak of images anywhere.
pub(super) fn read_object(
    facts: &mut FileFacts,
    root: &Node<'_>,
    place: &Place,
    speaks_of_images: bool,
) {
    let header = Header::of(root, place);
    if let Some(items) = unfolded(root, &header.kind) {
        for item in items.items() {
            read_object(facts, item, &place.of(item), speaks_of_images);
        }
        return;
    }
    match &*header.kind {
        "Namespace" => facts.namespaces.push(Namespace {
            labels: texts(root.at(&["metadata", "labels"])),
            name: header.name,
            place: place.clone(),
        }),
        "ServiceAccount" => facts.service_accounts.push(service_account(root, header)),
        "Secret" | "SealedSecret" | "ExternalSecret" | "ClusterExternalSecret" => {
            facts.secrets.extend(secret::read(root, &header));
        }
        "HelmRelease" | "HelmChart" | "HelmChartConfig" | "Application" => {
            facts.deployers.extend(read_deployers(root, place));
            facts.workloads.extend(helm::read_release(root, &header));
        }
        "Kustomization" => facts.deployers.extend(read_deployers(root, place)),
        "ksops" | "SopsSecretGenerator" => {
            let folder = folder_of(&facts.path);
            let files = root.items_of("files");
            let files = files.iter().filter_map(Node::string);
            facts.sealed_files.extend(files.map(|file| join(folder, file)));
        }
        // What is known by its kind may be a patch, which holds no image.
        _ if !speaks_of_images && core_pod_path(&header).is_none() => {}
        _ => {
            let (whole, part): (Vec<_>, Vec<_>) =
                workloads(root, &header).into_iter().partition(|one| !one.images.is_empty());
            facts.workload_parts.extend(part);
            facts.workloads.extend(whole);
        }
    }
}

/// Reads a document that stands inside another, a patch for instance, as a part of a workload.
pub(crate) fn read_inline_workloads(root: &Node<'_>) -> Vec<Workload> {
    let place = Place::default().of(root);
    let mut header = Header::of(root, &place);
    if header.kind == "ServiceAccount" {
        let mut part = header.workload(Source::Core);
        part.pull_secrets = pod::reference_names(root.get("imagePullSecrets"));
        return vec![part];
    }
    header.place = place;
    workloads(root, &header)
}

/// What every object has.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) kind: String,
    pub(super) api_version: String,
    pub(super) namespace: Option<String>,
    pub(super) name: String,
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
            place: place.clone(),
        }
    }

    /// Returns the API group, empty for the core.
    pub(super) fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    pub(super) fn workload(&self, source: Source) -> Workload {
        Workload {
            kind: self.kind.clone(),
            api_version: self.api_version.clone(),
            namespace: self.namespace.clone(),
            name: self.name.clone(),
            service_account: None,
            pull_secrets: Vec::new(),
            images: Vec::new(),
            keeps_namespace: false,
            source,
            place: self.place.clone(),
            renderings: Vec::new(),
        }
    }
}

fn unfolded<'n, 'a>(root: &'n Node<'a>, kind: &str) -> Option<&'n Node<'a>> {
    let member = if kind.ends_with("List") {
        "items"
    } else if kind == "Template" {
        "objects"
    } else {
        return None;
    };
    root.get(member).filter(|items| items.is_sequence())
}

fn workloads(root: &Node<'_>, header: &Header) -> Vec<Workload> {
    match core_pod_path(header) {
        Some(path) => root.at(path).map(|spec| pod::read(spec, header)).into_iter().collect(),
        None => shape::read(root, header),
    }
}

/// Returns the way to the pod specification in the kinds of Kubernetes itself.
pub(super) fn core_pod_path(header: &Header) -> Option<&'static [&'static str]> {
    let path: &[&str] = match (&*header.kind, header.group()) {
        ("Pod", "") => &["spec"],
        ("PodTemplate", "") => &["template", "spec"],
        ("ReplicationController", "")
        | ("Job", "batch")
        | ("Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet", "apps" | "extensions") => {
            &["spec", "template", "spec"]
        }
        ("CronJob", "batch") => &["spec", "jobTemplate", "spec", "template", "spec"],
        _ => return None,
    };
    Some(path)
}

fn service_account(root: &Node<'_>, header: Header) -> ServiceAccount {
    ServiceAccount {
        namespace: header.namespace,
        written_name: header.name.clone(),
        name: header.name,
        pull_secrets: pod::reference_names(root.get("imagePullSecrets")),
        mountable_secrets: pod::reference_names(root.get("secrets")),
        annotations: texts(root.at(&["metadata", "annotations"])),
        place: header.place,
        renderings: Vec::new(),
    }
}

fn texts(node: Option<&Node<'_>>) -> BTreeMap<String, String> {
    let members = node.map(Node::members).unwrap_or_default();
    members
        .into_iter()
        .filter_map(|(key, value)| Some((key.text.to_string(), value.scalar()?.to_owned())))
        .collect()
}
