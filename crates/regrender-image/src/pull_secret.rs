//! Knows which Secrets count as pull secrets: type and data key must pair up.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::docker_config::{ConfigError, ConfigShape, DockerConfig, decode_docker_config};

/// What the keyring needs of a Secret: its decoded data by key.
#[derive(Clone, Default)]
pub struct PullSecret {
    /// `metadata.name`.
    pub name: String,
    /// `type`.
    pub kind: String,
    /// `data`, with base64 taken off and `stringData` laid over it.
    pub data: BTreeMap<String, Vec<u8>>,
}

/// Why the kubelet passes over a Secret without a word.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SecretFault {
    /// Its type is not one of the two of pull secrets.
    #[error("its type is `{kind}`, not `kubernetes.io/dockerconfigjson`")]
    WrongType {
        /// The type as written.
        kind: String,
    },
    /// Its data does not have the key that goes with its type.
    #[error("its data has no `{key}`, which its type demands")]
    MissingKey {
        /// The key that goes with the type.
        key: &'static str,
    },
    /// The value under the key is empty.
    #[error("its `{key}` is empty")]
    EmptyPayload {
        /// The key that goes with the type.
        key: &'static str,
    },
}

impl PullSecret {
    /// The types of pull secrets, the present one first: each with the key of its docker config, and the
    /// shape of that.
    pub const TYPES: [(&'static str, &'static str, ConfigShape); 2] = [
        ("kubernetes.io/dockerconfigjson", ".dockerconfigjson", ConfigShape::DockerConfigJson),
        ("kubernetes.io/dockercfg", ".dockercfg", ConfigShape::DockerCfg),
    ];

    /// Says whether a key of `data` is one of those that hold a docker config.
    #[must_use]
    pub fn is_payload_key(key: &str) -> bool {
        Self::TYPES.iter().any(|(_, of_type, _)| *of_type == key)
    }

    /// Finds the JSON that the kubelet reads.
    ///
    /// # Errors
    ///
    /// Says why the kubelet skips the Secret, which it does without an error of its own.
    pub fn payload(&self) -> Result<(&[u8], ConfigShape), SecretFault> {
        let mut types = Self::TYPES.into_iter();
        let Some((_, key, shape)) = types.find(|(kind, _, _)| *kind == self.kind) else {
            return Err(SecretFault::WrongType { kind: self.kind.clone() });
        };
        match self.data.get(key) {
            None => Err(SecretFault::MissingKey { key }),
            Some(payload) if payload.is_empty() => Err(SecretFault::EmptyPayload { key }),
            Some(payload) => Ok((payload, shape)),
        }
    }

    /// Decodes the registries of the Secret; one that the kubelet skips has none.
    ///
    /// # Errors
    ///
    /// Fails where the kubelet fails.
    pub fn decode(&self) -> Result<DockerConfig, ConfigError> {
        match self.payload() {
            Ok((payload, shape)) => decode_docker_config(payload, shape),
            Err(_) => Ok(DockerConfig::default()),
        }
    }
}

impl std::fmt::Debug for PullSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let keys: Vec<&String> = self.data.keys().collect();
        f.debug_struct("PullSecret")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("keys", &keys)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(kind: &str, key: &str, value: &str) -> PullSecret {
        PullSecret {
            name: "s".to_owned(),
            kind: kind.to_owned(),
            data: BTreeMap::from([(key.to_owned(), value.as_bytes().to_vec())]),
        }
    }

    #[test]
    fn type_and_key_pair_up() {
        for (kind, key, _) in PullSecret::TYPES {
            assert!(secret(kind, key, "{}").payload().is_ok());
        }
        let crossed = secret(PullSecret::TYPES[1].0, PullSecret::TYPES[0].1, "{}");
        assert_eq!(crossed.payload(), Err(SecretFault::MissingKey { key: ".dockercfg" }));
    }

    #[test]
    fn other_types_are_skipped_without_error() {
        for kind in ["Opaque", "", "Kubernetes.io/dockerconfigjson"] {
            let secret = secret(kind, ".dockerconfigjson", "no JSON");
            assert!(matches!(secret.payload(), Err(SecretFault::WrongType { .. })));
            assert!(secret.decode().unwrap().entries.is_empty());
        }
    }

    #[test]
    fn empty_payload_is_skipped_and_white_space_is_broken() {
        let (kind, key, _) = PullSecret::TYPES[0];
        let empty = secret(kind, key, "");
        assert!(matches!(empty.payload(), Err(SecretFault::EmptyPayload { .. })));
        assert!(secret(kind, key, " ").decode().is_err());
    }

    #[test]
    fn debug_shows_keys_but_no_values() {
        let shown = format!("{:?}", secret("t", "k", "canary-4f1d"));
        assert!(shown.contains("\"k\"") && !shown.contains("canary"));
    }
}
