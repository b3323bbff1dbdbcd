//! A pull secret in one namespace: its document, with the payload as a secret node.

use std::collections::BTreeMap;

use regrender_config::{Cluster, Consumer, PullSecret};
use regrender_document::{Document, Mapping, SecretText};

use crate::holdings::Holdings;
use crate::kubernetes::{PULL_SECRET_TYPE, metadata, object, texts};
use crate::payload::Payload;

/// The annotation that says when the first credential of a sealed pull secret is dead. It may be
/// seen, so that whoever has no key can warn of it.
pub const EXPIRES_AT: &str = "regrender.dev/expires-at";

/// The annotation that tells Argo CD how to apply an object.
pub const SYNC_OPTIONS: &str = "argocd.argoproj.io/sync-options";

/// What Argo CD is told of a large pull secret.
pub const SERVER_SIDE_APPLY: &str = "ServerSideApply=true";

/// The most bytes of payload that fit into the annotation in which client-side apply keeps the whole
/// object (262,144 bytes, with the payload in base64).
const LARGEST_CLIENT_SIDE_APPLY: usize = 180_000;

/// A pull secret in one namespace.
#[derive(Clone, Debug)]
pub struct PullSecretFile {
    /// Its name in registries.toml.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// All that may be seen of it.
    pub clear: Document,
    /// The base64 text of its payload; none in a run that resolves no credentials.
    pub payload: Option<SecretText>,
    /// Whether it may say when it is dead.
    pub may_expire: bool,
    /// Whether it says [`SERVER_SIDE_APPLY`] if it is large, which its payload decides.
    pub may_be_large: bool,
}

impl PullSecretFile {
    pub(crate) fn new(
        secret: &PullSecret,
        namespace: &str,
        cluster: &Cluster,
        payload: Option<Payload>,
        may_expire: bool,
    ) -> Self {
        let mut annotations = secret.annotations.clone();
        let expires_at = payload.as_ref().and_then(|payload| payload.expires_at.clone());
        annotations.extend(expires_at.map(|moment| (EXPIRES_AT.to_owned(), moment)));
        let may_be_large = cluster.consumers.contains(&Consumer::ArgoCd)
            && !annotations.contains_key(SYNC_OPTIONS);
        let bytes = payload.as_ref().map_or(0, |payload| payload.bytes);
        if may_be_large && bytes > LARGEST_CLIENT_SIDE_APPLY {
            annotations.insert(SYNC_OPTIONS.to_owned(), SERVER_SIDE_APPLY.to_owned());
        }
        Self {
            name: secret.name.clone(),
            namespace: namespace.to_owned(),
            clear: clear_document(secret, namespace, &annotations),
            payload: payload.map(|payload| payload.text),
            may_expire,
            may_be_large,
        }
    }

    /// Says in clear what it holds.
    pub(crate) fn holding(mut self, holdings: Option<&Holdings>) -> Self {
        let comments = holdings.into_iter().flat_map(|holdings| &holdings.0);
        self.clear.header.extend(comments.cloned());
        self
    }

    /// The whole document, if the payload is known.
    #[must_use]
    pub fn document(&self) -> Option<Document> {
        let payload = self.payload.clone()?;
        let mut document = self.clear.clone();
        document.root.push("data", Mapping::new().with(".dockerconfigjson", payload));
        Some(document)
    }
}

fn clear_document(
    secret: &PullSecret,
    namespace: &str,
    annotations: &BTreeMap<String, String>,
) -> Document {
    let mut metadata = metadata(&secret.secret_name, namespace);
    if let Some(labels) = texts(&secret.labels) {
        metadata.push("labels", labels);
    }
    if let Some(annotations) = texts(annotations) {
        metadata.push("annotations", annotations);
    }
    let rest = Mapping::new().with("metadata", metadata).with("type", PULL_SECRET_TYPE);
    object("v1", "Secret", rest)
}
