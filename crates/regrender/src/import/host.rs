//! The host that a registry key names, in the words of registries.toml.

use regrender_config::preset::token_hours_beside;
use regrender_config::{Acr, Ecr, RegistryKind};
use regrender_image::{AuthKey, KeyConcern};

use super::found::Login;

/// The images that a key is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The host.
    pub(crate) host: Host,
    /// The beginning of the repositories, where the key has one.
    pub(crate) path: Option<String>,
}

/// A host, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Host {
    /// Docker Hub, under whichever of its names.
    DockerHub,
    /// A registry of Amazon ECR.
    Ecr(Ecr),
    /// An Azure Container Registry.
    Acr(Acr),
    /// A project in Google's Artifact Registry.
    Gar {
        /// Where it lies.
        location: String,
        /// The project, if the key names it.
        project: Option<String>,
    },
    /// Google's Container Registry.
    Gcr {
        /// Where it lies, unless anywhere.
        location: Option<String>,
        /// The project, if the key names it and the token has to be renewed for it.
        project: Option<String>,
    },
    /// Any other, by the host of its images.
    Other(String),
}

/// How the hosts of Google's Artifact Registry end.
const GAR: &str = "-docker.pkg.dev";

/// Programs that hand out tokens of Google: that of the Cloud SDK, and one of its own.
const GOOGLE_HELPERS: [&str; 2] = ["gcloud", "gcr"];

/// The names of Docker Hub under which the kubelet looks for its images.
const DOCKER_HUB: [&str; 2] = ["docker.io", "index.docker.io"];

impl Place {
    /// Finds the images that a key is for.
    ///
    /// # Errors
    ///
    /// Says why the kubelet never uses the key.
    pub(crate) fn of_key(key: &str) -> Result<Self, String> {
        let key =
            AuthKey::parse(key).map_err(|error| format!("no kubelet can read it: {error}"))?;
        let concerns = key.concerns();
        if let Some(concern) = concerns.iter().find(|concern| is_useless(**concern)) {
            return Err(concern.to_string());
        }
        let text = key.index_text();
        let (host, path) = match text.split_once('/') {
            Some((host, path)) => (host, Some(path)),
            None => (text.as_str(), None),
        };
        Ok(Self::of(host, path))
    }
}

impl Place {
    fn of(host: &str, path: Option<&str>) -> Self {
        let whole = |host| Self { host, path: None };
        match (host.strip_suffix(GAR), path.map(|path| path.trim_end_matches('/'))) {
            // Without a project the key is for all of them, which the kind cannot say.
            (Some(location), Some(project)) if !project.contains('/') => {
                let (location, project) = (location.to_owned(), Some(project.to_owned()));
                whole(Host::Gar { location, project })
            }
            _ => Self { host: Host::of(host), path: path.map(str::to_owned) },
        }
    }
}

/// Says whether a key covers nothing that somebody may have meant.
fn is_useless(concern: KeyConcern) -> bool {
    concern.is_dead() || matches!(concern, KeyConcern::HubAlias | KeyConcern::ApiPath)
}

impl Host {
    fn of(host: &str) -> Self {
        let gcr = |location: Option<&str>| Self::Gcr {
            location: location.map(str::to_owned),
            project: None,
        };
        match host {
            host if DOCKER_HUB.contains(&host) => Self::DockerHub,
            "gcr.io" => gcr(None),
            "us.gcr.io" | "eu.gcr.io" | "asia.gcr.io" => gcr(host.strip_suffix(".gcr.io")),
            _ => {
                let ecr = || Ecr::of_host(host).map(Self::Ecr);
                let acr = || Acr::of_host(host).map(Self::Acr);
                ecr().or_else(acr).unwrap_or_else(|| Self::Other(host.to_owned()))
            }
        }
    }

    /// Returns the host as it is declared for a login: what renews a token of Google takes the
    /// project, which is what `path` begins with.
    pub(crate) fn of_login(self, path: Option<&str>, login: &Login) -> Self {
        let project = path.and_then(project_in);
        match self {
            Self::Gcr { location, .. } if self.token_hours(login.username()).is_some() => {
                Self::Gcr { location, project }
            }
            Self::Other(host) => match host.strip_suffix(GAR) {
                Some(location) if is_location(location) && is_token_of_google(login) => {
                    Self::Gar { location: location.to_owned(), project }
                }
                _ => Self::Other(host),
            },
            other => other,
        }
    }

