//! Knows the way of every credential as a graph: registries, Secrets, accounts, workloads.

mod chain;
mod dot;
mod edge;
mod fold;
mod layout;
mod mark;
mod mermaid;
mod narrow;
mod node;
mod order;
mod sorted;
mod space;
mod svg;
mod text;

use std::collections::BTreeSet;

use self::edge::{Edge, Step};
use self::mark::Mark;
use self::node::{Kind, Node, Note};
use self::space::Space;
use crate::report::counted;

/// What every picture is called.
const TITLE: &str = "The way of every pull credential";

/// What stands where there is nothing to draw.
const EMPTY: &str = "nothing here pulls an image";

/// What stands above the marks.
const LEGEND: &str = "marks";

/// The way of every credential: which registry's lands in which Secret, who lists that, who pulls
/// with it, and where the way is broken.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// By column: every edge leads to a node behind the one it comes from.
    nodes: Vec<Node>,
    edges: BTreeSet<Edge>,
    spaces: Vec<Space>,
}

/// How much is in a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphSize {
    /// Nodes.
    pub nodes: usize,
    /// Edges.
    pub edges: usize,
    /// Workloads, those that share a node counted one by one.
    pub workloads: usize,
    /// Namespaces, those that share a box counted one by one.
    pub namespaces: usize,
}

impl Graph {
    /// Counts what is in it.
    #[must_use]
    pub fn size(&self) -> GraphSize {
        let workloads = self.nodes.iter().filter(|node| node.kind == Kind::Workload);
        GraphSize {
            nodes: self.nodes.len(),
            edges: self.edges.len(),
            workloads: workloads.map(|node| node.count).sum(),
            namespaces: self.spaces.iter().map(|space| space.names.len()).sum(),
        }
    }

    /// Lists the namespaces that it shows anything of.
    pub fn namespaces(&self) -> impl Iterator<Item = &str> {
        self.spaces.iter().flat_map(|space| space.names.iter().flatten().map(String::as_str))
    }

    /// Lists the names of the registries.
    pub fn registries(&self) -> impl Iterator<Item = &str> {
        self.within(None).flat_map(|(_, node)| node.names.iter().map(String::as_str))
    }

    /// Says in one line how it stands.
    fn summary(&self) -> String {
        let of = |mark: Mark| {
            let workloads = self.nodes.iter().filter(|node| node.kind == Kind::Workload);
            workloads.filter(|node| node.mark() == mark).map(|node| node.count).sum::<usize>()
        };
        let (broken, doubtful) = (of(Mark::Broken), of(Mark::Doubtful));
        let size = self.size();
        let well = size.workloads - broken - doubtful;
        format!(
            "{} in {}: {broken} broken, {doubtful} to look at, {well} well",
            counted(size.workloads, "workload"),
            counted(size.namespaces, "namespace"),
        )
    }

    /// Lists the marks that a legend must explain.
    fn marks(&self) -> Vec<Mark> {
        let is_used = |mark: &Mark| {
            self.nodes.iter().any(|node| node.mark() == *mark)
                || self.edges.iter().any(|edge| edge.step.mark() == *mark)
        };
        Mark::TOLD.into_iter().filter(is_used).collect()
    }

    /// Lists the nodes of a space, with their positions.
    fn within(&self, space: Option<usize>) -> impl Iterator<Item = (usize, &Node)> {
        self.nodes.iter().enumerate().filter(move |(_, node)| node.space == space)
    }
}
