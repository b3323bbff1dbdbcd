//! The entry of a docker `config.json` that holds the credential of a registry.
//!
//! The file is decoded as the kubelet decodes a pull secret. Docker reads it by the same rules of Go,
//! and is stricter only with `auth`, which it wants padded and with a username.
//!
//! A docker config may leave the credential to a program, as Docker's own does on a desk: then it
//! says which one. Running it is not done here.

use regrender_config::{Registry, RegistryKind};
use regrender_document::SecretText;
use regrender_image::{
    AuthFieldError, ConfigError, ConfigOddity, ConfigShape, JsonError, Password, RegistryEntry,
    decode_docker_config,
};

use super::helper;

/// The keys under which Docker and others keep the credential of Docker Hub, best first.
const DOCKER_HUB: [&str; 3] = ["index.docker.io", "docker.io", "registry-1.docker.io"];

/// A program that keeps the credential of a registry for Docker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Keeper {
    /// Its name.
    pub(crate) program: String,
    /// The addresses to ask it for, in order.
    pub(crate) servers: Vec<String>,
}

/// A docker `config.json`.
#[derive(Debug)]
pub(crate) struct DockerConfig(regrender_image::DockerConfig);

/// A key and its entry.
type Found<'a> = (&'a String, &'a RegistryEntry);

/// What an entry holds.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    /// Which entry it is.
    pub(crate) key: String,
    /// The username.
    pub(crate) username: String,
    /// The password.
    pub(crate) password: SecretText,
    /// The address.
    pub(crate) email: Option<String>,
}

/// Why there is no login in a docker config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LoginError {
    /// It is not JSON.
    NotJson {
        /// Line of the first mistake.
        line: usize,
        /// Its column.
        column: usize,
    },
    /// There is no `auths` in it.
    NoAuths,
    /// A part of it is another kind of value than Docker and the kubelet take.
    WrongKind(String),
    /// No entry has that key.
    MissingEntry {
        /// The keys there are.
        keys: Vec<String>,
        /// The program that was asked before.
        helper: Option<String>,
    },
    /// Several entries are for the paths of the registry.
    SeveralEntries(Vec<String>),
    /// The entry holds no credential.
    EmptyEntry {
        /// Its key.
        key: String,
        /// The program that was asked before.
        helper: Option<String>,
    },
    /// The entry holds a token that only Docker can use.
    IdentityToken {
        /// Its key.
        key: String,
    },
    /// The `auth` of the entry is wrong.
    BadAuth {
        /// The key of the entry.
        key: String,
        /// What is wrong.
        fault: AuthFault,
    },
}

/// What is wrong with an `auth`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AuthFault {
    /// It is not base64.
    NotBase64,
    /// It is not UTF-8 inside the base64.
    NotUtf8,
    /// There is no colon inside the base64.
    NoColon,
}

