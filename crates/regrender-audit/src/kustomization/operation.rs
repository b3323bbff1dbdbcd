//! Knows the JSON operations of a patch, as far as they touch what is pulled, and where.

use std::collections::BTreeMap;

use crate::kind::pod::{containers, reference_names, role_of_list};
use crate::kind::{AccountField, Filling, ImageUse, Role, is_image_key, shape};
use crate::manifest::Node;
use crate::place::Place;

/// One JSON operation that touches what an image is pulled with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// The whole list of pull secrets is given, or taken out.
    SetPullSecrets(Option<Vec<String>>),
    /// One more pull secret is added, at the end without a position.
    AddPullSecret(Option<usize>, String),
    /// The pull secret at a position is another one.
    ReplacePullSecret {
        /// The position in the list.
        position: usize,
        /// Its name.
        name: String,
    },
    /// The pull secret at a position is taken out.
    RemovePullSecret(usize),
    /// The account is given, or none any more.
    SetServiceAccount(AccountField, Option<String>),
    /// The object is renamed.
    SetName(String),
    /// A label or an annotation is given, or taken out.
    SetMark(Marks, String, Option<String>),
    /// All labels or annotations are given.
    SetMarks(Marks, BTreeMap<String, String>),
    /// The object is moved, or names no namespace any more.
    SetNamespace(Option<String>),
    /// The whole list of containers or volumes is given; their file is not known here.
    SetContainers(Role, Vec<ImageUse>),
    /// One entry of a list of containers is another one, or taken out.
    Container {
        /// Which list of containers.
        role: Role,
        /// The position in that list; `None` for its end.
        position: Option<usize>,
        /// What becomes of the entry.
        change: Entry,
    },
    /// An image is given that is in no list, by the path of keys to it.
    SetImageAt(String, ImageUse),
    /// Images come somewhere into the object.
    AddImages(Vec<ImageUse>),
    /// What is below a path of keys changes in a way that is not followed, but for new images.
    Change(String, Vec<ImageUse>),
}

/// An operation, and the way to what it is within.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Located {
    pub(super) path: Box<str>,
    /// The keys to the pod specification that its path leads into; `None` where it leads into none.
    pub(super) pod: Option<String>,
    pub(super) operation: Operation,
}

/// What objects are chosen by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marks {
    /// Their labels.
    Labels,
    /// Their annotations.
    Annotations,
}

impl Marks {
    fn of_member(member: &str) -> Option<Self> {
        match member {
            "labels" => Some(Self::Labels),
            "annotations" => Some(Self::Annotations),
            _ => None,
        }
    }
}

/// What becomes of one container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// It is put in before the one that was there.
    Insert(ImageUse),
    /// It is another one.
    Replace(ImageUse),
    /// It is taken out.
    Remove,
    /// Its image is given.
    Image(String),
    /// Its name is given.
    Name(String),
    /// It changes in a way that is not followed.
    Unclear,
}

impl Operation {
    pub(super) fn is_about_pull_secrets(&self) -> bool {
        matches!(
            self,
            Self::SetPullSecrets(_)
                | Self::AddPullSecret(..)
                | Self::ReplacePullSecret { .. }
                | Self::RemovePullSecret(_)
        )
    }

    /// Tells whether it changes how all images of a pod are pulled.
    pub(super) fn is_about_whole_pod(&self) -> bool {
        self.is_about_pull_secrets() || matches!(self, Self::SetServiceAccount(..))
    }

    /// Tells whether it brings an image.
    pub(super) fn has_image(&self) -> bool {
        match self {
            Self::SetContainers(_, images) | Self::AddImages(images) | Self::Change(_, images) => {
                !images.is_empty()
            }
            Self::Container { change, .. } => {
                matches!(change, Entry::Insert(_) | Entry::Replace(_) | Entry::Image(_))
            }
            Self::SetImageAt(..) => true,
            _ => false,
        }
    }
}

/// Reads a list of JSON operations; `None` where the document is none.
pub(crate) fn read_operations(root: &Node<'_>) -> Option<Vec<Located>> {
    let is_list = root.items().iter().any(|item| item.get("op").is_some());
    is_list.then(|| root.items().iter().filter_map(located).collect())
}

