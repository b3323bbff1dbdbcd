//! A host that serves images, and the credential for it.

use regrender_diagnostic::Span;

use crate::Source;

/// A host that serves images, optionally narrowed to repository paths.
#[derive(Clone, Debug)]
pub struct Registry {
    /// Its name in the file.
    pub name: String,
    /// What is known of it beforehand.
    pub kind: RegistryKind,
    /// `host` or `host:port`.
    pub host: String,
    /// Beginnings of the repositories it is narrowed to; none means all.
    pub paths: Vec<String>,
    /// Whether `docker.io` is written beside Docker Hub's canonical key.
    pub hub_aliases: bool,
    /// How its images are pulled.
    pub access: Access,
    /// The last day of the credential.
    pub expires: Option<Date>,
    /// Where it is declared.
    pub span: Span,
}

/// What is known of a registry beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistryKind {
    /// Nothing.
    Generic,
    /// Docker Hub.
    DockerHub,
    /// GitHub's container registry.
    Ghcr,
    /// GitLab's container registry.
    GitLab,
    /// Quay.
    Quay,
    /// Harbor.
    Harbor,
    /// Artifactory.
    Artifactory,
}

/// How the images of a registry are pulled.
#[derive(Clone, Debug)]
pub enum Access {
    /// Without a credential.
    Anonymous,
    /// With one.
    Credential(Credential),
}

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
        /// Where the file names it.
        span: Span,
    },
}

/// Where a username comes from.
#[derive(Clone, Debug)]
pub enum Username {
    /// The file itself.
    Literal(String),
    /// A source.
    From(Source),
}

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Year.
    pub year: u16,
    /// Month, from 1.
    pub month: u8,
    /// Day, from 1.
    pub day: u8,
}
