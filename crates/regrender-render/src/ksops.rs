//! KSOPS generators: kustomize lets them open the sealed files of a namespace for Argo CD.

use regrender_document::{Document, Mapping, Node};

use crate::kubernetes::object;
use crate::namespace_name;

/// Renders the generator that opens `files`.
pub(crate) fn render(namespace: &str, files: Vec<String>) -> Document {
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