impl DockerConfig {
    /// Parses the bytes of a docker config.
    ///
    /// # Errors
    ///
    /// Fails where Docker and the kubelet fail, and when there is neither `auths` nor a helper.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, LoginError> {
        let decoded = decode_docker_config(bytes, ConfigShape::DockerConfigJson);
        let config = Self(decoded.map_err(|error| undecodable(bytes, error))?);
        // Without `auths` but with a helper, the helper is what there is to tell.
        let helpers = &config.0.helpers;
        let has_helper = helpers.store.is_some() || !helpers.by_registry.is_empty();
        if config.0.oddities.contains(&ConfigOddity::NoAuths) && !has_helper {
            return Err(LoginError::NoAuths);
        }
        Ok(config)
    }

    /// Finds the login of `registry`, or that under `key`.
    ///
    /// # Errors
    ///
    /// Says why there is none.
    pub(crate) fn login(
        &self,
        registry: &Registry,
        key: Option<&str>,
    ) -> Result<Login, LoginError> {
        let (key, entry) = match key {
            Some(key) => self.0.entries.get_key_value(key),
            None => self.entry_of(registry)?,
        }
        .ok_or_else(|| LoginError::MissingEntry {
            keys: self.0.entries.keys().cloned().collect(),
            helper: self.keeper(registry, key).map(|keeper| keeper.program),
        })?;
        self.read(key, entry, registry)
    }

    /// Returns the program that Docker asks for the credential of `registry`, or of `key`, before it
    /// looks at `auths`: that of the registry, and without one that of all.
    ///
    /// A program without a name switches that of all off for one registry.
    pub(crate) fn keeper(&self, registry: &Registry, key: Option<&str>) -> Option<Keeper> {
        let helpers = &self.0.helpers;
        let servers = key.map_or_else(|| helper::servers(registry), |key| vec![key.to_owned()]);
        // Docker compares letter by letter; people write the scheme all the same.
        let exact = servers.iter().find_map(|server| helpers.by_registry.get(server));
        let alike = || {
            let mut own = helpers.by_registry.iter();
            let is_meant = |host: &str| servers.iter().any(|server| bare(server) == bare(host));
            own.find(|(host, _)| is_meant(host)).map(|(_, name)| name)
        };
        let name = exact.or_else(alike).or(helpers.store.as_ref())?;
        (!name.is_empty()).then(|| Keeper { program: helper::program(name), servers })
    }

    /// Returns the address in the entry of `registry`, or under `key`: Docker keeps it in the file
    /// even when a program keeps the credential.
    pub(crate) fn email(&self, registry: &Registry, key: Option<&str>) -> Option<String> {
        let entry = match key {
            Some(key) => self.0.entries.get(key),
            None => self.entry_of(registry).ok().flatten().map(|(_, entry)| entry),
        };
        entry.map(|entry| entry.email.clone()).filter(|email| !email.is_empty())
    }

    /// Finds the entry of the paths of `registry`, and without one that of its host.
    fn entry_of(&self, registry: &Registry) -> Result<Option<Found<'_>>, LoginError> {
        let mut narrow: Vec<Found<'_>> = Vec::new();
        for path in &registry.paths {
            let wanted = format!("{}/{}", registry.host, path.trim_matches('/'));
            let found = self.best(|key| (bare(key) == wanted).then_some(0));
            narrow.extend(found.filter(|(key, _)| narrow.iter().all(|(other, _)| other != key)));
        }
        if narrow.len() > 1 {
            let keys = narrow.into_iter().map(|(key, _)| key.clone()).collect();
            return Err(LoginError::SeveralEntries(keys));
        }
        let hosts = hosts_of(registry);
        let wide = || self.best(|key| rank(key, &hosts));
        Ok(narrow.into_iter().next().or_else(wide))
    }

    /// Returns the entry of the lowest rank; one with a credential beats one without.
    fn best(&self, rank: impl Fn(&str) -> Option<usize>) -> Option<Found<'_>> {
        let ranked = self.0.entries.iter().filter_map(|(key, entry)| {
            let is_empty = entry.is_empty() && !entry.has_token;
            rank(key).map(|rank| ((is_empty, rank), (key, entry)))
        });
        ranked.min_by_key(|(order, _)| *order).map(|(_, found)| found)
    }

    fn read(
        &self,
        key: &str,
        entry: &RegistryEntry,
        registry: &Registry,
    ) -> Result<Login, LoginError> {
        if entry.password.is_empty() && entry.has_token {
            return Err(LoginError::IdentityToken { key: key.to_owned() });
        }
        if entry.username.is_empty() || entry.password.is_empty() {
            return Err(LoginError::EmptyEntry {
                key: key.to_owned(),
                helper: self.keeper(registry, Some(key)).map(|keeper| keeper.program),
            });
        }
        let not_text = || LoginError::BadAuth { key: key.to_owned(), fault: AuthFault::NotUtf8 };
        let username = text_of(&entry.username).ok_or_else(not_text)?;
        let password = secret_of(&entry.password).ok_or_else(not_text)?;
        let email = (!entry.email.is_empty()).then(|| entry.email.clone());
        Ok(Login { key: key.to_owned(), username, password, email })
    }
}

