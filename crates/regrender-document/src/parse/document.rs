//! How the nodes of a text become documents, as SOPS makes them.

use std::collections::BTreeSet;

use granit_parser::ScalarStyle;

use super::tree::{Content, Id, Node as Source, Root, Tree};
use super::{ALIAS_LIMIT, DEPTH_LIMIT, ParseError, ParseProblem};
use crate::document::Document;
use crate::node::{Comment, Entry, Item, Mapping, Node, Scalar};
use crate::resolve::{Resolved, resolve};

/// How many bytes of text the aliases of a file may stand for, together.
const ALIAS_BYTES: usize = 4 << 20;

/// Makes the documents.
pub(super) fn documents(tree: &Tree<'_>) -> Result<Vec<Document>, ParseError> {
    let mut maker = Maker { tree, depth: 0, alias_depth: 0, alias_nodes: 0, alias_bytes: 0 };
    tree.documents.iter().map(|root| maker.document(root)).collect()
}

struct Maker<'a> {
    tree: &'a Tree<'a>,
    depth: usize,
    alias_depth: usize,
    alias_nodes: usize,
    alias_bytes: usize,
}

/// Who puts the comments of a collection into the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comments {
    Own,
    Done,
}

impl Maker<'_> {
    fn document(&mut self, root: &Root) -> Result<Document, ParseError> {
        let mut entries = Vec::new();
        self.root(root.node, &mut entries)?;
        comments(&mut entries, &root.foot, Entry::Comment);
        Ok(Document::new(entries.into_iter().collect()))
    }

    fn root(&mut self, id: Id, entries: &mut Vec<Entry>) -> Result<(), ParseError> {
        let source = self.tree.node(id);
        comments(entries, &source.remarks.head, Entry::Comment);
        comments(entries, &source.remarks.line, Entry::Comment);
        match &source.content {
            Content::Mapping(pairs) => self.pairs(pairs, entries)?,
            Content::Sequence(_) => return Err(ParseProblem::ListDocument.at(source.mark)),
            Content::Alias(target) => self.root(*target, entries)?,
            Content::Scalar(..) | Content::Open => match scalar(source)? {
                Scalar::Null => return Ok(()),
                _ => return Err(ParseProblem::ValueDocument.at(source.mark)),
            },
        }
        comments(entries, &source.remarks.foot, Entry::Comment);
        Ok(())
    }

    fn node(&mut self, id: Id, who: Comments) -> Result<Node, ParseError> {
        let source = self.tree.node(id);
        self.count(source)?;
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            return Err(ParseProblem::TooDeep.at(source.mark));
        }
        let node = match &source.content {
            Content::Scalar(..) | Content::Open => Node::Scalar(scalar(source)?),
            Content::Sequence(items) => self.sequence(source, items, who)?,
            Content::Mapping(pairs) => self.mapping(source, pairs, who)?,
            Content::Alias(target) => {
                self.alias_depth += 1;
                let node = self.node(*target, Comments::Own)?;
                self.alias_depth -= 1;
                node
            }
        };
        self.depth -= 1;
        Ok(node)
    }

    /// Counts what aliases stand for: a short text could stand for more than the memory holds.
    fn count(&mut self, source: &Source<'_>) -> Result<(), ParseError> {
        if self.alias_depth == 0 {
            return Ok(());
        }
        self.alias_nodes += 1;
        self.alias_bytes += match &source.content {
            Content::Scalar(_, text) => text.len(),
            _ => 0,
        };
        let remarks = &source.remarks;
        self.alias_bytes += remarks.head.len() + remarks.line.len() + remarks.foot.len();
        if self.alias_nodes > ALIAS_LIMIT || self.alias_bytes > ALIAS_BYTES {
            return Err(ParseProblem::TooManyAliases.at(source.mark));
        }
        Ok(())
    }

    fn sequence(
        &mut self,
        source: &Source<'_>,
        ids: &[Id],
        who: Comments,
    ) -> Result<Node, ParseError> {
        let mut items = Vec::with_capacity(ids.len());
        if who == Comments::Own {
            comments(&mut items, &source.remarks.head, Item::Comment);
            comments(&mut items, &source.remarks.line, Item::Comment);
        }
        for id in ids {
            let remarks = &self.tree.node(*id).remarks;
            comments(&mut items, &remarks.head, Item::Comment);
            comments(&mut items, &remarks.line, Item::InlineComment);
            items.push(Item::Value(self.node(*id, Comments::Done)?));
            comments(&mut items, &remarks.foot, Item::Comment);
        }
        if who == Comments::Own {
            comments(&mut items, &source.remarks.foot, Item::Comment);
        }
        Ok(Node::Sequence(items))
    }

    fn mapping(
        &mut self,
        source: &Source<'_>,
        pairs: &[(Id, Id)],
        who: Comments,
    ) -> Result<Node, ParseError> {
        let mut entries = Vec::with_capacity(pairs.len());
        if who == Comments::Own {
            comments(&mut entries, &source.remarks.head, Entry::Comment);
            comments(&mut entries, &source.remarks.line, Entry::Comment);
        }
        self.pairs(pairs, &mut entries)?;
        if who == Comments::Own {
            comments(&mut entries, &source.remarks.foot, Entry::Comment);
        }
        Ok(Node::Mapping(entries.into_iter().collect::<Mapping>()))
    }

    fn pairs(&mut self, pairs: &[(Id, Id)], entries: &mut Vec<Entry>) -> Result<(), ParseError> {
        let mut keys = BTreeSet::new();
        for (key_id, value_id) in pairs {
            let (key, value) = (self.tree.node(*key_id), self.tree.node(*value_id));
            comments(entries, &key.remarks.head, Entry::Comment);
            comments(entries, &key.remarks.line, Entry::Comment);
            let is_single = matches!(value.content, Content::Scalar(..) | Content::Alias(_));
            if is_single {
                comments(entries, &value.remarks.head, Entry::Comment);
                comments(entries, &value.remarks.line, Entry::InlineComment);
            }
            let name = self.key(key)?;
            if !keys.insert(name.clone()) {
                return Err(ParseProblem::DuplicateKey.at(key.mark));
            }
            if is_merge(key) && !self.can_be_merged(*value_id) {
                return Err(ParseProblem::MergeValue.at(value.mark));
            }
            let who = if is_single { Comments::Done } else { Comments::Own };
            entries.push(Entry::Pair { key: name.into(), value: self.node(*value_id, who)? });
            if is_single {
                comments(entries, &value.remarks.foot, Entry::Comment);
            }
            comments(entries, &key.remarks.foot, Entry::Comment);
        }
        Ok(())
    }

    fn key(&mut self, key: &Source<'_>) -> Result<String, ParseError> {
        let source = match key.content {
            Content::Alias(target) => self.tree.node(target),
            _ => key,
        };
        if !matches!(source.content, Content::Scalar(..)) {
            return Err(ParseProblem::NonStringKey.at(key.mark));
        }
        self.alias_depth += usize::from(matches!(key.content, Content::Alias(_)));
        self.count(source)?;
        self.alias_depth -= usize::from(matches!(key.content, Content::Alias(_)));
        match scalar(source)? {
            Scalar::Text(text) => Ok(text),
            _ => Err(ParseProblem::NonStringKey.at(key.mark)),
        }
    }

    fn can_be_merged(&self, id: Id) -> bool {
        let is_mapping = |id: Id| match &self.tree.node(id).content {
            Content::Mapping(_) => true,
            Content::Alias(target) => {
                matches!(self.tree.node(*target).content, Content::Mapping(_))
            }
            _ => false,
        };
        match &self.tree.node(id).content {
            Content::Sequence(items) => items.iter().all(|item| is_mapping(*item)),
            _ => is_mapping(id),
        }
    }
}

