//! Knows in which order the stops of a namespace stand, so that few wires cross.

use std::collections::{BTreeMap, BTreeSet};

use super::sorted::by_weight;
use super::{Edge, Graph, Kind, Step};

/// How often the columns are gone through, there and back.
const ROUNDS: usize = 4;

/// What a wire touches in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stop {
    /// A node, by its position.
    Node(usize),
    /// A place to pass between the nodes of a space, for all wires of one step that come from one node.
    Lane { column: Kind, space: usize, from: usize, step: Step },
}

/// What stands in one namespace.
#[derive(Clone, Debug, Default)]
pub(super) struct Band {
    /// The stops of each column, from the top; that of registries is empty.
    pub(super) columns: BTreeMap<Kind, Vec<Stop>>,
    /// The stops that wires lead to from each stop, those of registries among them.
    pub(super) onward: BTreeMap<Stop, BTreeSet<Stop>>,
}

impl Graph {
    /// Lists the stops of an edge, from its beginning to its end, where these columns are used.
    pub(super) fn way(&self, edge: &Edge, used: &[Kind]) -> Vec<Stop> {
        let kind = |position: usize| self.nodes.get(position).map(|node| node.kind);
        let space = self.nodes.get(edge.to).and_then(|node| node.space);
        let (Some(first), Some(last), Some(space)) = (kind(edge.from), kind(edge.to), space) else {
            return Vec::new();
        };
        let between = used.iter().copied().filter(|kind| first < *kind && *kind < last);
        let lanes =
            between.map(|column| Stop::Lane { column, space, from: edge.from, step: edge.step });
        std::iter::once(Stop::Node(edge.from)).chain(lanes).chain([Stop::Node(edge.to)]).collect()
    }

    /// Puts the stops of each namespace in order.
    pub(super) fn bands(&self, ways: &[Vec<Stop>]) -> Vec<Band> {
        let mut bands = vec![Band::default(); self.spaces.len()];
        for (position, node) in self.nodes.iter().enumerate() {
            if let Some(band) = node.space.and_then(|space| bands.get_mut(space)) {
                band.columns.entry(node.kind).or_default().push(Stop::Node(position));
            }
        }
        for way in ways {
            let Some(Stop::Node(last)) = way.last() else {
                continue;
            };
            let space = self.nodes.get(*last).and_then(|node| node.space);
            if let Some(band) = space.and_then(|space| bands.get_mut(space)) {
                band.add_way(way);
            }
        }
        for band in &mut bands {
            band.order();
        }
        bands
    }
}

impl Band {
    fn add_way(&mut self, way: &[Stop]) {
        for (from, to) in way.iter().zip(way.iter().skip(1)) {
            self.onward.entry(*from).or_default().insert(*to);
            if let Stop::Lane { column, .. } = to {
                let stops = self.columns.entry(*column).or_default();
                if !stops.contains(to) {
                    stops.push(*to);
                }
            }
        }
    }

    /// Puts each stop in the middle of what it is wired to: first of what leads to it, then of what it
    /// leads to (the barycenter method of Sugiyama, Tagawa and Toda, 1981).
    fn order(&mut self) {
        let mut back: BTreeMap<Stop, BTreeSet<Stop>> = BTreeMap::new();
        for (from, onward) in &self.onward {
            for to in onward {
                back.entry(*to).or_default().insert(*from);
            }
        }
        let kinds: Vec<Kind> = self.columns.keys().copied().collect();
        let onward = self.onward.clone();
        for _ in 0..ROUNDS {
            for kind in &kinds {
                self.order_column(*kind, &back);
            }
            for kind in kinds.iter().rev() {
                self.order_column(*kind, &onward);
            }
        }
    }

    fn order_column(&mut self, kind: Kind, wired: &BTreeMap<Stop, BTreeSet<Stop>>) {
        let mut ranks: BTreeMap<Stop, usize> = BTreeMap::new();
        for stops in self.columns.values() {
            ranks.extend(stops.iter().enumerate().map(|(rank, stop)| (*stop, rank)));
        }
        let rank = |stop: &Stop| match (ranks.get(stop), stop) {
            (Some(rank), _) => *rank,
            // A registry: all of them stand in their own order.
            (None, Stop::Node(position)) => *position,
            (None, Stop::Lane { .. }) => 0,
        };
        let weight = |stop: &Stop| {
            let others = wired.get(stop).filter(|others| !others.is_empty());
            match others {
                // In thousandths.
                Some(others) => others.iter().map(rank).sum::<usize>() * 1000 / others.len(),
                None => rank(stop) * 1000,
            }
        };
        if let Some(stops) = self.columns.get_mut(&kind) {
            let weights = stops.iter().map(|stop| i64::try_from(weight(stop)).unwrap_or(i64::MAX));
            let order = by_weight(weights);
            *stops =
                order.into_iter().filter_map(|position| stops.get(position).copied()).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(position: usize) -> Stop {
        Stop::Node(position)
    }

    fn band(secrets: &[usize], accounts: &[usize], wires: &[(usize, usize)]) -> Band {
        let stops = |positions: &[usize]| positions.iter().copied().map(node).collect();
        let mut band = Band::default();
        band.columns.insert(Kind::Secret, stops(secrets));
        band.columns.insert(Kind::Account, stops(accounts));
        for (from, to) in wires {
            band.add_way(&[node(*from), node(*to)]);
        }
        band.order();
        band
    }

    #[test]
    fn wires_that_cross_are_disentangled() {
        let band = band(&[1, 2], &[3, 4], &[(1, 4), (2, 3)]);
        let rank = |kind: Kind, position: usize| {
            band.columns[&kind].iter().position(|stop| *stop == node(position)).unwrap()
        };
        assert_eq!(rank(Kind::Secret, 1), rank(Kind::Account, 4));
        assert_eq!(rank(Kind::Secret, 2), rank(Kind::Account, 3));
    }

    #[test]
    fn what_does_not_cross_stays_in_its_order() {
        let band = band(&[1, 2], &[3, 4], &[(1, 3), (2, 4)]);
        assert_eq!(band.columns[&Kind::Secret], [node(1), node(2)]);
        assert_eq!(band.columns[&Kind::Account], [node(3), node(4)]);
    }
}
