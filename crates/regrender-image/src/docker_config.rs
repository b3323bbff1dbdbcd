//! Knows the JSON of a pull secret, `.dockerconfigjson` and `.dockercfg`, as the kubelet decodes it.

mod decoder;

use std::collections::BTreeMap;

use thiserror::Error;

use self::decoder::{Decoder, Entries};
use crate::auth_field::AuthFieldError;
use crate::json::JsonError;
use crate::password::Password;

/// Which of the two layouts a document has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConfigShape {
    /// `{"auths": {KEY: ENTRY}}`, in `.dockerconfigjson`.
    DockerConfigJson,
    /// `{KEY: ENTRY}`, in `.dockercfg`.
    DockerCfg,
}

/// The registries of one pull secret, by key.
#[derive(Clone, Debug, Default)]
pub struct DockerConfig {
    /// The entries, sorted by key.
    pub entries: BTreeMap<String, RegistryEntry>,
    /// What the kubelet passes over in silence and a person should know.
    pub oddities: Vec<ConfigOddity>,
    /// The programs that docker asks for credentials and the kubelet does not.
    pub helpers: CredentialHelpers,
}

/// The credential helpers of a document, without the `docker-credential-` of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CredentialHelpers {
    /// `credsStore`, which keeps the credentials of all other registries.
    pub store: Option<String>,
    /// `credHelpers`, by registry.
    pub by_registry: BTreeMap<String, String>,
}

/// What the kubelet keeps of one registry's entry.
#[derive(Clone, Debug, Default)]
pub struct RegistryEntry {
    /// The user name; bytes, because `auth` can hold any.
    pub username: Vec<u8>,
    /// The password.
    pub password: Password,
    /// The e-mail address, which nothing uses.
    pub email: String,
    /// Whether user name and password come from `auth`.
    pub from_auth: bool,
    /// Whether there is an `identitytoken` or `registrytoken`, which the kubelet drops.
    pub has_token: bool,
}

impl RegistryEntry {
    /// Tells whether the entry matches without being a credential: neither user name nor password.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.username.is_empty() && self.password.is_empty()
    }

    /// Returns the user name for people to read.
    #[must_use]
    pub fn username_text(&self) -> String {
        String::from_utf8_lossy(&self.username).into_owned()
    }
}

/// Something that decodes without an error and still is not what its author meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ConfigOddity {
    /// There is no `auths`, so the Secret holds nothing.
    NoAuths,
    /// A member is written in another case than docker writes it.
    OddCase {
        /// The member as written.
        member: String,
    },
    /// A member of the document or of an entry occurs again; the last one wins.
    RepeatedMember {
        /// The member as written.
        member: String,
    },
    /// A registry key occurs again; the last entry replaces the others.
    RepeatedKey {
        /// The registry key.
        key: String,
    },
    /// `credsStore` or `credHelpers` is there, which the kubelet ignores.
    CredentialHelper {
        /// The member as written.
        member: String,
    },
}

/// Why a pull secret's JSON cannot be decoded; every pull of a pod that lists it fails then.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The text is not JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A member holds another kind of value than Go expects.
    #[error("{place} is {found}, not {wanted}")]
    WrongKind {
        /// Which part of the document.
        place: String,
        /// What stands there.
        found: &'static str,
        /// What should stand there.
        wanted: &'static str,
    },
    /// The `auth` of an entry cannot be decoded.
    #[error("the `auth` of `{key}` cannot be decoded")]
    Auth {
        /// The registry key, without a password that it may hold.
        key: String,
        /// What is wrong with it.
        source: AuthFieldError,
    },
}

/// Decodes the JSON of a pull secret.
///
/// # Errors
///
/// Fails where Go's encoding/json and the kubelet's own decoding of `auth` fail. As in Go, text that is
/// no JSON is reported before anything else.
pub fn decode_docker_config(text: &[u8], shape: ConfigShape) -> Result<DockerConfig, ConfigError> {
    let mut decoder = Decoder::new(text);
    let mut entries = BTreeMap::new();
    match shape {
        ConfigShape::DockerConfigJson => decoder.document(&mut entries)?,
        ConfigShape::DockerCfg => decoder.entries("the document", &mut entries)?,
    }
    decoder.reader.finish()?;
    match decoder.error {
        Some(error) => Err(error),
        None => Ok(DockerConfig { entries, oddities: decoder.oddities, helpers: decoder.helpers }),
    }
}

