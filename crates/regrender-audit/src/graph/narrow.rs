//! Knows a graph without what nobody asked for.

use std::collections::BTreeSet;

use super::sorted::set;
use super::{Graph, Kind, Mark};

impl Graph {
    /// Leaves out all but these namespaces; none named means all.
    pub fn keep_namespaces(&mut self, names: &[String]) {
        if names.is_empty() {
            return;
        }
        let wanted = |name: &Option<String>| name.as_ref().is_some_and(|name| names.contains(name));
        let is_kept = |space: usize| {
            self.spaces.get(space).is_some_and(|space| space.names.iter().any(wanted))
        };
        let nodes = self.nodes.iter().enumerate();
        let mut kept = set(nodes
            .filter(|(_, node)| node.space.is_some_and(is_kept))
            .map(|(position, _)| position));
        // Edges are sorted by where they come from, and registries are before all else.
        for edge in self.edges.iter().rev() {
            if kept.contains(&edge.to) {
                kept.insert(edge.from);
            }
        }
        self.keep(&kept);
    }

    /// Leaves out all but the ways from these registries; none named means all.
    pub fn keep_registries(&mut self, names: &[String]) {
        if names.is_empty() {
            return;
        }
        let all = self.within(None);
        let wanted = all.filter(|(_, node)| node.names.iter().any(|name| names.contains(name)));
        let registries = set(wanted.map(|(position, _)| position));
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
        let kept_nodes: Vec<usize> = kept.iter().copied().collect();
        let place = |position: usize| kept_nodes.binary_search(&position).unwrap_or_default();
        let space_of = |position: &usize| self.nodes.get(*position).and_then(|node| node.space);
        let spaces = set(kept.iter().filter_map(space_of));
        let edges = self.edges.iter();
        let edges = edges.filter(|edge| kept.contains(&edge.from) && kept.contains(&edge.to));
        self.edges = set(edges.map(|edge| super::Edge {
            from: place(edge.from),
            to: place(edge.to),
            ..*edge
        }));
        let nodes = std::mem::take(&mut self.nodes).into_iter().enumerate();
        self.nodes = nodes
            .filter(|(position, _)| kept.contains(position))
            .map(|(_, mut node)| {
                node.space = node.space.map(|space| spaces.range(..space).count());
                let pulls = node.pulls.iter().filter(|one| kept.contains(one));
                node.pulls = set(pulls.map(|one| place(*one)));
                node
            })
            .collect();
        let all = std::mem::take(&mut self.spaces).into_iter().enumerate();
        self.spaces =
            all.filter(|(space, _)| spaces.contains(space)).map(|(_, space)| space).collect();
    }
}
