//! Flux Kustomizations: one a namespace, so that a broken one does not block the others.

use regrender_config::{Flux, Format};
use regrender_document::{Document, Mapping};

use crate::kubernetes::{metadata, specified};
use crate::layout::namespace_folder;
use crate::namespace_name;

/// Renders the Flux Kustomization of one namespace.
///
/// What Flux itself opens asks for decryption.
pub(crate) fn kustomization(
    flux: &Flux,
    format: Format,
    namespace: &str,
    repository_path: &str,
) -> Document {
    let path = format!("./{repository_path}/{}", namespace_folder(namespace));
    let source =
        Mapping::new().with("kind", flux.source.kind).with("name", flux.source.name.as_str());
    let mut spec = Mapping::new()
        .with("interval", flux.interval.as_str())
        .with("path", path)
        .with("prune", true)
        .with("sourceRef", source);
    if format == Format::Sops {
        let decryption = Mapping::new()
            .with("provider", "sops")
            .with("secretRef", Mapping::new().with("name", flux.decryption_secret.as_str()));
        spec.push("decryption", decryption);
    }
    let metadata = metadata(&namespace_name::applier(namespace), &flux.namespace);
    specified("kustomize.toolkit.fluxcd.io/v1", "Kustomization", metadata, spec)
}
