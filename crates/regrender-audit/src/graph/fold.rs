//! Knows which parts of a graph look the same, and draws them once.

use std::collections::{BTreeMap, BTreeSet};

use super::sorted::set;
use super::{Edge, Graph, Kind, Mark, Node, Note, Space, Step};

/// Above so many nodes, nobody sees anything any more.
const LARGEST: usize = 60;

/// What is drawn once; each includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Alike {
    /// Workloads of a namespace whose way is the same, to the same hosts.
    Workloads,
    /// Those that are well, whatever their hosts.
    WellWorkloads,
    /// Namespaces in which everything is the same but the names of workloads.
    Namespaces,
}

impl Alike {
    const ALL: [Self; 3] = [Self::Workloads, Self::WellWorkloads, Self::Namespaces];
}

/// What two nodes must have in common to be drawn once.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Likeness {
    kind: Kind,
    /// Not of workloads: these are told apart by what they do.
    names: BTreeSet<String>,
    hosts: BTreeSet<String>,
    notes: BTreeSet<Note>,
    /// The steps that lead to it, by the likeness of where they come from.
    steps: BTreeSet<(usize, Step)>,
}

impl Graph {
    /// Draws what looks the same once, as far as it takes to be readable; what is broken is never
    /// folded with what is not.
    #[must_use]
    pub fn folded(&self) -> Self {
        let mut folded = self.clone();
        for alike in Alike::ALL {
            if folded.nodes.len() <= LARGEST {
                break;
            }
            folded = self.fold(alike);
        }
        folded
    }

    fn fold(&self, alike: Alike) -> Self {
        let likenesses = self.likenesses(alike);
        let (spaces, space_of) = self.fold_spaces(alike, &likenesses);
        let mut folded = Self { spaces, ..Self::default() };
        // By kind, then by place and likeness: the order of the columns is kept.
        let mut positions: BTreeMap<(Option<usize>, usize), usize> = BTreeMap::new();
        let mut position_of = Vec::new();
        for (node, likeness) in self.nodes.iter().zip(&likenesses) {
            let space = node.space.and_then(|space| space_of.get(space).copied());
            let next = folded.nodes.len();
            let position = *positions.entry((space, *likeness)).or_insert(next);
            position_of.push(position);
            match folded.nodes.get_mut(position) {
                Some(known) => known.join(node),
                None => folded.nodes.push(Node { space, ..node.clone() }),
            }
        }
        let new = |position: usize| position_of.get(position).copied();
        let edges = self.edges.iter();
        folded.edges = set(edges
            .filter_map(|edge| Some(Edge { from: new(edge.from)?, to: new(edge.to)?, ..*edge })));
        folded
    }

    /// Numbers each node so that those that are alike have the same number.
    fn likenesses(&self, alike: Alike) -> Vec<usize> {
        let mut numbers: BTreeMap<Likeness, usize> = BTreeMap::new();
        let mut found: Vec<usize> = Vec::new();
        let mut steps: BTreeMap<usize, Vec<&Edge>> = BTreeMap::new();
        for edge in &self.edges {
            steps.entry(edge.to).or_default().push(edge);
        }
        for (position, node) in self.nodes.iter().enumerate() {
            let is_workload = node.kind == Kind::Workload;
            let is_well = alike > Alike::Workloads && is_workload && node.mark() == Mark::Plain;
            let steps = steps.get(&position).into_iter().flatten();
            let likeness = Likeness {
                kind: node.kind,
                names: if is_workload { BTreeSet::new() } else { node.names.clone() },
                hosts: if is_well { BTreeSet::new() } else { node.hosts.clone() },
                notes: if is_well { BTreeSet::new() } else { node.notes.clone() },
                steps: set(steps.filter_map(|edge| Some((*found.get(edge.from)?, edge.step)))),
            };
            let next = numbers.len();
            found.push(*numbers.entry(likeness).or_insert(next));
        }
        found
    }

    /// Returns the spaces that are left, and for each the one that it went into.
    fn fold_spaces(&self, alike: Alike, likenesses: &[usize]) -> (Vec<Space>, Vec<usize>) {
        if alike < Alike::Namespaces {
            return (self.spaces.clone(), (0..self.spaces.len()).collect());
        }
        let mut contents: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); self.spaces.len()];
        for (node, likeness) in self.nodes.iter().zip(likenesses) {
            if let Some(content) = node.space.and_then(|space| contents.get_mut(space)) {
                content.insert(*likeness);
            }
        }
        let mut known: BTreeMap<BTreeSet<usize>, usize> = BTreeMap::new();
        let mut spaces: Vec<Space> = Vec::new();
        let mut space_of = Vec::new();
        for (space, content) in self.spaces.iter().zip(contents) {
            let position = *known.entry(content).or_insert(spaces.len());
            space_of.push(position);
            match spaces.get_mut(position) {
                Some(known) => known.names.extend(space.names.iter().cloned()),
                None => spaces.push(space.clone()),
            }
        }
        (spaces, space_of)
    }
}

impl Node {
    fn join(&mut self, other: &Self) {
        self.names.extend(other.names.iter().cloned());
        self.count += other.count;
        self.hosts.extend(other.hosts.iter().cloned());
        self.notes.extend(other.notes.iter().cloned());
        self.pulls.extend(&other.pulls);
    }
}
