//! What the pull secrets hold: their payloads, each made once.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regrender_config::{Access, Cluster, Config, NodeProvider, Provision, PullSecret, Registry};
use regrender_document::SecretText;
use thiserror::Error;

use crate::docker_config::docker_config_json;
use crate::holdings::Holdings;
use crate::{Credential, Credentials};

/// The most bytes that the API server takes in the data of a Secret.
pub(crate) const LARGEST_SECRET: usize = 1_048_576;

/// What is known of the contents of the pull secrets.
#[derive(Clone, Copy, Debug)]
pub enum Contents<'a> {
    /// Nothing: only what may be seen is rendered.
    Unknown,
    /// The credentials of every registry that a rendered pull secret names.
    Resolved {
        /// The credentials.
        credentials: &'a Credentials,
        /// The pull secrets to render the payload of; none means all.
        only: Option<&'a BTreeSet<String>>,
    },
}

/// A tree that cannot be rendered.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RenderError {
    /// The API server would refuse the Secret.
    #[error(
        "pull secret `{secret}` holds {bytes} bytes; the API server takes at most {LARGEST_SECRET}"
    )]
    TooLarge {
        /// Name of the pull secret.
        secret: String,
        /// Size of its payload.
        bytes: usize,
    },
}

/// What a pull secret holds.
#[derive(Clone, Debug)]
pub(crate) struct Payload {
    /// Its base64 text.
    pub(crate) text: SecretText,
    /// How many bytes that stands for.
    pub(crate) bytes: usize,
    /// When the first of its credentials is dead, if that is soon.
    pub(crate) expires_at: Option<String>,
}

/// What is sealed in a tree.
#[derive(Debug, Default)]
pub(crate) struct Payloads {
    /// What each pull secret says in clear of what it holds, by its name.
    pub(crate) holdings: BTreeMap<String, Holdings>,
    /// What each pull secret holds, by its name.
    pub(crate) of_secrets: BTreeMap<String, Payload>,
    /// What the docker config of the kubelets holds.
    pub(crate) of_nodes: Option<Payload>,
}

/// What is the same in all namespaces that a pull secret lands in is made once.
pub(crate) fn payloads(
    config: &Config,
    cluster: &Cluster,
    contents: Contents<'_>,
) -> Result<Payloads, Vec<RenderError>> {
    let holdings = config.secrets_of(cluster).map(|secret| {
        let holdings: Holdings = config.sealed_registries_of(secret).collect();
        (secret.name.clone(), holdings)
    });
    let mut payloads = Payloads { holdings: holdings.collect(), ..Payloads::default() };
    let Contents::Resolved { credentials, only } = contents else {
        return Ok(payloads);
    };
    let mut errors = Vec::new();
    if only.is_none() && registries_of_nodes(config).next().is_some() {
        let entries = entries_of(registries_of_nodes(config), credentials);
        payloads.of_nodes = Some(payload(&entries));
    }
    let wanted = |secret: &&PullSecret| {
        config.is_sealed(secret) && only.is_none_or(|only| only.contains(&secret.name))
    };
    for secret in config.secrets_of(cluster).filter(wanted) {
        let payload = payload(&entries_of(config.sealed_registries_of(secret), credentials));
        if payload.bytes > LARGEST_SECRET {
            let (secret, bytes) = (secret.name.clone(), payload.bytes);
            errors.push(RenderError::TooLarge { secret, bytes });
        }
        payloads.of_secrets.insert(secret.name.clone(), payload);
    }
    if errors.is_empty() { Ok(payloads) } else { Err(errors) }
}

/// Lists the registries whose credential goes into the docker config of the kubelets.
pub(crate) fn registries_of_nodes(config: &Config) -> impl Iterator<Item = &Registry> {
    config.registries.iter().filter(|registry| {
        matches!(registry.access, Access::Provided(Provision::Node(NodeProvider::Credential(_))))
    })
}

fn payload(entries: &BTreeMap<String, &Credential>) -> Payload {
    let json = docker_config_json(entries);
    let text = SecretText::new(STANDARD.encode(json.expose()));
    let expires_at = entries.values().filter_map(|credential| credential.expires_at.clone()).min();
    Payload { text, bytes: json.expose().len(), expires_at }
}

/// Every auth key of registries; one without a credential has none.
fn entries_of<'a>(
    registries: impl Iterator<Item = &'a Registry>,
    credentials: &'a Credentials,
) -> BTreeMap<String, &'a Credential> {
    let mut entries = BTreeMap::new();
    for registry in registries {
        if let Some(credential) = credentials.get(&registry.name) {
            for key in registry.auth_keys() {
                entries.insert(key, credential);
            }
        }
    }
    entries
}
