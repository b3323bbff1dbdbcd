//! Multiplying a point of Curve25519 with a clamped scalar, as the ladder does, in less time.
//!
//! The same curve has an Edwards form, which knows two quicker ways: a table of multiples for a
//! point that is multiplied often, and parallel arithmetic for one that is multiplied once.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use curve25519_dalek::edwards::{EdwardsBasepointTable, EdwardsPoint};
use curve25519_dalek::montgomery::MontgomeryPoint;
use curve25519_dalek::traits::BasepointTable as _;
use zeroize::Zeroizing;

/// A table costs as much as some thirty ladders, and saves two thirds of each that follows.
const WORTH_A_TABLE: u32 = 32;

/// A point that is multiplied often.
pub(crate) struct FixedPoint {
    point: MontgomeryPoint,
    // How often the point was multiplied without a table.
    uses: AtomicU32,
    table: OnceLock<Option<Box<EdwardsBasepointTable>>>,
}

impl FixedPoint {
    pub(crate) fn new(point: MontgomeryPoint) -> Self {
        Self { point, uses: AtomicU32::new(0), table: OnceLock::new() }
    }

    pub(crate) fn point(&self) -> &MontgomeryPoint {
        &self.point
    }

    /// Multiplies the base point of the curve and this point with `scalar`, which is clamped.
    pub(crate) fn multiply_beside_base(
        &self,
        scalar: &[u8; 32],
    ) -> (MontgomeryPoint, Zeroizing<[u8; 32]>) {
        let base = EdwardsPoint::mul_base_clamped(*scalar);
        let is_rare =
            self.table.get().is_none() && self.uses.fetch_add(1, Ordering::Relaxed) < WORTH_A_TABLE;
        match self.table_unless(is_rare) {
            Some(table) => coordinates(base, table.mul_base_clamped(*scalar)),
            None => (base.to_montgomery(), once(&self.point, scalar)),
        }
    }

    /// Returns the table of the point, which is made for that.
    ///
    /// Tables are for points of the prime-order subgroup. Every real key is in it; any other point
    /// is multiplied as if it was for once, which is right for all of them.
    fn table_unless(&self, is_rare: bool) -> Option<&EdwardsBasepointTable> {
        if is_rare {
            return None;
        }
        let table = self.table.get_or_init(|| {
            let point = self.point.to_edwards(0).filter(EdwardsPoint::is_torsion_free)?;
            Some(Box::new(EdwardsBasepointTable::create(&point)))
        });
        table.as_deref()
    }
}

/// Multiplies a point that is multiplied once with `scalar`, which is clamped.
pub(crate) fn once(point: &MontgomeryPoint, scalar: &[u8; 32]) -> Zeroizing<[u8; 32]> {
    let quickly = if is_edwards_quicker() { by_edwards(point, scalar) } else { None };
    quickly.unwrap_or_else(|| by_ladder(point, scalar))
}

/// Multiplies in the Edwards form, which points of the curve have and those of its twist do not.
fn by_edwards(point: &MontgomeryPoint, scalar: &[u8; 32]) -> Option<Zeroizing<[u8; 32]>> {
    Some(coordinate(point.to_edwards(0)?.mul_clamped(*scalar)))
}

/// Multiplies any point.
fn by_ladder(point: &MontgomeryPoint, scalar: &[u8; 32]) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(Zeroizing::new(point.mul_clamped(*scalar)).to_bytes())
}

/// The coordinate that X25519 calls a point by, which is secret when the point is.
fn coordinate(point: EdwardsPoint) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(Zeroizing::new(Zeroizing::new(point).to_montgomery()).to_bytes())
}

/// The coordinates of a point that everybody may know and of a secret one.
///
/// Both are quotients, and one division is enough for the two. What the library leaves behind of
/// the secret one is its denominator.
fn coordinates(
    public: EdwardsPoint,
    secret: EdwardsPoint,
) -> (MontgomeryPoint, Zeroizing<[u8; 32]>) {
    let points = Zeroizing::new([public, secret]);
    let coordinates = Zeroizing::new(EdwardsPoint::to_montgomery_batch(points.as_slice()));
    let [public, secret] = <&[MontgomeryPoint; 2]>::try_from(coordinates.as_slice())
        .expect("two points have two coordinates");
    (*public, Zeroizing::new(secret.to_bytes()))
}

/// Says whether the way to the Edwards form and back is worth it: where four numbers are multiplied
/// at once it saves a fifth or a half, elsewhere it costs a fifth.
#[cfg(target_arch = "x86_64")]
fn is_edwards_quicker() -> bool {
    std::arch::is_x86_feature_detected!("avx2")
}

