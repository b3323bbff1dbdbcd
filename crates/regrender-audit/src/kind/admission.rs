//! Knows what admission looks at in the manifest of a pod.

use regrender_image::{
    Account, ENFORCE_MOUNTABLE_SECRETS, PodAdmission, SecretReference, enforces_mountable_secrets,
};

use super::helm::is_release;
use super::shape::Shape;
use super::{
    Header, ServiceAccount, Workload, core_pod_path, core_pods, is_deployer, pod, shape, unfolded,
};
use crate::manifest::{Node, read_documents};
use crate::place::Place;

/// Marks a pod that mirrors a file of the node.
pub(crate) const MIRROR: &str = "kubernetes.io/config.mirror";

/// A pod, or the pods that something makes, as admission looks at them.
#[derive(Default)]
pub(crate) struct PodManifest {
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) namespace: Option<String>,
    pub(crate) admission: PodAdmission,
}

/// Reads the pods of a text, and those that its workloads make.
pub(crate) fn read_pods(text: &str) -> Vec<PodManifest> {
    let mut pods = Vec::new();
    for root in read_documents(text).iter().filter_map(|document| document.root.as_ref().ok()) {
        take_pods(root, &Header::of(root, &Place::default()), &mut pods);
    }
    pods
}

fn take_pods(root: &Node<'_>, header: &Header, pods: &mut Vec<PodManifest>) {
    if let Some(items) = unfolded(root, header) {
        for item in items.items() {
            take_pods(item, &Header::of(item, &header.place).in_list(header), pods);
        }
        return;
    }
    let manifest = |admission: PodAdmission| PodManifest {
        kind: header.kind.clone(),
        name: header.name.clone(),
        namespace: header.namespace.clone(),
        admission,
    };
    if let Some(path) = core_pod_path(header) {
        pods.extend(root.at(path).map(|spec| manifest(of_core(root, spec, header))));
    } else {
        let found = custom_workloads(root, header);
        pods.extend(found.into_iter().map(|one| manifest(of_custom(root, one))));
    }
}

fn of_core(root: &Node<'_>, spec: &Node<'_>, header: &Header) -> PodAdmission {
    let text = |name: &str| spec.get(name).and_then(Node::scalar).unwrap_or_default().to_owned();
    let annotations = root.at(&["metadata", "annotations"]);
    let is_mirror = annotations.is_some_and(|all| all.get(MIRROR).is_some());
    PodAdmission {
        service_account_name: text("serviceAccountName"),
        deprecated_service_account: text("serviceAccount"),
        image_pull_secrets: pod::reference_names(spec.get("imagePullSecrets")),
        is_mirror: is_mirror && header.kind == "Pod",
        secret_references: secret_references(spec),
    }
}

/// Reads what a custom resource pulls, or how it pulls what others name. Of what installs charts or has
/// folders applied, nobody knows the pods.
fn custom_workloads(root: &Node<'_>, header: &Header) -> Vec<Workload> {
    let object = header.written();
    if object.kind.is_empty() || is_release(&object) || is_deployer(&object) {
        return Vec::new();
    }
    match shape::read(root, header) {
        Shape::Pulls(found) => found.workloads,
        Shape::Speaks => Vec::from_iter(shape::pulling(root, header)),
        Shape::Silent => Vec::new(),
    }
}

fn of_custom(root: &Node<'_>, workload: Workload) -> PodAdmission {
    let specs = core_pods(root).into_iter().filter_map(|path| root.at(path));
    PodAdmission {
        service_account_name: workload.service_account.unwrap_or_default(),
        image_pull_secrets: workload.pull_secrets,
        secret_references: specs.flat_map(secret_references).collect(),
        ..PodAdmission::default()
    }
}

impl From<&ServiceAccount> for Account {
    fn from(account: &ServiceAccount) -> Self {
        let enforces = account.metadata.annotations.get(ENFORCE_MOUNTABLE_SECRETS);
        Self {
            name: account.name.clone(),
            image_pull_secrets: account.pull_secrets.clone(),
            mountable_secrets: account.mountable_secrets.clone(),
            enforces_mountable_secrets: enforces
                .is_some_and(|value| enforces_mountable_secrets(value)),
        }
    }
}

/// Lists the Secrets of a pod in the order in which admission goes through them.
fn secret_references(spec: &Node<'_>) -> Vec<SecretReference> {
    let mut references = Vec::new();
    for volume in spec.items_of("volumes") {
        references.extend(volume_references(volume));
    }
    for (member, is_limited) in
        [("initContainers", true), ("containers", true), ("ephemeralContainers", false)]
    {
        for container in spec.items_of(member) {
            let env =
                container.items_of("env").iter().map(|one| one.at(&["valueFrom", "secretKeyRef"]));
            let env_from = container.items_of("envFrom").iter().map(|one| one.get("secretRef"));
            let named = env.chain(env_from).flatten();
            references.extend(named.map(|one| reference(one.get("name"), is_limited)));
        }
    }
    references
}

fn volume_references(volume: &Node<'_>) -> Vec<SecretReference> {
    let mut references = Vec::new();
    if let Some(secret) = volume.get("secret").filter(|one| one.is_mapping()) {
        references.push(reference(secret.get("secretName"), true));
    }
    let azure = volume.at(&["azureFile", "secretName"]);
    let plugins = ["cephfs", "cinder", "flexVolume", "iscsi", "rbd", "scaleIO", "storageos"];
    let of_plugins = plugins.iter().map(|plugin| volume.at(&[*plugin, "secretRef", "name"]));
    let csi = volume.at(&["csi", "nodePublishSecretRef", "name"]);
    let projected = volume.at(&["projected", "sources"]).map(Node::items).unwrap_or_default();
    let projected = projected.iter().map(|source| source.at(&["secret", "name"]));
    let others = of_plugins.chain(projected).chain([azure, csi]).flatten();
    references.extend(others.map(|name| reference(Some(name), false)));
    references
}

fn reference(name: Option<&Node<'_>>, is_limited: bool) -> SecretReference {
    let name = name.and_then(Node::scalar).unwrap_or_default().to_owned();
    SecretReference { name, is_limited }
}
