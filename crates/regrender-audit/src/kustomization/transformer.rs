//! Knows the `transformers:` of a kustomization: those that come with kustomize, and count here.

use std::collections::BTreeMap;

use super::image_change::ImageChange;
use super::patch::{PatchList, read_patch};
use super::{Kustomization, member};
use crate::manifest::{Document, Node, read_documents};
use crate::place::{Place, join};

/// One entry of `transformers:`, or what stands in a file that such an entry names.
#[derive(Clone, Debug)]
pub(crate) struct Transformer {
    /// A kustomization that does the same; `None` for what may change anything.
    pub(super) same: Option<Kustomization>,
    /// The file that it stands in, where that is one of its own.
    file: Option<String>,
    pub(super) place: Place,
}

impl Transformer {
    /// Reads a document that configures one; `None` for any other.
    pub(crate) fn read(root: &Node<'_>, place: &Place) -> Option<Self> {
        let is_built_in = root.get("apiVersion").and_then(Node::scalar) == Some("builtin");
        is_built_in.then(|| Self { same: same(root, place), file: None, place: place.clone() })
    }

    fn of_entry(node: &Node<'_>, place: &Place) -> Vec<Self> {
        let place = place.of(node);
        let text = node.string().unwrap_or_default();
        let is_in_place = text.contains('\n') || text.starts_with('{');
        if !is_in_place {
            return vec![Self { same: None, file: Some(text.to_owned()), place }];
        }
        let unknown = || Self { same: None, file: None, place: place.clone() };
        let read = |Document { root, .. }: Document<'_>| {
            root.ok().and_then(|root| Self::read(&root, &place)).unwrap_or_else(unknown)
        };
        read_documents(text).into_iter().map(read).collect()
    }

    /// Returns what stands in its file instead, if that is among `files`.
    pub(super) fn opened(self, base: &str, files: &BTreeMap<String, Vec<Self>>) -> Vec<Self> {
        let found = self.file.as_ref().and_then(|path| files.get(&join(base, path)));
        let mut all = found.cloned().unwrap_or_else(|| vec![self.clone()]);
        for one in &mut all {
            one.place.clone_from(&self.place);
            if let Some(same) = &mut one.same {
                base.clone_into(&mut same.base);
            }
        }
        all
    }
}

/// Reads all transformers of a kustomization, in the order in which they are applied.
pub(super) fn read_transformers(root: &Node<'_>, place: &Place) -> Vec<Transformer> {
    let entries = root.items_of("transformers").iter();
    let mut all: Vec<_> = entries.flat_map(|node| Transformer::of_entry(node, place)).collect();
    // kustomize begins with those in place.
    all.sort_by_key(|one| one.file.is_some());
    all
}

/// Returns the kustomization that does the same as a transformer.
fn same(root: &Node<'_>, place: &Place) -> Option<Kustomization> {
    let nothing = Kustomization::default;
    match root.get("kind").and_then(Node::scalar)? {
        "NamespaceTransformer" => {
            let name = root.get("metadata").and_then(|metadata| member(metadata, "namespace"));
            let fills_in = root.get("unsetOnly").and_then(Node::scalar) == Some("true");
            let (namespace, default_namespace) = if fills_in { (None, name) } else { (name, None) };
            Some(Kustomization { default_namespace, namespace, ..nothing() })
        }
        "ImageTagTransformer" => {
            let image = root.get("imageTag").and_then(|one| ImageChange::read(one, place.clone()));
            // It says of which further fields images are, as configurations do.
            let fields = root.items_of("fieldSpecs").first().map(|_| place.clone());
            let images = image.into_iter().collect();
            Some(Kustomization { images, configurations: fields, ..nothing() })
        }
        "PatchTransformer" => {
            let patches = read_patch(root, place.clone(), PatchList::Patches).into_iter().collect();
            Some(Kustomization { patches, ..nothing() })
        }
        "LabelTransformer" => {
            let labels = marks(root, "labels")?;
            Some(Kustomization { labels, ..nothing() })
        }
        "AnnotationsTransformer" => {
            let annotations = marks(root, "annotations")?;
            Some(Kustomization { annotations, ..nothing() })
        }
        "ReplicaCountTransformer" => Some(nothing()),
        _ => None,
    }
}

/// Returns the labels or annotations that everything gets; `None` if not everything gets them.
fn marks(root: &Node<'_>, name: &str) -> Option<BTreeMap<String, String>> {
    let path = format!("metadata/{name}");
    let is_own = |field: &&Node<'_>| member(field, "path").as_deref() == Some(&*path);
    let is_for_all = |field: &Node<'_>| {
        let is_limited =
            ["group", "version", "kind"].iter().any(|limit| field.get(limit).is_some());
        !is_limited && member(field, "create").as_deref() == Some("true")
    };
    let mut fields = root.items_of("fieldSpecs").iter().filter(is_own).peekable();
    if fields.peek().is_none() {
        return Some(BTreeMap::new());
    }
    fields.any(is_for_all).then(|| root.get(name).map(Node::texts).unwrap_or_default())
}