fn located(node: &Node<'_>) -> Option<Located> {
    let path = node.get("path").and_then(Node::scalar)?;
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    let (op, value) = match node.get("op").and_then(Node::scalar)? {
        op @ ("add" | "replace") => (op, node.get("value")),
        "remove" => ("remove", None),
        "move" | "copy" => {
            let operation = between_places(node, &parts)?;
            return Some(Located { path: path.into(), pod: None, operation });
        }
        // RFC 6902, section 4.6: `test` compares.
        _ => return None,
    };
    let operation = operation(op, &parts, value)?;
    Some(Located { path: path.into(), pod: pod_of(&parts), operation })
}

/// Returns the keys to the pod specification that a path leads into.
fn pod_of(parts: &[&str]) -> Option<String> {
    let is_within = |part: &&str| {
        let pulling = ["imagePullSecrets", "serviceAccountName", "serviceAccount", "volumes"];
        pulling.contains(part) || role_of_list(part).is_some()
    };
    let start = parts.iter().position(is_within)?;
    let outer = parts.get(..start)?;
    (outer.first() != Some(&"metadata")).then(|| outer.join("."))
}

fn operation(op: &str, parts: &[&str], value: Option<&Node<'_>>) -> Option<Operation> {
    let text = || value.and_then(Node::scalar).map(str::to_owned);
    match parts {
        ["metadata", "name"] => text().map(Operation::SetName),
        ["metadata", "namespace"] => Some(Operation::SetNamespace(text())),
        ["metadata", member] => {
            let marks = value.map(Node::texts).unwrap_or_default();
            Marks::of_member(member).map(|which| Operation::SetMarks(which, marks))
        }
        ["metadata", member, key] => {
            // RFC 6901, section 4: in this order.
            let key = key.replace("~1", "/").replace("~0", "~");
            Marks::of_member(member).map(|which| Operation::SetMark(which, key, text()))
        }
        ["metadata", _, ..] => None,
        [.., "imagePullSecrets"] => {
            let names = (op != "remove").then(|| reference_names(value));
            Some(Operation::SetPullSecrets(names))
        }
        [.., "imagePullSecrets", position] => pull_secret(op, position, value),
        [.., "imagePullSecrets", position, "name"] => {
            Some(Operation::ReplacePullSecret { position: position.parse().ok()?, name: text()? })
        }
        [.., "serviceAccountName"] => {
            Some(Operation::SetServiceAccount(AccountField::Name, text()))
        }
        [.., "serviceAccount"] => {
            Some(Operation::SetServiceAccount(AccountField::Deprecated, text()))
        }
        [.., "volumes"] => {
            let images = value.map(ImageUse::of_volumes).unwrap_or_default();
            Some(Operation::SetContainers(Role::Volume, images))
        }
        // Which of the volumes that hold an image is at a position is not known.
        [.., "volumes", _, "image", "reference"] => {
            Some(Operation::Change(keys(parts), Vec::new()))
        }
        [.., list] if role_of_list(list).is_some() => {
            let role = role_of_list(list)?;
            Some(Operation::SetContainers(role, containers(role, value, &Place::default())))
        }
        [.., list, position] if role_of_list(list).is_some() => {
            container(role_of_list(list)?, op, position, value)
        }
        [.., list, position, member @ ("image" | "name")] if role_of_list(list).is_some() => {
            let change = match (text(), *member) {
                (Some(image), "image") => Entry::Image(image),
                (Some(name), _) => Entry::Name(name),
                (None, _) => Entry::Unclear,
            };
            let position = Some(position.parse().ok()?);
            Some(Operation::Container { role: role_of_list(list)?, position, change })
        }
        // What is inside of a container.
        [_, inner @ .., _, _] if inner.iter().any(|part| role_of_list(part).is_some()) => None,
        _ => elsewhere(op, parts, value),
    }
}

/// Reads an operation that takes a value from one place to another; which value is not followed.
fn between_places(node: &Node<'_>, parts: &[&str]) -> Option<Operation> {
    let from: Vec<&str> = node.get("from").and_then(Node::scalar)?.split('/').skip(1).collect();
    let is_metadata = |parts: &[&str]| parts.first() == Some(&"metadata");
    if is_metadata(parts) {
        return None;
    }
    let is_anywhere = is_pulled_with(parts) || is_pulled_with(&from);
    let path = if is_anywhere { String::new() } else { keys(parts) };
    Some(Operation::Change(path, Vec::new()))
}

