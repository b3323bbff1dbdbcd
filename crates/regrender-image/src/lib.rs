//! Knows image references and the credentials that the kubelet picks for them.
//!
//! Everything here is a function of what is handed in: no file, no network, no cluster. The rules are
//! those of Kubernetes 1.36 (which has not changed them since 1.32), of distribution/reference 0.6 and of the parts of
//! Go's standard library that both stand on.

mod admission;
mod auth_field;
mod auth_key;
mod docker_config;
mod host_index;
mod host_pattern;
mod json;
mod key_set;
mod keyring;
mod label_glob;
mod password;
mod pull_secret;
mod reference;
mod url;

pub use self::admission::{
    Account, AdmissionError, Admitted, DEFAULT_ACCOUNT, ENFORCE_MOUNTABLE_SECRETS, PodAdmission,
    SecretReference, admit, enforces_mountable_secrets,
};
pub use self::auth_field::{AuthFieldError, decode_auth_field};
pub use self::auth_key::{AuthKey, KeyConcern, mask_user};
pub use self::docker_config::{
    ConfigError, ConfigOddity, ConfigShape, CredentialHelpers, DockerConfig, RegistryEntry,
    decode_docker_config, docker_config_secrets,
};
pub use self::json::{JsonError, JsonFault};
pub use self::key_set::KeySet;
pub use self::keyring::{BrokenSecret, Keyring, Match, MatchKind};
pub use self::password::Password;
pub use self::pull_secret::{PullSecret, SecretFault};
pub use self::reference::{DOCKER_HUB, ImageReference, ReferenceError};
pub use self::url::UrlError;
