//! The table `[vault]`: where Vault is, and how to log in to it.

use std::net::{IpAddr, Ipv6Addr};

use regrender_diagnostic::{Span, Spanned};

use crate::check::choice::choice;
use crate::check::{credential, path, source};
use crate::field::Field;
use crate::problem::{Problems, shape, source as source_problem, vault as problem};
use crate::raw::{RawSource, RawValue, RawVault, RawVaultAuth};
use crate::{KvVersion, Source, SourceKind, Username, Vault, VaultAuth};

const VAULT: &str = "`[vault]`";
const AUTH: &str = "`auth` of `[vault]`";

/// A method to log in, and the keys of its own.
#[derive(Clone, Copy)]
struct Method {
    name: &'static str,
    keys: &'static [&'static str],
}

const METHODS: &[Method] = &[
    Method { name: "token", keys: &["token"] },
    Method { name: "approle", keys: &["role-id", "secret-id", "mount"] },
    Method { name: "kubernetes", keys: &["role", "jwt", "mount"] },
    Method { name: "jwt", keys: &["role", "jwt", "mount"] },
];

/// Checks `[vault]`; `None` means that some problem is an error.
pub(crate) fn vault(raw: &RawVault, problems: &mut Problems) -> Option<Vault> {
    let address = raw.address.check(|value| address(value, problems));
    let namespace = raw.namespace.check(|value| mount(VAULT, "namespace", value, problems));
    let ca = raw.ca.check(|value| path::anywhere(VAULT, "ca", value, problems));
    let kv_version = raw.kv_version.check(|value| kv_version(value, problems));
    let auth = raw.auth.check(|value| auth(&value.value, &value.span, problems));
    Some(Vault {
        address: address.optional()?,
        namespace: namespace.optional()?,
        ca: ca.optional()?,
        kv_version: kv_version.optional()?,
        auth: auth.optional()?,
        span: raw.span.clone(),
    })
}

/// Checks an address, and returns it without slashes at its end.
fn address(found: &Spanned<String>, problems: &mut Problems) -> Option<String> {
    let text = found.value.trim_end_matches('/');
    match parts(text) {
        Ok((scheme, host)) => {
            if scheme == "http" && !is_this_machine(host) {
                problems.push(problem::without_tls(found.span.clone()));
            }
            Some(text.to_owned())
        }
        Err((reason, suggestion)) => {
            let suggestion = suggestion.as_deref();
            problems.push(problem::invalid_address(found.span.clone(), reason, suggestion));
            None
        }
    }
}

/// Splits an address into its scheme and its host, the port left out.
fn parts(text: &str) -> Result<(&'static str, &str), (&'static str, Option<String>)> {
    if text.is_empty() {
        return Err(("nothing between the quotes", None));
    }
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(("holds white space", None));
    }
    if !text.is_ascii() {
        return Err(("holds a character beyond ASCII", None));
    }
    if text.contains(['@', '?', '#']) {
        return Err(("must be scheme, host, port and path alone", None));
    }
    let (scheme, rest) = if let Some(rest) = text.strip_prefix("https://") {
        ("https", rest)
    } else if let Some(rest) = text.strip_prefix("http://") {
        ("http", rest)
    } else if text.contains("://") {
        return Err(("must begin with `https://`", None));
    } else {
        return Err(("must begin with `https://`", Some(format!("https://{text}"))));
    };
    let authority = rest.split('/').next().unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let is_number =
        |port: &str| !port.starts_with('+') && port.parse::<u16>().is_ok_and(|port| port > 0);
    if !is_host(host) {
        return Err(("its host has a character that no host has", None));
    }
    if host.is_empty() || port.is_some_and(|port| !is_number(port)) {
        return Err(("must name a host, and a port by its number", None));
    }
    Ok((scheme, host))
}

/// Says whether whoever asks Vault takes this for a host; nothing at all is told otherwise.
fn is_host(text: &str) -> bool {
    match text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)),
    }
}

fn is_this_machine(host: &str) -> bool {
    let number = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || number.is_ok_and(|number| number.is_loopback())
}

/// Checks a mount or a namespace, and returns it without slashes around.
fn mount(
    owner: &str,
    key: &str,
    found: &Spanned<String>,
    problems: &mut Problems,
) -> Option<String> {
    let text = found.value.trim_matches('/');
    let is_part = |part: &str| {
        !matches!(part, "" | "." | "..") && part.trim() == part && !part.contains(char::is_control)
    };
    if text.split('/').all(is_part) {
        return Some(text.to_owned());
    }
    problems.push(problem::invalid_mount(owner, key, found.span.clone()));
    None
}

fn kv_version(found: &Spanned<String>, problems: &mut Problems) -> Option<KvVersion> {
    match found.value.as_str() {
        "1" => Some(KvVersion::One),
        "2" => Some(KvVersion::Two),
        _ => {
            problems.push(shape::unknown_number(VAULT, "kv-version", found, "1 or 2"));
            None
        }
    }
}

