//! A host that serves images, and the credential for it.

use std::time::Duration;

use regrender_diagnostic::{Span, Spanned};

use crate::provision::{Generator, NodeProvider};
use crate::{Provision, Source};

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
    /// Its repositories by their exact names, where least privilege and probing want to know them.
    pub repositories: Vec<String>,
    /// How it is asked when its credential is tried.
    pub connection: Connection,
    /// Whether a credential that is dead within a day may be sealed.
    pub allow_short_lived: bool,
    /// The last day of the credential.
    pub expires: Option<Date>,
    /// Where it is declared.
    pub span: Span,
}

/// How a registry is asked when its credential is tried.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// Path of a PEM file with authorities that are trusted beside those of the machine; relative to
    /// registries.toml; `~/` is the home folder.
    pub authorities: Option<Spanned<String>>,
    /// Whether certificates are not checked, and HTTP is tried after HTTPS.
    pub is_insecure: bool,
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
    /// Amazon ECR.
    Ecr,
    /// Azure Container Registry.
    Acr,
    /// Google Artifact Registry.
    Gar,
    /// Google Container Registry.
    Gcr,
}

/// How the images of a registry are pulled.
#[derive(Clone, Debug)]
pub enum Access {
    /// Without a credential.
    Anonymous,
    /// With one.
    Credential(Credential),
    /// With tokens that are made where the images are pulled.
    Provided(Provision),
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

/// The host that images of Docker Hub are named by.
const DOCKER_HUB_HOST: &str = "docker.io";

/// The key of Docker Hub that docker, kubectl and the kubelet agree on.
const DOCKER_HUB_KEY: &str = "https://index.docker.io/v1/";

impl RegistryKind {
    /// All kinds.
    pub const ALL: &'static [Self] = &[
        Self::Generic,
        Self::DockerHub,
        Self::Ghcr,
        Self::GitLab,
        Self::Quay,
        Self::Harbor,
        Self::Artifactory,
        Self::Ecr,
        Self::Acr,
        Self::Gar,
        Self::Gcr,
    ];

    /// Returns its name in registries.toml.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Generic => "generic",
            Self::DockerHub => "docker-hub",
            Self::Ghcr => "ghcr",
            Self::GitLab => "gitlab",
            Self::Quay => "quay",
            Self::Harbor => "harbor",
            Self::Artifactory => "artifactory",
            Self::Ecr => "ecr",
            Self::Acr => "acr",
            Self::Gar => "gar",
            Self::Gcr => "gcr",
        }
    }

    /// Says whether registries of this kind belong to a cloud, whose own tokens live for hours.
    #[must_use]
    pub fn is_of_cloud(self) -> bool {
        matches!(self, Self::Ecr | Self::Acr | Self::Gar | Self::Gcr)
    }

    /// Returns how many hours a token lives that the cloud of this kind hands out.
    #[must_use]
    pub fn token_hours(self) -> Option<u64> {
        match self {
            Self::Ecr => Some(12),
            Self::Acr => Some(3),
            Self::Gar | Self::Gcr => Some(1),
            _ => None,
        }
    }

    /// Returns the host of registries of this kind that nobody runs themselves.
    #[must_use]
    pub fn default_host(self) -> Option<&'static str> {
        match self {
            Self::DockerHub => Some(DOCKER_HUB_HOST),
            Self::Ghcr => Some("ghcr.io"),
            Self::GitLab => Some("registry.gitlab.com"),
            Self::Quay => Some("quay.io"),
            // People run these themselves, or the host follows from other keys.
            Self::Generic
            | Self::Harbor
            | Self::Artifactory
            | Self::Ecr
            | Self::Acr
            | Self::Gar
            | Self::Gcr => None,
        }
    }
}

impl Registry {
    /// Returns the credential that a sealed pull secret holds for it.
    #[must_use]
    pub fn sealed_credential(&self) -> Option<&Credential> {
        match &self.access {
            Access::Credential(credential) => Some(credential),
            Access::Anonymous | Access::Provided(_) => None,
        }
    }

    /// Returns the credential that somebody must hand over before the tree can be rendered.
    #[must_use]
    pub fn credential(&self) -> Option<&Credential> {
        match &self.access {
            Access::Credential(credential)
            | Access::Provided(Provision::Node(NodeProvider::Credential(credential))) => {
                Some(credential)
            }
            Access::Anonymous | Access::Provided(_) => None,
        }
    }

