//! The entries of a docker config, as a file of its own or inside a Secret.

use std::fmt;

use regrender_document::SecretText;
use regrender_image::{
    AuthKey, ConfigError, ConfigShape, DockerConfig, RegistryEntry, decode_docker_config, mask_user,
};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::found::{FoundEntry, FoundSecret, Login};
use super::remark::Remarks;
use crate::input::bytes::BYTE_ORDER_MARK;
use crate::source::value::{Part, check_text};

/// The name of the pull secret that a docker config becomes.
const SECRET_NAME: &str = "regcred";

/// Says whether a text is a docker config rather than a manifest.
pub(crate) fn is_docker_config(bytes: &[u8]) -> bool {
    const MEMBERS: [&str; 3] = ["auths", "credHelpers", "credsStore"];
    // With a mark before it, it is one that docker cannot read.
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let is_object = bytes.trim_ascii_start().starts_with(b"{");
    is_object
        && members(bytes).is_some_and(|members| {
            members.iter().any(|name| MEMBERS.contains(&name.as_str()))
                && !members.iter().any(|name| name == "kind")
        })
}

/// Lists the names of the members of a JSON object.
fn members(bytes: &[u8]) -> Option<Vec<String>> {
    let object: Members = serde_json::from_slice(bytes).ok()?;
    Some(object.0)
}

/// The names of the members of an object; what they hold is not kept.
struct Members(Vec<String>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut names = Vec::new();
        while let Some((name, IgnoredAny)) = map.next_entry()? {
            names.push(name);
        }
        Ok(Members(names))
    }
}

/// Takes a docker config for a pull secret.
///
/// # Errors
///
/// Fails where docker fails.
pub(super) fn as_secret(
    bytes: &[u8],
    origin: &str,
    remarks: &mut Remarks,
) -> Result<FoundSecret, ConfigError> {
    let config = decode_docker_config(bytes, ConfigShape::DockerConfigJson)?;
    let helped = with_helpers(&config, origin, remarks);
    Ok(FoundSecret {
        name: String::from(SECRET_NAME),
        namespace: None,
        origin: origin.to_owned(),
        entries: helped,
        cautions: Vec::new(),
    })
}

/// Lists the entries as docker looks for them: the helper of a host, then the entry, then the store.
fn with_helpers(config: &DockerConfig, origin: &str, remarks: &mut Remarks) -> Vec<FoundEntry> {
    let helpers = &config.helpers;
    let entry = |key: &str, name: &str| FoundEntry {
        key: key.to_owned(),
        login: Login::Helper { name: name.to_owned() },
    };
    let of_hosts = helpers.by_registry.iter().filter(|(_, name)| !name.is_empty());
    let mut found: Vec<FoundEntry> = of_hosts.map(|(key, name)| entry(key, name)).collect();
    let store = helpers.store.as_deref().filter(|name| !name.is_empty());
    for (key, one) in &config.entries {
        if found.iter().any(|helped| helped.key == *key) {
            continue;
        }
        match store {
            Some(store) if one.is_empty() && !one.has_token => {
                // Docker Desktop keeps tokens of its own beside the login.
                if !is_token_of_docker_desktop(key) {
                    found.push(entry(key, store));
                }
            }
            _ => found.extend(pair(key, one, origin, remarks)),
        }
    }
    found
}

fn is_token_of_docker_desktop(key: &str) -> bool {
    ["/access-token", "/refresh-token"].iter().any(|ending| key.ends_with(ending))
}

/// Lists the entries of a pull secret as the kubelet reads them.
pub(super) fn pairs(config: &DockerConfig, origin: &str, remarks: &mut Remarks) -> Vec<FoundEntry> {
    let entries = config.entries.iter();
    entries.filter_map(|(key, one)| pair(key, one, origin, remarks)).collect()
}

fn pair(
    key: &str,
    entry: &RegistryEntry,
    origin: &str,
    remarks: &mut Remarks,
) -> Option<FoundEntry> {
    let what = format!("entry `{}`", shown(key));
    let mut refuse = |reason: &str| {
        remarks.add(&what, reason, origin);
        None
    };
    if entry.password.is_empty() && entry.has_token {
        return refuse("it holds only an identity token, which no kubelet can use");
    }
    if entry.username.is_empty() || entry.password.is_empty() {
        return refuse("it holds no username and password");
    }
    let (Ok(username), Ok(password)) =
        (std::str::from_utf8(&entry.username), std::str::from_utf8(entry.password.expose()))
    else {
        return refuse("its username or password is not UTF-8");
    };
    let bare = password.trim_end_matches(['\r', '\n']);
    // What a build takes: the key of a Google service account has lines.
    if check_text(bare, Part::Password).is_err() {
        return refuse("its password holds a control character");
    }
    let login = Login::Pair {
        username: username.trim_end_matches(['\r', '\n']).to_owned(),
        password: SecretText::new(bare.to_owned()),
        email: Some(entry.email.clone()).filter(|email| !email.is_empty()),
    };
    if bare.len() < password.len() || username.ends_with('\n') {
        let reason = "it ends in a line feed, which is the trace of an `echo` and is left out here";
        remarks.add(&what, reason, origin);
    }
    Some(FoundEntry { key: key.to_owned(), login })
}