/// Says why bytes are no docker config.
fn undecodable(bytes: &[u8], error: ConfigError) -> LoginError {
    match error {
        ConfigError::Json(JsonError { offset, .. }) => {
            let before = bytes.get(..offset).unwrap_or(bytes);
            let (line, last) =
                before.split(|byte| *byte == b'\n').enumerate().last().unwrap_or_default();
            LoginError::NotJson { line: line + 1, column: last.len() + 1 }
        }
        ConfigError::Auth { key, source: AuthFieldError::NoColon } => {
            LoginError::BadAuth { key, fault: AuthFault::NoColon }
        }
        ConfigError::Auth { key, .. } => LoginError::BadAuth { key, fault: AuthFault::NotBase64 },
        other => LoginError::WrongKind(other.to_string()),
    }
}

fn text_of(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

fn secret_of(password: &Password) -> Option<SecretText> {
    text_of(password.expose()).map(SecretText::new)
}

/// Lists the spellings of the host of `registry`, best first.
fn hosts_of(registry: &Registry) -> Vec<&str> {
    let is_hub =
        registry.kind == RegistryKind::DockerHub || DOCKER_HUB.contains(&registry.host.as_str());
    if is_hub { DOCKER_HUB.to_vec() } else { vec![&registry.host] }
}

/// Says how good an entry `key` is for one of `hosts`, 0 being best.
fn rank(key: &str, hosts: &[&str]) -> Option<usize> {
    let place = hosts.iter().position(|host| *host == bare(key))?;
    // Docker itself writes the host alone, and for Docker Hub the address with `/v1/`.
    let spelling = match (key.starts_with("http://"), key.contains("/v")) {
        (false, false) => 0,
        (false, true) => 1,
        (true, _) => 2,
    };
    Some(place * 3 + spelling)
}

/// Cuts scheme, version of the protocol and final slashes off a key.
fn bare(key: &str) -> &str {
    let key = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    let key = key.trim_end_matches('/');
    key.strip_suffix("/v1").or_else(|| key.strip_suffix("/v2")).unwrap_or(key).trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use regrender_config::Access;

    use super::*;

    /// base64 of `acme-bot:canary-4f1d`.
    const AUTH: &str = "YWNtZS1ib3Q6Y2FuYXJ5LTRmMWQ=";

    fn registry(kind: RegistryKind, host: &str, paths: &[&str]) -> Registry {
        Registry {
            name: String::from("hub"),
            kind,
            host: host.to_owned(),
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
            hub_aliases: false,
            access: Access::Anonymous,
            repositories: Vec::new(),
            connection: regrender_config::Connection::default(),
            allow_short_lived: false,
            expires: None,
            span: 0..0,
        }
    }

    /// Makes a docker config whose entries each hold a good credential.
    fn config_of(keys: &[&str]) -> DockerConfig {
        let entries: Vec<_> =
            keys.iter().map(|key| format!(r#""{key}": {{"auth": "{AUTH}"}}"#)).collect();
        config(&entries.join(", "))
    }

    fn config(entries: &str) -> DockerConfig {
        DockerConfig::parse(format!(r#"{{"auths": {{{entries}}}}}"#).as_bytes()).unwrap()
    }

    /// Checks which of the entries `keys` is the one of a registry.
    #[track_caller]
    fn finds(registry: &Registry, keys: &[&str], expected: &str) {
        assert_eq!(config_of(keys).login(registry, None).unwrap().key, expected);
    }

    #[track_caller]
    fn generic(keys: &[&str], expected: &str) {
        finds(&registry(RegistryKind::Generic, "r.io:5000", &[]), keys, expected);
    }

    #[track_caller]
    fn reads(entry: &str, username: &str, password: &str) {
        let login = login(entry).unwrap();
        assert_eq!((login.username.as_str(), login.password.expose()), (username, password));
    }

    fn login(entry: &str) -> Result<Login, LoginError> {
        let registry = registry(RegistryKind::Generic, "r.io", &[]);
        let text = format!(r#"{{"auths": {{"r.io": {entry}}}}}"#);
        DockerConfig::parse(text.as_bytes())?.login(&registry, None)
    }

    #[test]
    fn a_host_is_found_in_each_of_its_spellings() {
        for key in [
            "r.io:5000",
            "r.io:5000/",
            "https://r.io:5000",
            "https://r.io:5000/",
            "http://r.io:5000",
            "r.io:5000/v2/",
            "https://r.io:5000/v1/",
            "https://r.io:5000/v2/",
            "https://r.io:5000/v2",
        ] {
            generic(&["r.io", "other.io:5000", key, "r.io:5000/apps"], key);
        }
    }

    #[test]
    fn the_host_alone_is_the_best_spelling() {
        let keys = ["http://r.io:5000", "https://r.io:5000/v2/", "r.io:5000"];
        generic(&keys, "r.io:5000");
        generic(keys.get(..2).unwrap(), "https://r.io:5000/v2/");
    }

    #[test]
    fn an_entry_with_a_credential_beats_one_without() {
        let registry = registry(RegistryKind::Generic, "r.io", &[]);
        let entries = format!(r#""r.io": {{}}, "https://r.io": {{"auth": "{AUTH}"}}"#);
        assert_eq!(config(&entries).login(&registry, None).unwrap().key, "https://r.io");
    }

    #[test]
    fn docker_hub_goes_by_several_names() {
        let hub = registry(RegistryKind::DockerHub, "docker.io", &[]);
        for key in [
            "https://index.docker.io/v1/",
            "index.docker.io",
            "docker.io",
            "https://docker.io",
            "registry-1.docker.io",
        ] {
            finds(&hub, &["hub.docker.com", key], key);
        }
        let keys = ["docker.io", "registry-1.docker.io", "https://index.docker.io/v1/"];
        finds(&hub, &keys, "https://index.docker.io/v1/");
    }

    #[test]
    fn docker_hub_is_known_by_its_host_too() {
        let hub = registry(RegistryKind::Generic, "docker.io", &[]);
        finds(&hub, &["https://index.docker.io/v1/"], "https://index.docker.io/v1/");
    }

    #[test]
    fn tokens_that_docker_desktop_keeps_beside_are_no_login() {
        let hub = registry(RegistryKind::DockerHub, "docker.io", &[]);
        let config = config_of(&["https://index.docker.io/v1/access-token"]);
        assert!(matches!(config.login(&hub, None), Err(LoginError::MissingEntry { .. })));
    }

    #[test]
    fn the_entry_of_a_path_comes_before_that_of_the_host() {
        let registry = registry(RegistryKind::Generic, "r.io", &["apps/"]);
        finds(&registry, &["r.io", "r.io/apps"], "r.io/apps");
        finds(&registry, &["r.io", "https://r.io/apps/"], "https://r.io/apps/");
        finds(&registry, &["r.io", "r.io/other"], "r.io");
    }

    #[test]
    fn two_paths_with_entries_of_their_own_are_refused() {
        let registry = registry(RegistryKind::Generic, "r.io", &["a/", "b/", "c/"]);
        let error = config_of(&["r.io/a", "r.io/b", "r.io"]).login(&registry, None).unwrap_err();
        let keys = vec![String::from("r.io/a"), String::from("r.io/b")];
        assert_eq!(error, LoginError::SeveralEntries(keys));
    }

    #[test]
    fn a_key_that_is_named_is_taken_exactly() {
        let registry = registry(RegistryKind::Generic, "r.io", &[]);
        let config = config_of(&["r.io", "https://r.io"]);
        assert_eq!(config.login(&registry, Some("https://r.io")).unwrap().key, "https://r.io");
        let error = config.login(&registry, Some("https://r.io/")).unwrap_err();
        assert!(matches!(error, LoginError::MissingEntry { .. }));
    }

    #[test]
    fn auth_wins_over_username_and_password() {
        let entry = format!(r#"{{"auth": "{AUTH}", "username": "x", "password": "y"}}"#);
        reads(&entry, "acme-bot", "canary-4f1d");
    }

    #[test]
    fn username_and_password_are_read_without_auth() {
        for auth in [r#""auth": "","#, r#""auth": null,"#, ""] {
            let entry = format!(r#"{{{auth} "username": "bot", "password": "canary-4f1d"}}"#);
            reads(&entry, "bot", "canary-4f1d");
        }
    }

    #[test]
    fn auth_is_cut_at_its_first_colon() {
        // base64 of `bot:canary:4f1d:`.
        reads(r#"{"auth": "Ym90OmNhbmFyeTo0ZjFkOg=="}"#, "bot", "canary:4f1d:");
    }

    #[test]
    fn auth_may_lack_padding_and_have_line_ends() {
        reads(r#"{"auth": "Ym90OmNhbmFyeTo0ZjFkOg"}"#, "bot", "canary:4f1d:");
        reads(r#"{"auth": "Ym90OmNh\r\nbmFyeTo0ZjFkOg==\n"}"#, "bot", "canary:4f1d:");
    }

    #[test]
    fn auth_of_the_alphabet_for_addresses_is_refused() {
        let fault = |entry| match login(entry).unwrap_err() {
            LoginError::BadAuth { key, fault } if key == "r.io" => Some(fault),
            _ => None,
        };
        assert_eq!(fault(r#"{"auth": "Ym90Oj4-Pj8_"}"#), Some(AuthFault::NotBase64));
        assert_eq!(fault(r#"{"auth": "Ym90 OmNh"}"#), Some(AuthFault::NotBase64));
        assert_eq!(fault(r#"{"auth": "Ym90"}"#), Some(AuthFault::NoColon));
        assert_eq!(fault(r#"{"auth": "/zpi"}"#), Some(AuthFault::NotUtf8));
    }

    #[test]
    fn half_a_credential_is_none() {
        // base64 of `bot:` and of `:canary-4f1d`.
        for auth in ["Ym90Og==", "OmNhbmFyeS00ZjFk"] {
            let error = login(&format!(r#"{{"auth": "{auth}"}}"#)).unwrap_err();
            assert!(matches!(error, LoginError::EmptyEntry { .. }));
        }
        for entry in [r#"{"username": "bot"}"#, r#"{"password": "canary-4f1d"}"#, "{}", "null"] {
            assert!(matches!(login(entry).unwrap_err(), LoginError::EmptyEntry { .. }));
        }
    }

    #[test]
    fn an_identity_token_is_no_password() {
        // What Docker writes: base64 of `bot:`, and the token beside it.
        for entry in [
            r#"{"auth": "Ym90Og==", "identitytoken": "canary-4f1d"}"#,
            r#"{"identitytoken": "canary-4f1d"}"#,
        ] {
            let key = String::from("r.io");
            assert_eq!(login(entry).unwrap_err(), LoginError::IdentityToken { key });
        }
    }

    #[test]
    fn a_password_beside_an_identity_token_is_used() {
        let entry = format!(r#"{{"auth": "{AUTH}", "identitytoken": "canary-token"}}"#);
        reads(&entry, "acme-bot", "canary-4f1d");
    }

    #[track_caller]
    fn kept(text: &str, registry: &Registry, key: Option<&str>, program: Option<&str>) {
        let config = DockerConfig::parse(text.as_bytes()).unwrap();
        let keeper = config.keeper(registry, key);
        assert_eq!(keeper.map(|keeper| keeper.program).as_deref(), program);
    }

    #[test]
    fn the_helper_of_the_host_comes_before_the_store() {
        let text = r#"{"auths": {"https://r.io": {}},
            "credHelpers": {"r.io": "ecr-login", "other": "x"}, "credsStore": "desktop"}"#;
        let r = registry(RegistryKind::Generic, "r.io", &[]);
        kept(text, &r, None, Some("docker-credential-ecr-login"));
        let other = registry(RegistryKind::Generic, "a.io", &[]);
        kept(text, &other, None, Some("docker-credential-desktop"));
        kept(r#"{"auths": {}}"#, &other, None, None);
    }

    #[test]
    fn a_helper_is_found_under_a_host_with_a_scheme_too() {
        let text = r#"{"credHelpers": {"https://r.io/v2/": "pass"}}"#;
        let r = registry(RegistryKind::Generic, "r.io", &[]);
        kept(text, &r, None, Some("docker-credential-pass"));
    }

    #[test]
    fn the_helper_of_docker_hub_goes_by_each_of_its_names() {
        let hub = registry(RegistryKind::DockerHub, "docker.io", &[]);
        for key in ["https://index.docker.io/v1/", "docker.io", "index.docker.io"] {
            let text = format!(r#"{{"credHelpers": {{"{key}": "pass"}}}}"#);
            kept(&text, &hub, None, Some("docker-credential-pass"));
        }
    }

    #[test]
    fn a_helper_without_a_name_switches_the_store_off() {
        let text = r#"{"credHelpers": {"r.io": ""}, "credsStore": "desktop"}"#;
        kept(text, &registry(RegistryKind::Generic, "r.io", &[]), None, None);
    }

    #[test]
    fn a_key_that_is_named_is_what_the_helper_is_asked_for() {
        let text = r#"{"credHelpers": {"r.io": "pass"}, "credsStore": "desktop"}"#;
        let r = registry(RegistryKind::Generic, "r.io", &[]);
        kept(text, &r, Some("other.io"), Some("docker-credential-desktop"));
        let config = DockerConfig::parse(text.as_bytes()).unwrap();
        assert_eq!(config.keeper(&r, Some("other.io")).unwrap().servers, ["other.io"]);
        assert_eq!(config.keeper(&r, None).unwrap().servers, ["r.io", "https://r.io"]);
    }

    #[test]
    fn what_is_no_docker_config_is_refused() {
        let error = |text: &str| DockerConfig::parse(text.as_bytes()).unwrap_err();
        assert_eq!(error("canary-4f1d"), LoginError::NotJson { line: 1, column: 1 });
        assert_eq!(error("{}"), LoginError::NoAuths);
    }

    #[test]
    fn another_kind_of_value_is_told_with_its_place() {
        let error = |text: &str| DockerConfig::parse(text.as_bytes()).unwrap_err();
        for (text, message) in [
            ("[]", "the document is an array, not an object"),
            (r#"{"auths": []}"#, "`auths` is an array, not an object"),
            (r#"{"auths": {"r.io": {"auth": 1}}}"#, "`auth` of `r.io` is a number, not a string"),
        ] {
            assert_eq!(error(text), LoginError::WrongKind(String::from(message)));
        }
    }

    #[test]
    fn one_entry_that_cannot_be_read_spoils_the_others() {
        // Docker and the kubelet refuse the whole document.
        let text =
            format!(r#"{{"auths": {{"a.io": {{"auth": "Ym90"}}, "r.io": {{"auth": "{AUTH}"}}}}}}"#);
        let error = DockerConfig::parse(text.as_bytes()).unwrap_err();
        let key = String::from("a.io");
        assert_eq!(error, LoginError::BadAuth { key, fault: AuthFault::NoColon });
    }

    #[test]
    fn members_may_be_spelled_otherwise_and_repeated() {
        reads(
            r#"{"Username": "bot", "PASSWORD": "old", "password": "canary-4f1d"}"#,
            "bot",
            "canary-4f1d",
        );
        let text =
            format!(r#"{{"Auths": {{"r.io": {{"auth": "{AUTH}"}}}}, "auths": {{"s.io": {{}}}}}}"#);
        let config = DockerConfig::parse(text.as_bytes()).unwrap();
        let registry = registry(RegistryKind::Generic, "r.io", &[]);
        assert_eq!(config.login(&registry, None).unwrap().username, "acme-bot");
    }

    #[test]
    fn debug_output_is_masked() {
        let registry = registry(RegistryKind::Generic, "r.io", &[]);
        let config = config_of(&["r.io"]);
        let text = format!("{config:?} {:?}", config.login(&registry, None));
        assert!(!text.contains("canary") && !text.contains(AUTH), "{text}");
    }
}
