//! The whole tree of one cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regrender_config::{Cluster, Config, PullSecret, Registry};
use regrender_document::SecretText;
use thiserror::Error;

use crate::docker_config::docker_config_json;
use crate::folder::Folder;
use crate::placement::Placement;
use crate::pull_secret::{LARGEST_SECRET, Payload};
use crate::surroundings::Surroundings;
use crate::wanted_file::WantedFile;
use crate::{Credential, Credentials, node};

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

/// The tree of a cluster, rendered part by part: the whole of it is never needed at once, and there
/// can be tens of thousands of files.
#[derive(Debug)]
pub struct Rendered<'a> {
    config: &'a Config,
    cluster: &'a Cluster,
    surroundings: &'a Surroundings,
    payloads: Payloads,
    placements: BTreeMap<String, Placement<'a>>,
}

/// A part of the tree of a cluster. No file is in two parts.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    rendered: &'a Rendered<'a>,
    what: What<'a>,
}

#[derive(Clone, Copy, Debug)]
enum What<'a> {
    /// What lands in one namespace.
    Namespace(&'a str, &'a Placement<'a>),
    /// The files that list all namespaces.
    Roots,
}

/// Renders the tree that `config` asks for in `cluster`.
///
/// # Errors
///
/// Lists the pull secrets that the API server would refuse.
pub fn render<'a>(
    config: &'a Config,
    cluster: &'a Cluster,
    surroundings: &'a Surroundings,
    contents: Contents<'_>,
) -> Result<Rendered<'a>, Vec<RenderError>> {
    let payloads = payloads(config, cluster, contents)?;
    let placements = Placement::of_cluster(config, cluster, surroundings);
    Ok(Rendered { config, cluster, surroundings, payloads, placements })
}

impl Rendered<'_> {
    /// Lists the parts of the tree, the largest first; together they are the whole of it.
    #[must_use]
    pub fn parts(&self) -> Vec<Part<'_>> {
        let namespaces = self.placements.iter();
        let namespaces =
            namespaces.map(|(namespace, placement)| What::Namespace(namespace, placement));
        let all = [What::Roots].into_iter().chain(namespaces);
        all.map(|what| Part { rendered: self, what }).collect()
    }

    /// Returns how many files shall be sealed.
    #[must_use]
    pub fn sealed_count(&self) -> usize {
        let of_nodes = usize::from(node::static_registries(self.config).next().is_some());
        let of_namespaces = self.placements.values().map(|placement| placement.secrets.len());
        of_namespaces.sum::<usize>() + of_nodes
    }

    /// Lists the accounts, by namespace and name, whose list is emptied since nothing declares them
    /// any more.
    #[must_use]
    pub fn emptied_accounts(&self) -> Vec<(String, String)> {
        let mut emptied = Vec::new();
        for (namespace, placement) in &self.placements {
            let is_emptied = |(account, list): &(&String, &Vec<String>)| {
                list.is_empty() && !placement.annotations.contains_key(*account)
            };
            for (account, _) in placement.accounts.iter().filter(is_emptied) {
                emptied.push((namespace.clone(), account.clone()));
            }
        }
        emptied
    }
}

impl Part<'_> {
    /// Renders the files of this part, in the order of their paths in the output folder.
    #[must_use]
    pub fn files(&self) -> Vec<(String, WantedFile)> {
        let Rendered { config, cluster, surroundings, payloads, placements } = self.rendered;
        let mut folder = Folder::new(config, cluster, surroundings, payloads);
        match self.what {
            What::Namespace(namespace, placement) => folder.render_namespace(namespace, placement),
            What::Roots => folder.render_rest(placements),
        }
        folder.into_files()
    }
}

/// What each pull secret holds, by its name.
pub(crate) type Payloads = BTreeMap<String, Payload>;

/// The payload of each pull secret is made once, however many namespaces it lands in.
fn payloads(
    config: &Config,
    cluster: &Cluster,
    contents: Contents<'_>,
) -> Result<Payloads, Vec<RenderError>> {
    let Contents::Resolved { credentials, only } = contents else {
        return Ok(BTreeMap::new());
    };
    let mut payloads = BTreeMap::new();
    let mut errors = Vec::new();
    if only.is_none() && node::static_registries(config).next().is_some() {
        let entries = entries_of(node::static_registries(config), credentials);
        payloads.insert(NODES.to_owned(), payload(&entries));
    }
    let wanted = |secret: &&PullSecret| {
        config.is_sealed(secret) && only.is_none_or(|only| only.contains(&secret.name))
    };
    for secret in config.secrets_of(cluster).filter(wanted) {
        let sealed = config.registries_of(secret).filter(|one| one.sealed_credential().is_some());
        let payload = payload(&entries_of(sealed, credentials));
        if payload.bytes > LARGEST_SECRET {
            let (secret, bytes) = (secret.name.clone(), payload.bytes);
            errors.push(RenderError::TooLarge { secret, bytes });
        }
        payloads.insert(secret.name.clone(), payload);
    }
    if errors.is_empty() { Ok(payloads) } else { Err(errors) }
}

/// What the payload of the nodes is kept under: no pull secret can have this name.
pub(crate) const NODES: &str = "";

fn payload(entries: &BTreeMap<String, &Credential>) -> Payload {
    let json = docker_config_json(entries);
    let text = Arc::new(SecretText::new(STANDARD.encode(json.expose())));
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
