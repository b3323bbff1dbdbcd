//! Knows a graph without what nobody asked for.

use std::collections::BTreeSet;

use super::{Graph, Kind, Mark};

impl Graph {
    /// Leaves out all but these namespaces; none named means all.
    pub fn keep_namespaces(&mut self, names: &[String]) {
        if names.is_empty() {
            return;
        }
        let wanted = |name: &Option<String>| name.as_ref().is_some_and(|name| names.contains(name));
        let spaces: BTreeSet<usize> = (0..self.spaces.len())
            .filter(|space| self.spaces.get(*space).is_some_and(|one| one.names.iter().any(wanted)))
            .collect();
        let inside: BTreeSet<usize> = self
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.space.is_some_and(|space| spaces.contains(&space)))
            .map(|(position, _)| position)
            .collect();
        let registries = self.edges.iter().filter(|edge| inside.contains(&edge.to));
        let registries = registries.map(|edge| edge.from).collect();
        self.keep(&inside.union(&registries).copied().collect());
    }

    /// Leaves out all but the ways from these registries; none named means all.
    pub fn keep_registries(&mut self, names: &[String]) {
        if names.is_empty() {
            return;
        }
        let registries: BTreeSet<usize> = self
            .within(None)
            .filter(|(_, node)| node.names.iter().any(|name| names.contains(name)))
            .map(|(position, _)| position)
            .collect();
        let mut kept = registries.clone();
        for edge in &self.edges {
            let is = |position: usize, kind| {
                self.nodes.get(position).is_some_and(|node| node.kind == kind)
            };
            // Edges are sorted by where they come from, so what is kept before an account is known.
            let onward = is(edge.to, Kind::Secret) || is(edge.to, Kind::Account);
            if onward && kept.contains(&edge.from) {
                kept.insert(edge.to);
            }
        }
        for (position, node) in self.nodes.iter().enumerate() {
            if !node.pulls.is_disjoint(&registries) {
                kept.insert(position);
            }
        }
        // Who runs a workload is part of its way, and so is a Secret that is not there.
        for edge in self.edges.iter().rev() {
            let from = self.nodes.get(edge.from);
            let belongs = from.is_some_and(|node| match node.kind {
                Kind::Account => true,
                Kind::Secret => node.mark() == Mark::Broken,
                Kind::Registry | Kind::Workload => false,
            });
            if belongs && kept.contains(&edge.to) {
                kept.insert(edge.from);
            }
        }
        self.keep(&kept);
    }

    /// Leaves out all nodes but these, and the namespaces that are empty then.
    fn keep(&mut self, kept: &BTreeSet<usize>) {
        let place = |position: usize| kept.range(..position).count();
        let spaces: BTreeSet<usize> = kept
            .iter()
            .filter_map(|position| self.nodes.get(*position).and_then(|node| node.space))
            .collect();
        let edges = self.edges.iter();
        self.edges = edges
            .filter(|edge| kept.contains(&edge.from) && kept.contains(&edge.to))
            .map(|edge| super::Edge { from: place(edge.from), to: place(edge.to), ..*edge })
            .collect();
        let nodes = std::mem::take(&mut self.nodes).into_iter().enumerate();
        self.nodes = nodes
            .filter(|(position, _)| kept.contains(position))
            .map(|(_, mut node)| {
                node.space = node.space.map(|space| spaces.range(..space).count());
                let pulls = node.pulls.iter().filter(|one| kept.contains(one));
                node.pulls = pulls.map(|one| place(*one)).collect();
                node
            })
            .collect();
        let all = std::mem::take(&mut self.spaces).into_iter().enumerate();
        self.spaces =
            all.filter(|(space, _)| spaces.contains(space)).map(|(_, space)| space).collect();
    }
}
