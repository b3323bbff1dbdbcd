//! Argo CD Applications: one a namespace, so that a broken one does not block the others.

use regrender_config::ArgoCd;
use regrender_document::{Document, Mapping, Node};

use crate::kubernetes::{metadata, specified};
use crate::layout::argocd_folder;
use crate::namespace_name;

/// Renders the Application of one namespace.
pub(crate) fn application(
    argocd: &ArgoCd,
    repository: &str,
    namespace: &str,
    repository_path: &str,
) -> Document {
    let source = Mapping::new()
        .with("repoURL", repository)
        .with("targetRevision", argocd.revision.as_str())
        .with("path", format!("{repository_path}/{}", argocd_folder(namespace)));
    let destination = Mapping::new()
        .with("namespace", namespace)
        .with("server", "https://kubernetes.default.svc");
    let sync_policy = Mapping::new()
        .with("automated", Mapping::new().with("prune", true).with("selfHeal", true))
        .with("syncOptions", Node::texts(["ServerSideApply=true"]));
    let spec = Mapping::new()
        .with("project", argocd.project.as_str())
        .with("source", source)
        .with("destination", destination)
        .with("syncPolicy", sync_policy);
    let metadata = metadata(&namespace_name::applier(namespace), &argocd.namespace);
    specified("argoproj.io/v1alpha1", "Application", metadata, spec)
}