/// Tells whether an image, or what it is pulled with, is at a path.
fn is_pulled_with(parts: &[&str]) -> bool {
    match parts {
        [.., "serviceAccountName" | "serviceAccount"] => true,
        [.., list, _, "image" | "name"] | [.., list, _] | [.., list]
            if role_of_list(list).is_some() =>
        {
            true
        }
        _ => parts.contains(&"imagePullSecrets"),
    }
}

/// Reads an operation on one container.
fn container(role: Role, op: &str, position: &str, value: Option<&Node<'_>>) -> Option<Operation> {
    let item = value.map(std::slice::from_ref).unwrap_or_default();
    let container = item.iter().find_map(|one| ImageUse::of_container(role, one));
    let change = match (op, container) {
        ("remove", _) => Entry::Remove,
        ("add", Some(container)) => Entry::Insert(container),
        (_, Some(container)) => Entry::Replace(container),
        (_, None) => Entry::Unclear,
    };
    let position = match position {
        "-" => None,
        position => Some(position.parse().ok()?),
    };
    Some(Operation::Container { role, position, change })
}

/// Reads an operation on anything that is no list of containers or pull secrets.
fn elsewhere(op: &str, parts: &[&str], value: Option<&Node<'_>>) -> Option<Operation> {
    let path = keys(parts);
    let last = parts.last().copied().unwrap_or_default();
    let text = value.and_then(Node::scalar);
    if let Some(image) = text.filter(|_| is_image_key(last)) {
        let image = ImageUse {
            role: Role::Container,
            container: path.clone(),
            image: image.to_owned(),
            in_list: false,
            filling: Filling::Open,
            place: Place::default(),
        };
        return Some(Operation::SetImageAt(path, image));
    }
    let mut images = value.map(|value| shape::read_value(value, &path)).unwrap_or_default();
    if parts.contains(&"volumes") {
        images.extend(value.into_iter().flat_map(ImageUse::of_volumes));
    }
    // What is added takes nothing away, unless it is a whole specification.
    if op == "add" && !matches!(last, "" | "spec" | "template" | "jobTemplate") {
        return (!images.is_empty()).then_some(Operation::AddImages(images));
    }
    // A value for a single field takes nothing away but that field.
    let is_single = text.is_some() && !last.ends_with("Image");
    (!is_single).then_some(Operation::Change(path, images))
}

/// Returns a path without the positions in lists.
fn keys(parts: &[&str]) -> String {
    let is_key = |part: &&&str| **part != "-" && part.parse::<usize>().is_err();
    parts.iter().filter(is_key).copied().collect::<Vec<_>>().join(".")
}

