//! A key pair that was just made, for whoever keeps it.

use zeroize::Zeroizing;

use crate::key_text;
use crate::post_quantum::{self, PostQuantumIdentity};
use crate::random::Random;
use crate::x25519::{self, X25519Identity};

const POST_QUANTUM_PREFIX: &str = "age1pq1";

/// The kinds of key pairs that can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// age's usual kind, which every reader knows.
    X25519,
    /// The kind that withstands quantum computers, which age knows since 1.3.
    PostQuantum,
}

impl KeyKind {
    /// Says of which kind a recipient is, by its beginning.
    #[must_use]
    pub fn of(recipient: &str) -> Option<Self> {
        if recipient.starts_with(POST_QUANTUM_PREFIX) {
            return Some(Self::PostQuantum);
        }
        // The recipient of a plugin has the name of the plugin between two of them.
        let is_plain = recipient.starts_with("age1") && recipient.matches('1').count() == 1;
        is_plain.then_some(Self::X25519)
    }
}

/// A new key pair.
pub struct KeyPair {
    recipient: String,
    identity: Zeroizing<String>,
}

impl KeyPair {
    /// Draws one.
    pub fn draw(kind: KeyKind, random: &mut dyn Random) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        random.fill(key.as_mut_slice());
        let (prefix, recipient) = match kind {
            KeyKind::X25519 => {
                let identity = X25519Identity::of_secret(&key);
                (x25519::IDENTITY_PREFIX, identity.recipient().to_owned())
            }
            KeyKind::PostQuantum => {
                let identity = PostQuantumIdentity::of_secret(&key);
                (post_quantum::IDENTITY_PREFIX, identity.recipient().to_owned())
            }
        };
        Self { recipient, identity: key_text::encode_secret(prefix, &key) }
    }

    /// Spells the public half.
    #[must_use]
    pub fn recipient(&self) -> &str {
        &self.recipient
    }

    /// Spells the private half.
    #[must_use]
    pub fn expose_identity(&self) -> &str {
        &self.identity
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Identities;
    use crate::random::tests::Seeded;

    #[test]
    fn what_is_drawn_belongs_together() {
        for (kind, start) in [(KeyKind::X25519, "age1"), (KeyKind::PostQuantum, "age1pq1")] {
            let mut random = Seeded::new(1);
            let pair = KeyPair::draw(kind, &mut random);
            let other = KeyPair::draw(kind, &mut random);
            assert_ne!(pair.recipient(), other.recipient());
            assert!(pair.recipient().starts_with(start), "{}", pair.recipient());
            let identities = Identities::parse(pair.expose_identity()).unwrap();
            assert!(identities.recipients().eq([pair.recipient()]));
            assert_eq!(pair.expose_identity(), pair.expose_identity().to_ascii_uppercase());
        }
    }

    #[test]
    fn usual_pair_is_one_of_the_age_crate() {
        let pair = KeyPair::draw(KeyKind::X25519, &mut Seeded::new(1));
        let theirs: age::x25519::Identity = pair.expose_identity().parse().unwrap();
        assert_eq!(theirs.to_public().to_string(), pair.recipient());
    }
}