fn is_merge(key: &Source<'_>) -> bool {
    let is_plain = |style: ScalarStyle| style == ScalarStyle::Plain && key.tag.is_none();
    match &key.content {
        Content::Scalar(style, text) => {
            text == "<<" && (is_plain(*style) || key.tag.as_deref() == Some("!!merge"))
        }
        _ => false,
    }
}

/// Adds a comment for each line that is not empty.
fn comments<T>(out: &mut Vec<T>, text: &str, wrap: fn(Comment) -> T) {
    let lines = text.split('\n').filter_map(|line| line.strip_prefix('#'));
    out.extend(lines.map(|line| wrap(Comment::Clear(line.to_owned()))));
}

/// Returns the value of a scalar, with the type its tag or its spelling gives it.
fn scalar(source: &Source<'_>) -> Result<Scalar, ParseError> {
    let Content::Scalar(style, text) = &source.content else {
        return Err(ParseProblem::Syntax.at(source.mark));
    };
    let plain = || match resolve(text) {
        Resolved::Null => Scalar::Null,
        Resolved::Bool(value) => Scalar::Bool(value),
        Resolved::Integer(number) => Scalar::Integer(number),
        Resolved::Float(number) => Scalar::Float(number),
        Resolved::Time(time) => Scalar::Time(time),
        Resolved::Text => Scalar::Text(text.as_ref().to_owned()),
    };
    match source.tag.as_deref() {
        None | Some("!") if *style == ScalarStyle::Plain => Ok(plain()),
        Some(tag @ ("!!null" | "!!bool" | "!!int" | "!!float" | "!!timestamp")) => {
            tagged(tag, plain()).ok_or(ParseProblem::TagMismatch.at(source.mark))
        }
        Some("!!binary") => Err(ParseProblem::UnsupportedTag.at(source.mark)),
        _ => Ok(Scalar::Text(text.as_ref().to_owned())),
    }
}

fn tagged(tag: &str, value: Scalar) -> Option<Scalar> {
    match (tag, value) {
        #[expect(clippy::cast_precision_loss, reason = "the tag asks for it")]
        ("!!float", Scalar::Integer(number)) => Some(Scalar::Float(number as f64)),
        ("!!null", value @ Scalar::Null)
        | ("!!bool", value @ Scalar::Bool(_))
        | ("!!int", value @ Scalar::Integer(_))
        | ("!!float", value @ Scalar::Float(_))
        | ("!!timestamp", value @ Scalar::Time(_)) => Some(value),
        _ => None,
    }
}
