//! Knows the kinds that have something applied in the cluster: Flux's `Kustomization`, Argo CD's
//! `Application` and `ApplicationSet`.

use crate::manifest::Node;

/// The kinds of the objects that have a folder applied.
pub(crate) const DEPLOYERS: [&str; 3] = ["Kustomization", "Application", "ApplicationSet"];

/// Returns the specification of an object, or of all objects that it makes.
pub(crate) fn specification<'n, 'a>(root: &'n Node<'a>) -> Option<&'n Node<'a>> {
    match root.get("kind").and_then(Node::string) {
        Some("ApplicationSet") => root.at(&["spec", "template", "spec"]),
        _ => root.get("spec"),
    }
}
