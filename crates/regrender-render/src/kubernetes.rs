//! The words of Kubernetes objects that several documents share.

use regrender_document::{Document, Mapping, Node};

use crate::layout::HEADER;

/// A document of the tree: the header, then `apiVersion`, `kind` and the rest.
pub(crate) fn object(api_version: &str, kind: &str, rest: Mapping) -> Document {
    let mut root = Mapping::new().with("apiVersion", api_version).with("kind", kind);
    root.extend(rest);
    Document { header: vec![HEADER.to_owned()], root }
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
        mapping.push(key.as_str(), value.as_str());
    }
    (!mapping.is_empty()).then_some(mapping)
}
