//! Equal credentials brought together into registries.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use regrender_image::AuthKey;

use super::docker_config::shown;
use super::found::{FoundSecret, Login};
use super::host::{Host, Place, word};
use super::refusal;
use super::registry::DraftRegistry;
use super::remark::Remarks;

/// The distinct credentials of an import.
#[derive(Debug, Default)]
pub(super) struct Pool(Vec<Member>);

/// One credential for one place.
#[derive(Debug)]
struct Member {
    place: Place,
    login: Login,
    key: String,
    has_hub_alias: bool,
}

/// The registries, and which of them a credential went into.
#[derive(Debug)]
pub(super) struct Registries {
    pub(super) list: Vec<DraftRegistry>,
    of_member: BTreeMap<usize, usize>,
}

impl Pool {
    /// Takes the entries of a pull secret, and returns which credentials they are.
    pub(super) fn take(&mut self, secret: &FoundSecret, remarks: &mut Remarks) -> BTreeSet<usize> {
        let mut members: BTreeSet<usize> = BTreeSet::new();
        let mut entries: Vec<_> = secret.entries.iter().collect();
        // Where both names of Docker Hub are there, the kubelet never comes to the longer one.
        entries.sort_by_key(|entry| !names_hub_shortly(&entry.key));
        for entry in entries {
            let what = format!("entry `{}`", shown(&entry.key));
            let place = match Place::of_key(&entry.key) {
                Ok(place) => place,
                Err(reason) => {
                    remarks.add(&what, format!("{reason}; left out"), &secret.origin);
                    continue;
                }
            };
            let earlier = members.iter().filter_map(|at| self.0.get(*at));
            match earlier.into_iter().find(|earlier| earlier.place == place) {
                None => {
                    members.insert(self.find_or_add(place, &entry.login, &entry.key));
                }
                Some(earlier) if earlier.login.is_same(&entry.login) => {
                    self.note_alias(&members, &place, &entry.key);
                }
                Some(_) => {
                    let reason = "another entry is for the same images, with another credential; \
                                  left out";
                    remarks.add(&what, reason, &secret.origin);
                }
            }
        }
        members
    }

    fn find_or_add(&mut self, place: Place, login: &Login, key: &str) -> usize {
        let known =
            self.0.iter().position(|member| member.place == place && member.login.is_same(login));
        known.unwrap_or_else(|| {
            let (login, key) = (login.clone(), key.to_owned());
            self.0.push(Member { place, login, key, has_hub_alias: false });
            self.0.len() - 1
        })
    }

    fn note_alias(&mut self, members: &BTreeSet<usize>, place: &Place, key: &str) {
        for at in members {
            if let Some(member) = self.0.get_mut(*at)
                && member.place == *place
                && member.place.host == Host::DockerHub
                && names_hub_shortly(&member.key) != names_hub_shortly(key)
            {
                member.has_hub_alias = true;
            }
        }
    }

    /// Brings credentials together that differ in the path alone and are used by the same `uses`;
    /// what registries.toml cannot say is remarked, and belongs to no registry.
    pub(super) fn into_registries(
        self,
        uses: &[BTreeSet<usize>],
        remarks: &mut Remarks,
    ) -> Registries {
        let used_by = |at: usize| -> Vec<usize> {
            let using = uses.iter().enumerate().filter(|(_, members)| members.contains(&at));
            using.map(|(index, _)| index).collect()
        };
        let mut groups: Vec<Group> = Vec::new();
        for (at, member) in self.0.into_iter().enumerate() {
            let used_by = used_by(at);
            match sayable(member) {
                Err((key, reason)) => {
                    remarks.add(
                        &format!("entry `{}`", shown(&key)),
                        format!("{reason}; left out"),
                        "",
                    );
                }
                Ok(registry) => {
                    match groups.iter_mut().find(|one| one.takes(&registry, &used_by)) {
                        Some(group) => group.add(at, registry),
                        None => groups.push(Group { registry, used_by, members: vec![at] }),
                    }
                }
            }
        }
        groups.sort_by(|one, other| one.order().cmp(&other.order()));
        name(&mut groups);
        let of_member = groups
            .iter()
            .enumerate()
            .flat_map(|(index, group)| group.members.iter().map(move |member| (*member, index)));
        let of_member = of_member.collect();
        Registries { list: groups.into_iter().map(|group| group.registry).collect(), of_member }
    }
}

