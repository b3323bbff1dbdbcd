//! Knows what a registry key of a docker configuration comes to in the kubelet's index, and why some come to nothing.

use std::fmt;

use crate::host_pattern::{Boundary, HostPattern, Target};
use crate::reference::{DOCKER_HUB, ImageReference};
use crate::url::{self, UrlError};

/// The index key under which Docker Hub's fallback credentials are kept.
pub(crate) const HUB_FALLBACK: &[u8] = b"index.docker.io";

/// A registry key, and what the kubelet makes of it.
#[derive(Clone, Debug)]
pub struct AuthKey {
    text: String,
    index_key: Vec<u8>,
    pattern: Result<HostPattern, UrlError>,
}

/// Why a key covers nothing, or less than it seems to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum KeyConcern {
    /// The index key does not parse again at look-up, because of an escape that was decoded once.
    FailsSecondParse,
    /// There is no host.
    NoHost,
    /// The scheme is upper-case or none of `http` and `https`, and was taken for a host.
    UnknownScheme,
    /// The host has an empty label: two dots, or a dot at one end.
    EmptyLabel,
    /// The host has an upper-case letter, which image references hardly ever have.
    UppercaseHost,
    /// The host is not ASCII; images spell such hosts in punycode.
    NonAsciiHost,
    /// An IPv6 address without a port is read as a character class.
    AddressWithoutPort,
    /// The host holds a character that no image's host can hold.
    ImpossibleHost,
    /// `index.docker.io` with a path or a port: neither a host of images nor the fallback.
    HubKeyWithPath,
    /// The path holds an empty segment, `.` or `..`, taken literally.
    ImpossiblePath,
    /// The path has a `*`, which is literal there.
    WildcardInPath,
    /// The path ends in `/v1` or `/v2`: without a slash after it this is a prefix of repositories.
    ApiPath,
    /// Port 443 is written out; only images that write it too match.
    DefaultPort,
    /// One of Docker Hub's other names, which no image of Docker Hub is looked up under.
    HubAlias,
    /// The wildcard reaches Docker Hub.
    WildcardReachesHub,
}

impl KeyConcern {
    /// Tells whether the key then covers no image that can be written down in an ordinary way.
    #[must_use]
    pub fn is_dead(self) -> bool {
        !matches!(
            self,
            Self::ApiPath | Self::DefaultPort | Self::HubAlias | Self::WildcardReachesHub
        )
    }
}

impl fmt::Display for KeyConcern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FailsSecondParse => "it does not parse again once its escapes are decoded",
            Self::NoHost => "it has no host",
            Self::UnknownScheme => "its scheme is not `https://` or `http://` in lower case",
            Self::EmptyLabel => "its host has an empty label: a dot too many",
            Self::UppercaseHost => "its host has upper-case letters, and matching respects case",
            Self::NonAsciiHost => "its host is not ASCII; images write such hosts in punycode",
            Self::AddressWithoutPort => {
                "an IPv6 address without a port is read as a set of characters"
            }
            Self::ImpossibleHost => "its host holds a character that no image's host can hold",
            Self::HubKeyWithPath => "`index.docker.io` counts only without a path and a port",
            Self::ImpossiblePath => {
                "its path has an empty, `.` or `..` segment, which is taken literally"
            }
            Self::WildcardInPath => "a `*` in the path is taken literally",
            Self::ApiPath => "`/v1` or `/v2` without a slash after it is a prefix of repositories",
            Self::DefaultPort => "port 443 matches only images that write `:443` too",
            Self::HubAlias => "no image of Docker Hub is looked up under this name",
            Self::WildcardReachesHub => "its wildcard reaches Docker Hub too",
        })
    }
}

