//! One encrypted value: `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`.
//!
//! Knows how sops spells a value, and how it is encrypted under a data key. Does not know where in
//! a document it stands; the path comes in as additional data.

use aes_gcm::aead::consts::{U8, U12, U16, U24, U32};
use aes_gcm::aead::generic_array::{ArrayLength, GenericArray};
use aes_gcm::aead::{AeadInPlace as _, KeyInit as _};
use aes_gcm::aes::Aes256;
use aes_gcm::{AesGcm, Tag};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use zeroize::{Zeroize as _, Zeroizing};

/// sops uses nonces of 32 bytes, not the usual 12.
pub(crate) const NONCE_LENGTH: usize = 32;
pub(crate) const TAG_LENGTH: usize = 16;

const PREFIX: &str = "ENC[AES256_GCM,data:";

/// A key under which the values of one file are encrypted.
pub(crate) struct ValueCipher {
    key: Zeroizing<[u8; 32]>,
    // The key schedule is derived once for all values of a file.
    gcm: AesGcm<Aes256, U32>,
}

/// The type that a value has in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ValueKind {
    /// `str`
    Text,
    /// `int`
    Integer,
    /// `float`
    Float,
    /// `bytes`, which sops reads and no longer writes
    Bytes,
    /// `bool`
    Bool,
    /// `time`
    Time,
    /// `comment`
    Comment,
}

/// An encrypted value, taken apart.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct EncryptedValue {
    data: Vec<u8>,
    nonce: Vec<u8>,
    tag: [u8; TAG_LENGTH],
    /// The type that the value has in clear. It is not authenticated.
    pub(crate) kind: ValueKind,
}

/// Why a value could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueError {
    /// It is not spelled as an encrypted value.
    Malformed,
    /// It was not made with this key for this place.
    NotAuthentic,
}

impl ValueKind {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "str" => Self::Text,
            "int" => Self::Integer,
            "float" => Self::Float,
            "bytes" => Self::Bytes,
            "bool" => Self::Bool,
            "time" => Self::Time,
            "comment" => Self::Comment,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Text => "str",
            Self::Integer => "int",
            Self::Float => "float",
            Self::Bytes => "bytes",
            Self::Bool => "bool",
            Self::Time => "time",
            Self::Comment => "comment",
        }
    }
}

/// Says whether `text` looks like an encrypted value, well-formed or not.
pub(crate) fn looks_encrypted(text: &str) -> bool {
    text.starts_with("ENC[")
}

/// Says whether text stands behind the bracket that ends an encrypted value. sops reads the value all
/// the same, and nothing vouches for what stands there.
pub(crate) fn has_text_behind(value: &str) -> bool {
    !value.ends_with(']') || value.contains('\n')
}

impl EncryptedValue {
    /// Takes an encrypted value apart.
    pub(crate) fn parse(text: &str) -> Result<Self, ValueError> {
        Self::parse_parts(text).ok_or(ValueError::Malformed)
    }

    fn parse_parts(text: &str) -> Option<Self> {
        // sops looks for the last of each mark on the first line, and not at what stands behind the
        // bracket: see `has_text_behind`.
        let line = text.split('\n').next()?;
        let (rest, _) = line.strip_prefix(PREFIX)?.rsplit_once(']')?;
        let (rest, kind) = rest.rsplit_once(",type:")?;
        let (rest, tag) = rest.rsplit_once(",tag:")?;
        let (data, nonce) = rest.rsplit_once(",iv:")?;
        if data.is_empty() || nonce.is_empty() {
            return None;
        }
        Some(Self {
            data: BASE64_STANDARD.decode(data).ok()?,
            nonce: BASE64_STANDARD.decode(nonce).ok()?,
            tag: BASE64_STANDARD.decode(tag).ok()?.try_into().ok()?,
            kind: ValueKind::parse(kind)?,
        })
    }

    /// Spells the value as it stands in a file.
    pub(crate) fn spell(&self) -> String {
        let data = BASE64_STANDARD.encode(&self.data);
        let nonce = BASE64_STANDARD.encode(&self.nonce);
        let tag = BASE64_STANDARD.encode(self.tag);
        [PREFIX, &data, ",iv:", &nonce, ",tag:", &tag, ",type:", self.kind.name(), "]"].concat()
    }

    /// Returns the nonce that it was encrypted with.
    pub(crate) fn nonce(&self) -> &[u8] {
        &self.nonce
    }

