//! MLKEM768-X25519, also called X-Wing: a secret shared by two key exchanges at once
//! (draft-connolly-cfrg-xwing-kem).

use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::montgomery::MontgomeryPoint;
use ml_kem::kem::Decapsulate as _;
use ml_kem::{Ciphertext, EncapsulateDeterministic as _, Encoded, EncodedSizeUser as _};
use ml_kem::{KemCore, MlKem768};
use sha3::digest::{ExtendableOutput as _, FixedOutput as _, Update as _, XofReader as _};
use sha3::{Sha3_256, Shake256};
use zeroize::{Zeroize as _, Zeroizing};

use crate::random::SealContext;
use crate::x25519::multiplication::{FixedPoint, once};

/// How long the public key of ML-KEM-768 is, which stands before the point.
const LATTICE_KEY_LENGTH: usize = 1184;
/// How long what ML-KEM-768 encapsulates is, which stands before the share.
const LATTICE_SHARE_LENGTH: usize = 1088;
const LABEL: &[u8] = br"\.//^\";

type LatticePublicKey = <MlKem768 as KemCore>::EncapsulationKey;
type LatticePrivateKey = <MlKem768 as KemCore>::DecapsulationKey;

/// With what secrets are shared.
pub(super) struct PublicKey {
    lattice: LatticePublicKey,
    point: FixedPoint,
}

/// With what shared secrets are found.
pub(super) struct PrivateKey {
    lattice: LatticePrivateKey,
    scalar: Zeroizing<[u8; 32]>,
    point: MontgomeryPoint,
}

impl PublicKey {
    /// Reads a key as it is spelled, which is the only way to spell it.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let (lattice, point) = bytes.split_at_checked(LATTICE_KEY_LENGTH)?;
        let encoded = Encoded::<LatticePublicKey>::try_from(lattice).ok()?;
        let lattice = LatticePublicKey::from_bytes(&encoded);
        // FIPS 203, section 7.2: numbers beyond the modulus are refused, not reduced.
        if lattice.as_bytes() != encoded {
            return None;
        }
        let point = MontgomeryPoint(point.try_into().ok()?);
        Some(Self { lattice, point: FixedPoint::new(point) })
    }

    /// Returns a secret, and what its owner finds it with; nothing if the point is of low order.
    pub(super) fn encapsulate(
        &self,
        context: &mut SealContext<'_>,
    ) -> Option<(Vec<u8>, Zeroizing<[u8; 32]>)> {
        let message = Zeroizing::new(context.draw::<32>());
        let scalar = Zeroizing::new(context.draw::<32>());
        let (share, by_point) = self.point.multiply_beside_base(&scalar);
        let (lattice_share, by_lattice) = self
            .lattice
            .encapsulate_deterministic(&(*message).into())
            .expect("ML-KEM encapsulates for every key");
        let shared = combine(by_lattice, &by_point, &share, self.point.point())?;
        Some(([lattice_share.as_slice(), share.as_bytes()].concat(), shared))
    }
}

impl PrivateKey {
    /// Derives the key.
    pub(super) fn from_seed(seed: &[u8; 32]) -> Self {
        let mut stream = Shake256::default().chain(seed).finalize_xof();
        let mut draw = || {
            let mut bytes = Zeroizing::new([0; 32]);
            stream.read(bytes.as_mut_slice());
            bytes
        };
        let (of_key, of_refusal, scalar) = (draw(), draw(), draw());
        let (lattice, _) =
            MlKem768::generate_deterministic(&(*of_key).into(), &(*of_refusal).into());
        let point = EdwardsPoint::mul_base_clamped(*scalar).to_montgomery();
        Self { lattice, scalar, point }
    }

    /// Spells the public half.
    pub(super) fn public(&self) -> Vec<u8> {
        let lattice = self.lattice.encapsulation_key().as_bytes();
        [lattice.as_slice(), self.point.as_bytes()].concat()
    }

    /// Finds a secret, or says that nobody encapsulated one like this. What was encapsulated for
    /// somebody else makes a secret that opens nothing.
    pub(super) fn decapsulate(&self, encapsulated: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
        let (lattice_share, share) = encapsulated.split_at_checked(LATTICE_SHARE_LENGTH)?;
        let lattice_share = Ciphertext::<MlKem768>::try_from(lattice_share).ok()?;
        let share = MontgomeryPoint(share.try_into().ok()?);
        let by_point = once(&share, &self.scalar);
        let by_lattice =
            self.lattice.decapsulate(&lattice_share).expect("ML-KEM finds some secret always");
        combine(by_lattice, &by_point, &share, &self.point)
    }
}

/// Makes one secret of two, bound to the share and to the point that it is for. There is none where
/// the points share none.
fn combine(
    mut by_lattice: ml_kem::SharedKey<MlKem768>,
    by_point: &[u8; 32],
    share: &MontgomeryPoint,
    point: &MontgomeryPoint,
) -> Option<Zeroizing<[u8; 32]>> {
    let mut hash = Sha3_256::default();
    for part in [by_lattice.as_slice(), by_point, share.as_bytes(), point.as_bytes(), LABEL] {
        hash.update(part);
    }
    by_lattice.as_mut_slice().zeroize();
    (*by_point != [0; 32]).then(|| Zeroizing::new(hash.finalize_fixed().into()))
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;
    use crate::random::Random;

    /// The first test vector of draft-connolly-cfrg-xwing-kem: a private key, what is drawn to
    /// encapsulate, and the secret that comes of it.
    const SEED: &str = "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26";
    const DRAWN: &str = "3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e2\
        35b8cc873c23dc62b8d260169afa2f75ab916a58d974918835d25e6a435085b2";
    const SHARED: &str = "d2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384";

    struct Prepared(Vec<u8>);

    impl Random for Prepared {
        fn fill(&mut self, bytes: &mut [u8]) {
            let rest = self.0.split_off(bytes.len());
            bytes.copy_from_slice(&self.0);
            self.0 = rest;
        }
    }

    fn bytes(hexadecimal: &str) -> Vec<u8> {
        let pairs = hexadecimal.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
        pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
    }

    #[test]
    fn secret_is_the_one_of_the_draft() {
        let private = PrivateKey::from_seed(&bytes(SEED).try_into().unwrap());
        let public = PublicKey::parse(&private.public()).unwrap();
        let context = &mut SealContext { now: UNIX_EPOCH, random: &mut Prepared(bytes(DRAWN)) };
        let (encapsulated, shared) = public.encapsulate(context).unwrap();
        assert_eq!(shared.to_vec(), bytes(SHARED));
        assert_eq!(private.decapsulate(&encapsulated).unwrap(), shared);
    }
}
