//! Knows which registry an image comes from, and which one a key of a Secret is for.

use std::collections::BTreeSet;

use regrender_image::{AuthKey, DOCKER_HUB, ImageReference, mask_user};

use super::super::sorted::set;
use super::super::{Kind, Mark};
use super::{Chain, Key};
use crate::judgement::host_of;

impl Chain<'_> {
    pub(super) fn add_declared_registries(&mut self) {
        let declared = self.declarations.declared;
        for registry in &declared.registries {
            let key = Key::new(Kind::Registry, None, &registry.name);
            let among = |keys: &[String]| registry.keys.iter().any(|one| keys.contains(one));
            let node = self.node(&key);
            node.hosts.extend(registry.keys.iter().map(|key| key_for_people(key)));
            if among(&declared.anonymous) {
                node.note(Mark::Plain, "needs no credential");
            } else if among(&declared.node_provided) {
                node.note(Mark::Plain, "the node has the credential");
            } else if declared.account_provided.iter().any(|one| among(&one.keys)) {
                node.note(Mark::Plain, "accounts pull as themselves");
            }
        }
    }

    /// Finds the registry that an image comes from: the narrowest declared one, or else its host.
    pub(super) fn registry_of(&mut self, image: &ImageReference) -> Key {
        let repository = image.repository();
        if let Some((_, key)) = self.repositories.get(&repository) {
            return key.clone();
        }
        let key = match self.known.narrowest(image) {
            Some(name) => Key::new(Kind::Registry, None, name),
            None => self.undeclared(&host_of(image)),
        };
        self.repositories.insert(repository, (image.clone(), key.clone()));
        key
    }

    pub(super) fn undeclared(&mut self, host: &str) -> Key {
        let key = Key::new(Kind::Registry, None, host);
        let is_declared_at_all = !self.declarations.is_empty();
        let node = self.node(&key);
        if is_declared_at_all {
            node.note(Mark::Plain, "not in registries.toml");
        }
        key
    }

    /// Finds the registries that a key is for: by their own keys, by the images that it covers, or
    /// else by its host.
    pub(super) fn find_registries(&mut self, text: &str) -> BTreeSet<Key> {
        let Ok(key) = AuthKey::parse(text) else {
            return BTreeSet::new();
        };
        let declared = self.known.by_index_key.get(key.index_key()).into_iter().flatten();
        let mut found = set(declared.map(|name| Key::new(Kind::Registry, None, name)));
        if found.is_empty() {
            let covered = self.repositories.values();
            let covered = covered.filter(|(image, _)| key.is_for(image));
            found.extend(covered.map(|(_, registry)| registry.clone()));
        }
        if found.is_empty() {
            let around = self.registry_around(text);
            found.insert(around.unwrap_or_else(|| self.undeclared(&host_of_key(text))));
        }
        found
    }

    /// Finds the declared registry that the path of a key lies in.
    fn registry_around(&self, text: &str) -> Option<Key> {
        let path = key_for_people(text);
        // Without a path, a host is a name on Docker Hub.
        let image = ImageReference::parse(&path).ok().filter(|_| path.contains('/'))?;
        self.known.narrowest(&image).map(|name| Key::new(Kind::Registry, None, name))
    }
}

/// Returns a registry key as images begin.
fn key_for_people(text: &str) -> String {
    if AuthKey::parse(text).is_ok_and(|key| key.is_hub_fallback()) {
        return DOCKER_HUB.to_owned();
    }
    let shown = mask_user(text);
    let (_, rest) = shown.split_once("://").unwrap_or(("", &shown));
    rest.to_owned()
}

/// Returns the host of a registry key.
fn host_of_key(text: &str) -> String {
    let key = key_for_people(text);
    key.split('/').next().unwrap_or_default().to_owned()
}
