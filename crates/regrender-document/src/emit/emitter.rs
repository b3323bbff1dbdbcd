//! How mappings, lists and the comments between them are laid out.
//!
//! Go's YAML writer works on a stream of events and keeps comments until it comes by a place where
//! it can write them; SOPS hands it the comments of a mapping or list with its first entry. Both
//! decide together where a comment lands, so both are followed here.

use super::buffer::Buffer;
use super::comment::{Comments, Pending};
use super::scalar::Spelled;
use super::{SecretLeft, Secrets, Spelling, Step};
use crate::document::Document;
use crate::node::{Comment, Entry, Item, Mapping, Node};

/// Where a node stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parent {
    Document,
    Sequence,
    Mapping,
}

/// The text so far and what decides how it goes on.
pub(super) struct Emitter<'a> {
    pub(super) out: Buffer,
    /// The indentation of the block that is being written; none outside of all blocks.
    pub(super) indent: Option<usize>,
    pub(super) step: usize,
    pub(super) is_compact: bool,
    /// The last character was a space, or the line is empty.
    pub(super) after_space: bool,
    /// The line holds nothing but indentation and the dashes of lists.
    pub(super) in_indentation: bool,
    /// The indentation of the comment just written that belongs to what stands before it.
    pub(super) foot_indent: Option<usize>,
    pub(super) pending: Pending<'a>,
    pub(super) secrets: Secrets,
}

/// Spells `documents`.
pub(super) fn spell(
    documents: &[Document],
    spelling: Spelling,
    secrets: Secrets,
) -> Result<Buffer, SecretLeft> {
    let (step, is_compact) = match spelling {
        Spelling::Sops => (4, false),
        Spelling::Kustomize => (2, true),
    };
    let mut emitter = Emitter {
        out: Buffer::new(),
        indent: None,
        step,
        is_compact,
        after_space: true,
        in_indentation: true,
        foot_indent: None,
        pending: Pending::default(),
        secrets,
    };
    for (index, document) in documents.iter().enumerate() {
        emitter.document(index, document).map_err(|left| left.inside(Step::Document(index)))?;
    }
    Ok(emitter.out)
}

impl<'a> Emitter<'a> {
    fn document(&mut self, index: usize, document: &'a Document) -> Result<(), SecretLeft> {
        if index > 0 {
            self.start_line();
            self.indicator("---", Indicator::Word);
            self.start_line();
        }
        let mut head: Comments<'a> = document.header.iter().map(String::as_str).collect();
        head.extend(self.leading_of_mapping(&document.root)?);
        self.pending.head(head);
        self.head_comments();
        self.mapping(&document.root, Parent::Document)?;
        // What belongs to the document stands apart from it.
        self.foot_indent = Some(0);
        self.foot_comments();
        self.foot_indent = None;
        self.start_line();
        Ok(())
    }

    /// Writes a node whose comments in front of it are pending.
    fn node(
        &mut self,
        node: &'a Node,
        line: Comments<'a>,
        foot: Comments<'a>,
        parent: Parent,
    ) -> Result<(), SecretLeft> {
        match node {
            Node::Mapping(mapping) => {
                self.mapping(mapping, parent)?;
                self.end_of_collection(line, foot, mapping.pairs().next().is_none());
            }
            Node::Sequence(items) => {
                self.sequence(items, parent)?;
                self.end_of_collection(line, foot, !has_value(items));
            }
            Node::Scalar(_) | Node::Secret(_) => {
                let spelled = Spelled::of(node, self.secrets)?;
                self.pending.line(line);
                self.pending.foot(foot);
                self.scalar(&spelled, parent);
                self.line_comments();
                self.foot_comments();
            }
        }
        Ok(())
    }

    /// Leaves the comments behind a list or mapping to what follows; an empty one stands on a line
    /// of its own, and takes them.
    fn end_of_collection(&mut self, line: Comments<'a>, foot: Comments<'a>, is_empty: bool) {
        self.pending.line(line);
        self.pending.foot(foot);
        if is_empty {
            self.line_comments();
            self.foot_comments();
        }
    }

