//! The keys under which a credential stands, by their names.

use crate::Span;

/// Tables whose second name is the user's own, and says nothing.
const NAMED_TABLES: &[&str] =
    &["registry", "registries", "secret", "secrets", "cluster", "clusters"];

/// Keys under a credential that say where it is, not what it is.
const PLACES: &[&str] = &[
    "env",
    "file",
    "stdin",
    "command",
    "timeout",
    "trim",
    "docker-config",
    "key",
    "helper",
    "vault",
    "sops",
    "age",
    "method",
    "role",
    "mount",
];

/// Keys that sound like a credential and name an object.
const NAMES: &[&str] = &["decryption-secret", "secret-name", "pull-secret"];

/// Parts of the names of credentials.
const CREDENTIALS: &[&str] =
    &["password", "passwd", "passphrase", "secret", "token", "credential", "apikey", "plain"];

/// Says whether a value of this path must not be quoted.
pub(crate) fn is_sensitive(path: &[String]) -> bool {
    let named = path.first().is_some_and(|first| NAMED_TABLES.contains(&first.as_str()));
    // Where it is the last one, it is the key of a value, and no table's.
    let above = if named { path.len().saturating_sub(1).min(2) } else { 0 };
    let words = path.get(above..).unwrap_or_default();
    let Some(last) = words.last() else { return false };
    if is_credential(last) {
        return true;
    }
    words.iter().any(|word| is_credential(word)) && !PLACES.contains(&last.as_str())
}

/// Says whether a credential would have this name.
pub(crate) fn is_credential(word: &str) -> bool {
    if NAMES.contains(&word) {
        return false;
    }
    let plain: String = word.chars().filter(|c| !matches!(c, '-' | '_')).collect();
    CREDENTIALS.iter().any(|part| plain.contains(part))
        || is_slip_of_password(&plain)
        || (plain.ends_with("key") && plain != "key")
        || matches!(plain.as_str(), "auth" | "pass" | "pwd" | "pw" | "pat")
}

/// Says whether a word is `password`, slipped: what stands under it is the password all the same.
fn is_slip_of_password(plain: &str) -> bool {
    // A longer word is another one, and would take long to compare.
    (5..=12).contains(&plain.len())
        && ["password", "passwd"].iter().any(|name| strsim::osa_distance(plain, name) <= 2)
}

/// Finds what is a secret in a string that is not one as a whole: a password behind a username, and
/// a value where the name of a variable should be.
pub(crate) fn misplaced_secret(path: &[String], text: &str) -> Option<Span> {
    let (last, above) = path.split_last()?;
    match last.as_str() {
        "env" if above.iter().any(|word| is_credential(word)) => {
            let name = text.trim().trim_start_matches('$');
            let name =
                name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name);
            let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            (!is_name).then_some(0..text.len())
        }
        name if name.starts_with("user") || name == "login" => {
            let colon = text.find(':')?;
            Some(colon + 1..text.len())
        }
        _ => None,
    }
}