    /// Decrypts the value that stands where `additional_data` says.
    pub(crate) fn decrypt(
        mut self,
        cipher: &ValueCipher,
        additional_data: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, ValueError> {
        let mut data = Zeroizing::new(std::mem::take(&mut self.data));
        let opened = match self.nonce.len() {
            NONCE_LENGTH => open(&cipher.gcm, &self, additional_data, &mut data),
            8 => open::<U8>(&cipher.with_nonce(), &self, additional_data, &mut data),
            12 => open::<U12>(&cipher.with_nonce(), &self, additional_data, &mut data),
            16 => open::<U16>(&cipher.with_nonce(), &self, additional_data, &mut data),
            24 => open::<U24>(&cipher.with_nonce(), &self, additional_data, &mut data),
            _ => return Err(ValueError::Malformed),
        };
        if opened { Ok(data) } else { Err(ValueError::NotAuthentic) }
    }
}

impl ValueCipher {
    /// Prepares a data key for encrypting and decrypting values.
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self { key: Zeroizing::new(*key), gcm: AesGcm::new(key.into()) }
    }

    /// Encrypts `plaintext` for the place that `additional_data` says.
    ///
    /// A nonce must not be used for two different values under one key.
    pub(crate) fn encrypt(
        &self,
        kind: ValueKind,
        plaintext: &[u8],
        additional_data: &[u8],
        nonce: [u8; NONCE_LENGTH],
    ) -> EncryptedValue {
        let mut data = plaintext.to_vec();
        let tag = self
            .gcm
            .encrypt_in_place_detached(&nonce.into(), additional_data, &mut data)
            .expect("the value is shorter than 64 GiB");
        EncryptedValue { data, nonce: nonce.to_vec(), tag: tag.into(), kind }
    }

    fn with_nonce<N: ArrayLength<u8>>(&self) -> AesGcm<Aes256, N> {
        AesGcm::new(GenericArray::from_slice(self.key.as_slice()))
    }
}

/// Decrypts the data of `value` in place, or wipes it and says no.
fn open<N: ArrayLength<u8>>(
    gcm: &AesGcm<Aes256, N>,
    value: &EncryptedValue,
    additional_data: &[u8],
    data: &mut Zeroizing<Vec<u8>>,
) -> bool {
    let nonce = GenericArray::from_slice(&value.nonce);
    let tag = Tag::from_slice(&value.tag);
    let opened = gcm.decrypt_in_place_detached(nonce, additional_data, data, tag).is_ok();
    if !opened {
        data.zeroize();
    }
    opened
}

#[cfg(test)]
mod tests {
    use aes_gcm::aead::Aead as _;
    use aes_gcm::aead::Payload;
    use aes_gcm::aead::consts::U64;
    use proptest::prelude::*;

    use super::*;

    const PLACE: &[u8] = b"data:password:";

    fn cipher() -> ValueCipher {
        ValueCipher::new(&[3; 32])
    }

    fn sealed() -> String {
        cipher().encrypt(ValueKind::Text, b"canary-4f1d", PLACE, [5; 32]).spell()
    }

    #[track_caller]
    fn check_refused(text: &str, error: ValueError) {
        let opened = EncryptedValue::parse(text).and_then(|value| value.decrypt(&cipher(), PLACE));
        assert_eq!(opened.map(|_| ()), Err(error), "{text}");
    }

    #[test]
    fn value_is_spelled_as_sops_spells_it() {
        insta::assert_snapshot!(sealed(), @"ENC[AES256_GCM,data:Ktoau1FjDLDqe4k=,iv:BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU=,tag:BwQDD580wgjYZ5G5g37h0Q==,type:str]");
    }

    #[test]
    fn value_opens_where_it_was_sealed() {
        let opened = EncryptedValue::parse(&sealed()).unwrap().decrypt(&cipher(), PLACE);
        assert_eq!(opened.unwrap().as_slice(), b"canary-4f1d");
    }

    #[test]
    fn value_does_not_open_elsewhere() {
        let value = EncryptedValue::parse(&sealed()).unwrap();
        assert!(value.decrypt(&cipher(), b"data:other:").is_err());
    }

    #[test]
    fn value_does_not_open_with_another_key() {
        let value = EncryptedValue::parse(&sealed()).unwrap();
        assert!(value.decrypt(&ValueCipher::new(&[4; 32]), PLACE).is_err());
    }