/// Returns a key for people to read.
pub(super) fn shown(key: &str) -> String {
    AuthKey::parse(key).map_or_else(|_| mask_user(key), |key| key.shown())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// base64 of `bot:canary-4f1d`.
    const AUTH: &str = "Ym90OmNhbmFyeS00ZjFk";

    #[track_caller]
    fn check(text: &str, entries: &[(&str, &str)], remarked: &[&str]) {
        let mut remarks = Remarks::default();
        let text = text.replace("AUTH", AUTH);
        let secret = as_secret(text.as_bytes(), "config.json", &mut remarks).unwrap();
        let found: Vec<(&str, &str)> = secret
            .entries
            .iter()
            .map(|entry| match &entry.login {
                Login::Pair { username, .. } => (entry.key.as_str(), username.as_str()),
                Login::Helper { name } => (entry.key.as_str(), name.as_str()),
            })
            .collect();
        assert_eq!(found, entries);
        let lines = remarks.lines();
        assert_eq!(lines.len(), remarked.len(), "{lines:?}");
        for (line, part) in lines.iter().zip(remarked) {
            assert!(line.contains(part) && !line.contains("canary"), "{line}");
        }
    }

    #[test]
    fn entries_hold_usernames_and_passwords() {
        check(r#"{"auths": {"r.io": {"auth": "AUTH"}}}"#, &[("r.io", "bot")], &[]);
    }

    #[test]
    fn the_helper_of_a_host_comes_before_its_entry_and_the_store_comes_last() {
        check(
            r#"{"auths": {"a": {"auth": "AUTH"}, "b": {"auth": "AUTH"}, "c": {}},
                "credHelpers": {"a": "ecr-login", "d": "gcloud", "e": ""}, "credsStore": "pass"}"#,
            &[("a", "ecr-login"), ("d", "gcloud"), ("b", "bot"), ("c", "pass")],
            &[],
        );
    }

    #[test]
    fn tokens_of_docker_desktop_are_no_logins() {
        check(
            r#"{"auths": {"https://index.docker.io/v1/": {},
                "https://index.docker.io/v1/access-token": {},
                "https://index.docker.io/v1/refresh-token": {}}, "credsStore": "desktop"}"#,
            &[("https://index.docker.io/v1/", "desktop")],
            &[],
        );
    }

    #[test]
    fn entries_without_a_credential_are_remarked() {
        check(
            r#"{"auths": {"a": {}, "b": {"username": "u"}, "c": {"identitytoken": "canary-4f1d"}}}"#,
            &[],
            &["`a` of `config.json`: it holds no", "`b`", "`c` of `config.json`: it holds only"],
        );
    }

    #[test]
    fn line_ends_are_left_out_and_remarked() {
        let text = r#"{"auths": {"r.io": {"username": "bot\n", "password": "canary-4f1d\n"}}}"#;
        check(text, &[("r.io", "bot")], &["line feed"]);
    }

    #[test]
    fn passwords_that_cannot_be_are_remarked() {
        let text = r#"{"auths": {"a": {"username": "u", "password": "canary-4f1d\u0007"},
            "b": {"username": "u", "password": "\n"}}}"#;
        check(text, &[], &["control", "control"]);
    }

    #[test]
    fn the_key_of_a_google_service_account_may_have_lines() {
        let text = r#"{"auths": {"gcr.io": {"username": "_json_key",
            "password": "{\n  \"private_key\": \"canary-4f1d\"\n}\n"}}}"#;
        check(text, &[("gcr.io", "_json_key")], &["line feed"]);
        let text = r#"{"auths": {"gcr.io": {"username": "_json_key",
            "password": "{\n  \"private_key\": \"canary-4f1d\"\n}"}}}"#;
        check(text, &[("gcr.io", "_json_key")], &[]);
    }

    #[test]
    fn a_password_in_a_key_is_not_shown() {
        assert_eq!(shown("https://u:canary-4f1d@r.io"), "https://<masked>@r.io");
        assert_eq!(shown("u:canary-4f1d@r.io:port"), "<masked>@r.io:port");
    }

    #[test]
    fn a_docker_config_is_told_from_a_manifest() {
        let with_mark = "\u{feff}{\"auths\": {}}";
        for text in
            [r#"{"auths": {}}"#, r#"{"credsStore": "x"}"#, r#" {"credHelpers": {}}"#, with_mark]
        {
            assert!(is_docker_config(text.as_bytes()), "{text}");
        }
        for text in [r#"{"kind": "Secret", "auths": {}}"#, "{}", "kind: Secret", "auths: {}", "{"] {
            assert!(!is_docker_config(text.as_bytes()), "{text}");
        }
    }
}