    /// Says whether somebody has to say of which project the token is.
    pub(crate) fn lacks_project(&self) -> bool {
        matches!(self, Self::Gar { project: None, .. } | Self::Gcr { project: None, .. })
    }

    /// Returns the kind of a host that is known beforehand; `username` tells one that is not.
    pub(crate) fn kind(&self, username: Option<&str>) -> RegistryKind {
        match self {
            Self::DockerHub => RegistryKind::DockerHub,
            Self::Ecr(_) => RegistryKind::Ecr,
            Self::Acr(_) => RegistryKind::Acr,
            Self::Gar { .. } => RegistryKind::Gar,
            Self::Gcr { .. } => RegistryKind::Gcr,
            Self::Other(host) => {
                let is_robot = username.is_some_and(|name| name.starts_with("robot$"));
                let known = RegistryKind::ALL.iter().find(|one| one.default_host() == Some(host));
                let otherwise = if is_robot { RegistryKind::Harbor } else { RegistryKind::Generic };
                known.copied().unwrap_or(otherwise)
            }
        }
    }

    /// Returns a name for a registry of this host.
    pub(crate) fn registry_name(&self) -> String {
        match (self, self.kind(None)) {
            (Self::DockerHub, _) => String::from("hub"),
            (Self::Ecr(Ecr::Public), _) => String::from("ecr-public"),
            (Self::Other(host), RegistryKind::Generic) => word(host),
            (_, kind) => kind.name().to_owned(),
        }
    }

    /// Returns how many hours the token lives that a login holds, if the cloud handed it out.
    ///
    /// Without a username a program hands the login out, and then it is such a token.
    pub(crate) fn token_hours(&self, username: Option<&str>) -> Option<u64> {
        let kind = self.kind(username);
        match username {
            None => kind.token_hours(),
            Some(username) => token_hours_beside(kind, username),
        }
    }
}