impl AuthKey {
    /// Parses a key as the kubelet does when it builds its index.
    ///
    /// # Errors
    ///
    /// Says why Go's URL parser rejects the key; the kubelet then drops the entry and goes on.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let rest = ["https://", "http://"].iter().find_map(|scheme| text.strip_prefix(scheme));
        let split = url::split(rest.unwrap_or(text).as_bytes())?;
        let mut path = split.path.as_slice();
        if path.starts_with(b"/v1/") || path.starts_with(b"/v2/") {
            path = path.get(3..).unwrap_or_default();
        }
        let mut index_key = split.host;
        if path != b"/" {
            index_key.extend_from_slice(path);
        }
        let pattern = HostPattern::parse(&index_key);
        Ok(Self { text: text.to_owned(), index_key, pattern })
    }

    /// Returns the key as written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the key for people to read: without the password that its user part may hold.
    #[must_use]
    pub fn shown(&self) -> String {
        mask_user(&self.text)
    }

    /// Returns what the kubelet files the entry under; keys with the same index key are aliases.
    #[must_use]
    pub fn index_key(&self) -> &[u8] {
        &self.index_key
    }

    /// Returns the index key as text.
    #[must_use]
    pub fn index_text(&self) -> String {
        String::from_utf8_lossy(&self.index_key).into_owned()
    }

    /// Tells whether the entry is what Docker Hub's images fall back to.
    #[must_use]
    pub fn is_hub_fallback(&self) -> bool {
        self.index_key == HUB_FALLBACK
    }

    /// Tells whether the host has a wildcard.
    #[must_use]
    pub fn has_wildcard(&self) -> bool {
        self.pattern.as_ref().is_ok_and(HostPattern::has_wildcard)
    }

    /// Returns how long the key's path is: the longer, the narrower the key is meant.
    #[must_use]
    pub fn path_length(&self) -> usize {
        self.pattern.as_ref().map_or(0, |pattern| pattern.path().len())
    }

    /// Tells whether the key is for `image`: it covers it, or both are of Docker Hub.
    #[must_use]
    pub fn is_for(&self, image: &ImageReference) -> bool {
        self.covers(image) || image.domain() == DOCKER_HUB && self.is_hub_fallback()
    }

    /// Tells whether the key covers `image`, Docker Hub's fallback left aside.
    #[must_use]
    pub fn covers(&self, image: &ImageReference) -> bool {
        self.covers_repository(&image.repository())
    }

    /// Tells whether the key covers a normalised repository, Docker Hub's fallback left aside.
    #[must_use]
    pub fn covers_repository(&self, repository: &str) -> bool {
        Target::parse(repository).is_some_and(|target| self.covers_target(&target).is_some())
    }

    /// Lists what makes the key cover nothing, or not what it seems to.
    #[must_use]
    pub fn concerns(&self) -> Vec<KeyConcern> {
        let Ok(pattern) = &self.pattern else {
            return vec![KeyConcern::FailsSecondParse];
        };
        if self.index_key.windows(3).any(|window| window == b"://") {
            return vec![KeyConcern::UnknownScheme];
        }
        let mut concerns = Vec::new();
        host_concerns(pattern, &mut concerns);
        path_concerns(pattern, &mut concerns);
        hub_concerns(pattern, &mut concerns);
        if pattern.port() == b"443" {
            concerns.push(KeyConcern::DefaultPort);
        }
        concerns
    }

    /// Returns the only host whose repositories it may cover; `None` where that cannot be said.
    pub(crate) fn plain_host(&self) -> Option<&[u8]> {
        let pattern = self.pattern.as_ref().ok()?;
        pattern.is_plain().then(|| pattern.host())
    }

    pub(crate) fn covers_target(&self, target: &Target) -> Option<Boundary> {
        self.pattern.as_ref().ok()?.covers(target)
    }
}

/// Replaces the part before the `@` of a registry key, which may hold a password.
///
/// Works on any text, also on keys that do not parse.
#[must_use]
pub fn mask_user(text: &str) -> String {
    let start = text.find("://").map_or(0, |at| at + 3);
    let (scheme, rest) = text.split_at_checked(start).unwrap_or(("", text));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}<masked>@{host}{path}"),
        None => text.to_owned(),
    }
}

fn host_concerns(pattern: &HostPattern, concerns: &mut Vec<KeyConcern>) {
    let host = pattern.host();
    if host.is_empty() {
        concerns.push(KeyConcern::NoHost);
        return;
    }
    if host.starts_with(b"[") {
        concerns.push(KeyConcern::AddressWithoutPort);
        return;
    }
    if host.split(|byte| *byte == b'.').any(<[u8]>::is_empty) {
        concerns.push(KeyConcern::EmptyLabel);
    }
    if !host.is_ascii() {
        concerns.push(KeyConcern::NonAsciiHost);
    } else if host.iter().any(u8::is_ascii_uppercase) {
        concerns.push(KeyConcern::UppercaseHost);
    }
    // An underscore cannot stand in a host but does in the names that have none.
    let possible =
        |byte: &u8| !byte.is_ascii() || byte.is_ascii_alphanumeric() || b"-._*:".contains(byte);
    if !host.iter().all(possible) {
        concerns.push(KeyConcern::ImpossibleHost);
    }
}

