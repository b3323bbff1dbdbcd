//! The post-quantum recipient and identity of age: X25519 and ML-KEM-768 together, so that a key
//! stays wrapped as long as one of the two is not broken.
//!
//! The age crate does not know them yet. Which key exchange, cipher and label are used says C2SP's
//! age ("mlkem768x25519 recipient stanza").

mod hpke;
mod kem;

use age_core::format::{FileKey, Stanza};
use age_core::secrecy::ExposeSecret as _;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;

use crate::key_text;
use crate::random::SealContext;
use crate::stanza;

pub(crate) const STANZA_TAG: &str = "mlkem768x25519";
const KEY_LABEL: &[u8] = b"age-encryption.org/mlkem768x25519";
const RECIPIENT_PREFIX: &str = "age1pq";
pub(crate) const IDENTITY_PREFIX: &str = "age-secret-key-pq-";

/// The public half of a post-quantum key pair.
pub(crate) struct PostQuantumRecipient(kem::PublicKey);

/// The private half of a post-quantum key pair.
pub(crate) struct PostQuantumIdentity {
    key: kem::PrivateKey,
    recipient: String,
}

impl PostQuantumRecipient {
    /// Parses `age1pq1…`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = key_text::decode(text, RECIPIENT_PREFIX)?;
        kem::PublicKey::parse(&bytes).map(Self)
    }

    /// Wraps `file_key`, or says that this recipient shares no secret with anybody: its point is
    /// one of the few of low order.
    pub(crate) fn wrap(&self, file_key: &FileKey, context: &mut SealContext<'_>) -> Option<Stanza> {
        let (encapsulated, shared) = self.0.encapsulate(context)?;
        Some(Stanza {
            tag: STANZA_TAG.to_owned(),
            args: vec![BASE64_STANDARD_NO_PAD.encode(encapsulated)],
            body: hpke::seal(&shared, KEY_LABEL, file_key.expose_secret()),
        })
    }
}

impl PostQuantumIdentity {
    /// Parses `AGE-SECRET-KEY-PQ-1…`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = key_text::decode(text, IDENTITY_PREFIX)?;
        bytes.as_slice().try_into().ok().map(Self::of_secret)
    }

    /// Takes the 32 bytes that an identity is.
    pub(crate) fn of_secret(secret: &[u8; 32]) -> Self {
        let key = kem::PrivateKey::from_seed(secret);
        let recipient = key_text::encode(RECIPIENT_PREFIX, &key.public());
        Self { key, recipient }
    }

    /// Spells the public half.
    pub(crate) fn recipient(&self) -> &str {
        &self.recipient
    }

    fn unwrap(&self, stanza: &Stanza) -> Option<Result<FileKey, age::DecryptError>> {
        let invalid = || Some(Err(age::DecryptError::InvalidHeader));
        let Some(encapsulated) = stanza::share_beside_key(stanza) else { return invalid() };
        let Some(shared) = self.key.decapsulate(&encapsulated) else { return invalid() };
        // Which stanza is for whom is not written in the file; one that does not open is another's.
        let file_key = hpke::open(&shared, KEY_LABEL, &stanza.body)?;
        Some(Ok(FileKey::init_with_mut(|bytes| bytes.copy_from_slice(&file_key))))
    }
}

impl age::Identity for PostQuantumIdentity {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, age::DecryptError>> {
        (stanza.tag == STANZA_TAG).then(|| self.unwrap(stanza))?
    }
}

#[cfg(test)]
mod tests {
    use age::Identity as _;
    use age_core::format::FILE_KEY_BYTES;
    use curve25519_dalek::constants::EIGHT_TORSION;

    use super::*;
    use crate::random::tests::Seeded;
    use crate::stanza::WRAPPED_LENGTH;

    /// A key pair made of a seed.
    fn pair(seed: u8) -> (PostQuantumRecipient, PostQuantumIdentity) {
        let identity = PostQuantumIdentity::of_secret(&[seed; 32]);
        (PostQuantumRecipient::parse(identity.recipient()).unwrap(), identity)
    }

    fn file_key() -> FileKey {
        FileKey::new(Box::new([9; FILE_KEY_BYTES]))
    }

    fn wrapped(recipient: &PostQuantumRecipient) -> Stanza {
        recipient.wrap(&file_key(), &mut Seeded::new(1).context()).unwrap()
    }

    /// A stanza like `wrapped`, with other arguments.
    fn with_args(wrapped: &Stanza, args: &[&str]) -> Stanza {
        let args = args.iter().copied().map(str::to_owned).collect();
        Stanza { tag: wrapped.tag.clone(), args, body: wrapped.body.clone() }
    }

    /// One with other bytes in its only argument.
    fn with_argument(wrapped: &Stanza, change: impl FnOnce(&mut Vec<u8>)) -> Stanza {
        let mut bytes = BASE64_STANDARD_NO_PAD.decode(&wrapped.args[0]).unwrap();
        change(&mut bytes);
        with_args(wrapped, &[&BASE64_STANDARD_NO_PAD.encode(bytes)])
    }