fn is_location(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Returns the project of a path, if one can be called so. That of a domain is in two parts.
fn project_in(path: &str) -> Option<String> {
    let mut parts = path.split('/');
    let first = parts.next().filter(|first| !first.is_empty())?;
    if first.contains('.') {
        let second = parts.next().filter(|second| !second.is_empty())?;
        return Some(format!("{first}:{second}"));
    }
    Some(first.to_owned())
}

/// Says whether a login holds, or hands out, a token that lives for an hour.
fn is_token_of_google(login: &Login) -> bool {
    match login {
        Login::Pair { username, .. } => token_hours_beside(RegistryKind::Gar, username).is_some(),
        Login::Helper { name } => GOOGLE_HELPERS.contains(&name.as_str()),
    }
}

/// Makes a word of letters, digits and hyphens.
pub(crate) fn word(text: &str) -> String {
    let mut word = String::new();
    for letter in text.chars() {
        if letter.is_ascii_alphanumeric() {
            word.push(letter.to_ascii_lowercase());
        } else if !word.is_empty() && !word.ends_with('-') {
            word.push('-');
        }
    }
    let word = word.trim_end_matches('-');
    if word.is_empty() { String::from("registry") } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use regrender_config::AzureEnvironment;

    use super::*;

    #[track_caller]
    fn check(key: &str, host: &Host, path: Option<&str>) {
        let place = Place::of_key(key).unwrap();
        assert_eq!((&place.host, place.path.as_deref()), (host, path), "{key}");
    }

    #[track_caller]
    fn useless(key: &str, reason: &str) {
        let found = Place::of_key(key).unwrap_err();
        assert!(found.contains(reason), "{key}: {found}");
    }

    fn other(host: &str) -> Host {
        Host::Other(host.to_owned())
    }

    fn amazon(region: &str, fips: bool) -> Host {
        let account = String::from("111122223333");
        Host::Ecr(Ecr::Private { account, region: region.to_owned(), fips })
    }

    #[test]
    fn docker_hub_is_known_by_the_names_that_the_kubelet_knows() {
        for key in ["https://index.docker.io/v1/", "index.docker.io", "docker.io"] {
            check(key, &Host::DockerHub, None);
        }
        check("docker.io/acme/", &Host::DockerHub, Some("acme/"));
    }

    #[test]
    fn other_keys_are_host_and_path() {
        check("https://ghcr.io", &other("ghcr.io"), None);
        check("ghcr.io/v2/acme", &other("ghcr.io"), Some("acme"));
        check("registry:5000/team/", &other("registry:5000"), Some("team/"));
        check("*.example.com", &other("*.example.com"), None);
    }

    #[test]
    fn keys_that_no_image_matches_are_told_apart() {
        useless("https://index.docker.io/v1", "only without a path");
        useless("https://index.docker.io/v1/access-token", "only without a path");
        useless("registry-1.docker.io", "under this name");
        useless("hub.docker.com", "under this name");
        useless("r.io/v2", "prefix of repositories");
        useless("R.io", "upper-case");
        useless("r.io/apps/*", "literally");
        useless("oci://r.io", "scheme");
        useless("", "no host");
        useless("r.io:port", "no kubelet can read it");
    }

    #[test]
    fn amazon_is_known_by_account_and_region() {
        check("111122223333.dkr.ecr.eu-west-1.amazonaws.com", &amazon("eu-west-1", false), None);
        check(
            "https://111122223333.dkr.ecr-fips.us-gov-west-1.amazonaws.com",
            &amazon("us-gov-west-1", true),
            None,
        );
        check(
            "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn",
            &amazon("cn-north-1", false),
            None,
        );
        check(
            "111122223333.dkr.ecr.eusc-de-east-1.amazonaws.eu",
            &amazon("eusc-de-east-1", false),
            None,
        );
        check("public.ecr.aws", &Host::Ecr(Ecr::Public), None);
        let host = "*.dkr.ecr.*.amazonaws.com";
        check(host, &other(host), None);
    }

    #[test]
    fn azure_and_google_are_known_by_their_hosts() {
        let acr = |environment| Host::Acr(Acr { registry: String::from("acme"), environment });
        check("acme.azurecr.io", &acr(AzureEnvironment::Public), None);
        check("acme.azurecr.cn/team/", &acr(AzureEnvironment::China), Some("team/"));
        check("*.azurecr.io", &other("*.azurecr.io"), None);
        check("https://gcr.io", &Host::Gcr { location: None, project: None }, None);
        check(
            "eu.gcr.io/acme",
            &Host::Gcr { location: Some(String::from("eu")), project: None },
            Some("acme"),
        );
        let gar = Host::Gar {
            location: String::from("europe-west1"),
            project: Some(String::from("acme")),
        };
        check("europe-west1-docker.pkg.dev/acme/", &gar, None);
        let host = "europe-west1-docker.pkg.dev";
        check(host, &other(host), None);
        check(&format!("{host}/acme/apps"), &other(host), Some("acme/apps"));
    }

    #[test]
    fn tokens_of_the_clouds_are_known_by_who_uses_them() {
        let gcr = Host::Gcr { location: None, project: None };
        assert_eq!(gcr.token_hours(Some("oauth2accesstoken")), Some(1));
        assert_eq!(gcr.token_hours(Some("_json_key")), None);
        assert_eq!(gcr.token_hours(None), Some(1));
        assert_eq!(other("ghcr.io").token_hours(None), None);
    }

    #[test]
    fn kinds_are_known_by_host_and_robots_by_their_name() {
        assert_eq!(other("ghcr.io").kind(None), RegistryKind::Ghcr);
        assert_eq!(other("registry.gitlab.com").kind(None), RegistryKind::GitLab);
        assert_eq!(other("quay.io").kind(None), RegistryKind::Quay);
        assert_eq!(other("harbor.example.com").kind(Some("robot$p+ci")), RegistryKind::Harbor);
        assert_eq!(other("harbor.example.com").kind(Some("ci")), RegistryKind::Generic);
    }

    #[test]
    fn hosts_have_names_that_are_words() {
        assert_eq!(Host::DockerHub.registry_name(), "hub");
        assert_eq!(amazon("eu-west-1", false).registry_name(), "ecr");
        assert_eq!(other("ghcr.io").registry_name(), "ghcr");
        assert_eq!(other("registry.example.com:5000").registry_name(), "registry-example-com-5000");
        assert_eq!(other("*.example.com").registry_name(), "example-com");
        assert_eq!(word("***"), "registry");
    }
}
