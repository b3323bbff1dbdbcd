//! The native recipient and identity of age: X25519.
//!
//! Both compute what the age crate's own types compute. They exist for two reasons: wrapping takes
//! its randomness from outside, and a build wraps and unwraps thousands of keys, for which there
//! are faster ways than the ladder.

pub(crate) mod multiplication;

use age_core::format::{FILE_KEY_BYTES, FileKey, Stanza};
use age_core::primitives::{aead_decrypt, aead_encrypt, hkdf};
use age_core::secrecy::ExposeSecret as _;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::montgomery::MontgomeryPoint;
use zeroize::Zeroizing;

use crate::key_text;
use crate::stanza;
use multiplication::FixedPoint;

pub(crate) const STANZA_TAG: &str = "X25519";
const KEY_LABEL: &[u8] = b"age-encryption.org/v1/X25519";
const RECIPIENT_PREFIX: &str = "age";
pub(crate) const IDENTITY_PREFIX: &str = "age-secret-key-";

/// The public half of an age key pair.
pub(crate) struct X25519Recipient(FixedPoint);

/// The private half of an age key pair, with the public half that every use of it needs.
pub(crate) struct X25519Identity {
    secret: Zeroizing<[u8; 32]>,
    public: MontgomeryPoint,
    recipient: String,
}

impl X25519Recipient {
    /// Parses `age1…`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = key_text::decode(text, RECIPIENT_PREFIX)?;
        bytes.as_slice().try_into().ok().map(Self::from_bytes)
    }

    fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(FixedPoint::new(MontgomeryPoint(bytes)))
    }

    /// Wraps `file_key`, or says that this recipient shares no secret with anybody: its point is
    /// one of the few of low order.
    pub(crate) fn wrap(&self, file_key: &FileKey, ephemeral: [u8; 32]) -> Option<Stanza> {
        let ephemeral = Zeroizing::new(ephemeral);
        let (share, shared) = self.0.multiply_beside_base(&ephemeral);
        if *shared == [0; 32] {
            return None;
        }
        let key = wrapping_key(&share, self.0.point(), &shared);
        Some(Stanza {
            tag: STANZA_TAG.to_owned(),
            args: vec![BASE64_STANDARD_NO_PAD.encode(share.as_bytes())],
            body: aead_encrypt(&key, file_key.expose_secret()),
        })
    }
}

impl X25519Identity {
    /// Parses `AGE-SECRET-KEY-1…`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = key_text::decode(text, IDENTITY_PREFIX)?;
        bytes.as_slice().try_into().ok().map(Self::of_secret)
    }

    /// Takes the 32 bytes that an identity is.
    pub(crate) fn of_secret(secret: &[u8; 32]) -> Self {
        let public = EdwardsPoint::mul_base_clamped(*secret).to_montgomery();
        let recipient = key_text::encode(RECIPIENT_PREFIX, public.as_bytes());
        Self { secret: Zeroizing::new(*secret), public, recipient }
    }

    /// Spells the public half.
    pub(crate) fn recipient(&self) -> &str {
        &self.recipient
    }

    fn unwrap(&self, stanza: &Stanza) -> Option<Result<FileKey, age::DecryptError>> {
        let invalid = || Some(Err(age::DecryptError::InvalidHeader));
        let share = stanza::share_beside_key(stanza).and_then(|share| share.try_into().ok());
        let Some(share) = share.map(MontgomeryPoint) else { return invalid() };
        let shared = multiplication::once(&share, &self.secret);
        if *shared == [0; 32] {
            return invalid();
        }
        let key = wrapping_key(&share, &self.public, &shared);
        // Which stanza is for whom is not written in the file; one that does not open is another's.
        let file_key = Zeroizing::new(aead_decrypt(&key, FILE_KEY_BYTES, &stanza.body).ok()?);
        Some(Ok(FileKey::init_with_mut(|bytes| bytes.copy_from_slice(&file_key))))
    }
}

impl age::Identity for X25519Identity {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, age::DecryptError>> {
        (stanza.tag == STANZA_TAG).then(|| self.unwrap(stanza))?
    }
}

/// The key between the ephemeral pair and the recipient's (C2SP age, "X25519 recipient stanza").
fn wrapping_key(
    share: &MontgomeryPoint,
    recipient: &MontgomeryPoint,
    shared: &[u8; 32],
) -> Zeroizing<[u8; 32]> {
    let mut salt = [0; 64];
    let (first, second) = salt.split_at_mut(32);
    first.copy_from_slice(share.as_bytes());
    second.copy_from_slice(recipient.as_bytes());
    Zeroizing::new(hkdf(&salt, KEY_LABEL, shared))
}

