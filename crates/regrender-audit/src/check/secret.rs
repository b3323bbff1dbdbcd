//! Knows what is wrong with the content of a pull secret.

use std::collections::BTreeMap;

use regrender_image::{AuthKey, ConfigOddity, PullSecret, RegistryEntry, SecretFault, mask_user};

use crate::credentials::Credentials;
use crate::finding::{Code, Finding};
use crate::inventory::Inventory;
use crate::kind::Secret;
use crate::placeholder::bytes_await_filling;

/// Checks every pull secret that can be read, and of the others what they say of themselves.
pub(crate) fn check_secrets(
    inventory: &Inventory,
    credentials: &Credentials<'_>,
    now: Option<&str>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (position, secret) in inventory.secrets.iter().enumerate() {
        findings.extend(expiry(secret, now));
        if let Some(content) = credentials.content(position) {
            check(secret, content, &mut findings);
        }
    }
    findings
}

/// Tells when a sealed Secret is dead; both moments are spelled alike, so the earlier sorts first.
fn expiry(secret: &Secret, now: Option<&str>) -> Option<Finding> {
    let moment = secret.expires_at.as_deref()?;
    let name = &secret.name;
    let (code, message) = if now.is_some_and(|now| moment <= now) {
        (Code::SecretExpired, format!("a credential of Secret `{name}` died at {moment}"))
    } else {
        (Code::SecretExpires, format!("a credential of Secret `{name}` is dead at {moment}"))
    };
    Some(Finding::new(code, &secret.place, message))
}

fn check(secret: &Secret, content: &PullSecret, findings: &mut Vec<Finding>) {
    if !secret.is_pull_secret() {
        return;
    }
    let name = &secret.name;
    let mut report = |code: Code, message: String| {
        findings.push(Finding::new(code, &secret.place, message));
    };
    for key in &secret.bad_keys {
        report(Code::SecretBadData, format!("`{key}` of Secret `{name}` is not valid base64"));
    }
    match content.payload() {
        Err(SecretFault::MissingKey { .. }) if !secret.bad_keys.is_empty() => return,
        Err(fault @ SecretFault::EmptyPayload { .. }) => {
            return report(Code::SecretEmpty, format!("Secret `{name}` is empty: {fault}"));
        }
        Err(fault) => {
            return report(
                Code::SecretWrongType,
                format!("the kubelet skips Secret `{name}`: {fault}"),
            );
        }
        Ok(_) => {}
    }
    let config = match content.decode() {
        Ok(config) => config,
        Err(error) => {
            let message = format!("Secret `{name}` cannot be decoded: {error}");
            return report(Code::BrokenSecret, message);
        }
    };
    for oddity in &config.oddities {
        let (code, message) = describe(name, oddity);
        report(code, message);
    }
    let mut aliases: BTreeMap<Vec<u8>, String> = BTreeMap::new();
    for (text, entry) in &config.entries {
        let shown = mask_user(text);
        check_entry(name, &shown, entry, &mut report);
        let Some(key) = check_key(name, text, &mut report) else {
            continue;
        };
        if let Some(other) = aliases.insert(key.index_key().to_vec(), shown.clone()) {
            let message =
                format!("keys `{other}` and `{shown}` of Secret `{name}` come to the same");
            report(Code::KeyAlias, message);
        }
    }
}

fn describe(name: &str, oddity: &ConfigOddity) -> (Code, String) {
    match oddity {
        ConfigOddity::NoAuths => (Code::SecretNoAuths, format!("Secret `{name}` has no `auths`")),
        ConfigOddity::OddCase { member } => {
            (Code::SecretOddCase, format!("Secret `{name}` writes a member as `{member}`"))
        }
        ConfigOddity::RepeatedMember { member } => {
            (Code::KeyRepeated, format!("Secret `{name}` has the member `{member}` twice"))
        }
        ConfigOddity::RepeatedKey { key } => {
            let key = mask_user(key);
            (Code::KeyRepeated, format!("Secret `{name}` has the key `{key}` twice"))
        }
        ConfigOddity::CredentialHelper { member } => (
            Code::SecretCredentialHelper,
            format!("Secret `{name}` has `{member}`, which the kubelet ignores"),
        ),
        other => (Code::SecretOddCase, format!("Secret `{name}` is odd: {other:?}")),
    }
}

fn check_entry(
    name: &str,
    key: &str,
    entry: &RegistryEntry,
    report: &mut impl FnMut(Code, String),
) {
    let of = format!("`{key}` of Secret `{name}`");
    if entry.is_empty() {
        if entry.has_token {
            report(
                Code::SecretTokenOnly,
                format!("{of} holds only a token, which counts for nothing"),
            );
        } else {
            report(Code::CoveredEmpty, format!("{of} has neither user name nor password"));
        }
    }
    // Of a placeholder it is not known what it holds or ends in.
    if bytes_await_filling(&entry.username) {
        return;
    }
    if entry.username.contains(&b':') {
        report(Code::UsernameWithColon, format!("the user name of {of} holds a colon"));
    }
    if entry.username.ends_with(b"\n") || entry.password.ends_in_line_feed() {
        report(Code::TrailingLineFeed, format!("user name or password of {of} end in a line feed"));
    }
}

fn check_key(name: &str, text: &str, report: &mut impl FnMut(Code, String)) -> Option<AuthKey> {
    let shown = mask_user(text);
    let key = match AuthKey::parse(text) {
        Ok(key) => key,
        Err(error) => {
            let message = format!("key `{shown}` of Secret `{name}` is dropped: it has {error}");
            report(Code::KeyDead, message);
            return None;
        }
    };
    for concern in key.concerns() {
        let code = if concern.is_dead() { Code::KeyDead } else { Code::KeyNarrow };
        report(code, format!("key `{shown}` of Secret `{name}`: {concern}"));
    }
    Some(key)
}
