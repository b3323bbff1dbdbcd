//! Knows one thing on the way, or several that are alike: what it is called and what is said of it.

use std::collections::BTreeSet;

use super::mark::Mark;
use super::sorted::set;
use super::text::{LISTED, LONGEST_LINE, listed, shortened};

/// The longest line of what is told to whoever points at a node, in characters.
const LONGEST_WHOLE: usize = 1000;

/// What a node stands for; its column, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Registry,
    Secret,
    Account,
    Workload,
}

/// One thing on the way, or several that are alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// Position among the spaces; registries have none.
    pub(super) space: Option<usize>,
    /// The names of what it stands for; workloads with their kind.
    pub(super) names: BTreeSet<String>,
    /// How many things it stands for: names may repeat from namespace to namespace.
    pub(super) count: usize,
    /// Hosts: of the registry, or of what the workload pulls.
    pub(super) hosts: BTreeSet<String>,
    pub(super) notes: BTreeSet<Note>,
    /// Positions of the registries that a workload's images come from.
    pub(super) pulls: BTreeSet<usize>,
}

/// A remark on a node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Note {
    pub(super) mark: Mark,
    pub(super) text: String,
}

impl Kind {
    pub(super) const ALL: [Self; 4] = [Self::Registry, Self::Secret, Self::Account, Self::Workload];

    /// Returns the word that stands before the name, in its singular.
    fn word(self) -> &'static str {
        match self {
            Self::Registry => "registry",
            Self::Secret => "Secret",
            Self::Account => "account",
            Self::Workload => "workload",
        }
    }
}

impl Node {
    pub(super) fn new(kind: Kind, space: Option<usize>, name: &str) -> Self {
        Self {
            kind,
            space,
            names: set([name.to_owned()]),
            count: 1,
            hosts: BTreeSet::new(),
            notes: BTreeSet::new(),
            pulls: BTreeSet::new(),
        }
    }

    pub(super) fn note(&mut self, mark: Mark, text: impl Into<String>) {
        self.notes.insert(Note { mark, text: text.into() });
    }

    /// Returns the worst that is said of it.
    pub(super) fn mark(&self) -> Mark {
        self.notes.iter().map(|note| note.mark).max().unwrap_or_default()
    }

    /// Names it: the name alone where there is one, a count where there are several.
    pub(super) fn title(&self) -> String {
        match (self.names.first(), self.kind) {
            (Some(name), Kind::Workload) if self.count == 1 => name.clone(),
            // Of folded namespaces each has one of that name.
            (Some(name), Kind::Registry | Kind::Secret | Kind::Account) => {
                format!("{} {name}", self.kind.word())
            }
            (None, _) => String::new(),
            (Some(_), Kind::Workload) => {
                let kind = self.common_kind().unwrap_or(self.kind.word());
                let plural = if kind.ends_with('s') { "es" } else { "s" };
                format!("{} {kind}{plural}", self.count)
            }
        }
    }

    /// Returns the kind of several workloads, if they have the same.
    fn common_kind(&self) -> Option<&str> {
        let mut kinds = self.names.iter().map(|name| Some(name.split_once(' ')?.0));
        let first = kinds.next()??;
        kinds.all(|kind| kind == Some(first)).then_some(first)
    }

    /// Lists the names of several workloads: without their kind, if they have the same.
    fn several(&self) -> Vec<&str> {
        let is_common = self.common_kind().is_some();
        let bare = |name: &'_ String| name.find(' ').filter(|_| is_common).map_or(0, |at| at + 1);
        self.names.iter().map(|name| name.get(bare(name)..).unwrap_or(name)).collect()
    }

    /// Names it where its kind is known.
    pub(super) fn name(&self) -> String {
        match (self.names.first(), self.kind) {
            (Some(name), Kind::Registry | Kind::Secret | Kind::Account) => name.clone(),
            _ => self.title(),
        }
    }

    /// Lists what stands in a box of a language: the title and what is below it, each shortened.
    pub(super) fn label(&self) -> Vec<String> {
        let lines = std::iter::once(self.title()).chain(self.lines());
        lines.map(|one| shortened(&one, LONGEST_LINE)).collect()
    }

    /// Lists what stands below the title.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.kind == Kind::Workload && self.count > 1 {
            lines.push(listed(&self.several()));
        }
        lines.extend(self.hosts.iter().take(LISTED).cloned());
        if let Some(more @ 1..) = self.hosts.len().checked_sub(LISTED) {
            lines.push(format!("and {more} more"));
        }
        lines.extend(self.notes.iter().map(Note::line));
        lines
    }

    /// Says everything, for whoever points at it.
    pub(super) fn whole(&self) -> String {
        let all = |texts: &BTreeSet<String>| texts.iter().cloned().collect::<Vec<_>>().join(", ");
        let mut lines = vec![self.title()];
        if self.count > 1 && self.kind == Kind::Workload {
            lines.push(self.several().join(", "));
        }
        if !self.hosts.is_empty() {
            lines.push(all(&self.hosts));
        }
        lines.extend(self.notes.iter().map(Note::line));
        let lines: Vec<String> = lines.iter().map(|one| shortened(one, LONGEST_WHOLE)).collect();
        lines.join("\n")
    }
}

impl Note {
    fn line(&self) -> String {
        format!("{}{}", self.mark.sign(), self.text)
    }
}
