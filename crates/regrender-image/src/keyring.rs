//! Knows which credentials the kubelet tries for an image, and in which order.

use std::borrow::Borrow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

use thiserror::Error;

use crate::auth_key::{AuthKey, HUB_FALLBACK};
use crate::docker_config::{ConfigError, DockerConfig, RegistryEntry};
use crate::host_index::HostIndex;
use crate::host_pattern::{Boundary, Target};
use crate::pull_secret::PullSecret;
use crate::reference::ImageReference;

/// The credentials of several pull secrets, filed as the kubelet files them.
///
/// Build it once and ask it as often as needed: a look-up costs one comparison for each distinct key of
/// the image's host, and for each with a wildcard.
#[derive(Clone, Debug, Default)]
pub struct Keyring {
    /// Under each index key, in the order of the Secrets, the entries of one Secret.
    index: BTreeMap<IndexKey, Vec<Vec<Filed>>>,
    /// The index keys.
    by_host: HostIndex<IndexKey>,
}

/// What entries are filed under, in the order in which the kubelet goes through them.
type IndexKey = Reverse<Vec<u8>>;

#[derive(Clone, Debug)]
struct Filed {
    secret: String,
    key: AuthKey,
    entry: RegistryEntry,
}

/// A Secret whose content cannot be decoded: every pull of a pod that lists it fails.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("Secret `{secret}` cannot be decoded")]
pub struct BrokenSecret {
    /// The Secret.
    pub secret: String,
    /// What is wrong with its content.
    #[source]
    pub reason: ConfigError,
}

/// By what a key covers an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatchKind {
    /// The host is written out, and the path ends where a segment ends.
    Exact,
    /// The host is written out, but the path ends inside a segment: `team` covers `team2`.
    Prefix,
    /// The host has a wildcard.
    Wildcard,
    /// No key matched, and this is the entry that Docker Hub's images fall back to.
    HubFallback,
}

impl MatchKind {
    /// Returns the stable name, in kebab case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Prefix => "prefix",
            Self::Wildcard => "wildcard",
            Self::HubFallback => "hub-fallback",
        }
    }
}

/// One credential that the kubelet would try.
#[derive(Clone, Copy, Debug)]
pub struct Match<'a> {
    /// The Secret that it comes from.
    pub secret: &'a str,
    /// The key under which it is filed.
    pub key: &'a AuthKey,
    /// User name and password.
    pub entry: &'a RegistryEntry,
    /// By what it matches.
    pub kind: MatchKind,
    /// Whether the path matched only inside a segment, wildcard or not.
    pub inside_segment: bool,
    /// Its place in the order, from 0; entries with the same place are tried in random order.
    pub position: usize,
}

impl Keyring {
    /// Decodes `secrets` and files their credentials, in list order.
    ///
    /// # Errors
    ///
    /// The first Secret that cannot be decoded fails the whole keyring, as it does in the kubelet.
    pub fn build<S: Borrow<PullSecret>>(
        secrets: impl IntoIterator<Item = S>,
    ) -> Result<Self, BrokenSecret> {
        let mut keyring = Self::default();
        for secret in secrets {
            let secret = secret.borrow();
            match secret.decode() {
                Ok(config) => keyring.add(&secret.name, config),
                Err(reason) => return Err(BrokenSecret { secret: secret.name.clone(), reason }),
            }
        }
        Ok(keyring)
    }

    /// Files the credentials of one more Secret, after those that are there.
    pub fn add(&mut self, secret: &str, config: DockerConfig) {
        let mut groups: BTreeMap<IndexKey, Vec<Filed>> = BTreeMap::new();
        for (text, entry) in config.entries {
            // An entry whose key no URL parser can read never counts.
            if let Ok(key) = AuthKey::parse(&text) {
                let index_key = Reverse(key.index_key().to_vec());
                if !self.index.contains_key(&index_key) && !groups.contains_key(&index_key) {
                    self.by_host.insert(&key, index_key.clone());
                }
                let group = groups.entry(index_key).or_default();
                group.push(Filed { secret: secret.to_owned(), key, entry });
            }
        }
        for (index_key, group) in groups {
            self.index.entry(index_key).or_default().push(group);
        }
    }