    /// One with another body.
    fn with_body(wrapped: &Stanza, body: Vec<u8>) -> Stanza {
        Stanza { body, ..with_args(wrapped, &[&wrapped.args[0]]) }
    }

    /// What stands in the place of a key whose bytes are those of a real one but for `change`.
    fn changed_recipient(change: impl FnOnce(&mut Vec<u8>)) -> Option<PostQuantumRecipient> {
        let (_, identity) = pair(1);
        let mut bytes = key_text::decode(identity.recipient(), RECIPIENT_PREFIX).unwrap();
        change(&mut bytes);
        PostQuantumRecipient::parse(&key_text::encode(RECIPIENT_PREFIX, &bytes))
    }

    #[test]
    fn wrapped_key_is_unwrapped() {
        for seed in 0..4 {
            let (recipient, identity) = pair(seed);
            let unwrapped = identity.unwrap_stanza(&wrapped(&recipient)).unwrap();
            let unwrapped = unwrapped.unwrap_or_else(|_| panic!());
            assert_eq!(unwrapped.expose_secret(), file_key().expose_secret());
        }
    }

    #[test]
    fn stanza_for_another_is_left_alone() {
        let (_, identity) = pair(1);
        assert!(identity.unwrap_stanza(&wrapped(&pair(2).0)).is_none());
        let x25519 = Stanza { tag: String::from("X25519"), ..wrapped(&pair(1).0) };
        assert!(identity.unwrap_stanza(&x25519).is_none());
    }

    #[test]
    fn no_byte_of_a_stanza_can_be_changed() {
        let (recipient, identity) = pair(1);
        let stanza = wrapped(&recipient);
        for at in 0..1120 {
            let changed = with_argument(&stanza, |bytes| bytes[at] ^= 1);
            assert!(identity.unwrap_stanza(&changed).is_none(), "{at}");
        }
        for at in 0..WRAPPED_LENGTH {
            let mut body = stanza.body.clone();
            body[at] ^= 1;
            assert!(identity.unwrap_stanza(&with_body(&stanza, body)).is_none(), "{at}");
        }
    }

    #[test]
    fn malformed_stanza_is_an_error() {
        let (recipient, identity) = pair(1);
        let stanza = wrapped(&recipient);
        let argument = &stanza.args[0];
        for malformed in [
            with_args(&stanza, &[]),
            with_args(&stanza, &[argument, argument]),
            with_args(&stanza, &["*"]),
            with_args(&stanza, &["AAAA"]),
            with_argument(&stanza, |bytes| bytes.push(0)),
            with_argument(&stanza, |bytes| bytes.truncate(bytes.len() - 1)),
            with_body(&stanza, vec![0; WRAPPED_LENGTH - 1]),
            with_body(&stanza, vec![0; WRAPPED_LENGTH + 1]),
        ] {
            let error = identity.unwrap_stanza(&malformed).unwrap();
            assert!(error.is_err(), "{:?} {}", malformed.args, malformed.body.len());
        }
    }

    #[test]
    fn share_of_low_order_is_an_error() {
        let (recipient, identity) = pair(1);
        let stanza = wrapped(&recipient);
        for torsion in EIGHT_TORSION {
            let changed = with_argument(&stanza, |bytes| {
                bytes[1088..].copy_from_slice(torsion.to_montgomery().as_bytes());
            });
            assert!(matches!(identity.unwrap_stanza(&changed), Some(Err(_))));
        }
    }

    #[test]
    fn point_of_low_order_is_no_recipient() {
        for torsion in EIGHT_TORSION {
            let recipient = changed_recipient(|bytes| {
                bytes[1184..].copy_from_slice(torsion.to_montgomery().as_bytes());
            });
            let context = &mut Seeded::new(1);
            assert!(recipient.unwrap().wrap(&file_key(), &mut context.context()).is_none());
        }
    }

    /// FIPS 203, section 7.2.
    #[test]
    fn key_with_a_number_beyond_the_modulus_is_refused() {
        assert!(changed_recipient(|_| ()).is_some());
        // The first number takes twelve bits, the least significant ones first: 3329 and 3328.
        let with_first_number = |low, high| {
            changed_recipient(|bytes| {
                bytes[0] = low;
                bytes[1] = bytes[1] & 0xf0 | high;
            })
        };
        assert!(with_first_number(0x01, 0x0d).is_none());
        assert!(with_first_number(0x00, 0x0d).is_some());
    }

    #[test]
    fn key_of_another_length_is_refused() {
        assert!(changed_recipient(|bytes| bytes.push(0)).is_none());
        assert!(changed_recipient(|bytes| bytes.truncate(bytes.len() - 1)).is_none());
        assert!(changed_recipient(Vec::clear).is_none());
        for length in [31, 33] {
            let text = key_text::encode(IDENTITY_PREFIX, &vec![1; length]);
            assert!(PostQuantumIdentity::parse(&text).is_none());
        }
    }
}
