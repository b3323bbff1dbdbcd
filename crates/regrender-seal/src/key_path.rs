//! Where a value stands in a document: the keys that lead to it.

use std::fmt;

/// The keys that lead to a value. Positions in lists are left out, as sops leaves them out of what
/// it authenticates.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyPath(Vec<String>);

impl KeyPath {
    /// Makes the path of the MAC over the whole.
    pub(crate) fn of_mac() -> Self {
        Self::of(&["sops", "mac"])
    }

    /// Makes a path of `keys`.
    pub(crate) fn of(keys: &[impl AsRef<str>]) -> Self {
        Self(keys.iter().map(|key| key.as_ref().to_owned()).collect())
    }

    /// Lists the keys, from the outside in.
    #[must_use]
    pub fn keys(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("top level");
        }
        f.write_str(&self.0.join(":"))
    }
}
