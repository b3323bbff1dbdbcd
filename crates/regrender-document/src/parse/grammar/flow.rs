//! The flow style of YAML: lists and mappings in brackets.

use super::{Context, Next, Reader};
use crate::parse::ParseError;
use crate::parse::tree::{Content, Id, Remarks};

impl<'a> Reader<'a> {
    pub(super) fn flow_sequence(&mut self, id: Id) -> Result<Content<'a>, ParseError> {
        self.tree.node_mut(id).remarks = self.take();
        self.peek();
        self.skip();
        let mut items = Vec::new();
        loop {
            match self.next_item(Next::FlowSequenceEnd, items.is_empty())? {
                Next::FlowSequenceEnd => break,
                Next::Key => items.push(self.single_pair()?),
                _ => items.push(self.node(Context::Elsewhere)?),
            }
        }
        self.end_flow(id);
        Ok(Content::Sequence(items))
    }

    /// Reads a pair that is an item of a list, as in `[a: b]`.
    fn single_pair(&mut self) -> Result<Id, ParseError> {
        let mark = self.token().start;
        let id = self.add(Content::Open, None, mark, Remarks::default());
        let pair = self.flow_pair(Next::FlowSequenceEnd)?;
        self.peek();
        self.tree.node_mut(id).content = Content::Mapping(vec![pair]);
        Ok(id)
    }

    pub(super) fn flow_mapping(&mut self, id: Id) -> Result<Content<'a>, ParseError> {
        self.tree.node_mut(id).remarks = self.take();
        self.peek();
        self.skip();
        let mut pairs = Vec::new();
        loop {
            match self.next_item(Next::FlowMappingEnd, pairs.is_empty())? {
                Next::FlowMappingEnd => break,
                Next::Key => pairs.push(self.flow_pair(Next::FlowMappingEnd)?),
                _ => {
                    let key = self.node(Context::Elsewhere)?;
                    self.peek();
                    pairs.push((key, self.empty()));
                }
            }
        }
        self.end_flow(id);
        Ok(Content::Mapping(pairs))
    }

    /// Goes to the next item of a flow collection, over the comma before it, or to the end.
    fn next_item(&mut self, end: Next, is_first: bool) -> Result<Next, ParseError> {
        let next = self.peek();
        if is_first || next == end {
            return Ok(next);
        }
        if next != Next::Comma {
            return Err(self.problem());
        }
        self.skip();
        Ok(self.peek())
    }

    /// Reads a pair of a flow collection behind the mark of its key.
    fn flow_pair(&mut self, end: Next) -> Result<(Id, Id), ParseError> {
        self.skip();
        let key = match self.peek() {
            Next::Value => self.empty(),
            _ => self.flow_node(end)?,
        };
        let value = match self.peek() {
            Next::Value => {
                self.skip();
                self.flow_node(end)?
            }
            _ => self.empty(),
        };
        self.lift_foot(key, value);
        Ok((key, value))
    }

    fn flow_node(&mut self, end: Next) -> Result<Id, ParseError> {
        let next = self.peek();
        if next == Next::Comma || next == end {
            Ok(self.empty())
        } else {
            self.node(Context::Elsewhere)
        }
    }

    fn end_flow(&mut self, id: Id) {
        let Remarks { head: _, line, foot } = self.take();
        let own = &mut self.tree.node_mut(id).remarks;
        own.line = line;
        own.foot = foot;
        self.skip();
    }
}