    /// Lists the credentials that the kubelet tries for `image`, in its order.
    ///
    /// An empty list means one anonymous pull.
    #[must_use]
    pub fn look_up(&self, image: &ImageReference) -> Vec<Match<'_>> {
        self.look_up_repository(&image.repository())
    }

    /// Lists the credentials for a normalised repository, as [`ImageReference::repository`] gives it.
    #[must_use]
    pub fn look_up_repository(&self, repository: &str) -> Vec<Match<'_>> {
        let mut matches = Vec::new();
        let mut position = 0;
        if let Some(target) = Target::parse(repository) {
            let mut index_keys: Vec<&IndexKey> = self.by_host.of(&target).collect();
            index_keys.sort_unstable();
            for groups in index_keys.into_iter().filter_map(|key| self.index.get(key)) {
                // Entries of one index key parse alike, whatever their text.
                let first = groups.first().and_then(|group| group.first());
                let Some((key, boundary)) =
                    first.and_then(|filed| Some((&filed.key, filed.key.covers_target(&target)?)))
                else {
                    continue;
                };
                let kind = match boundary {
                    _ if key.has_wildcard() => MatchKind::Wildcard,
                    Boundary::Segment => MatchKind::Exact,
                    Boundary::InsideSegment => MatchKind::Prefix,
                };
                let inside_segment = boundary == Boundary::InsideSegment;
                list(groups, kind, inside_segment, &mut position, &mut matches);
            }
        }
        if matches.is_empty() && is_default_registry(repository) {
            for groups in self.hub_fallback() {
                list(groups, MatchKind::HubFallback, false, &mut position, &mut matches);
            }
        }
        matches
    }

    /// Lists every credential with its Secret, in the order in which keys are tried.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &AuthKey, &RegistryEntry)> {
        let filed = self.index.values().flatten().flatten();
        filed.map(|filed| (&*filed.secret, &filed.key, &filed.entry))
    }

    fn hub_fallback(&self) -> impl Iterator<Item = &Vec<Vec<Filed>>> {
        self.index.get(&Reverse(HUB_FALLBACK.to_vec())).into_iter()
    }
}

fn list<'a>(
    groups: &'a [Vec<Filed>],
    kind: MatchKind,
    inside_segment: bool,
    position: &mut usize,
    matches: &mut Vec<Match<'a>>,
) {
    for group in groups {
        matches.extend(group.iter().map(|filed| Match {
            secret: &filed.secret,
            key: &filed.key,
            entry: &filed.entry,
            kind,
            inside_segment,
            position: *position,
        }));
        *position += 1;
    }
}

