//! The words of Kubernetes objects that several documents share.

use regrender_document::{Document, Mapping, Node};

use crate::layout::HEADER;

/// The type of a pull secret.
pub(crate) const PULL_SECRET_TYPE: &str = "kubernetes.io/dockerconfigjson";

/// The account that Kubernetes itself makes in every namespace, and that a pod runs under when it
/// names none.
pub(crate) const DEFAULT_ACCOUNT: &str = "default";

/// A document of the tree: the header, then `apiVersion`, `kind` and the rest.
pub(crate) fn object(api_version: &str, kind: &str, rest: Mapping) -> Document {
    let mut root = Mapping::new().with("apiVersion", api_version).with("kind", kind);
    root.extend(rest);
    Document { header: vec![HEADER.to_owned()], root }
}

/// An object with a specification.
pub(crate) fn specified(
    api_version: &str,
    kind: &str,
    metadata: Mapping,
    spec: Mapping,
) -> Document {
    object(api_version, kind, Mapping::new().with("metadata", metadata).with("spec", spec))
}

/// The metadata of an object in a namespace.
pub(crate) fn metadata(name: &str, namespace: &str) -> Mapping {
    Mapping::new().with("name", name).with("namespace", namespace)
}

/// A list of references by name.
pub(crate) fn name_references(names: &[String]) -> Node {
    Node::list(names.iter().map(|name| Mapping::new().with("name", name.as_str()).into()))
}

/// A mapping of texts, or nothing when there are none.
pub(crate) fn texts<'a>(
    pairs: impl IntoIterator<Item = (&'a String, &'a String)>,
) -> Option<Mapping> {
    let mut mapping = Mapping::new();
    for (key, value) in pairs {
        mapping.push(key.clone(), value.as_str());
    }
    (!mapping.is_empty()).then_some(mapping)
}
