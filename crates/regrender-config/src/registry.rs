//! A host that serves images, and how they are pulled from it.

use regrender_diagnostic::{Span, Spanned};

use crate::provision::{Generator, NodeProvider};
use crate::registry_kind::DOCKER_HUB_HOST;
use crate::{Credential, Date, Provision, RegistryKind, WorkloadIdentity};

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

/// The key of Docker Hub that docker, kubectl and the kubelet agree on.
const DOCKER_HUB_KEY: &str = "https://index.docker.io/v1/";

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

    /// Says whether its images are pulled with what the node has, whichever pod it is.
    #[must_use]
    pub fn is_of_nodes(&self) -> bool {
        let Access::Provided(provision) = &self.access else { return false };
        matches!(
            provision,
            Provision::Node(_)
                | Provision::WorkloadIdentity(WorkloadIdentity::Google { cluster: None, .. })
        )
    }

    /// Says whether its images are pulled as the accounts of its pull secrets.
    #[must_use]
    pub fn is_of_accounts(&self) -> bool {
        let Access::Provided(provision) = &self.access else { return false };
        matches!(provision, Provision::Irsa(_) | Provision::WorkloadIdentity(_))
            && !self.is_of_nodes()
    }

    /// Lists what the names of its images begin with.
    #[must_use]
    pub fn image_prefixes(&self) -> Vec<String> {
        if self.paths.is_empty() {
            return vec![self.host.clone()];
        }
        self.paths.iter().map(|path| format!("{}/{path}", self.host)).collect()
    }

    /// Lists the keys under which its credential stands in a pull secret.
    #[must_use]
    pub fn auth_keys(&self) -> Vec<String> {
        if !self.paths.is_empty() {
            return self.paths.iter().map(|path| self.key_of_path(path)).collect();
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

    fn key_of_path(&self, path: &str) -> String {
        // The kubelet takes the version of a registry's API off the front of a key, once.
        let version = if path.starts_with("v1/") || path.starts_with("v2/") { "v2/" } else { "" };
        format!("{}/{version}{path}", self.host)
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
    fn what_the_kubelet_takes_for_the_version_of_an_api_stands_before_a_path_like_it() {
        let paths = ["v1/apps/", "v2/", "v2", "v10/"];
        let keys = ["v2/v1/apps/", "v2/v2/", "v2", "v10/"];
        let keys = keys.map(|key| format!("registry.example.com/{key}"));
        check(RegistryKind::Generic, &paths, false, &keys.each_ref().map(String::as_str));
    }
}