/// Tells whether Docker Hub's fallback applies to a normalised repository.
///
/// It does to `localhost` and to upper-case hosts without a dot as well, which are then sent the
/// password of Docker Hub.
fn is_default_registry(repository: &str) -> bool {
    let (first, is_alone) = match repository.split_once('/') {
        Some((first, _)) => (first, false),
        None => (repository, true),
    };
    if first.is_empty() {
        return false;
    }
    is_alone || matches!(first, "docker.io" | "index.docker.io") || !first.contains(['.', ':'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyring(secrets: &[(&str, &[&str])]) -> Keyring {
        let mut keyring = Keyring::default();
        for (name, keys) in secrets {
            let entries = keys.iter().map(|key| ((*key).to_owned(), RegistryEntry::default()));
            let config = DockerConfig { entries: entries.collect(), ..DockerConfig::default() };
            keyring.add(name, config);
        }
        keyring
    }

    #[track_caller]
    fn check(secrets: &[(&str, &[&str])], image: &str, expected: &[(&str, &str, usize)]) {
        let keyring = keyring(secrets);
        let matches = keyring.look_up(&ImageReference::parse(image).unwrap());
        let found: Vec<_> =
            matches.iter().map(|one| (one.secret, one.key.text(), one.position)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn keys_come_in_reverse_byte_order_before_secrets() {
        check(
            &[("a", &["r.io"]), ("b", &["r.io/team", "*.io/team"])],
            "r.io/team/app",
            &[("b", "r.io/team", 0), ("a", "r.io", 1), ("b", "*.io/team", 2)],
        );
    }

    #[test]
    fn one_key_in_two_secrets_keeps_list_order() {
        check(
            &[("b", &["r.io"]), ("a", &["r.io"])],
            "r.io/x",
            &[("b", "r.io", 0), ("a", "r.io", 1)],
        );
    }

    #[test]
    fn aliases_in_one_secret_share_a_place() {
        check(
            &[("a", &["r.io", "https://r.io"]), ("b", &["r.io/"])],
            "r.io/x",
            &[("a", "https://r.io", 0), ("a", "r.io", 0), ("b", "r.io/", 1)],
        );
    }

    #[test]
    fn hub_falls_back_only_when_nothing_matches() {
        let hub: (&str, &[&str]) = ("hub", &["https://index.docker.io/v1/"]);
        check(&[hub], "busybox", &[("hub", "https://index.docker.io/v1/", 0)]);
        check(&[hub, ("d", &["docker.io/org"])], "org2/app", &[("d", "docker.io/org", 0)]);
        check(&[("hub", &["https://index.docker.io/v1"])], "busybox", &[]);
        check(&[hub], "r.io/busybox", &[]);
    }

    #[test]
    fn hub_password_leaves_for_localhost_and_upper_case_hosts() {
        for image in ["localhost/app", "REG/app"] {
            let keyring = keyring(&[("hub", &["index.docker.io"])]);
            let matches = keyring.look_up(&ImageReference::parse(image).unwrap());
            assert_eq!(matches.first().map(|one| one.kind), Some(MatchKind::HubFallback));
        }
    }

    #[test]
    fn a_slash_at_the_end_parts_a_host_from_an_empty_path() {
        let keyring = keyring(&[("hub", &["index.docker.io"])]);
        let falls_back = |repository| !keyring.look_up_repository(repository).is_empty();
        assert!(falls_back("r.io") && falls_back("busybox/"));
        assert!(!falls_back("r.io/") && !falls_back("/busybox"));
    }

    #[test]
    fn kind_tells_how_it_matched() {
        let keyring = keyring(&[("s", &["r.io/team", "r.io", "*.io/team"])]);
        let matches = keyring.look_up(&ImageReference::parse("r.io/team2/app").unwrap());
        let kinds: Vec<_> = matches.iter().map(|one| (one.kind, one.inside_segment)).collect();
        assert_eq!(
            kinds,
            [(MatchKind::Prefix, true), (MatchKind::Exact, false), (MatchKind::Wildcard, true)]
        );
    }

    #[test]
    fn every_kind_has_its_name() {
        let kinds =
            [MatchKind::Exact, MatchKind::Prefix, MatchKind::Wildcard, MatchKind::HubFallback];
        assert_eq!(kinds.map(MatchKind::name), ["exact", "prefix", "wildcard", "hub-fallback"]);
    }

    #[test]
    fn keys_that_do_not_parse_are_dropped() {
        let keyring = keyring(&[("s", &["r.io:http", "r.io"])]);
        let keys: Vec<&str> = keyring.entries().map(|(_, key, _)| key.text()).collect();
        assert_eq!(keys, ["r.io"]);
    }

    #[test]
    fn one_broken_secret_breaks_the_keyring() {
        let good = PullSecret::default();
        let bad = PullSecret {
            name: "bad".to_owned(),
            kind: "kubernetes.io/dockercfg".to_owned(),
            data: BTreeMap::from([(".dockercfg".to_owned(), b"[]".to_vec())]),
        };
        let error = Keyring::build([&good, &bad]).unwrap_err();
        assert_eq!(error.secret, "bad");
    }
}
