//! Argo CD: the KSOPS generator of a namespace, and an Application a namespace.

use regrender_config::ArgoCd;
use regrender_document::{Document, Mapping, Node};

use crate::kubernetes::{metadata, object, specified};
use crate::layout::argocd_folder;
use crate::namespace_name;

/// Renders the KSOPS generator that opens `files`.
pub(crate) fn generator(namespace: &str, files: Vec<String>) -> Document {
    let function = Mapping::new().with("config.kubernetes.io/function", "exec:\n  path: ksops\n");
    let metadata = Mapping::new()
        .with("name", namespace_name::opener(namespace))
        .with("annotations", function);
    object(
        "viaduct.ai/v1",
        "ksops",
        Mapping::new().with("metadata", metadata).with("files", Node::texts(files)),
    )
}

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
