//! Knows what admission looks at in the manifest of a pod.

use regrender_image::{
    Account, ENFORCE_MOUNTABLE_SECRETS, PodAdmission, SecretReference, enforces_mountable_secrets,
};

use super::{Header, ServiceAccount, core_pod_path, pod};
use crate::manifest::{Node, read_documents};
use crate::place::Place;

/// Marks a pod that mirrors a file of the node.
pub(crate) const MIRROR: &str = "kubernetes.io/config.mirror";

/// Reads the pods of a text, or the pods that its workloads make, with their namespaces.
pub(crate) fn read_pods(text: &str) -> Vec<(Option<String>, PodAdmission)> {
    let documents = read_documents(text);
    let roots = documents.iter().filter_map(|document| document.root.as_ref().ok());
    let items = roots.flat_map(|root| match root.get("items") {
        Some(items) => items.items().iter().collect(),
        None => vec![root],
    });
    items.filter_map(read_pod).collect()
}

fn read_pod(root: &Node<'_>) -> Option<(Option<String>, PodAdmission)> {
    let place = Place::default().of(root);
    let header = Header::of(root, &place);
    let spec = match core_pod_path(&header) {
        Some(path) => root.at(path)?,
        None => root.at(&["spec", "template", "spec"]).or_else(|| root.get("spec"))?,
    };
    let text = |name: &str| spec.get(name).and_then(Node::scalar).unwrap_or_default().to_owned();
    let annotations = root.at(&["metadata", "annotations"]);
    let is_mirror = annotations.is_some_and(|all| all.get(MIRROR).is_some());
    let admission = PodAdmission {
        service_account_name: text("serviceAccountName"),
        deprecated_service_account: text("serviceAccount"),
        image_pull_secrets: pod::reference_names(spec.get("imagePullSecrets")),
        is_mirror: is_mirror && header.kind == "Pod",
        secret_references: secret_references(spec),
    };
    Some((header.namespace, admission))
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
