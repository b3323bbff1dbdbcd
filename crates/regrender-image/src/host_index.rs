//! Knows which keys come into question for a repository at all: those of its host, and those whose host
//! is no plain text.

use std::collections::BTreeMap;

use crate::auth_key::AuthKey;
use crate::host_pattern::Target;

/// Whatever stands for keys, by their hosts.
#[derive(Clone, Debug)]
pub(crate) struct HostIndex<T> {
    by_host: BTreeMap<Vec<u8>, Vec<T>>,
    /// Those that have to be compared with every host.
    others: Vec<T>,
}

impl<T> Default for HostIndex<T> {
    fn default() -> Self {
        Self { by_host: BTreeMap::new(), others: Vec::new() }
    }
}

impl<T> HostIndex<T> {
    /// Files what stands for `key`.
    pub(crate) fn insert(&mut self, key: &AuthKey, item: T) {
        match key.plain_host() {
            Some(host) => self.by_host.entry(host.to_vec()).or_default().push(item),
            None => self.others.push(item),
        }
    }

    /// Lists what stands for the keys that may cover `target`, in no particular order.
    pub(crate) fn of<'i>(&'i self, target: &Target) -> impl Iterator<Item = &'i T> {
        self.by_host.get(target.host()).into_iter().flatten().chain(&self.others)
    }
}
