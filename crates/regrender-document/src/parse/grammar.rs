//! How the tokens of a text make up its nodes: the grammar of YAML.

mod flow;

use std::borrow::Cow;
use std::collections::BTreeMap;

use granit_parser::ScalarStyle;

use super::comment::Finder;
use super::token::{Kind, Mark, Token, Tokens};
use super::tree::{Content, Id, Node, Remarks, Root, Tree};
use super::{DEPTH_LIMIT, ParseError, ParseProblem, place};

/// Reads all documents.
pub(super) fn read<'a>(text: &'a str, tokens: Tokens<'a>) -> Result<Tree<'a>, ParseError> {
    let mut reader = Reader {
        tokens,
        position: 0,
        steps: 0,
        is_peeked: false,
        finder: Finder::new(text),
        pending: Remarks::default(),
        stem: None,
        anchors: BTreeMap::new(),
        depth: 0,
        tree: Tree::default(),
    };
    reader.stream()?;
    match reader.finder.refused() {
        Some((index, problem)) => Err(problem.at(place(text, index))),
        None => Ok(reader.tree),
    }
}

struct Reader<'a> {
    tokens: Tokens<'a>,
    /// The token that is next.
    position: usize,
    /// How many steps the reader has taken; it looks ahead.
    steps: usize,
    is_peeked: bool,
    finder: Finder<'a>,
    /// The comments that wait for a node.
    pending: Remarks,
    /// The comments above a collection that is an item of a list.
    stem: Option<String>,
    anchors: BTreeMap<String, Id>,
    depth: usize,
    tree: Tree<'a>,
}

/// What a token is, as far as the grammar cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Directive,
    DocumentStart,
    DocumentEnd,
    StreamEnd,
    BlockEnd,
    Entry,
    Comma,
    Key,
    Value,
    FlowSequenceEnd,
    FlowMappingEnd,
    Node,
}

/// Where a node stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Context {
    /// The key or value of a pair in a block, where the dashes of a list need not be indented.
    BlockPair,
    Elsewhere,
}

impl<'a> Reader<'a> {
    fn stream(&mut self) -> Result<(), ParseError> {
        // The start of the stream.
        self.peek();
        self.skip();
        let mut is_first = true;
        loop {
            let mut next = self.peek();
            while !is_first && next == Next::DocumentEnd {
                self.skip();
                next = self.peek();
            }
            if next == Next::StreamEnd {
                return Ok(());
            }
            if !is_first && !matches!(next, Next::Directive | Next::DocumentStart) {
                return Err(ParseProblem::DocumentMark.at(self.token().start));
            }
            self.document(next)?;
            is_first = false;
        }
    }

    fn document(&mut self, mut next: Next) -> Result<(), ParseError> {
        let is_explicit = matches!(next, Next::Directive | Next::DocumentStart);
        let node = if is_explicit {
            if next == Next::Directive {
                self.skip();
                next = self.peek();
            }
            if next != Next::DocumentStart {
                return Err(self.problem());
            }
            self.skip();
            match self.peek() {
                Next::Directive | Next::DocumentStart | Next::DocumentEnd | Next::StreamEnd => {
                    self.empty()
                }
                _ => self.node(Context::Elsewhere)?,
            }
        } else {
            self.node(Context::Elsewhere)?
        };
        let next = self.peek();
        let mut remarks = self.take();
        if !remarks.head.is_empty() && remarks.foot.is_empty() {
            remarks.foot = std::mem::take(&mut remarks.head);
        }
        match next {
            Next::DocumentEnd => self.skip(),
            Next::DocumentStart | Next::StreamEnd => {}
            _ => return Err(self.problem()),
        }
        self.tree.documents.push(Root { node, foot: remarks.foot });
        Ok(())
    }