fn auth(raw: &RawVaultAuth, span: &Span, problems: &mut Problems) -> Option<VaultAuth> {
    let method = method(raw, span, problems)?;
    foreign_keys(raw, &method, problems);
    let mount = raw.mount.check(|found| mount(AUTH, "mount", found, problems));
    let mount = mount.or(method.name.to_owned());
    match method.name {
        "token" => {
            let token = raw.token.check(|raw| login_source(&raw.value, problems)).optional();
            token.map(|token| VaultAuth::Token { token })
        }
        "approle" => {
            let role_id = role_id(raw, span, problems);
            let secret_id = needed("secret-id", &raw.secret_id, span, problems);
            role_id.zip(secret_id).zip(mount).map(|((role_id, secret_id), mount)| {
                VaultAuth::AppRole { role_id, secret_id, mount }
            })
        }
        "kubernetes" => {
            let role = role(raw, span, problems);
            let jwt = raw.jwt.check(|raw| login_source(&raw.value, problems)).optional();
            role.zip(jwt).zip(mount).map(|((role, jwt), mount)| VaultAuth::Kubernetes {
                role,
                jwt,
                mount,
            })
        }
        _ => {
            let role = role(raw, span, problems);
            let jwt = needed("jwt", &raw.jwt, span, problems);
            role.zip(jwt).zip(mount).map(|((role, jwt), mount)| VaultAuth::Jwt { role, jwt, mount })
        }
    }
}

fn method(raw: &RawVaultAuth, span: &Span, problems: &mut Problems) -> Option<Method> {
    let found = raw.method.needed(|| {
        let example = "method = \"token\"";
        problems.push(shape::missing_key(AUTH, "method", span.clone(), example));
    })?;
    choice(AUTH, "method", found, METHODS, |method| method.name, problems)
}

/// Complains of keys that belong to another method.
fn foreign_keys(raw: &RawVaultAuth, method: &Method, problems: &mut Problems) {
    let keys = [
        ("token", raw.token.span()),
        ("role-id", raw.role_id.span()),
        ("secret-id", raw.secret_id.span()),
        ("role", raw.role.span()),
        ("jwt", raw.jwt.span()),
        ("mount", raw.mount.span()),
    ];
    for (key, span) in keys {
        if let (Some(span), false) = (span, method.keys.contains(&key)) {
            let reason = format!("not for the method `{}`", method.name);
            problems.push(source_problem::idle_key(AUTH, key, span, &reason));
        }
    }
}

fn role(raw: &RawVaultAuth, span: &Span, problems: &mut Problems) -> Option<String> {
    let role = raw.role.needed(|| {
        problems.push(shape::missing_key(AUTH, "role", span.clone(), "role = \"ci\""));
    })?;
    if role.value.trim().is_empty() {
        problems.push(shape::empty_value(AUTH, "role", role.span.clone()));
        return None;
    }
    Some(role.value.clone())
}

fn role_id(raw: &RawVaultAuth, span: &Span, problems: &mut Problems) -> Option<Username> {
    let found = raw.role_id.needed(|| {
        let example = "role-id = { env = \"VAULT_ROLE_ID\" }";
        problems.push(shape::missing_key(AUTH, "role-id", span.clone(), example));
    })?;
    match &found.value {
        RawValue::Source(raw) => login_source(raw, problems).map(Username::From),
        RawValue::Text(text) if text.expose().trim().is_empty() => {
            problems.push(shape::empty_value(AUTH, "role-id", found.span.clone()));
            None
        }
        RawValue::Text(text) => Some(Username::Literal(text.expose().to_owned())),
    }
}

fn needed(
    name: &str,
    field: &Field<RawSource>,
    span: &Span,
    problems: &mut Problems,
) -> Option<Source> {
    let raw = field.needed(|| {
        let example = format!("{name} = {{ env = \"NAME\" }}");
        problems.push(shape::missing_key(AUTH, name, span.clone(), &example));
    })?;
    login_source(&raw.value, problems)
}

/// Checks a source that must be read before Vault can be.
fn login_source(raw: &RawSource, problems: &mut Problems) -> Option<Source> {
    let source = source::source(raw, problems)?;
    if matches!(source.kind, SourceKind::Vault { .. }) {
        problems.push(problem::from_vault(&raw.purpose, source.span));
        return None;
    }
    Some(source)
}

/// Lists the sources of the login.
pub(crate) fn sources(raw: &RawVault) -> Vec<&RawSource> {
    let Some(auth) = raw.auth.as_given() else { return Vec::new() };
    let plain = [&auth.value.token, &auth.value.secret_id, &auth.value.jwt];
    let plain = plain.into_iter().filter_map(Field::as_given).map(|source| &source.value);
    plain.chain(credential::source_of(&auth.value.role_id)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_scheme_and_a_host() {
        assert_eq!(parts("https://vault.example.com:8200"), Ok(("https", "vault.example.com")));
        assert_eq!(parts("http://[::1]:8200/prefix"), Ok(("http", "[::1]")));
        assert_eq!(parts("https://[2001:db8::1]"), Ok(("https", "[2001:db8::1]")));
        for text in [
            "",
            "vault.example.com",
            "unix:///run/vault.sock",
            "https://",
            "https://:8200",
            "https://vault:port",
            "https://vault:0",
            "https://user:canary@vault",
            "https://vault?a=b",
            "https://va ult",
            "https://va!ult.example.com",
            "https://v\u{e4}ult.example.com",
            "https://vault/pr\u{e4}fix",
            "https://[nonsense]:8200",
            "https://vault:+80",
        ] {
            assert!(parts(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_address_without_a_scheme_has_a_suggestion() {
        let (_, suggestion) = parts("vault.example.com:8200").unwrap_err();
        assert_eq!(suggestion.as_deref(), Some("https://vault.example.com:8200"));
    }

    #[test]
    fn this_machine_goes_by_few_names() {
        assert!(is_this_machine("localhost") && is_this_machine("127.0.0.1"));
        assert!(is_this_machine("[::1]") && !is_this_machine("vault.localhost"));
        assert!(is_this_machine("127.8.8.8") && !is_this_machine("127.vault.example.com"));
    }
}
