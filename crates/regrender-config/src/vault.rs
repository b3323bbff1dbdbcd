//! The Vault that sources are read from, and how to log in to it. OpenBao speaks the same language.

use regrender_diagnostic::Span;

use crate::{Source, Username};

/// What `[vault]` says; what it does not say comes from the environment.
#[derive(Clone, Debug, Default)]
pub struct Vault {
    /// Its address: `https://vault.example.com:8200`.
    pub address: Option<String>,
    /// The namespace that every path is in.
    pub namespace: Option<String>,
    /// Path of a file with the certificates of its authority, relative to registries.toml.
    pub ca: Option<String>,
    /// The version of its key-value engines; the server is asked if it is not given.
    pub kv_version: Option<KvVersion>,
    /// How to log in.
    pub auth: Option<VaultAuth>,
    /// Where the table stands.
    pub span: Span,
}

/// The version of a key-value engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KvVersion {
    /// Without versions of a secret.
    One,
    /// With versions.
    Two,
}

/// How to log in to Vault.
#[derive(Clone, Debug)]
pub enum VaultAuth {
    /// With a token.
    Token {
        /// Where it comes from; without one, from where Vault's own program takes it.
        token: Option<Source>,
    },
    /// With the role of an application.
    AppRole {
        /// The name of the role.
        role_id: Username,
        /// Its secret.
        secret_id: Source,
        /// Where the method is mounted.
        mount: String,
    },
    /// With the service account of a pod.
    Kubernetes {
        /// The role.
        role: String,
        /// The token of the account; without one, the file in the pod.
        jwt: Option<Source>,
        /// Where the method is mounted.
        mount: String,
    },
    /// With a token that a CI system hands out.
    Jwt {
        /// The role.
        role: String,
        /// The token.
        jwt: Source,
        /// Where the method is mounted.
        mount: String,
    },
}

impl VaultAuth {
    /// Lists the sources that logging in needs.
    #[must_use]
    pub fn sources(&self) -> Vec<&Source> {
        let identifier = match self {
            Self::AppRole { role_id: Username::From(role_id), .. } => Some(role_id),
            _ => None,
        };
        identifier.into_iter().chain(self.secret()).collect()
    }

    /// Returns the source of what nobody else may know.
    #[must_use]
    pub fn secret(&self) -> Option<&Source> {
        match self {
            Self::Token { token } => token.as_ref(),
            Self::AppRole { secret_id, .. } => Some(secret_id),
            Self::Kubernetes { jwt, .. } => jwt.as_ref(),
            Self::Jwt { jwt, .. } => Some(jwt),
        }
    }
}
