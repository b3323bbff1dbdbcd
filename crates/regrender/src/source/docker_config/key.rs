//! The key of an entry in a docker config: the many ways in which one host is spelled.

use regrender_config::Registry;

use crate::source::hub;

/// Lists the spellings of the host of `registry`, best first.
pub(super) fn hosts_of(registry: &Registry) -> Vec<&str> {
    if hub::is_meant(registry) { hub::HOSTS.to_vec() } else { vec![&registry.host] }
}

/// Says how good an entry `key` is for one of `hosts`, 0 being best.
pub(super) fn rank(key: &str, hosts: &[&str]) -> Option<usize> {
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
pub(super) fn bare(key: &str) -> &str {
    let key = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    let key = key.trim_end_matches('/');
    key.strip_suffix("/v1").or_else(|| key.strip_suffix("/v2")).unwrap_or(key).trim_end_matches('/')
}