/// Lists every text of a document that must not be seen, so far as it is JSON: what was decoded, and
/// what a later member replaces or the kubelet drops.
#[must_use]
pub fn docker_config_secrets(text: &[u8]) -> Vec<Password> {
    let mut decoder = Decoder::new(text);
    // What stands before a mistake is no less secret.
    let _read_to_there = decoder.document(&mut Entries::new());
    decoder.secrets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(text: &str) -> Result<DockerConfig, ConfigError> {
        decode_docker_config(text.as_bytes(), ConfigShape::DockerConfigJson)
    }

    #[track_caller]
    fn users(text: &str, expected: &[(&str, &str)]) {
        let config = decode(text).unwrap();
        let found: Vec<_> =
            config.entries.iter().map(|(key, entry)| (&**key, entry.username_text())).collect();
        let found: Vec<_> = found.iter().map(|(key, user)| (*key, &**user)).collect();
        assert_eq!(found, expected);
    }

    fn oddities(text: &str) -> Vec<ConfigOddity> {
        decode(text).unwrap().oddities
    }

    #[test]
    fn auth_wins_over_user_and_password() {
        let config =
            decode(r#"{"auths":{"r":{"username":"x","password":"y","auth":"YTpi"}}}"#).unwrap();
        let entry = &config.entries["r"];
        assert_eq!((entry.username_text(), entry.password.expose()), ("a".to_owned(), &b"b"[..]));
        assert!(entry.from_auth);
    }

    #[test]
    fn empty_auth_leaves_user_and_password() {
        users(r#"{"auths":{"r":{"username":"x","auth":""}}}"#, &[("r", "x")]);
        users(r#"{"auths":{"r":{"username":"x","auth":null}}}"#, &[("r", "x")]);
    }

    #[test]
    fn entries_without_credential_are_entries() {
        for entry in ["{}", "null", r#"{"email":"e"}"#, r#"{"identitytoken":"canary-4f1d"}"#] {
            let config = decode(&format!(r#"{{"auths":{{"r":{entry}}}}}"#)).unwrap();
            assert!(config.entries["r"].is_empty(), "{entry}");
        }
    }

    #[test]
    fn half_a_credential_is_one() {
        for entry in [r#"{"username":"u"}"#, r#"{"password":"canary-4f1d"}"#] {
            let config = decode(&format!(r#"{{"auths":{{"r":{entry}}}}}"#)).unwrap();
            assert!(!config.entries["r"].is_empty(), "{entry}");
        }
    }

    #[test]
    fn tokens_are_noticed_whatever_stands_around_them() {
        let has_token = |entry: &str| {
            decode(&format!(r#"{{"auths":{{"r":{{{entry}}}}}}}"#)).unwrap().entries["r"].has_token
        };
        for entry in [
            r#""identitytoken":"canary-4f1d""#,
            r#""registrytoken":1,"serveraddress":"r""#,
            r#""auth":"YTpi","identitytoken":null"#,
        ] {
            assert!(has_token(entry), "{entry}");
        }
        assert!(!has_token(r#""auth":"YTpi","serveraddress":"r""#));
    }

    #[test]
    fn any_number_of_entries_stands_side_by_side() {
        let entries: Vec<String> = (0..10_001).map(|at| format!(r#""{at}":{{}}"#)).collect();
        let config = decode(&format!(r#"{{"auths":{{{}}}}}"#, entries.join(","))).unwrap();
        assert_eq!(config.entries.len(), 10_001);
    }

    #[test]
    fn repeated_auths_merge_and_null_empties() {
        let two = r#"{"auths":{"a":{"username":"1"},"b":{"username":"1"}},"Auths":{"b":{}}}"#;
        users(two, &[("a", "1"), ("b", "")]);
        users(r#"{"auths":{"a":{}},"auths":null}"#, &[]);
        users(r#"{"auths":{"a":{}},"auths":null,"auths":{"b":{}}}"#, &[("b", "")]);
    }

    #[test]
    fn repeated_members_take_the_last_but_null() {
        users(r#"{"auths":{"r":{"username":"1","username":"2"}}}"#, &[("r", "2")]);
        users(r#"{"auths":{"r":{"username":"1","username":null}}}"#, &[("r", "1")]);
        users(r#"{"auths":{"r":{"u\u017fername":"1","USERNAME":"2"}}}"#, &[("r", "2")]);
    }

    #[test]
    fn keys_that_are_no_unicode_become_one() {
        users(
            r#"{"auths":{"\ud800":{"username":"1"},"\udfff":{"username":"2"}}}"#,
            &[("\u{fffd}", "2")],
        );
    }

    #[test]
    fn wrong_kinds_fail_the_whole_document() {
        for text in [
            "[]",
            "\"a\"",
            "1",
            r#"{"auths":[]}"#,
            r#"{"auths":{"r":1}}"#,
            r#"{"auths":{"r":{"auth":1}}}"#,
            r#"{"auths":{"r":{"username":1,"username":"x"}}}"#,
            r#"{"HttpHeaders":{"a":1}}"#,
            r#"{"HttpHeaders":[]}"#,
        ] {
            assert!(matches!(decode(text), Err(ConfigError::WrongKind { .. })), "{text}");
        }
    }

    #[test]
    fn error_says_what_stands_where_and_what_should() {
        let message = |text: &str| decode(text).unwrap_err().to_string();
        for (value, found) in
            [("[]", "an array"), ("\"a\"", "a string"), ("1", "a number"), ("true", "a boolean")]
        {
            let text = format!(r#"{{"auths":{{"u:canary-4f1d@r":{value}}}}}"#);
            let place = "the entry of `<masked>@r`";
            assert_eq!(message(&text), format!("{place} is {found}, not an object"));
        }
        assert_eq!(
            message(r#"{"auths":{"r":{"Auth":{}}}}"#),
            "`auth` of `r` is an object, not a string"
        );
        assert_eq!(message(r#"{"auths":"#), "not valid JSON: it ends too early at byte 9");
    }

    #[test]
    fn what_is_unknown_may_be_anything() {
        for text in ["null", "{}", r#"{"credsStore":1,"x":[{}]}"#, r#"{"HttpHeaders":null}"#] {
            assert!(decode(text).is_ok(), "{text}");
        }
        assert!(
            decode(r#"{"HttpHeaders":{"a":null},"auths":{"r":{"serveraddress":[1]}}}"#).is_ok()
        );
    }

    #[test]
    fn broken_json_is_reported_before_wrong_kinds() {
        assert!(matches!(decode(r#"{"auths":1"#), Err(ConfigError::Json(_))));
        assert!(matches!(decode("   "), Err(ConfigError::Json(_))));
    }

    #[test]
    fn dockercfg_has_no_wrapper() {
        let text = br#"{"auths":{"r":{"auth":"YTpi"}}}"#;
        let config = decode_docker_config(text, ConfigShape::DockerCfg).unwrap();
        assert!(config.entries["auths"].is_empty());
    }

    #[test]
    fn bad_auth_names_the_key_and_not_the_value() {
        let error = decode(r#"{"auths":{"r":{"auth":"canary-4f1d"}}}"#).unwrap_err();
        assert_eq!(error.to_string(), "the `auth` of `r` cannot be decoded");
    }

    #[test]
    fn helpers_are_read_and_may_be_anything() {
        let helpers = |text| decode(text).unwrap().helpers;
        let found = helpers(
            r#"{"credsstore":"desktop","credHelpers":{"r":"ecr-login","s":1},"credHelpers":{"t":"gcr"}}"#,
        );
        assert_eq!(found.store.as_deref(), Some("desktop"));
        let by_registry = [("r", "ecr-login"), ("t", "gcr")];
        assert!(found.by_registry.iter().map(|(key, name)| (&**key, &**name)).eq(by_registry));
        for text in [
            "{}",
            r#"{"credsStore":["x"],"credHelpers":"x"}"#,
            r#"{"credsStore":null}"#,
            r#"{"plugins":{"r":"ecr-login"},"detachKeys":"ctrl-e"}"#,
        ] {
            assert_eq!(helpers(text), CredentialHelpers::default());
        }
    }

    #[test]
    fn every_secret_is_listed_whatever_becomes_of_it() {
        let secrets = |text: &str| -> Vec<String> {
            let secrets = docker_config_secrets(text.as_bytes());
            secrets.iter().map(|one| String::from_utf8_lossy(one.expose()).into_owned()).collect()
        };
        let replaced = r#"{"auths":{"r":{"password":"1","Password":"2"},"r":{"auth":"YTpi"}}}"#;
        assert_eq!(secrets(replaced), ["1", "2", "YTpi", "b"]);
        let dropped =
            r#"{"auths":{"r":{"identitytoken":"1","registrytoken":"2","auth":"no colon"}}}"#;
        assert_eq!(secrets(dropped), ["1", "2", "no colon"]);
        assert_eq!(secrets(r#"{"auths":{"r":{"password":"1"},"s":1},"#), ["1"]);
        assert!(secrets("canary-4f1d").is_empty());
        assert!(secrets(r#"{"auths":{"r":{"username":"u","serveraddress":"r"}}}"#).is_empty());
    }

    #[test]
    fn oddities_are_listed() {
        assert_eq!(oddities("{}"), [ConfigOddity::NoAuths]);
        let odd = oddities(r#"{"Auths":{"r":{},"r":{}},"credsStore":"x","auths":{}}"#);
        assert_eq!(
            odd,
            [
                ConfigOddity::OddCase { member: "Auths".to_owned() },
                ConfigOddity::RepeatedKey { key: "r".to_owned() },
                ConfigOddity::CredentialHelper { member: "credsStore".to_owned() },
                ConfigOddity::RepeatedMember { member: "auths".to_owned() },
            ]
        );
    }
}
