//! Knows a step of the way, and how it is made.

use super::mark::Mark;

/// A step of the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) step: Step,
}

/// How a step is made, or why it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// A Secret holds the credential, an account or a workload lists it, a workload runs under it.
    Taken,
    /// No Secret is needed: the node has the credential.
    FromNode,
    /// The pod has a list of its own, so that of the account is not added.
    NotAdded,
    /// No credential is needed.
    Public,
    /// The repository does not say enough.
    NotKnown,
    /// Nothing covers the images, and the registry is not declared.
    PerhapsNotCovered,
    /// Nothing covers the images, and the registry is private.
    NotCovered,
}

impl Step {
    pub(super) fn mark(self) -> Mark {
        match self {
            Self::Taken | Self::FromNode | Self::Public => Mark::Plain,
            Self::NotAdded | Self::NotKnown | Self::PerhapsNotCovered => Mark::Doubtful,
            Self::NotCovered => Mark::Broken,
        }
    }

    /// Returns what is written beside it.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Taken => "",
            Self::FromNode => "from the node",
            Self::Public => "public",
            Self::NotKnown => "△ not known",
            Self::NotAdded => "△ not added",
            Self::PerhapsNotCovered => "△ not covered",
            Self::NotCovered => "✗ not covered",
        }
    }
}
