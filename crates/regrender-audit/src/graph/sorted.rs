//! Knows how to bring things in order without a copy of the standard library's sort for each type.
//!
//! To collect into a set sorts first, and that weighs some kilobytes in the binary for each kind of
//! element; the graph has many kinds, and few of each.

use std::collections::BTreeSet;

/// Collects a set.
pub(super) fn set<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    let mut set = BTreeSet::new();
    set.extend(items);
    set
}

/// Returns the positions of `weights` from the lightest to the heaviest; of equal ones the first comes
/// first.
pub(super) fn by_weight(weights: impl IntoIterator<Item = i64>) -> Vec<usize> {
    let weights = weights.into_iter().enumerate();
    let sorted = set(weights.map(|(position, weight)| (weight, position)));
    sorted.into_iter().map(|(_, position)| position).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_weights_stay_in_their_order() {
        assert_eq!(by_weight([3, 1, 2, 1]), [1, 3, 2, 0]);
    }
}
