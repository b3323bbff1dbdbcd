//! The nodes of a text, with the comments that Go's YAML reader gives them.

use std::borrow::Cow;

use granit_parser::ScalarStyle;

use super::comment::Remark;
use super::token::Mark;

/// The position of a node among all nodes.
pub(super) type Id = usize;

/// All nodes of a text, and those that are documents.
#[derive(Debug, Default)]
pub(super) struct Tree<'a> {
    nodes: Vec<Node<'a>>,
    pub(super) documents: Vec<Root>,
}

/// A document: its node and the comments below it.
#[derive(Debug)]
pub(super) struct Root {
    pub(super) node: Id,
    pub(super) foot: String,
}

/// A node and the comments above, behind and below it.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) content: Content<'a>,
    pub(super) tag: Option<String>,
    pub(super) mark: Mark,
    pub(super) remarks: Remarks,
}

/// What a node is.
#[derive(Debug)]
pub(super) enum Content<'a> {
    Scalar(ScalarStyle, Cow<'a, str>),
    Sequence(Vec<Id>),
    Mapping(Vec<(Id, Id)>),
    Alias(Id),
    /// A collection whose end is not read yet.
    Open,
}

/// The comments of a node.
#[derive(Clone, Debug, Default)]
pub(super) struct Remarks {
    pub(super) head: String,
    pub(super) line: String,
    pub(super) foot: String,
}

impl<'a> Tree<'a> {
    /// Adds a node and returns its position.
    pub(super) fn add(&mut self, node: Node<'a>) -> Id {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    pub(super) fn node(&self, id: Id) -> &Node<'a> {
        self.nodes.get(id).expect("the reader made every position it hands out")
    }

    pub(super) fn node_mut(&mut self, id: Id) -> &mut Node<'a> {
        self.nodes.get_mut(id).expect("the reader made every position it hands out")
    }
}

impl Remarks {
    /// Adds a remark below those that are there.
    pub(super) fn add(&mut self, remark: &Remark) {
        join(&mut self.head, &remark.head);
        join(&mut self.line, &remark.line);
        join(&mut self.foot, &remark.foot);
    }
}

fn join(all: &mut String, more: &str) {
    if more.is_empty() {
        return;
    }
    if !all.is_empty() {
        all.push('\n');
    }
    all.push_str(more);
}
