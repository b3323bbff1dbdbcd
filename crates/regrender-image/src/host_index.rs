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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_key_comes_into_question_for_its_own_host_alone() {
        let mut index = HostIndex::default();
        for key in ["a.io", "b.io", "*.io", "b.io/team"] {
            index.insert(&AuthKey::parse(key).unwrap(), key);
        }
        let target = Target::parse("b.io/app").unwrap();
        let found: Vec<&str> = index.of(&target).copied().collect();
        assert_eq!(found, ["b.io", "b.io/team", "*.io"]);
    }
}
