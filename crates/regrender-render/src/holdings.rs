//! What a sealed file says in clear of what it holds: whose credentials, and for which keys.
//!
//! registries.toml says the same, so whoever cannot open the file sees when the two differ.

use std::collections::BTreeMap;

use regrender_config::{Credential, Registry};

/// What each of its comments begins with.
pub const HOLDS: &str = " Holds ";

/// The comments of a file that holds the credentials of some registries, in the order of the keys.
#[derive(Debug)]
pub(crate) struct Holdings(pub(crate) Vec<String>);

impl<'a> FromIterator<&'a Registry> for Holdings {
    fn from_iter<I: IntoIterator<Item = &'a Registry>>(registries: I) -> Self {
        let mut usernames = BTreeMap::new();
        for registry in registries {
            let username = registry.credential().and_then(Credential::declared_username);
            usernames.extend(registry.auth_keys().into_iter().map(|key| (key, username)));
        }
        Self(usernames.into_iter().map(|(key, username)| comment(&key, username)).collect())
    }
}

/// Says whether comments of a file name a username as that of a key: it stands in registries.toml then,
/// and comes from no source.
#[must_use]
pub fn is_named<C: AsRef<str>>(comments: &[C], key: &str, username: &str) -> bool {
    let named = comment(key, Some(username));
    comments.iter().any(|comment| comment.as_ref() == named)
}

fn comment(key: &str, username: Option<&str>) -> String {
    match username {
        // Escaped, because YAML ends a comment at more letters than a line feed.
        Some(name) => format!("{HOLDS}the credential of {} for {key}", name.escape_debug()),
        None => format!("{HOLDS}a credential for {key}"),
    }
}