    fn node(&mut self, context: Context) -> Result<Id, ParseError> {
        self.peek();
        let mark = self.token().start;
        if let Kind::Alias(name) = &self.token().kind {
            let target = *self.anchors.get(name).ok_or(ParseProblem::UnknownAlias.at(mark))?;
            if matches!(self.tree.node(target).content, Content::Open) {
                return Err(ParseProblem::AliasCycle.at(mark));
            }
            let remarks = self.take();
            self.skip();
            return Ok(self.add(Content::Alias(target), None, mark, remarks));
        }
        let (anchor, tag) = self.properties();
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            return Err(ParseProblem::TooDeep.at(mark));
        }
        let id = self.rest_of_node(context, anchor, tag, mark)?;
        self.depth -= 1;
        Ok(id)
    }

    fn properties(&mut self) -> (Option<String>, Option<String>) {
        let (mut anchor, mut tag) = (None, None);
        loop {
            match &self.token().kind {
                Kind::Anchor(name) if anchor.is_none() => anchor = Some(name.clone()),
                Kind::Tag(name) if tag.is_none() => tag = Some(name.clone()),
                _ => return (anchor, tag),
            }
            self.skip();
            self.peek();
        }
    }

    fn rest_of_node(
        &mut self,
        context: Context,
        anchor: Option<String>,
        tag: Option<String>,
        mark: Mark,
    ) -> Result<Id, ParseError> {
        let is_empty = anchor.is_none() && tag.is_none();
        let id = self.add(Content::Open, tag, mark, Remarks::default());
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, id);
        }
        let read = match &self.token().kind {
            Kind::Entry if context == Context::BlockPair => Content::Sequence(self.dashes(false)?),
            Kind::Scalar(style, text) => {
                let scalar = Content::Scalar(*style, text.clone());
                self.tree.node_mut(id).remarks = self.take();
                self.skip();
                scalar
            }
            Kind::FlowSequenceStart => self.flow_sequence(id)?,
            Kind::FlowMappingStart => self.flow_mapping(id)?,
            Kind::SequenceStart => {
                self.tree.node_mut(id).remarks.head = self.stem.take().unwrap_or_default();
                self.peek();
                self.skip();
                Content::Sequence(self.dashes(true)?)
            }
            Kind::MappingStart => {
                self.tree.node_mut(id).remarks.head = self.stem.take().unwrap_or_default();
                self.block_mapping(id)?
            }
            _ if !is_empty => Content::Scalar(ScalarStyle::Plain, Cow::Borrowed("")),
            _ => return Err(self.problem()),
        };
        self.tree.node_mut(id).content = read;
        Ok(id)
    }

    /// Reads the items of a list behind their dashes.
    fn dashes(&mut self, is_indented: bool) -> Result<Vec<Id>, ParseError> {
        let mut items = Vec::new();
        loop {
            match self.peek() {
                Next::Entry => {}
                Next::BlockEnd if is_indented => {
                    self.skip();
                    return Ok(items);
                }
                _ if is_indented => return Err(self.problem()),
                _ => return Ok(items),
            }
            let head = self.pending.head.len();
            self.skip();
            self.split_stem(head);
            let next = self.peek();
            let is_empty = match next {
                Next::Entry | Next::BlockEnd => true,
                Next::Key | Next::Value => !is_indented,
                _ => false,
            };
            items.push(if is_empty { self.empty() } else { self.node(Context::Elsewhere)? });
        }
    }

    /// Puts the comments above a dash aside when a collection follows: they are its own, not those
    /// of its first entry.
    fn split_stem(&mut self, length: usize) {
        if length == 0 {
            return;
        }
        self.peek();
        if !matches!(self.token().kind, Kind::SequenceStart | Kind::MappingStart) {
            return;
        }
        let rest = self.pending.head.split_off(length);
        self.stem = Some(std::mem::replace(&mut self.pending.head, rest));
    }

    fn block_mapping(&mut self, id: Id) -> Result<Content<'a>, ParseError> {
        self.peek();
        self.skip();
        let mut pairs: Vec<(Id, Id)> = Vec::new();
        loop {
            match self.peek() {
                // Without a key, a pair begins with the colon.
                Next::Key | Next::Value => {}
                Next::BlockEnd => break,
                _ => return Err(self.problem()),
            }
            let key = self.behind_mark(Next::Key)?;
            // A comment below a key that is less indented stands below the pair before.
            if let Some((before, _)) = pairs.last() {
                let foot = std::mem::take(&mut self.tree.node_mut(key).remarks.foot);
                if !foot.is_empty() {
                    self.tree.node_mut(*before).remarks.foot = foot;
                }
            }
            let value = self.behind_mark(Next::Value)?;
            self.lift_foot(key, value);
            pairs.push((key, value));
        }
        let remarks = self.take();
        self.skip();
        let own = &mut self.tree.node_mut(id).remarks;
        own.line = remarks.line;
        match pairs.last() {
            Some((last, _)) if !remarks.foot.is_empty() => {
                self.tree.node_mut(*last).remarks.foot = remarks.foot;
            }
            _ => own.foot = remarks.foot,
        }
        Ok(Content::Mapping(pairs))
    }

    /// Reads what stands behind the mark of a key, or of a value.
    fn behind_mark(&mut self, mark: Next) -> Result<Id, ParseError> {
        if self.peek() != mark {
            return Ok(self.empty());
        }
        self.skip();
        match self.peek() {
            Next::Key | Next::Value | Next::BlockEnd => Ok(self.empty()),
            _ => self.node(Context::BlockPair),
        }
    }

    /// Hands the comment below a value to its key.
    fn lift_foot(&mut self, key: Id, value: Id) {
        if self.tree.node(key).remarks.foot.is_empty() {
            let foot = std::mem::take(&mut self.tree.node_mut(value).remarks.foot);
            self.tree.node_mut(key).remarks.foot = foot;
        }
    }

    fn empty(&mut self) -> Id {
        let mark = self.token().start;
        let content = Content::Scalar(ScalarStyle::Plain, Cow::Borrowed(""));
        self.add(content, None, mark, Remarks::default())
    }

    fn add(
        &mut self,
        content: Content<'a>,
        tag: Option<String>,
        mark: Mark,
        remarks: Remarks,
    ) -> Id {
        self.tree.add(Node { content, tag, mark, remarks })
    }

    /// Takes the comments that wait.
    fn take(&mut self) -> Remarks {
        self.stem = None;
        std::mem::take(&mut self.pending)
    }

    fn problem(&self) -> ParseError {
        ParseProblem::Syntax.at(self.token().start)
    }

    fn token(&self) -> &Token<'a> {
        let list = &self.tokens.list;
        list.get(self.position).or(list.last()).expect("a text has at least a beginning and an end")
    }

    fn skip(&mut self) {
        self.is_peeked = false;
        self.position += 1;
    }

    /// Returns what the next token is, and gathers the comments up to it.
    fn peek(&mut self) -> Next {
        if !self.is_peeked {
            self.look_ahead();
            self.is_peeked = true;
        }
        let list = &self.tokens.list;
        let token = list
            .get(self.position)
            .or(list.last())
            .expect("a text has at least a beginning and an end");
        let pending = &mut self.pending;
        self.finder.take(token, |remark| pending.add(remark));
        match token.kind {
            Kind::Directive => Next::Directive,
            Kind::DocumentStart => Next::DocumentStart,
            Kind::DocumentEnd => Next::DocumentEnd,
            Kind::StreamEnd => Next::StreamEnd,
            Kind::BlockEnd => Next::BlockEnd,
            Kind::Entry => Next::Entry,
            Kind::Comma => Next::Comma,
            Kind::Key => Next::Key,
            Kind::Value => Next::Value,
            Kind::FlowSequenceEnd => Next::FlowSequenceEnd,
            Kind::FlowMappingEnd => Next::FlowMappingEnd,
            _ => Next::Node,
        }
    }

    /// Takes steps until the next token and two more are known, so that the comments below it are.
    fn look_ahead(&mut self) {
        while self.steps < self.tokens.steps.len() {
            let ahead = self.tokens.list.get(self.position..).unwrap_or_default();
            let is_known = |token: &&Token<'_>| token.step < self.steps;
            let is_first_known = ahead.first().is_none_or(|token| is_known(&token));
            // A key and its mapping can only stand before as many tokens as make up a key.
            if is_first_known && ahead.iter().take(12).filter(is_known).count() >= 3 {
                return;
            }
            self.finder.read(&mut self.tokens, self.steps);
            self.steps += 1;
        }
    }
}