    fn mapping(&mut self, mapping: &'a Mapping, parent: Parent) -> Result<(), SecretLeft> {
        // What is pending here was left behind by something else.
        self.line_comments();
        self.foot_comments();
        if mapping.pairs().next().is_none() {
            self.empty_mapping(parent);
            return Ok(());
        }
        let outer = self.indent;
        self.indent = Some(self.deeper(parent));
        let mut comments = Preceding::default();
        let mut is_first = true;
        for entry in mapping.entries() {
            match entry {
                Entry::Comment(comment) => comments.head.push(self.comment(comment)?),
                Entry::InlineComment(comment) => comments.line.push(self.comment(comment)?),
                Entry::Pair { key, value } => {
                    let mut head = std::mem::take(&mut comments.head);
                    if std::mem::take(&mut is_first) {
                        // The mapping itself had them, as its parent saw.
                        head.clear();
                    }
                    let line = std::mem::take(&mut comments.line);
                    self.pair(key, value, head, line)
                        .map_err(|left| left.inside(Step::Key(key.to_string())))?;
                }
            }
        }
        comments.head.append(&mut comments.line);
        self.pending.tail(comments.head);
        self.head_comments();
        self.indent = outer;
        Ok(())
    }

    fn pair(
        &mut self,
        key: &'a str,
        value: &'a Node,
        head: Comments<'a>,
        line: Comments<'a>,
    ) -> Result<(), SecretLeft> {
        self.pending.head(head);
        self.head_comments();
        self.start_line();
        self.pending.line_becomes_key_line();
        self.key(key, value);
        self.pending.head(self.leading(value)?);
        match value {
            Node::Scalar(_) | Node::Secret(_) => self.pending.key_line_becomes_line(&line),
            Node::Mapping(_) | Node::Sequence(_) => self.key_line_comments(),
        }
        self.node(value, line, Comments::new(), Parent::Mapping)
    }

    fn sequence(&mut self, items: &'a [Item], parent: Parent) -> Result<(), SecretLeft> {
        self.line_comments();
        self.foot_comments();
        if !has_value(items) {
            self.empty_sequence();
            return Ok(());
        }
        let outer = self.indent;
        let follows_key = self.out.column() == 0 || !self.in_indentation;
        self.indent = Some(self.deeper(parent));
        if parent == Parent::Mapping && follows_key && self.is_compact {
            self.indent = self.indent.map(|indent| indent.saturating_sub(2));
        }
        let values = items.iter().filter(|item| matches!(item, Item::Value(_))).count();
        let mut comments = Preceding::default();
        let mut position = 0;
        for (index, item) in items.iter().enumerate() {
            match item {
                Item::Comment(comment) => comments.head.push(self.comment(comment)?),
                Item::InlineComment(comment) => comments.line.push(self.comment(comment)?),
                Item::Value(node) => {
                    let mut comments = std::mem::take(&mut comments);
                    if position == 0 {
                        comments.head.clear();
                    }
                    position += 1;
                    let foot = if position == values {
                        self.trailing(items.get(index + 1..).unwrap_or_default())?
                    } else {
                        Comments::new()
                    };
                    self.item(node, comments, foot)
                        .map_err(|left| left.inside(Step::Position(position - 1)))?;
                }
            }
        }
        self.indent = outer;
        Ok(())
    }

    fn item(
        &mut self,
        node: &'a Node,
        comments: Preceding<'a>,
        foot: Comments<'a>,
    ) -> Result<(), SecretLeft> {
        let mut head = comments.head;
        head.extend(self.leading(node)?);
        self.pending.head(head);
        self.head_comments();
        self.start_line();
        self.indicator("-", Indicator::Dash);
        self.node(node, comments.line, foot, Parent::Sequence)
    }

    fn empty_mapping(&mut self, parent: Parent) {
        self.indicator("{", Indicator::Open);
        let outer = self.indent;
        self.indent = Some(self.deeper(parent));
        self.head_comments();
        self.indent = outer;
        self.indicator("}", Indicator::Close);
    }

