//! Knows which of many keys are for an image, without a look at each.

use crate::auth_key::AuthKey;
use crate::host_index::HostIndex;
use crate::host_pattern::Target;
use crate::reference::{DOCKER_HUB, ImageReference};

/// Many keys, to be asked which of them are for an image.
///
/// A question costs a comparison for each key of the image's host, and for each with a wildcard.
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    keys: Vec<AuthKey>,
    /// The positions of the keys.
    by_host: HostIndex<usize>,
    /// The positions of those that Docker Hub's images fall back to.
    of_hub: Vec<usize>,
}

impl KeySet {
    /// Returns the key at a position.
    #[must_use]
    pub fn get(&self, position: usize) -> Option<&AuthKey> {
        self.keys.get(position)
    }

    /// Lists the keys, in the order in which they were given.
    pub fn iter(&self) -> impl Iterator<Item = &AuthKey> {
        self.keys.iter()
    }

    /// Tells whether there is no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Tells whether any of them [is for](AuthKey::is_for) `image`.
    #[must_use]
    pub fn has_any_for(&self, image: &ImageReference) -> bool {
        let is_of_hub = image.domain() == DOCKER_HUB && !self.of_hub.is_empty();
        is_of_hub || !self.covering(image).is_empty()
    }

    /// Lists the positions of those that [are for](AuthKey::is_for) `image`, from the first to the last.
    #[must_use]
    pub fn positions_for(&self, image: &ImageReference) -> Vec<usize> {
        let mut positions = self.covering(image);
        if image.domain() == DOCKER_HUB {
            positions.extend(&self.of_hub);
        }
        positions.sort_unstable();
        positions.dedup();
        positions
    }

    fn covering(&self, image: &ImageReference) -> Vec<usize> {
        if self.is_empty() {
            // Most repositories declare no registry of some kind: its name is not read for that.
            return Vec::new();
        }
        let Some(target) = Target::parse(&image.repository()) else {
            return Vec::new();
        };
        let covers = |position: &&usize| {
            self.get(**position).is_some_and(|key| key.covers_target(&target).is_some())
        };
        self.by_host.of(&target).filter(covers).copied().collect()
    }
}

impl FromIterator<AuthKey> for KeySet {
    fn from_iter<I: IntoIterator<Item = AuthKey>>(keys: I) -> Self {
        let mut set = Self::default();
        for (position, key) in keys.into_iter().enumerate() {
            set.by_host.insert(&key, position);
            if key.is_hub_fallback() {
                set.of_hub.push(position);
            }
            set.keys.push(key);
        }
        set
    }
}
