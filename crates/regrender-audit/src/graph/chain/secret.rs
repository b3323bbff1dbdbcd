//! Knows what the pull secrets of a repository are, what they hold, and which are not there.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Kind, Mark, Step};
use super::{Chain, Key, addresses};
use crate::check::{check_secrets, is_pull_secret};
use crate::inventory::{Secret, SecretState};

impl Chain<'_> {
    /// Makes sure that a listed Secret is there to be seen, and says so if it is not there otherwise.
    pub(super) fn secret(&mut self, namespace: Option<&str>, name: &str) -> Key {
        let key = Key::new(Kind::Secret, namespace, name);
        if !self.nodes.contains_key(&key) {
            let missing = namespace.is_some_and(|namespace| {
                self.credentials.secret(Some(namespace), name, None).is_none()
                    && self.declarations.rendered(namespace, name).is_none()
            });
            let elsewhere = self.credentials.namespace_with_secret(name);
            let node = self.node(&key);
            match elsewhere {
                Some(other) if missing => {
                    node.note(Mark::Broken, format!("only in namespace {other}"));
                }
                None if missing => node.note(Mark::Broken, "not in the repository"),
                _ => {}
            }
        }
        key
    }

    /// Adds what the repository's pull secrets are and hold.
    pub(super) fn add_secrets(&mut self) {
        let mut findings: BTreeMap<(&str, usize), Vec<(Mark, &'static str)>> = BTreeMap::new();
        // What time it is makes no other picture.
        let found = check_secrets(self.inventory, self.credentials, None);
        for finding in &found {
            let mark = Mark::of_severity(Some(finding.severity));
            let place = findings.entry((&finding.file, finding.document)).or_default();
            if mark != Mark::Plain {
                place.push((mark, finding.code.name()));
            }
        }
        let mut registries_of: BTreeMap<String, BTreeSet<Key>> = BTreeMap::new();
        for (position, secret) in self.inventory.secrets.iter().enumerate() {
            let said = findings.get(&(&*secret.place.file, secret.place.document));
            let keys = self.keys_of(position);
            for (namespace, name, _) in
                addresses(secret.namespace.as_deref(), &secret.name, &secret.renderings)
            {
                let key = Key::new(Kind::Secret, namespace, name);
                if !is_pull_secret(secret) && !self.nodes.contains_key(&key) {
                    continue;
                }
                let is_rendered = namespace
                    .is_some_and(|namespace| self.declarations.rendered(namespace, name).is_some());
                // The kubelet passes over it without a word.
                let is_other = !is_pull_secret(secret) && keys.is_some();
                let node = self.node(&key);
                if is_other {
                    node.note(Mark::Broken, "no pull secret, by its type");
                }
                if let Some(state) = state(secret).filter(|_| keys.is_none() && !is_rendered) {
                    node.note(Mark::Plain, state);
                }
                for (mark, text) in said.into_iter().flatten() {
                    node.note(*mark, *text);
                }
                for text in keys.iter().flatten() {
                    self.link_registries(text, &key, &mut registries_of);
                }
            }
        }
        for secret in &self.declarations.declared.pull_secrets {
            let key = Key::new(Kind::Secret, Some(&secret.namespace), &secret.name);
            self.node(&key);
            for text in &secret.keys {
                self.link_registries(text, &key, &mut registries_of);
            }
        }
    }

    /// Returns the keys in a Secret, where they can be known.
    pub(super) fn keys_of(&self, position: usize) -> Option<Vec<String>> {
        let config = self.credentials.content(position)?.decode().ok()?;
        Some(config.entries.keys().cloned().collect())
    }

    pub(super) fn link_registries(
        &mut self,
        text: &str,
        secret: &Key,
        registries_of: &mut BTreeMap<String, BTreeSet<Key>>,
    ) {
        if !registries_of.contains_key(text) {
            let found = self.registries_of(text);
            registries_of.insert(text.to_owned(), found);
        }
        for registry in registries_of.get(text).into_iter().flatten() {
            self.edges.insert((registry.clone(), secret.clone(), Step::Taken));
        }
    }

    /// Adds the workloads that a build patches and that no manifest has.
    pub(super) fn add_declared_secrets(&mut self) {
        for secret in &self.declarations.declared.pull_secrets {
            for workload in &secret.workloads {
                let name = workload.replacen('/', " ", 1);
                let key = Key::new(Kind::Workload, Some(&secret.namespace), &name);
                if self.nodes.contains_key(&key) {
                    continue;
                }
                self.node(&key).note(Mark::Doubtful, "not in the repository");
                let secret = self.secret(Some(&secret.namespace), &secret.name);
                self.link(&secret, &key, Step::Taken);
            }
        }
    }
}

/// Says how a Secret stands in the repository whose content is not known.
fn state(secret: &Secret) -> Option<&'static str> {
    match secret.state {
        SecretState::Sops => Some("sealed, not opened here"),
        SecretState::SealedSecret => Some("a SealedSecret, not opened here"),
        SecretState::ExternalSecret => Some("an ExternalSecret makes it"),
        SecretState::Generated => Some("kustomize makes it"),
        SecretState::Clear | SecretState::Damaged => None,
    }
}