/// Reads an operation on one entry of a list of pull secrets.
fn pull_secret(op: &str, position: &str, value: Option<&Node<'_>>) -> Option<Operation> {
    let name = || value?.get("name").and_then(Node::scalar).map(str::to_owned);
    match op {
        "add" if position == "-" => name().map(|name| Operation::AddPullSecret(None, name)),
        "add" => Some(Operation::AddPullSecret(Some(position.parse().ok()?), name()?)),
        "replace" => {
            let position = position.parse().ok()?;
            Some(Operation::ReplacePullSecret { position, name: name()? })
        }
        "remove" => position.parse().ok().map(Operation::RemovePullSecret),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::read_documents;

    fn operations(text: &str) -> Vec<Operation> {
        let documents = read_documents(text);
        let found = read_operations(documents[0].root.as_ref().unwrap()).unwrap();
        found.into_iter().map(|one| one.operation).collect()
    }

    fn image(container: &str, image: &str, in_list: bool) -> ImageUse {
        ImageUse {
            role: Role::Container,
            container: container.to_owned(),
            image: image.to_owned(),
            in_list,
            filling: Filling::Open,
            place: Place { line: 1, ..Place::default() },
        }
    }

    #[test]
    fn operations_on_pull_secrets_are_read() {
        let found = operations(
            "- {op: add, path: /spec/template/spec/imagePullSecrets, value: [{name: a}]}\n\
             - {op: add, path: /spec/template/spec/imagePullSecrets/-, value: {name: b}}\n\
             - {op: add, path: /spec/template/spec/imagePullSecrets/0, value: {name: b}}\n\
             - {op: remove, path: /spec/template/spec/imagePullSecrets}\n\
             - {op: replace, path: /spec/template/spec/imagePullSecrets/1/name, value: c}\n\
             - {op: replace, path: /metadata/namespace, value: n}\n\
             - {op: replace, path: /spec/replicas, value: 1}\n",
        );
        assert_eq!(
            found,
            [
                Operation::SetPullSecrets(Some(vec!["a".to_owned()])),
                Operation::AddPullSecret(None, "b".to_owned()),
                Operation::AddPullSecret(Some(0), "b".to_owned()),
                Operation::SetPullSecrets(None),
                Operation::ReplacePullSecret { position: 1, name: "c".to_owned() },
                Operation::SetNamespace(Some("n".to_owned())),
            ]
        );
    }

    #[track_caller]
    fn check(operation: &str, expected: Option<Operation>) {
        let mut found = operations(&format!("[{{{operation}}}]"));
        for one in &mut found {
            let images = match one {
                Operation::SetContainers(_, images)
                | Operation::AddImages(images)
                | Operation::Change(_, images) => images.as_mut_slice(),
                Operation::Container {
                    change: Entry::Insert(image) | Entry::Replace(image),
                    ..
                }
                | Operation::SetImageAt(_, image) => std::slice::from_mut(image),
                _ => &mut [],
            };
            for image in images {
                image.place = Place { line: 1, ..Place::default() };
            }
        }
        assert_eq!(found, Vec::from_iter(expected), "{operation}");
    }

    #[test]
    fn operations_on_containers_are_read() {
        let entry = |position, change| {
            Some(Operation::Container { role: Role::Container, position, change })
        };
        let c = image("c", "y", true);
        check(
            "op: replace, path: /spec/template/spec/containers/1/image, value: x",
            entry(Some(1), Entry::Image("x".to_owned())),
        );
        check("op: remove, path: /spec/containers/2", entry(Some(2), Entry::Remove));
        check(
            "op: add, path: /spec/containers/-, value: {name: c, image: y}",
            entry(None, Entry::Insert(c.clone())),
        );
        check(
            "op: replace, path: /spec/containers/0, value: {name: c, image: y}",
            entry(Some(0), Entry::Replace(c.clone())),
        );
        check(
            "op: add, path: /spec/containers/0, value: {name: c}",
            entry(Some(0), Entry::Unclear),
        );
        check(
            "op: replace, path: /spec/containers, value: [{name: c, image: y}]",
            Some(Operation::SetContainers(Role::Container, vec![c])),
        );
        check("op: add, path: /spec/containers/0/args/-, value: x", None);
        check("op: add, path: /spec/containers/0/env/0/valueFrom/x, value: {image: x}", None);
    }

    #[test]
    fn what_is_no_list_of_containers_is_told_by_its_keys() {
        check(
            "op: replace, path: /spec/kes/image, value: x",
            Some(Operation::SetImageAt(
                "spec.kes.image".to_owned(),
                image("spec.kes.image", "x", false),
            )),
        );
        check(
            "op: add, path: /stages/0/tests/-, value: {image: x}",
            Some(Operation::AddImages(vec![image("stages.tests.image", "x", false)])),
        );
        check("op: add, path: /spec/template/spec/volumes/-, value: {name: v}", None);
        check(
            "op: remove, path: /spec/template",
            Some(Operation::Change("spec.template".to_owned(), Vec::new())),
        );
    }
    #[test]
    fn copies_and_moves_are_told_where_they_touch_what_is_pulled() {
        let whole = || Some(Operation::Change(String::new(), Vec::new()));
        let pod = "/spec/template/spec";
        for (from, path) in [
            ("initContainers/0/image", "containers/0/image"),
            ("containers/0", "initContainers/-"),
            ("imagePullSecrets/0", "foo"),
            ("foo", "imagePullSecrets"),
            ("schedulerName", "serviceAccountName"),
        ] {
            for op in ["copy", "move"] {
                check(&format!("op: {op}, from: {pod}/{from}, path: {pod}/{path}"), whole());
            }
        }
        check(
            &format!("op: move, from: {pod}/containers/0/env/1, path: {pod}/containers/0/env/0"),
            Some(Operation::Change("spec.template.spec.containers.env".to_owned(), Vec::new())),
        );
        check("op: copy, from: /spec/replicas, path: /metadata/labels/a", None);
    }
}