    /// Returns the generator that External Secrets makes its pull secrets with.
    #[must_use]
    pub fn generator(&self) -> Option<&Generator> {
        match &self.access {
            Access::Provided(Provision::ExternalSecrets(generator)) => Some(generator),
            _ => None,
        }
    }

    /// Says whether its images are pulled with what the node or the pod's account has, without any
    /// pull secret.
    #[must_use]
    pub fn is_without_pull_secret(&self) -> bool {
        match &self.access {
            Access::Provided(provision) => !matches!(provision, Provision::ExternalSecrets(_)),
            Access::Anonymous | Access::Credential(_) => false,
        }
    }

    /// Lists the keys under which its credential stands in a pull secret.
    #[must_use]
    pub fn auth_keys(&self) -> Vec<String> {
        if !self.paths.is_empty() {
            return self.paths.iter().map(|path| format!("{}/{path}", self.host)).collect();
        }
        if self.kind != RegistryKind::DockerHub {
            return vec![self.host.clone()];
        }
        let mut keys = vec![String::from(DOCKER_HUB_KEY)];
        if self.hub_aliases {
            keys.push(String::from(DOCKER_HUB_HOST));
        }
        keys
    }
}

impl Date {
    /// Returns a day of the calendar.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let is_leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if is_leap => 29,
            2 => 28,
            _ => return None,
        };
        ((1..=days).contains(&day) && year >= 1).then_some(Self { year, month, day })
    }

    /// Parses `YYYY-MM-DD`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let year = number(parts.next()?, 4)?;
        let month = number(parts.next()?, 2)?;
        let day = number(parts.next()?, 2)?;
        Self::new(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
    }
}

/// Parses a number of exactly so many digits.
fn number(text: &str, digits: usize) -> Option<u16> {
    let right = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    if right { text.parse().ok() } else { None }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: RegistryKind, paths: &[&str], hub_aliases: bool, keys: &[&str]) {
        let registry = Registry {
            name: String::from("r"),
            kind,
            host: kind.default_host().unwrap_or("registry.example.com").to_owned(),
            paths: paths.iter().copied().map(str::to_owned).collect(),
            hub_aliases,
            access: Access::Anonymous,
            repositories: Vec::new(),
            connection: Connection::default(),
            allow_short_lived: false,
            expires: None,
            span: 0..0,
        };
        assert_eq!(registry.auth_keys(), keys);
    }

    #[test]
    fn docker_hub_has_the_key_that_everybody_knows() {
        check(RegistryKind::DockerHub, &[], false, &["https://index.docker.io/v1/"]);
    }

    #[test]
    fn docker_hub_may_have_its_alias_beside_it() {
        check(RegistryKind::DockerHub, &[], true, &["https://index.docker.io/v1/", "docker.io"]);
    }

    #[test]
    fn docker_hub_with_paths_is_named_as_images_are() {
        check(RegistryKind::DockerHub, &["acme/"], true, &["docker.io/acme/"]);
    }

    #[test]
    fn other_registries_are_their_host_and_paths() {
        check(RegistryKind::Ghcr, &[], false, &["ghcr.io"]);
        let keys = ["registry.example.com/a/", "registry.example.com/b/"];
        check(RegistryKind::Generic, &["a/", "b/"], false, &keys);
    }

    #[test]
    fn days_are_days_of_the_calendar() {
        assert!(Date::new(2024, 2, 29).is_some());
        assert!(Date::new(2000, 2, 29).is_some());
        assert!(Date::new(1900, 2, 29).is_none());
        assert!(Date::new(2026, 4, 31).is_none());
        assert!(Date::new(2026, 13, 1).is_none());
        assert!(Date::new(2026, 0, 1).is_none());
        assert!(Date::new(0, 1, 1).is_none());
    }

    #[test]
    fn days_have_one_spelling() {
        let text = "2026-12-31";
        assert_eq!(Date::parse(text).unwrap().to_string(), text);
        for text in ["2026-1-1", "31.12.2026", "2026-12-31T00:00", "+026-12-31", "", "2026-12"] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }
}
