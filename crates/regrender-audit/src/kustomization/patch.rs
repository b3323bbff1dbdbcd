//! Knows the patches of a kustomization, as far as they touch pull secrets, accounts and images.

use regex::Regex;
use regrender_image::DEFAULT_ACCOUNT;

use crate::inventory::{ImageUse, Role, Workload, read_inline_workloads, reference_names};
use crate::manifest::{Document, Node, read_documents};
use crate::place::Place;

/// One patch: whom it is for, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Patch {
    pub(super) target: Option<Target>,
    pub(super) body: Body,
    pub(super) place: Place,
}

/// The text of a patch.
#[derive(Clone, Debug)]
pub(super) enum Body {
    /// In a file, relative to the kustomization's folder.
    File(String),
    Inline(Vec<Change>),
}

/// What a patch changes.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// A part of a workload, merged into it.
    Merge(Box<Workload>),
    /// JSON operations.
    Operations(Vec<Operation>),
}

impl Change {
    pub(super) fn is_about_pull_secrets(&self) -> bool {
        match self {
            Self::Merge(part) => !part.pull_secrets.is_empty(),
            Self::Operations(operations) => operations.iter().any(|operation| {
                matches!(
                    operation,
                    Operation::SetPullSecrets(_)
                        | Operation::AddPullSecret(_)
                        | Operation::ReplacePullSecret { .. }
                        | Operation::RemovePullSecret(_)
                )
            }),
        }
    }
}

/// Whom a patch is for; patterns match the whole name.
#[derive(Clone, Debug)]
pub(super) struct Target {
    kind: Option<Regex>,
    name: Option<Regex>,
}

impl Target {
    fn new(kind: Option<&str>, name: Option<&str>) -> Self {
        let whole = |text: &str| {
            // A pattern that this dialect cannot read is taken literally.
            Regex::new(&format!("^(?:{text})$"))
                .or_else(|_| Regex::new(&format!("^{}$", regex::escape(text))))
                .ok()
        };
        Self { kind: kind.and_then(whole), name: name.and_then(whole) }
    }

    pub(super) fn takes(&self, kind: &str, names: [&str; 2]) -> bool {
        let matches = |pattern: &Option<Regex>, text: &str| {
            pattern.as_ref().is_none_or(|pattern| pattern.is_match(text))
        };
        matches(&self.kind, kind) && names.iter().any(|name| matches(&self.name, name))
    }
}

/// One JSON operation that touches what an image is pulled with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// The whole list of pull secrets is given.
    SetPullSecrets(Vec<String>),
    /// One more pull secret is added.
    AddPullSecret(String),
    /// The pull secret at a position is another one.
    ReplacePullSecret {
        /// The position in the list.
        position: usize,
        /// Its name.
        name: String,
    },
    /// The pull secret at a position is taken out.
    RemovePullSecret(usize),
    /// The account is given.
    SetServiceAccount(String),
    /// The object is renamed.
    SetName(String),
    /// The object is moved.
    SetNamespace(String),
    /// Containers are added, whose file is not known here.
    AddContainers(Vec<ImageUse>),
    /// The image of one container is given.
    SetImage {
        /// Which list of containers.
        role: Role,
        /// The position in that list.
        position: usize,
        /// The new image.
        image: String,
    },
}

/// Reads all patches of a kustomization.
pub(super) fn read_patches(root: &Node<'_>, place: &Place) -> Vec<Patch> {
    let mut patches = Vec::new();
    for member in ["patches", "patchesJson6902"] {
        for node in root.items_of(member) {
            let text = |name: &str| node.get(name).and_then(Node::string);
            let body = match (text("path"), text("patch")) {
                (Some(path), _) => Body::File(path.to_owned()),
                (None, Some(patch)) => Body::Inline(read_changes(patch)),
                (None, None) => continue,
            };
            patches.push(Patch {
                target: node.get("target").map(target),
                body,
                place: place.of(node),
            });
        }
    }
    for node in root.items_of("patchesStrategicMerge") {
        if let Some(text) = node.string() {
            let body = if text.contains('\n') {
                Body::Inline(read_changes(text))
            } else {
                Body::File(text.to_owned())
            };
            patches.push(Patch { target: None, body, place: place.of(node) });
        }
    }
    patches
}

/// Reads a list of JSON operations; `None` where the document is none.
pub(crate) fn read_operations(root: &Node<'_>) -> Option<Vec<Operation>> {
    let is_list = root.items().iter().any(|item| item.get("op").is_some());
    is_list.then(|| root.items().iter().filter_map(operation).collect())
}

fn target(node: &Node<'_>) -> Target {
    let text = |name: &str| node.get(name).and_then(Node::scalar).filter(|text| !text.is_empty());
    Target::new(text("kind"), text("name"))
}