fn path_concerns(pattern: &HostPattern, concerns: &mut Vec<KeyConcern>) {
    let path = pattern.path();
    let mut segments = path.split(|byte| *byte == b'/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        if matches!(segment, b"." | b"..") || (segment.is_empty() && !last) {
            concerns.push(KeyConcern::ImpossiblePath);
            break;
        }
    }
    if path.contains(&b'*') {
        concerns.push(KeyConcern::WildcardInPath);
    }
    if matches!(path, b"/v1" | b"/v2") && pattern.host() != HUB_FALLBACK {
        concerns.push(KeyConcern::ApiPath);
    }
}

fn hub_concerns(pattern: &HostPattern, concerns: &mut Vec<KeyConcern>) {
    const ALIASES: [&[u8]; 4] =
        [b"registry-1.docker.io", b"registry.hub.docker.com", b"hub.docker.com", b"auth.docker.io"];
    let host = pattern.host();
    let bare = pattern.port().is_empty() && pattern.path().is_empty();
    if host == HUB_FALLBACK && !bare {
        concerns.push(KeyConcern::HubKeyWithPath);
    }
    if ALIASES.contains(&host) || host == b"*.docker.io" {
        concerns.push(KeyConcern::HubAlias);
    }
    let reaches_hub =
        Target::parse("docker.io/library/busybox").is_some_and(|hub| pattern.covers_host(&hub));
    if pattern.has_wildcard() && reaches_hub {
        concerns.push(KeyConcern::WildcardReachesHub);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(key: &str, index_key: &str) {
        assert_eq!(AuthKey::parse(key).unwrap().index_text(), index_key);
    }

    fn concerns(key: &str) -> Vec<KeyConcern> {
        AuthKey::parse(key).unwrap().concerns()
    }

    #[test]
    fn scheme_api_path_user_query_and_fragment_vanish() {
        for key in ["R", "R/", "https://R", "http://R/v2/", "https://R/v1/", "u:p@R", "R?x", "R#y"]
        {
            check(key, "R");
        }
    }

    #[test]
    fn api_path_goes_once_and_needs_its_slash() {
        check("R/v2", "R/v2");
        check("R/v2/team", "R/team");
        check("R/v1/v2/", "R/v2/");
        check("R/v2//", "R//");
    }

    #[test]
    fn everything_else_stays_as_written() {
        for key in ["R/team/", "R//", "R//team", "R/./team", "R:443", "R:", "R.", ".R"] {
            check(key, key);
        }
    }

    #[test]
    fn scheme_is_case_sensitive() {
        check("HTTPS://R", "HTTPS://R");
        check("ftp://R", "ftp://R");
    }

    #[test]
    fn dead_keys_say_why() {
        for (key, concern) in [
            ("HTTPS://r.io", KeyConcern::UnknownScheme),
            ("oci://r.io", KeyConcern::UnknownScheme),
            ("", KeyConcern::NoHost),
            ("https://", KeyConcern::NoHost),
            ("//r.io", KeyConcern::NoHost),
            ("r.io.", KeyConcern::EmptyLabel),
            ("Registry.io", KeyConcern::UppercaseHost),
            ("bücher.example", KeyConcern::NonAsciiHost),
            ("[::1]", KeyConcern::AddressWithoutPort),
            ("a,b.io", KeyConcern::ImpossibleHost),
            ("index.docker.io/org", KeyConcern::HubKeyWithPath),
            ("https://index.docker.io/v1", KeyConcern::HubKeyWithPath),
            ("index.docker.io:443", KeyConcern::HubKeyWithPath),
            ("r.io//team", KeyConcern::ImpossiblePath),
            ("r.io/./team", KeyConcern::ImpossiblePath),
            ("r.io/*", KeyConcern::WildcardInPath),
            ("r.io/te%25zz", KeyConcern::FailsSecondParse),
        ] {
            let found = concerns(key);
            assert!(found.contains(&concern), "{key}: {found:?}");
            assert!(concern.is_dead());
        }
    }

    #[test]
    fn narrow_keys_say_so_without_being_dead() {
        for (key, concern) in [
            ("r.io/v2", KeyConcern::ApiPath),
            ("r.io:443", KeyConcern::DefaultPort),
            ("registry-1.docker.io", KeyConcern::HubAlias),
            ("*.io", KeyConcern::WildcardReachesHub),
        ] {
            assert_eq!(concerns(key), [concern], "{key}");
            assert!(!concern.is_dead());
        }
    }

    #[test]
    fn every_concern_has_words_of_its_own() {
        let keys = ["r.io/te%25zz", "", "oci://r", "r.", "R", "ü", "[::1]", "a,b"];
        let more = ["index.docker.io:1", "r//t", "r/*", "r/v2", "r:443", "hub.docker.com", "*.io"];
        let words: Vec<String> = keys
            .iter()
            .chain(&more)
            .flat_map(|key| concerns(key))
            .map(|one| one.to_string())
            .collect();
        assert_eq!(words.len(), 15);
        for (at, one) in words.iter().enumerate() {
            assert!(one.len() > 10 && !words[..at].contains(one), "{one:?}");
        }
    }

    #[test]
    fn only_docker_hubs_own_key_is_its_fallback() {
        let is_fallback = |key| AuthKey::parse(key).unwrap().is_hub_fallback();
        for key in ["https://index.docker.io/v1/", "index.docker.io", "http://index.docker.io/"] {
            assert!(is_fallback(key), "{key}");
        }
        for key in ["docker.io", "index.docker.io/v1", "index.docker.io:443", "*.docker.io"] {
            assert!(!is_fallback(key), "{key}");
        }
    }

    #[test]
    fn key_covers_the_images_below_it() {
        let key = AuthKey::parse("https://r.io/team").unwrap();
        let covers = |image: &str| key.covers(&ImageReference::parse(image).unwrap());
        assert!(covers("r.io/team/app:1") && covers("r.io/team2/app"));
        assert!(!covers("r.io/other/app") && !covers("team/app") && !covers("s.io/team/app"));
    }

    #[test]
    fn key_of_docker_hub_is_for_its_images_alone() {
        let is_for = |key: &str, image: &str| {
            AuthKey::parse(key).unwrap().is_for(&ImageReference::parse(image).unwrap())
        };
        assert!(is_for("https://index.docker.io/v1/", "busybox"));
        assert!(!is_for("https://index.docker.io/v1/", "r.io/busybox"));
        assert!(is_for("r.io", "r.io/busybox") && !is_for("r.io", "busybox"));
    }

    #[test]
    fn length_of_the_path_is_what_lies_below_the_host() {
        let lengths = ["r.io", "https://r.io/v2/", "r.io:5000/a", "*.r.io/team", "r.io/te%25zz"]
            .map(|key| AuthKey::parse(key).unwrap().path_length());
        assert_eq!(lengths, [0, 0, 2, 5, 0]);
    }

    #[test]
    fn ordinary_keys_raise_no_concern() {
        for key in [
            "r.io",
            "r.io:5000/team/",
            "https://index.docker.io/v1/",
            "*.dkr.ecr.*.amazonaws.com",
            "[::1]:5000",
            "localhost",
        ] {
            assert_eq!(concerns(key), [], "{key}");
        }
    }

    #[test]
    fn user_part_is_not_shown() {
        for (key, shown) in [
            ("https://u:canary-4f1d@r.io/x", "https://<masked>@r.io/x"),
            ("u:canary-4f1d@r.io", "<masked>@r.io"),
            ("u@canary-4f1d@r.io:x", "<masked>@r.io:x"),
            ("r.io/a@b", "r.io/a@b"),
            ("r.io", "r.io"),
        ] {
            assert_eq!(mask_user(key), shown);
            assert_eq!(
                AuthKey::parse(key).map_or_else(|_| shown.to_owned(), |key| key.shown()),
                shown
            );
        }
    }

    #[test]
    fn path_is_decoded_twice() {
        let covers = |key: &str, repository: &str| {
            AuthKey::parse(key).is_ok_and(|key| key.covers_repository(repository))
        };
        assert!(covers("r.io/te%2561m", "r.io/team"));
        assert!(covers("r.io/team%3Fx", "r.io/team2"));
        assert!(!covers("r.io/team%0A", "r.io/team"));
    }
}