#[cfg(not(target_arch = "x86_64"))]
fn is_edwards_quicker() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use curve25519_dalek::constants::{EIGHT_TORSION, X25519_BASEPOINT};
    use proptest::prelude::*;

    use super::*;

    /// Every way must come to what the ladder does, which is what X25519 is.
    #[track_caller]
    fn check_multiply(point: MontgomeryPoint, scalar: [u8; 32]) {
        let expected = point.mul_clamped(scalar).to_bytes();
        let both = (point_of(scalar), Zeroizing::new(expected));
        let fixed = FixedPoint::new(point);
        assert_eq!(fixed.multiply_beside_base(&scalar), both, "{point:?} {scalar:?}");
        // And again with the table, if the point has one.
        let _ = fixed.table_unless(false);
        assert_eq!(fixed.multiply_beside_base(&scalar), both, "{point:?} {scalar:?}");
        assert_eq!(*once(&point, &scalar), expected, "{point:?} {scalar:?}");
        // Whether or not it is quicker here.
        if let Some(by_edwards) = by_edwards(&point, &scalar) {
            assert_eq!(*by_edwards, expected, "{point:?} {scalar:?}");
        }
    }

    fn point_of(secret: [u8; 32]) -> MontgomeryPoint {
        MontgomeryPoint::mul_base_clamped(secret)
    }

    fn has_table(point: MontgomeryPoint) -> bool {
        FixedPoint::new(point).table_unless(false).is_some()
    }

    /// Points that implementations get wrong: small ones, ones beyond the prime, ones with the top
    /// bit set, ones on the twist, and ones of low or mixed order.
    fn awkward_points() -> Vec<MontgomeryPoint> {
        let mut points = Vec::new();
        for small in 0..=12 {
            let mut point = [0; 32];
            point[0] = small;
            points.push(MontgomeryPoint(point));
        }
        for low in 0xe0..=0xff {
            let mut point = [0xff; 32];
            point[0] = low;
            points.push(MontgomeryPoint(point));
            point[31] = 0x7f;
            points.push(MontgomeryPoint(point));
        }
        let honest = EdwardsPoint::mul_base_clamped([5; 32]);
        for torsion in EIGHT_TORSION {
            points.push(torsion.to_montgomery());
            points.push((honest + torsion).to_montgomery());
        }
        let mut with_top_bit = honest.to_montgomery().to_bytes();
        with_top_bit[31] |= 0x80;
        points.push(MontgomeryPoint(with_top_bit));
        points
    }

    #[test]
    fn awkward_points_are_multiplied_as_by_the_ladder() {
        for point in awkward_points() {
            for scalar in [[0; 32], [1; 32], [0xff; 32], [0x5a; 32]] {
                check_multiply(point, scalar);
            }
        }
    }

    /// RFC 7748, section 5.2: each product is the next scalar, and each scalar the next point.
    #[test]
    fn multiplying_again_and_again_leads_where_the_rfc_says() {
        let mut scalar = X25519_BASEPOINT.to_bytes();
        let mut point = MontgomeryPoint(scalar);
        for round in 1..=1000 {
            let product = *once(&point, &scalar);
            point = MontgomeryPoint(scalar);
            scalar = product;
            if round == 1 {
                assert_eq!(
                    hex(&scalar),
                    "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079"
                );
            }
        }
        assert_eq!(
            hex(&scalar),
            "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"
        );
    }

    fn hex(bytes: &[u8]) -> String {
        format!("{bytes:02x?}").replace([',', ' ', '[', ']'], "")
    }

    #[test]
    fn table_is_only_for_points_of_the_prime_order_subgroup() {
        assert!(has_table(point_of([5; 32])));
        let mixed = EdwardsPoint::mul_base_clamped([5; 32]) + EIGHT_TORSION[1];
        assert!(!has_table(mixed.to_montgomery()));
    }

    #[test]
    fn table_is_made_when_it_is_worth_it() {
        let fixed = FixedPoint::new(point_of([5; 32]));
        for _ in 0..WORTH_A_TABLE {
            drop(fixed.multiply_beside_base(&[7; 32]));
        }
        assert!(fixed.table.get().is_none());
        drop(fixed.multiply_beside_base(&[7; 32]));
        assert!(fixed.table.get().is_some_and(Option::is_some));
    }

    /// Half of all texts of 32 bytes are points of the twist.
    fn is_on_twist(point: MontgomeryPoint) -> bool {
        by_edwards(&point, &[5; 32]).is_none()
    }

    #[test]
    fn awkward_points_are_of_every_kind() {
        let points = awkward_points();
        assert!(points.iter().any(|point| is_on_twist(*point)));
        assert!(points.iter().any(|point| has_table(*point)));
        assert!(points.iter().any(|point| !has_table(*point) && !is_on_twist(*point)));
    }

    proptest! {
        #[test]
        fn any_point_is_multiplied_as_by_the_ladder(point: [u8; 32], scalar: [u8; 32]) {
            check_multiply(MontgomeryPoint(point), scalar);
        }

        #[test]
        fn any_key_is_multiplied_as_by_the_ladder(secret: [u8; 32], scalar: [u8; 32]) {
            prop_assert!(has_table(point_of(secret)));
            check_multiply(point_of(secret), scalar);
        }

        #[test]
        fn any_key_with_torsion_is_multiplied_as_by_the_ladder(
            secret: [u8; 32],
            scalar: [u8; 32],
            index in 0_usize..8,
        ) {
            let point = EdwardsPoint::mul_base_clamped(secret) + EIGHT_TORSION[index];
            check_multiply(point.to_montgomery(), scalar);
        }
    }
}
