//! The kinds of registries, and what is known of each beforehand.

/// The host that images of Docker Hub are named by.
pub(crate) const DOCKER_HUB_HOST: &str = "docker.io";

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
    pub(crate) fn is_of_cloud(self) -> bool {
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