#[cfg(test)]
pub(crate) mod tests {
    use std::str::FromStr as _;

    use age::Identity as _;
    use curve25519_dalek::constants::EIGHT_TORSION;
    use proptest::prelude::*;

    use super::*;

    pub(crate) const IDENTITY: &str =
        "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";

    fn recipient_of(secret: [u8; 32]) -> X25519Recipient {
        X25519Recipient::from_bytes(MontgomeryPoint::mul_base_clamped(secret).to_bytes())
    }

    fn file_key() -> FileKey {
        FileKey::new(Box::new([9; FILE_KEY_BYTES]))
    }

    #[test]
    fn point_of_low_order_is_no_recipient() {
        for torsion in EIGHT_TORSION {
            let recipient = X25519Recipient::from_bytes(torsion.to_montgomery().to_bytes());
            assert!(recipient.wrap(&file_key(), [7; 32]).is_none());
        }
    }

    #[test]
    fn identity_and_recipient_belong_together() {
        let identity = X25519Identity::parse(IDENTITY).unwrap();
        let public = age::x25519::Identity::from_str(IDENTITY).unwrap().to_public().to_string();
        assert_eq!(identity.recipient(), public);
    }

    #[test]
    fn key_wrapped_by_the_age_crate_is_unwrapped() {
        use age::Recipient as _;
        let theirs = age::x25519::Identity::from_str(IDENTITY).unwrap().to_public();
        let (stanzas, _) = theirs.wrap_file_key(&file_key()).unwrap();
        let identity = X25519Identity::parse(IDENTITY).unwrap();
        let opened = identity.unwrap_stanza(&stanzas[0]).unwrap().unwrap_or_else(|_| panic!());
        assert_eq!(opened.expose_secret(), file_key().expose_secret());
    }

    #[test]
    fn stanza_for_another_is_left_alone() {
        let identity = X25519Identity::parse(IDENTITY).unwrap();
        let foreign = recipient_of([5; 32]).wrap(&file_key(), [7; 32]).unwrap();
        assert!(identity.unwrap_stanza(&foreign).is_none());
        let other_kind = Stanza { tag: String::from("scrypt"), args: vec![], body: vec![] };
        assert!(identity.unwrap_stanza(&other_kind).is_none());
    }

    #[test]
    fn malformed_stanza_is_an_error() {
        let identity = X25519Identity::parse(IDENTITY).unwrap();
        let share = BASE64_STANDARD_NO_PAD.encode([9; 32]);
        for (args, length) in [
            (vec![], 32),
            (vec![share.clone(), share.clone()], 32),
            (vec![String::from("AAAA")], 32),
            (vec![share.clone()], 31),
            (vec![BASE64_STANDARD_NO_PAD.encode([0; 32])], 32),
        ] {
            let stanza = Stanza { tag: STANZA_TAG.to_owned(), args, body: vec![0; length] };
            assert!(matches!(identity.unwrap_stanza(&stanza), Some(Err(_))), "{stanza:?}");
        }
    }

    #[test]
    fn damaged_keys_are_refused() {
        assert!(X25519Identity::parse(&IDENTITY.replace("GQ97", "GQ98")).is_none());
        assert!(X25519Identity::parse("AGE-SECRET-KEY-1").is_none());
        assert!(X25519Recipient::parse(IDENTITY).is_none());
    }

    proptest! {
        #[test]
        fn key_is_unwrapped_by_the_age_crate(secret: [u8; 32], ephemeral: [u8; 32]) {
            let text = bech32_identity(secret);
            let theirs = age::x25519::Identity::from_str(&text).unwrap();
            let stanza = recipient_of(secret).wrap(&file_key(), ephemeral).unwrap();
            let opened = theirs.unwrap_stanza(&stanza).unwrap().unwrap_or_else(|_| panic!());
            let expected = file_key();
            prop_assert_eq!(opened.expose_secret(), expected.expose_secret());
        }
    }

    fn bech32_identity(secret: [u8; 32]) -> String {
        let prefix = bech32::Hrp::parse("AGE-SECRET-KEY-").unwrap();
        bech32::encode::<bech32::Bech32>(prefix, &secret).unwrap().to_uppercase()
    }
}