    fn empty_sequence(&mut self) {
        self.indicator("[", Indicator::Open);
        self.indicator("]", Indicator::Close);
    }

    /// Returns the comments that a list or mapping begins with: its parent writes them.
    fn leading(&self, node: &'a Node) -> Result<Comments<'a>, SecretLeft> {
        match node {
            Node::Mapping(mapping) => self.leading_of_mapping(mapping),
            Node::Sequence(items) => self.leading_of_sequence(items),
            Node::Scalar(_) | Node::Secret(_) => Ok(Comments::new()),
        }
    }

    fn leading_of_mapping(&self, mapping: &'a Mapping) -> Result<Comments<'a>, SecretLeft> {
        let mut comments = Preceding::default();
        for entry in mapping.entries() {
            match entry {
                Entry::Comment(comment) => comments.head.push(self.comment(comment)?),
                Entry::InlineComment(comment) => comments.line.push(self.comment(comment)?),
                Entry::Pair { .. } => return Ok(comments.head),
            }
        }
        Ok(comments.all())
    }

    fn leading_of_sequence(&self, items: &'a [Item]) -> Result<Comments<'a>, SecretLeft> {
        let mut comments = Preceding::default();
        for item in items {
            match item {
                Item::Comment(comment) => comments.head.push(self.comment(comment)?),
                Item::InlineComment(comment) => comments.line.push(self.comment(comment)?),
                Item::Value(_) => return Ok(comments.head),
            }
        }
        Ok(comments.all())
    }

    /// Returns the comments behind the last value of a list.
    fn trailing(&self, items: &'a [Item]) -> Result<Comments<'a>, SecretLeft> {
        self.leading_of_sequence(items)
    }

    fn comment(&self, comment: &'a Comment) -> Result<&'a str, SecretLeft> {
        match (comment, self.secrets) {
            (Comment::Clear(text), _) => Ok(text),
            (Comment::Secret(text), Secrets::Revealed) => Ok(text.expose()),
            (Comment::Secret(_), Secrets::Refused) => Err(SecretLeft::here()),
        }
    }

    /// Returns the indentation of a block inside of the present one.
    pub(super) fn deeper(&self, parent: Parent) -> usize {
        match (self.indent, parent) {
            (None, _) => 0,
            // Behind the dash of a list and the space that follows it.
            (Some(indent), Parent::Sequence) => indent + 2,
            (Some(indent), _) => (indent / self.step + 1) * self.step,
        }
    }

    /// Goes to the indentation of the present block, on a new line unless this one is still empty.
    pub(super) fn start_line(&mut self) {
        let indent = self.indent.unwrap_or(0);
        let column = self.out.column();
        if !self.in_indentation || column > indent || (column == indent && !self.after_space) {
            self.end_line();
        }
        if self.foot_indent == Some(indent) {
            self.end_line();
        }
        self.out.pad_to(indent);
        self.after_space = true;
        self.foot_indent = None;
    }

    pub(super) fn end_line(&mut self) {
        self.out.end_line();
        self.in_indentation = true;
    }

    pub(super) fn indicator(&mut self, text: &str, kind: Indicator) {
        if kind != Indicator::Close && !self.after_space {
            self.out.push(' ');
        }
        self.out.push_str(text);
        self.after_space = kind == Indicator::Open;
        self.in_indentation = self.in_indentation && kind == Indicator::Dash;
    }
}

/// How a sign of YAML sits on its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Indicator {
    /// A space stands before it.
    Word,
    /// A space stands before it, and it counts as indentation.
    Dash,
    /// A space stands before it and none behind it.
    Open,
    /// No space stands before it.
    Close,
}

/// The comments before a pair or a value.
#[derive(Default)]
struct Preceding<'a> {
    head: Comments<'a>,
    line: Comments<'a>,
}

impl<'a> Preceding<'a> {
    fn all(mut self) -> Comments<'a> {
        self.head.append(&mut self.line);
        self.head
    }
}

fn has_value(items: &[Item]) -> bool {
    items.iter().any(|item| matches!(item, Item::Value(_)))
}