fn read_changes(text: &str) -> Vec<Change> {
    let mut changes = Vec::new();
    for Document { root, .. } in read_documents(text) {
        let Ok(root) = root else {
            continue;
        };
        if let Some(operations) = read_operations(&root) {
            changes.push(Change::Operations(operations));
        } else {
            let workloads = read_inline_workloads(&root);
            changes.extend(workloads.into_iter().map(|one| Change::Merge(Box::new(one))));
        }
    }
    changes
}

fn operation(node: &Node<'_>) -> Option<Operation> {
    let path = node.get("path").and_then(Node::scalar)?;
    let op = node.get("op").and_then(Node::scalar)?;
    let value = node.get("value");
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        [.., "imagePullSecrets"] if op == "remove" => Some(Operation::SetPullSecrets(Vec::new())),
        [.., "imagePullSecrets"] => Some(Operation::SetPullSecrets(reference_names(Some(value?)))),
        [.., "imagePullSecrets", position] => pull_secret(op, position, value),
        [.., "serviceAccountName" | "serviceAccount"] => {
            let name = value.and_then(Node::scalar).filter(|name| !name.is_empty());
            Some(Operation::SetServiceAccount(name.unwrap_or(DEFAULT_ACCOUNT).to_owned()))
        }
        ["", "metadata", "name"] => Some(Operation::SetName(value?.scalar()?.to_owned())),
        ["", "metadata", "namespace"] => Some(Operation::SetNamespace(value?.scalar()?.to_owned())),
        [.., "containers" | "initContainers"] | [.., "containers" | "initContainers", _]
            if op == "add" =>
        {
            let list = parts.iter().rev().find_map(|part| role_of(part))?;
            Some(Operation::AddContainers(containers(list, value?)))
        }
        [.., list, position, "image"] => {
            let role = role_of(list)?;
            let image = value.and_then(Node::scalar)?.to_owned();
            Some(Operation::SetImage { role, position: position.parse().ok()?, image })
        }
        _ => None,
    }
}

/// Reads an operation on one entry of a list of pull secrets.
fn pull_secret(op: &str, position: &str, value: Option<&Node<'_>>) -> Option<Operation> {
    let name = || value?.get("name").and_then(Node::scalar).map(str::to_owned);
    match op {
        "add" => name().map(Operation::AddPullSecret),
        "replace" => {
            let position = position.parse().ok()?;
            Some(Operation::ReplacePullSecret { position, name: name()? })
        }
        "remove" => position.parse().ok().map(Operation::RemovePullSecret),
        _ => None,
    }
}

fn role_of(list: &str) -> Option<Role> {
    match list {
        "initContainers" => Some(Role::Init),
        "containers" => Some(Role::Container),
        _ => None,
    }
}

/// Reads one container or a list of them.
fn containers(role: Role, value: &Node<'_>) -> Vec<ImageUse> {
    let all = if value.is_mapping() { std::slice::from_ref(value) } else { value.items() };
    let read = |one: &Node<'_>| {
        let image = one.get("image")?;
        Some(ImageUse {
            role,
            container: one.get("name").and_then(Node::scalar).unwrap_or_default().to_owned(),
            image: image.scalar()?.to_owned(),
            place: Place::default(),
        })
    };
    all.iter().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operations(text: &str) -> Vec<Operation> {
        let documents = read_documents(text);
        read_operations(documents[0].root.as_ref().unwrap()).unwrap()
    }

    #[test]
    fn target_patterns_match_whole_names() {
        let target = Target::new(Some("Deployment"), Some("w.*"));
        assert!(target.takes("Deployment", ["web", "web"]));
        assert!(!target.takes("Deployment", ["a-web", "a-web"]));
        assert!(target.takes("Deployment", ["a-web", "web"]));
        assert!(!target.takes("Job", ["web", "web"]));
    }

    #[test]
    fn operations_on_pull_secrets_are_read() {
        let found = operations(
            "- {op: add, path: /spec/template/spec/imagePullSecrets, value: [{name: a}]}\n\
             - {op: add, path: /spec/template/spec/imagePullSecrets/-, value: {name: b}}\n\
             - {op: remove, path: /spec/template/spec/imagePullSecrets}\n\
             - {op: replace, path: /spec/template/spec/containers/1/image, value: x}\n\
             - {op: add, path: /spec/template/spec/containers/-, value: {name: c, image: y}}\n\
             - {op: replace, path: /metadata/namespace, value: n}\n\
             - {op: replace, path: /spec/replicas, value: 1}\n",
        );
        assert_eq!(
            found,
            [
                Operation::SetPullSecrets(vec!["a".to_owned()]),
                Operation::AddPullSecret("b".to_owned()),
                Operation::SetPullSecrets(Vec::new()),
                Operation::SetImage { role: Role::Container, position: 1, image: "x".to_owned() },
                Operation::AddContainers(vec![ImageUse {
                    role: Role::Container,
                    container: "c".to_owned(),
                    image: "y".to_owned(),
                    place: Place::default(),
                }]),
                Operation::SetNamespace("n".to_owned()),
            ]
        );
    }
}
