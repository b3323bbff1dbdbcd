//! Knows what the pull secrets of a repository are, what they hold, and which are not there.

use std::collections::BTreeMap;

use super::super::{Kind, Mark, Step};
use super::{Chain, Key};
use crate::check::check_secrets;
use crate::finding::Finding;
use crate::kind::{ACCOUNT, Address, Secret, SecretState};

impl Chain<'_> {
    /// Makes sure that a listed Secret is there to be seen, and says so if it is not there otherwise.
    pub(super) fn secret(&mut self, namespace: Option<&str>, name: &str) -> Key {
        let key = Key::new(Kind::Secret, namespace, name);
        if !self.nodes.contains_key(&key) {
            let missing = namespace.is_some_and(|namespace| {
                self.credentials.secret(Some(namespace), name).is_none()
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
        // What time it is makes no other picture.
        let findings = check_secrets(self.inventory, self.credentials, None);
        let remarks = remarks(&findings);
        for (position, secret) in self.inventory.secrets.iter().enumerate() {
            let said = remarks.get(&(&*secret.place.file, secret.place.document));
            let keys = self.keys_of(position);
            for Address { namespace, name, .. } in secret.addresses() {
                let key = Key::new(Kind::Secret, namespace, name);
                if secret.is_pull_secret() || self.nodes.contains_key(&key) {
                    self.note_content(&key, secret, keys.is_some());
                    let node = self.node(&key);
                    for (mark, text) in said.into_iter().flatten() {
                        node.note(*mark, *text);
                    }
                    self.link_registries(keys.as_deref().unwrap_or_default(), &key);
                }
            }
        }
        for secret in &self.declarations.declared.pull_secrets {
            let key = Key::new(Kind::Secret, Some(&secret.namespace), &secret.name);
            self.node(&key);
            self.link_registries(&secret.keys, &key);
        }
    }

    /// Says what is to be known of what a Secret holds.
    fn note_content(&mut self, key: &Key, secret: &Secret, is_known: bool) {
        let namespace = key.namespace.as_deref();
        let rendered =
            namespace.and_then(|namespace| self.declarations.rendered(namespace, &key.name));
        let state = state(secret).filter(|_| !is_known && rendered.is_none());
        let node = self.node(key);
        // The kubelet passes over it without a word.
        if is_known && !secret.is_pull_secret() {
            node.note(Mark::Broken, "no pull secret, by its type");
        }
        if let Some(state) = state {
            node.note(Mark::Plain, state);
        }
    }

    /// Returns the keys in a Secret, where they can be known.
    fn keys_of(&self, position: usize) -> Option<Vec<String>> {
        let config = self.credentials.content(position)?.decode().ok()?;
        Some(config.entries.keys().cloned().collect())
    }

    /// Links the registries that keys of a Secret are for.
    fn link_registries(&mut self, keys: &[String], secret: &Key) {
        for text in keys {
            if !self.registries_of.contains_key(text) {
                let found = self.find_registries(text);
                self.registries_of.insert(text.to_owned(), found);
            }
            for registry in self.registries_of.get(text).into_iter().flatten() {
                self.edges.insert((registry.clone(), secret.clone(), Step::Taken));
            }
        }
    }

    /// Adds the workloads that a build patches and that no manifest has.
    pub(super) fn add_declared_workloads(&mut self) {
        for list in &self.declarations.declared.lists {
            let name = format!("{} {}", list.kind, list.name);
            let key = Key::new(Kind::Workload, Some(&list.namespace), &name);
            if list.kind == ACCOUNT || self.nodes.contains_key(&key) {
                continue;
            }
            self.node(&key).note(Mark::Doubtful, "not in the repository");
            for secret in &list.pull_secrets {
                let secret = self.secret(Some(&list.namespace), secret);
                self.link(&secret, &key, Step::Taken);
            }
        }
    }
}

/// Returns what findings remark on the Secret of each document.
fn remarks(findings: &[Finding]) -> BTreeMap<(&str, usize), Vec<(Mark, &'static str)>> {
    let mut remarks: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for finding in findings {
        let mark = Mark::of_severity(Some(finding.severity));
        if mark != Mark::Plain {
            let place = (&*finding.file, finding.document);
            remarks.entry(place).or_default().push((mark, finding.code.name()));
        }
    }
    remarks
}

/// Says how a Secret stands in the repository whose content is not known.
fn state(secret: &Secret) -> Option<&'static str> {
    match secret.state {
        _ if secret.filler.is_some() => Some("filled in later"),
        SecretState::Sops => Some("sealed, not opened here"),
        SecretState::SealedSecret => Some("a SealedSecret, not opened here"),
        SecretState::ExternalSecret => Some("an ExternalSecret makes it"),
        SecretState::Generated => Some("kustomize makes it"),
        SecretState::Clear | SecretState::Damaged => None,
    }
}
