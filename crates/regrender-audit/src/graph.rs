//! Knows the way of every credential as a graph: registries, Secrets, accounts, workloads.

mod chain;
mod dot;
mod fold;
mod layout;
mod mermaid;
mod narrow;
mod order;
mod sorted;
mod svg;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use self::sorted::set;
use crate::report::counted;

/// How many names or hosts a node lists before it only counts the rest.
const LISTED: usize = 3;

/// The longest line of a label in Mermaid and DOT, in characters.
const LONGEST_LINE: usize = 60;

/// The longest line of what is told to whoever points at a node, in characters.
const LONGEST_WHOLE: usize = 1000;

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
    pub(crate) nodes: Vec<Node>,
    pub(crate) edges: BTreeSet<Edge>,
    pub(crate) spaces: Vec<Space>,
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

/// One namespace, or several that look the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Space {
    /// Names of namespaces; `None` for what has no known one, which comes last.
    pub(crate) names: BTreeSet<Option<String>>,
}

/// What a node stands for; its column, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Registry,
    Secret,
    Account,
    Workload,
}

/// What is to be seen of a node or an edge, in colour, in shape and in words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    #[default]
    Plain,
    /// Nothing uses it.
    Unused,
    /// A person should look at it.
    Doubtful,
    /// The way ends here.
    Broken,
}

/// One thing on the way, or several that are alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    /// Position among the spaces; registries have none.
    pub(crate) space: Option<usize>,
    /// The names of what it stands for; workloads with their kind.
    pub(crate) names: BTreeSet<String>,
    /// How many things it stands for: names may repeat from namespace to namespace.
    pub(crate) count: usize,
    /// Hosts: of the registry, or of what the workload pulls.
    pub(crate) hosts: BTreeSet<String>,
    pub(crate) notes: BTreeSet<Note>,
    /// Positions of the registries that a workload's images come from.
    pub(crate) pulls: BTreeSet<usize>,
}

/// A remark on a node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Note {
    pub(crate) mark: Mark,
    pub(crate) text: String,
}

/// A step of the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edge {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) step: Step,
}

/// How a step is made, or why it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
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

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Registry, Self::Secret, Self::Account, Self::Workload];

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

impl Mark {
    /// The marks that a legend explains.
    pub(crate) const TOLD: [Self; 3] = [Self::Broken, Self::Doubtful, Self::Unused];

    /// Returns the sign that stands before a remark: colour alone tells nobody anything.
    fn sign(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Unused => "○ ",
            Self::Doubtful => "△ ",
            Self::Broken => "✗ ",
        }
    }

    /// Returns the name of its style.
    fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Unused => "unused",
            Self::Doubtful => "doubtful",
            Self::Broken => "broken",
        }
    }

    /// Says what it means.
    fn meaning(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Unused => "○ nothing uses it",
            Self::Doubtful => "△ look at it",
            Self::Broken => "✗ the way is broken",
        }
    }
}

impl Step {
    fn mark(self) -> Mark {
        match self {
            Self::Taken | Self::FromNode | Self::Public => Mark::Plain,
            Self::NotAdded | Self::NotKnown | Self::PerhapsNotCovered => Mark::Doubtful,
            Self::NotCovered => Mark::Broken,
        }
    }

    /// Returns what is written beside it.
    fn label(self) -> &'static str {
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

impl Node {
    pub(crate) fn new(kind: Kind, space: Option<usize>, name: &str) -> Self {
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

    pub(crate) fn note(&mut self, mark: Mark, text: impl Into<String>) {
        self.notes.insert(Note { mark, text: text.into() });
    }

    /// Returns the worst that is said of it.
    pub(crate) fn mark(&self) -> Mark {
        self.notes.iter().map(|note| note.mark).max().unwrap_or_default()
    }

    /// Names it: the name alone where there is one, a count where there are several.
    pub(crate) fn title(&self) -> String {
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
    fn name(&self) -> String {
        match (self.names.first(), self.kind) {
            (Some(name), Kind::Registry | Kind::Secret | Kind::Account) => name.clone(),
            _ => self.title(),
        }
    }

    /// Lists what stands in a box of a language: the title and what is below it, each shortened.
    fn label(&self) -> Vec<String> {
        let lines = std::iter::once(self.title()).chain(self.lines());
        lines.map(|one| shortened(&one, LONGEST_LINE)).collect()
    }

    /// Lists what stands below the title.
    pub(crate) fn lines(&self) -> Vec<String> {
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
    pub(crate) fn whole(&self) -> String {
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

impl Space {
    pub(crate) fn of(name: Option<String>) -> Self {
        Self { names: set([name]) }
    }

    pub(crate) fn title(&self) -> String {
        let names: Vec<&str> = self.names.iter().flatten().map(String::as_str).collect();
        match (self.names.len(), names.first()) {
            (1, None) => "namespace not known".to_owned(),
            (1, Some(name)) => format!("namespace {name}"),
            (count, _) => format!("{count} namespaces: {}", listed(&names)),
        }
    }

    /// Says everything, for whoever points at it.
    fn whole(&self) -> String {
        let names = self.names.iter().flatten().map(String::as_str).collect::<Vec<_>>();
        match names.as_slice() {
            [] | [_] => self.title(),
            several => several.join(", "),
        }
    }
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

/// Writes a line of Mermaid or DOT, so many steps from the left.
fn line(text: &mut String, depth: usize, content: &str) {
    // Writing to a string cannot fail.
    let _infallible = writeln!(text, "{:width$}{content}", "", width = 2 * depth);
}

/// Lists the first texts, and counts the others.
fn listed(texts: &[&str]) -> String {
    let shown = texts.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
    match texts.len().checked_sub(LISTED) {
        None | Some(0) => shown,
        Some(more) => format!("{shown} and {more} more"),
    }
}

/// Cuts a text to so many characters, and takes out what moves a terminal or turns the direction of
/// writing.
fn shortened(text: &str, longest: usize) -> String {
    let visible = text.chars().map(|letter| if is_visible(letter) { letter } else { '\u{fffd}' });
    if text.chars().nth(longest).is_none() {
        return visible.collect();
    }
    visible.take(longest.saturating_sub(1)).chain(['…']).collect()
}

/// Tells whether a letter is only itself: no control, and none of Unicode's marks of direction and
/// line (UAX #9).
fn is_visible(letter: char) -> bool {
    let turns = matches!(letter, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    !letter.is_control() && !turns && !matches!(letter, '\u{fffe}' | '\u{ffff}')
}