impl Registries {
    /// Lists the registries that credentials went into.
    pub(super) fn of(&self, members: &BTreeSet<usize>) -> BTreeSet<usize> {
        members.iter().filter_map(|at| self.of_member.get(at).copied()).collect()
    }
}

/// A registry in the making.
struct Group {
    registry: DraftRegistry,
    used_by: Vec<usize>,
    members: Vec<usize>,
}

impl Group {
    fn takes(&self, registry: &DraftRegistry, used_by: &[usize]) -> bool {
        let have_paths = !self.registry.paths.is_empty() && !registry.paths.is_empty();
        have_paths
            && self.registry.host == registry.host
            && self.used_by == used_by
            && self.registry.login.is_same(&registry.login)
    }

    fn add(&mut self, member: usize, registry: DraftRegistry) {
        self.registry.paths.extend(registry.paths);
        self.registry.paths.sort_unstable();
        self.members.push(member);
    }

    /// Of several registries of one host, the one that most pull secrets use comes first.
    fn order(&self) -> (&Host, Reverse<usize>, &[String], Option<&str>) {
        let registry = &self.registry;
        let uses = Reverse(self.used_by.len());
        (&registry.host, uses, &registry.paths, registry.login.username())
    }
}

/// Makes a registry of a credential, if registries.toml can say it.
fn sayable(member: Member) -> Result<DraftRegistry, (String, String)> {
    let Member { place, login, key, has_hub_alias } = member;
    let mut registry = DraftRegistry {
        name: String::from("r"),
        host: place.host.of_login(place.path.as_deref(), &login),
        paths: place.path.into_iter().collect(),
        has_hub_alias,
        login,
        key,
        is_dying: false,
    };
    let mut refused = refusal::of_registry(&registry);
    if refused.is_some()
        && let Login::Pair { email: email @ Some(_), .. } = &mut registry.login
    {
        // No kubelet reads the address.
        *email = None;
        refused = refusal::of_registry(&registry);
    }
    match refused {
        None => Ok(registry),
        Some(reason) => Err((registry.key, reason)),
    }
}

fn names_hub_shortly(key: &str) -> bool {
    AuthKey::parse(key).is_ok_and(|key| key.index_key() == b"docker.io")
}

fn name(groups: &mut [Group]) {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for group in groups {
        let registry = &mut group.registry;
        let base = registry.host.registry_name();
        // That of a token is the same for all of them, and is not written.
        let username = registry.login.username().filter(|_| registry.token_hours().is_none());
        let narrow = username.map(|name| format!("{base}-{}", word(name)));
        let numbered = (2..).map(|number: usize| format!("{base}-{number}"));
        let mut names = std::iter::once(base.clone()).chain(narrow).chain(numbered);
        registry.name = names.find(|name| !taken.contains(name)).unwrap_or(base);
        taken.insert(registry.name.clone());
    }
}

#[cfg(test)]
mod tests {
    use regrender_document::SecretText;

    use super::*;
    use crate::import::found::FoundEntry;

    fn secret(origin: &str, entries: &[(&str, &str)]) -> FoundSecret {
        let entry = |(key, username): &(&str, &str)| FoundEntry {
            key: (*key).to_owned(),
            login: Login::Pair {
                username: (*username).to_owned(),
                password: SecretText::new(format!("canary-4f1d-{username}")),
                email: None,
            },
        };
        FoundSecret {
            name: String::from("regcred"),
            namespace: None,
            origin: origin.to_owned(),
            entries: entries.iter().map(entry).collect(),
            cautions: Vec::new(),
        }
    }

