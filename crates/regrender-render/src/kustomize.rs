//! kustomization.yaml files: lists of resources, lists of generators, and components.

use regrender_document::{Document, Mapping, Node};

use crate::kubernetes::object;

const API_VERSION: &str = "kustomize.config.k8s.io/v1beta1";
const COMPONENT_API_VERSION: &str = "kustomize.config.k8s.io/v1alpha1";

/// A kustomization that lists `resources`.
pub(crate) fn resources(resources: Vec<String>) -> Document {
    object(API_VERSION, "Kustomization", Mapping::new().with("resources", Node::texts(resources)))
}

/// A kustomization that lists `generators`, and `resources` beside them.
pub(crate) fn generators(generators: Vec<String>, resources: Vec<String>) -> Document {
    let mut rest = Mapping::new();
    if !generators.is_empty() {
        rest.push("generators", Node::texts(generators));
    }
    if !resources.is_empty() {
        rest.push("resources", Node::texts(resources));
    }
    object(API_VERSION, "Kustomization", rest)
}

/// A component that lists `patches`.
pub(crate) fn component(patches: Vec<Mapping>) -> Document {
    let patches = Node::list(patches.into_iter().map(Node::from));
    object(COMPONENT_API_VERSION, "Component", Mapping::new().with("patches", patches))
}
