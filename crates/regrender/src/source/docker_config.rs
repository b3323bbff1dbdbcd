//! The entry of a docker `config.json` that holds the credential of a registry.
//!
//! Reads `auths` only: a credential helper is a program of the person's desk and knows nothing of a
//! cluster. Decodes an entry as the kubelet does.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use regrender_config::{Registry, RegistryKind};
use regrender_document::SecretText;
use zeroize::Zeroizing;

use super::json::Json;

/// The keys under which Docker and others keep the credential of Docker Hub, best first.
const DOCKER_HUB: [&str; 3] = ["index.docker.io", "docker.io", "registry-1.docker.io"];

/// Go's decoder, which the kubelet uses, takes padding or none, and any spare bits.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A docker `config.json`.
#[derive(Debug)]
pub(crate) struct DockerConfig(Json);

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
    /// There is no `auths` object in it.
    NoAuths,
    /// No entry has that key.
    MissingEntry {
        /// The keys there are.
        keys: Vec<String>,
        /// The program that keeps the credentials instead.
        helper: Option<String>,
    },
    /// Several entries are for the paths of the registry.
    SeveralEntries(Vec<String>),
    /// The entry holds no credential.
    EmptyEntry {
        /// Its key.
        key: String,
        /// The program that keeps the credential instead.
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
    /// It, or another member, is not a text.
    NotText,
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
    /// Fails when they are not JSON or hold no `auths`.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, LoginError> {
        let json =
            Json::parse(bytes).map_err(|(line, column)| LoginError::NotJson { line, column })?;
        match (json.member("auths"), json.member("credsStore"), json.member("credHelpers")) {
            (Some(Json::Object(_)), _, _) => Ok(Self(json)),
            // Without `auths` but with a helper, the helper is what there is to tell.
            (None, Some(_), _) | (None, _, Some(_)) => Ok(Self(json)),
            _ => Err(LoginError::NoAuths),
        }
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
            Some(key) => self.entry(|other| other == key),
            None => self.entry_of(registry)?,
        }
        .ok_or_else(|| LoginError::MissingEntry {
            keys: self.entries().iter().map(|(key, _)| key.clone()).collect(),
            helper: self.helper(&registry.host),
        })?;
        self.read(key, entry)
    }

    /// Lists every text in it that must not be seen.
    pub(crate) fn secrets(&self) -> Vec<SecretText> {
        let members = self.entries().iter().flat_map(|(_, entry)| entry.members());
        let mut secrets = Vec::new();
        for (name, value) in members {
            let Some(text) = value.text() else {
                continue;
            };
            if name == "auth" {
                let decoded = decode(text).ok();
                secrets.extend(decoded.map(|(_, password)| password));
            }
            if ["auth", "password", "identitytoken", "registrytoken"].contains(&name.as_str()) {
                secrets.push(SecretText::new(text.to_owned()));
            }
        }
        secrets
    }

    fn entries(&self) -> &[(String, Json)] {
        self.0.member("auths").map_or(&[], Json::members)
    }

    fn entry(&self, is_wanted: impl Fn(&str) -> bool) -> Option<(&str, &Json)> {
        let mut entries = self.entries().iter().rev();
        entries.find(|(key, _)| is_wanted(key)).map(|(key, entry)| (key.as_str(), entry))
    }

    /// Finds the entry of the paths of `registry`, and without one that of its host.
    fn entry_of(&self, registry: &Registry) -> Result<Option<(&str, &Json)>, LoginError> {
        let mut narrow: Vec<(&str, &Json)> = Vec::new();
        for path in &registry.paths {
            let wanted = format!("{}/{}", registry.host, path.trim_matches('/'));
            let found = self.best(|key| (bare(key) == wanted).then_some(0));
            narrow.extend(found.filter(|(key, _)| narrow.iter().all(|(other, _)| other != key)));
        }
        if narrow.len() > 1 {
            let keys = narrow.into_iter().map(|(key, _)| key.to_owned()).collect();
            return Err(LoginError::SeveralEntries(keys));
        }
        let hosts = hosts_of(registry);
        let wide = || self.best(|key| rank(key, &hosts));
        Ok(narrow.into_iter().next().or_else(wide))
    }

    /// Returns the entry of the lowest rank; one with a credential beats one without.
    fn best(&self, rank: impl Fn(&str) -> Option<usize>) -> Option<(&str, &Json)> {
        let ranked = self.entries().iter().filter_map(|(key, entry)| {
            let is_empty = !has_credential(entry);
            rank(key).map(|rank| ((is_empty, rank), (key.as_str(), entry)))
        });
        ranked.min_by_key(|(order, _)| *order).map(|(_, found)| found)
    }

    /// Returns the program that keeps the credential under `key`.
    fn helper(&self, key: &str) -> Option<String> {
        let own = self.0.member("credHelpers").and_then(|helpers| {
            let mut helpers = helpers.members().iter();
            helpers.find(|(host, _)| bare(host) == bare(key)).and_then(|(_, name)| name.text())
        });
        let name = own.or_else(|| self.0.member("credsStore").and_then(Json::text))?;
        (!name.is_empty()).then(|| format!("docker-credential-{name}"))
    }

    fn read(&self, key: &str, entry: &Json) -> Result<Login, LoginError> {
        let bad = |fault| LoginError::BadAuth { key: key.to_owned(), fault };
        let member = |name| text_of(entry, name).map_err(bad);
        let auth = member("auth")?.filter(|auth| !auth.is_empty());
        let token = member("identitytoken")?.filter(|token| !token.is_empty());
        let (username, password) = match auth {
            // The kubelet reads `auth` alone when there is one.
            Some(auth) => decode(auth).map_err(bad)?,
            None => (
                member("username")?.unwrap_or_default().to_owned(),
                SecretText::new(member("password")?.unwrap_or_default().to_owned()),
            ),
        };
        if password.expose().is_empty() && token.is_some() {
            return Err(LoginError::IdentityToken { key: key.to_owned() });
        }
        if username.is_empty() || password.expose().is_empty() {
            return Err(LoginError::EmptyEntry { key: key.to_owned(), helper: self.helper(key) });
        }
        let email = member("email")?.filter(|email| !email.is_empty()).map(str::to_owned);
        Ok(Login { key: key.to_owned(), username, password, email })
    }
}

fn text_of<'a>(entry: &'a Json, name: &str) -> Result<Option<&'a str>, AuthFault> {
    match entry.member(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::Text(text)) => Ok(Some(text)),
        Some(Json::Object(_) | Json::Other) => Err(AuthFault::NotText),
    }
}

fn has_credential(entry: &Json) -> bool {
    let has = |name| entry.member(name).and_then(Json::text).is_some_and(|text| !text.is_empty());
    has("auth") || has("password") || has("identitytoken")
}

/// Takes an `auth` apart at its first colon.
fn decode(auth: &str) -> Result<(String, SecretText), AuthFault> {
    let compact: Zeroizing<String> =
        Zeroizing::new(auth.chars().filter(|letter| !matches!(letter, '\r' | '\n')).collect());
    let bytes = LENIENT.decode(compact.as_bytes()).map(Zeroizing::new);
    let bytes = bytes.map_err(|_quotes_a_byte| AuthFault::NotBase64)?;
    let text = std::str::from_utf8(&bytes).map_err(|_adds_nothing| AuthFault::NotUtf8)?;
    let (username, password) = text.split_once(':').ok_or(AuthFault::NoColon)?;
    Ok((username.to_owned(), SecretText::new(password.to_owned())))
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
