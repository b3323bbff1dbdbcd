//! Knows the kinds that have something applied in the cluster: Flux's `Kustomization`, Argo CD's
//! `Application` and `ApplicationSet`.

use super::Written;
use crate::manifest::Node;

/// The kinds of the objects that have a folder applied.
pub(crate) const DEPLOYERS: [&str; 3] = ["Kustomization", "Application", "ApplicationSet"];

/// Tells whether an object has a folder applied. `KubeVela` has Applications of its own, whose
/// components it deploys itself.
pub(crate) fn is_deployer(object: &Written<'_>) -> bool {
    DEPLOYERS.contains(&object.kind) && (object.kind == "Kustomization" || is_of_argo(object))
}

/// Tells whether the group of an object is that of Argo, or not known.
pub(super) fn is_of_argo(object: &Written<'_>) -> bool {
    matches!(object.group(), "" | "argoproj.io")
}

/// Returns the specification of an object, or of all objects that it makes.
pub(crate) fn specification<'n, 'a>(root: &'n Node<'a>) -> Option<&'n Node<'a>> {
    match root.get("kind").and_then(Node::string) {
        Some("ApplicationSet") => root.at(&["spec", "template", "spec"]),
        _ => root.get("spec"),
    }
}