    #[test]
    fn every_type_has_its_name() {
        for (kind, name) in [
            (ValueKind::Text, "str"),
            (ValueKind::Integer, "int"),
            (ValueKind::Float, "float"),
            (ValueKind::Bytes, "bytes"),
            (ValueKind::Bool, "bool"),
            (ValueKind::Time, "time"),
            (ValueKind::Comment, "comment"),
        ] {
            let text = cipher().encrypt(kind, b"x", PLACE, [5; 32]).spell();
            assert!(text.ends_with(&format!(",type:{name}]")), "{text}");
            assert_eq!(EncryptedValue::parse(&text).unwrap().kind, kind);
        }
    }

    fn with_nonce_of<N: ArrayLength<u8>>() -> String {
        let nonce = GenericArray::<u8, N>::default();
        let payload = Payload { msg: b"old", aad: PLACE };
        let mut data = cipher().with_nonce::<N>().encrypt(&nonce, payload).unwrap();
        let tag = data.split_off(data.len() - TAG_LENGTH).try_into().unwrap();
        EncryptedValue { data, nonce: nonce.to_vec(), tag, kind: ValueKind::Text }.spell()
    }

    #[test]
    fn nonces_of_other_lengths_are_read() {
        for text in [
            with_nonce_of::<U8>(),
            with_nonce_of::<U12>(),
            with_nonce_of::<U16>(),
            with_nonce_of::<U24>(),
        ] {
            let opened = EncryptedValue::parse(&text).unwrap().decrypt(&cipher(), PLACE);
            assert_eq!(opened.unwrap().as_slice(), b"old");
        }
    }

    #[test]
    fn nonce_of_a_length_that_nobody_writes_is_malformed() {
        check_refused(&with_nonce_of::<U64>(), ValueError::Malformed);
    }

    #[test]
    fn two_values_in_a_row_are_none() {
        // Lines that are moved into a plain scalar continue it; sops takes both for one value.
        check_refused(&format!("{} - {}", sealed(), sealed()), ValueError::Malformed);
        assert!(EncryptedValue::parse(&format!("{} behind", sealed())).is_ok());
    }

    #[test]
    fn what_is_not_spelled_as_a_value_is_malformed() {
        for text in [
            "",
            "password",
            "ENC[",
            "ENC[AES256_GCM,data:,iv:AAAA,tag:AAAA,type:str]",
            "ENC[AES256_GCM,data:AAAA,iv:AAAA,tag:AAAA,type:str]",
            "ENC[AES256_GCM,data:AAAA,iv:AAAA,type:str]",
            " ENC[AES256_GCM,data:AAAA,iv:AAAA,tag:AAAA,type:str]",
        ] {
            check_refused(text, ValueError::Malformed);
        }
        check_refused(&sealed().replace("type:str", "type:text"), ValueError::Malformed);
        check_refused(&sealed().replace(']', ""), ValueError::Malformed);
    }

    /// sops asks for one letter at least in each part, whatever the value would decrypt to.
    #[test]
    fn part_that_is_empty_is_malformed() {
        let empty = cipher().encrypt(ValueKind::Text, b"", PLACE, [5; 32]).spell();
        assert!(empty.starts_with("ENC[AES256_GCM,data:,iv:"), "{empty}");
        check_refused(&empty, ValueError::Malformed);
        let without_nonce = sealed().replace(&BASE64_STANDARD.encode([5; 32]), "");
        assert!(without_nonce.contains(",iv:,tag:"), "{without_nonce}");
        assert!(EncryptedValue::parse(&without_nonce).is_err());
    }

    proptest! {
        #[test]
        fn any_value_opens_again(plaintext: Vec<u8>, nonce: [u8; 32], place: String) {
            let sealed = cipher().encrypt(ValueKind::Text, &plaintext, place.as_bytes(), nonce);
            prop_assume!(!plaintext.is_empty());
            let value = EncryptedValue::parse(&sealed.spell()).unwrap();
            let opened = value.decrypt(&cipher(), place.as_bytes()).unwrap();
            prop_assert_eq!(opened.as_slice(), plaintext.as_slice());
        }

        #[test]
        fn changed_letter_is_refused_or_says_the_same(at in 0..200_usize, letter in "[ -~]") {
            let mut text = sealed();
            let at = at % text.len();
            text.replace_range(at..=at, &letter);
            let opened = EncryptedValue::parse(&text)
                .and_then(|value| value.decrypt(&cipher(), PLACE));
            if let Ok(opened) = opened {
                prop_assert_eq!(opened.as_slice(), b"canary-4f1d");
            }
        }
    }
}