    /// Checks the names and paths of the registries of pull secrets, and what is remarked.
    #[track_caller]
    fn check(secrets: &[&[(&str, &str)]], expected: &[(&str, &[&str])], remarked: &[&str]) {
        let (mut pool, mut remarks) = (Pool::default(), Remarks::default());
        let uses: Vec<_> = secrets
            .iter()
            .enumerate()
            .map(|(at, entries)| pool.take(&secret(&format!("s{at}"), entries), &mut remarks))
            .collect();
        let registries = pool.into_registries(&uses, &mut remarks).list;
        let found: Vec<(&str, Vec<&str>)> = registries
            .iter()
            .map(|one| (one.name.as_str(), one.paths.iter().map(String::as_str).collect()))
            .collect();
        let expected: Vec<(&str, Vec<&str>)> =
            expected.iter().map(|(name, paths)| (*name, paths.to_vec())).collect();
        assert_eq!(found, expected);
        let lines = remarks.lines();
        assert_eq!(lines.len(), remarked.len(), "{lines:?}");
        for (line, part) in lines.iter().zip(remarked) {
            assert!(line.contains(part), "{line}");
        }
    }

    #[test]
    fn equal_credentials_are_one_registry() {
        check(
            &[&[("ghcr.io", "a")], &[("https://ghcr.io", "a"), ("quay.io", "b")]],
            &[("ghcr", &[]), ("quay", &[])],
            &[],
        );
    }

    #[test]
    fn other_credentials_of_a_host_are_named_by_their_user() {
        check(
            &[&[("ghcr.io", "a")], &[("ghcr.io", "a")], &[("ghcr.io", "Bot@b")]],
            &[("ghcr", &[]), ("ghcr-bot-b", &[])],
            &[],
        );
    }

    #[test]
    fn paths_that_are_used_together_are_one_registry() {
        check(&[&[("r.io/a/", "u"), ("r.io/b/", "u")]], &[("r-io", &["a/", "b/"])], &[]);
        check(
            &[&[("r.io/a/", "u"), ("r.io/b/", "u")], &[("r.io/a/", "u")]],
            &[("r-io", &["a/"]), ("r-io-u", &["b/"])],
            &[],
        );
        check(&[&[("r.io/a/", "u"), ("r.io", "u")]], &[("r-io", &[]), ("r-io-u", &["a/"])], &[]);
    }

    #[test]
    fn both_names_of_docker_hub_are_one_registry() {
        let (mut pool, mut remarks) = (Pool::default(), Remarks::default());
        let entries = [("docker.io", "u"), ("https://index.docker.io/v1/", "u")];
        let uses = [pool.take(&secret("s", &entries), &mut remarks)];
        let registries = pool.into_registries(&uses, &mut remarks).list;
        assert_eq!(registries.len(), 1);
        assert!(registries[0].has_hub_alias);
    }

    #[test]
    fn of_two_credentials_for_docker_hub_the_short_name_counts() {
        check(
            &[&[("docker.io", "a"), ("https://index.docker.io/v1/", "b")]],
            &[("hub", &[])],
            &["`https://index.docker.io/v1/` of `s0`: another entry"],
        );
    }

    #[test]
    fn keys_that_no_image_matches_are_left_out() {
        check(
            &[&[("https://index.docker.io/v1", "a"), ("r.io", "a")]],
            &[("r-io", &[])],
            &["`https://index.docker.io/v1` of `s0`: `index.docker.io` counts only"],
        );
    }

    #[test]
    fn what_registries_toml_cannot_say_is_left_out() {
        check(&[&[("a_b.io", "u"), ("r.io", " u")]], &[], &["letters", "white space"]);
    }

    #[test]
    fn an_address_that_is_none_is_left_out() {
        let mut found = secret("s", &[("r.io", "u")]);
        for entry in &mut found.entries {
            if let Login::Pair { email, .. } = &mut entry.login {
                *email = Some(String::from("none"));
            }
        }
        let (mut pool, mut remarks) = (Pool::default(), Remarks::default());
        let uses = [pool.take(&found, &mut remarks)];
        let registries = pool.into_registries(&uses, &mut remarks).list;
        assert!(matches!(registries[0].login, Login::Pair { email: None, .. }));
    }
}
