//! The entry of a docker `config.json` that holds the credential of a registry.
//!
//! The file is decoded as the kubelet decodes a pull secret. Docker reads it by the same rules of Go,
//! and is stricter only with `auth`, which it wants padded and with a username.
//!
//! A docker config may leave the credential to a program, as Docker's own does on a desk: then it
//! says which one. Running it is not done here.

mod key;

#[cfg(test)]
mod tests;

use regrender_config::Registry;
use regrender_document::SecretText;
use regrender_image::{
    AuthFieldError, ConfigError, ConfigOddity, ConfigShape, JsonError, Password, RegistryEntry,
    decode_docker_config,
};

use self::key::{bare, hosts_of, rank};
use super::helper;
use crate::input::bytes::{BYTE_ORDER_MARK, begins_as_utf16};

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
    /// It has a mark at its beginning, which Docker does not take.
    Mark {
        /// Whether it is that of UTF-16.
        utf16: bool,
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
    let utf16 = begins_as_utf16(bytes);
    match error {
        ConfigError::Json(_) if utf16 || bytes.starts_with(BYTE_ORDER_MARK) => {
            LoginError::Mark { utf16 }
        }
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
