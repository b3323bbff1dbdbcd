//! Sealed Secrets of the repository, opened for the audit where an identity is at hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regrender_audit::{Secret, SecretState};
use regrender_document::{Document, Mapping, Node, Scalar};
use regrender_image::PullSecret;
use regrender_seal::{FileFormat, Identities, open};

use crate::error::Failure;
use crate::identity::{self, Commands};
use crate::world::World;

/// What opens the sealed Secrets of a repository.
pub(crate) struct SecretOpener {
    /// The folder that the files are named from.
    folder: PathBuf,
    /// The identities at hand.
    identities: Identities,
}

impl SecretOpener {
    /// Takes the identities of a run that starts no command.
    pub(crate) fn discover(explicit: &[PathBuf], world: &mut World) -> Result<Self, Failure> {
        let found = identity::discover(world, explicit, Commands::PassOver);
        world.warn_of(found.warnings);
        Failure::of_any(found.problems)?;
        Ok(Self { folder: world.directory.clone(), identities: found.identities })
    }

    /// Opens a Secret that is sealed with SOPS; `None` when it is not, or no identity opens it.
    pub(crate) fn open(&self, secret: &Secret) -> Option<PullSecret> {
        if secret.state != SecretState::Sops || self.identities.is_empty() {
            return None;
        }
        let text = fs::read_to_string(self.folder.join(&*secret.place.file)).ok()?;
        let opened = open(&text, FileFormat::of_name(&secret.place.file), &self.identities).ok()?;
        let document = opened.into_documents().into_iter().nth(secret.place.document)?;
        Some(PullSecret {
            name: secret.name.clone(),
            kind: secret.kind.clone(),
            data: data(&document),
        })
    }
}

/// The bytes of every key, `stringData` winning as it does in the API server.
fn data(document: &Document) -> BTreeMap<String, Vec<u8>> {
    let mut data = BTreeMap::new();
    for (key, text) in texts(document.root.get("data").and_then(Node::as_mapping)) {
        if let Ok(bytes) = STANDARD.decode(text) {
            data.insert(key, bytes);
        }
    }
    for (key, text) in texts(document.root.get("stringData").and_then(Node::as_mapping)) {
        data.insert(key, text.into_bytes());
    }
    data
}

fn texts(mapping: Option<&Mapping>) -> Vec<(String, String)> {
    let pairs = mapping.into_iter().flat_map(Mapping::pairs);
    pairs
        .filter_map(|(key, value)| {
            let text = match value {
                Node::Secret(secret) => secret.text.expose().to_owned(),
                Node::Scalar(Scalar::Text(text)) => text.clone(),
                _ => return None,
            };
            Some((key.to_owned(), text))
        })
        .collect()
}
