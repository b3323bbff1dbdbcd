//! The certificate of a controller of SealedSecrets: the key that is sealed for, and how long
//! `kubeseal` would take it.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use rsa::pkcs8::ObjectIdentifier;
use rsa::pkcs8::der::asn1::{AnyRef, BitStringRef, GeneralizedTime, UintRef, UtcTime};
use rsa::pkcs8::der::{self, Decode as _, Reader as _, SliceReader, Tag, Tagged as _};
use rsa::traits::PublicKeyParts as _;
use rsa::{BigUint, RsaPublicKey, pkcs1};
use rustls_pki_types::pem::{PemObject as _, SectionKind};
use sha2::{Digest as _, Sha256};

use crate::error::CertificateError;
use crate::timestamp;

/// What is shorter can be broken.
const FEWEST_BITS: usize = 2048;
/// What is longer makes a controller slow, and nobody has it.
const MOST_BITS: usize = 8192;

/// A controller's certificate.
///
/// Nothing but its public key and its time is looked at: nobody signs it but the controller itself, so
/// it is believed because it lies in the repository.
#[derive(Clone)]
pub struct Certificate {
    key: RsaPublicKey,
    key_id: String,
    not_after: SystemTime,
}

impl Certificate {
    /// Reads the first certificate of a PEM file, as `kubeseal` does.
    ///
    /// # Errors
    ///
    /// Says why nothing can be sealed for it.
    pub fn parse(pem: &[u8]) -> Result<Self, CertificateError> {
        for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(pem) {
            let Ok((kind, content)) = section else {
                return Err(CertificateError::Damaged);
            };
            match kind {
                SectionKind::Certificate => return Self::from_der(&content),
                SectionKind::PrivateKey
                | SectionKind::RsaPrivateKey
                | SectionKind::EcPrivateKey => return Err(CertificateError::PrivateKey),
                _ => {}
            }
        }
        Err(CertificateError::None)
    }

    fn from_der(content: &[u8]) -> Result<Self, CertificateError> {
        let parts = Parts::read(content).map_err(|_error: der::Error| CertificateError::Damaged)?;
        let key = rsa_key(parts.key)?;
        let digest = Sha256::digest(parts.key);
        let hex = digest.iter().map(|byte| format!("{byte:02x}"));
        Ok(Self { key, key_id: hex.collect(), not_after: parts.not_after })
    }

    /// The SHA-256 of the public key in hexadecimal, as `openssl pkey -pubin -outform der` and
    /// `sha256sum` show it. A certificate that was renewed for the same key has the same.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The last moment of its life.
    #[must_use]
    pub fn not_after(&self) -> SystemTime {
        self.not_after
    }

    /// The public key.
    pub(crate) fn key(&self) -> &RsaPublicKey {
        &self.key
    }

    /// How many bytes anything has that is encrypted for the key.
    #[must_use]
    pub fn key_bytes(&self) -> usize {
        self.key.size()
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("key_id", &self.key_id)
            .field("not_after", &timestamp::format(self.not_after))
            .finish_non_exhaustive()
    }
}

/// What a certificate has that matters here.
struct Parts<'a> {
    /// The `SubjectPublicKeyInfo`, as it is spelled.
    key: &'a [u8],
    not_after: SystemTime,
}

impl<'a> Parts<'a> {
    /// Walks through a certificate (RFC 5280, section 4.1).
    fn read(content: &'a [u8]) -> der::Result<Self> {
        let mut file = SliceReader::new(content)?;
        let mut certificate = sequence(&mut file)?;
        file.finish(())?;
        let mut body = sequence(&mut certificate)?;
        // Algorithm of the signature, and the signature.
        skip(&mut certificate, 2)?;
        certificate.finish(())?;
        // The version, which the first one leaves out.
        if body.peek_tag()?.is_context_specific() {
            skip(&mut body, 1)?;
        }
        // Serial number, algorithm of the signature, issuer.
        skip(&mut body, 3)?;
        let mut validity = sequence(&mut body)?;
        skip(&mut validity, 1)?;
        let not_after = time(AnyRef::decode(&mut validity)?)?;
        validity.finish(())?;
        // Subject.
        skip(&mut body, 1)?;
        let key = body.tlv_bytes()?;
        while !body.is_finished() {
            skip(&mut body, 1)?;
        }
        Ok(Self { key, not_after })
    }
}

/// Reads what a sequence holds. Readers inside of readers would be a type, and code, a level.
fn sequence<'a>(reader: &mut SliceReader<'a>) -> der::Result<SliceReader<'a>> {
    let found = AnyRef::decode(reader)?;
    found.tag().assert_eq(Tag::Sequence)?;
    SliceReader::new(found.value())
}

fn skip(reader: &mut SliceReader<'_>, count: usize) -> der::Result<()> {
    for _ in 0..count {
        AnyRef::decode(reader)?;
    }
    Ok(())
}

fn time(found: AnyRef<'_>) -> der::Result<SystemTime> {
    let since_1970 = if found.tag() == Tag::UtcTime {
        found.decode_as::<UtcTime>()?.to_unix_duration()
    } else {
        found.decode_as::<GeneralizedTime>()?.to_unix_duration()
    };
    Ok(UNIX_EPOCH + since_1970)
}

/// Reads a `SubjectPublicKeyInfo`: the algorithm, and the bits of the key if it is one for RSA.
fn bits_of_rsa_key(info: &[u8]) -> der::Result<Option<&[u8]>> {
    let mut file = SliceReader::new(info)?;
    let mut info = sequence(&mut file)?;
    let mut algorithm = sequence(&mut info)?;
    let is_rsa = ObjectIdentifier::decode(&mut algorithm)? == pkcs1::ALGORITHM_OID;
    let key = BitStringRef::decode(&mut info)?;
    info.finish(())?;
    Ok(is_rsa.then_some(key.raw_bytes()))
}

/// Reads modulus and exponent (RFC 8017, appendix A.1.1).
fn numbers(bits: &[u8]) -> der::Result<(BigUint, BigUint)> {
    let mut file = SliceReader::new(bits)?;
    let mut numbers = sequence(&mut file)?;
    file.finish(())?;
    let modulus = UintRef::decode(&mut numbers)?;
    let exponent = UintRef::decode(&mut numbers)?;
    numbers.finish(())?;
    let number = |found: UintRef<'_>| BigUint::from_bytes_be(found.as_bytes());
    Ok((number(modulus), number(exponent)))
}

fn rsa_key(info: &[u8]) -> Result<RsaPublicKey, CertificateError> {
    let damaged = |_error: der::Error| CertificateError::Damaged;
    let bits = bits_of_rsa_key(info).map_err(damaged)?.ok_or(CertificateError::NotRsa)?;
    let (modulus, exponent) = numbers(bits).map_err(damaged)?;
    let bits = modulus.bits();
    if bits < FEWEST_BITS {
        return Err(CertificateError::KeyTooSmall { bits });
    }
    if bits > MOST_BITS {
        return Err(CertificateError::KeyTooLarge { bits });
    }
    RsaPublicKey::new_with_max_size(modulus, exponent, MOST_BITS)
        .map_err(|_error: rsa::Error| CertificateError::Damaged)
}
