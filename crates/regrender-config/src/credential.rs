//! Where the username and the secret of a registry come from.

use std::time::Duration;

use regrender_diagnostic::Span;

use crate::Source;

/// Where the credential of a registry comes from.
#[derive(Clone, Debug)]
pub enum Credential {
    /// A username and a password.
    Pair {
        /// The username.
        username: Username,
        /// Where the password comes from.
        password: Source,
        /// An address that some readers of the Secret want to see.
        email: Option<String>,
    },
    /// An entry of a docker `config.json`.
    DockerConfig {
        /// Path of the file, relative to registries.toml; `~/` is the home folder.
        path: String,
        /// The entry, if it is not the one of the registry's host.
        key: Option<String>,
        /// How long a program may take that keeps the credential for Docker.
        timeout: Duration,
        /// Where the file names it.
        span: Span,
    },
    /// What a program says that keeps credentials for Docker.
    Helper {
        /// Its name without `docker-credential-`.
        name: String,
        /// The address to ask for, if it is not the one of the registry's host.
        key: Option<String>,
        /// How long it may take.
        timeout: Duration,
        /// Where the file names it.
        span: Span,
    },
}

impl Credential {
    /// Returns its username, if that stands in registries.toml.
    #[must_use]
    pub fn declared_username(&self) -> Option<&str> {
        match self {
            Self::Pair { username: Username::Literal(name), .. } => Some(name),
            Self::Pair { .. } | Self::DockerConfig { .. } | Self::Helper { .. } => None,
        }
    }
}

/// Where a username comes from.
#[derive(Clone, Debug)]
pub enum Username {
    /// The file itself.
    Literal(String),
    /// A source.
    From(Source),
}
