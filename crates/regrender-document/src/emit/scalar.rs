//! How a single value is written.

use std::fmt::Write as _;

use super::emitter::{Emitter, Indicator, Parent};
use super::style::{LINE_ENDS, Place, Style, choose};
use super::{SecretLeft, Secrets, quote};
use crate::node::{Item, Node, Scalar, SecretKind, SecretScalar};
use crate::number;
use crate::resolve::{Resolved, resolve};

/// The longest key that stands on one line with its value.
const LONGEST_SIMPLE_KEY: usize = 128;

/// What is to be written for a value.
pub(super) enum Spelled<'a> {
    /// A word, a number or a point in time: never quoted.
    Word(&'a str),
    Integer(i128),
    Float(f64),
    /// A string: quoted where it has to be.
    Text(&'a str),
}

impl<'a> Spelled<'a> {
    /// Returns what is to be written for `node`, which is no list and no mapping.
    pub(super) fn of(node: &'a Node, secrets: Secrets) -> Result<Self, SecretLeft> {
        match node {
            Node::Scalar(scalar) => Ok(Self::of_scalar(scalar)),
            Node::Secret(secret) if secrets == Secrets::Revealed => Ok(Self::of_secret(secret)),
            Node::Secret(_) | Node::Sequence(_) | Node::Mapping(_) => Err(SecretLeft::here()),
        }
    }

    fn of_scalar(scalar: &'a Scalar) -> Self {
        match scalar {
            Scalar::Null => Self::Word("null"),
            Scalar::Bool(true) => Self::Word("true"),
            Scalar::Bool(false) => Self::Word("false"),
            Scalar::Integer(number) => Self::Integer(*number),
            Scalar::Float(number) => Self::Float(*number),
            Scalar::Time(text) => Self::of_time(text),
            Scalar::Text(text) => Self::Text(text),
        }
    }

    /// A secret that is not what its kind says is a string: nothing may be spelled unquoted that
    /// could be read as something else.
    fn of_secret(secret: &'a SecretScalar) -> Self {
        let text = secret.text.expose();
        match secret.kind {
            SecretKind::Text => Self::Text(text),
            SecretKind::Integer => text.parse().map_or(Self::Text(text), Self::Integer),
            SecretKind::Float => text.parse().map_or(Self::Text(text), Self::Float),
            SecretKind::Time => Self::of_time(text),
            SecretKind::Bool => match text {
                "True" | "true" => Self::Word("true"),
                "False" | "false" => Self::Word("false"),
                _ => Self::Text(text),
            },
        }
    }

    fn of_time(text: &'a str) -> Self {
        match resolve(text) {
            Resolved::Time(_) => Self::Word(text),
            _ => Self::Text(text),
        }
    }
}

impl<'a> Emitter<'a> {
    /// Writes a value behind its key or dash.
    pub(super) fn scalar(&mut self, spelled: &Spelled<'_>, parent: Parent) {
        let Spelled::Text(text) = *spelled else {
            self.before_word();
            self.word(spelled);
            return;
        };
        match choose(text, Place::Value) {
            Style::Literal => self.literal(text, parent),
            style => self.quoted(text, style),
        }
    }

    /// Writes a key and the colon behind it.
    pub(super) fn key(&mut self, key: &'a str, value: &Node) {
        if key == "<<" && can_be_merged(value) {
            // Go's YAML writer marks a key that merges mappings, since plain it would be a string.
            self.before_word();
            self.out.push_str("!!merge <<");
        } else if key.len() <= LONGEST_SIMPLE_KEY && !key.contains(LINE_ENDS) {
            self.quoted(key, choose(key, Place::SimpleKey));
        } else {
            self.indicator("?", Indicator::Dash);
            self.scalar(&Spelled::Text(key), Parent::Mapping);
            self.start_line();
            self.indicator(":", Indicator::Dash);
            return;
        }
        self.indicator(":", Indicator::Close);
    }

    fn word(&mut self, spelled: &Spelled<'_>) {
        let written = match *spelled {
            Spelled::Word(text) | Spelled::Text(text) => self.out.write_str(text),
            Spelled::Integer(number) => write!(self.out, "{number}"),
            Spelled::Float(value) => {
                self.out.push_str(&number::yaml(value));
                Ok(())
            }
        };
        written.expect("writing to a buffer cannot fail");
    }

    fn quoted(&mut self, text: &str, style: Style) {
        self.before_word();
        match style {
            Style::Plain => self.out.push_str(text),
            Style::SingleQuoted => quote::single(&mut self.out, text),
            Style::DoubleQuoted | Style::Literal => quote::double(&mut self.out, text),
        }
    }

    fn literal(&mut self, text: &str, parent: Parent) {
        let parent_indent = self.indent.unwrap_or(0);
        let outer = self.indent;
        self.indent = Some(self.deeper(parent));
        self.indicator("|", Indicator::Word);
        if text.starts_with([' ', '\n']) {
            // Go's YAML writer gives the width of a step here, which is wrong inside of lists: what
            // it writes there cannot be read again, unless there are only line ends. The number
            // counts from the parent's indentation.
            let hint = if text.bytes().all(|byte| byte == b'\n') {
                self.step
            } else {
                self.indent.unwrap_or(0) - parent_indent
            };
            write!(self.out, "{hint}").expect("writing to a buffer cannot fail");
        }
        self.out.push_str(chomping(text));
        self.after_space = false;
        self.in_indentation = false;
        if !self.line_comments() {
            self.end_line();
        }
        self.after_space = true;
        for line in text.split_terminator('\n') {
            if !line.is_empty() {
                self.start_line();
                self.out.push_str(line);
            }
            self.end_line();
        }
        self.indent = outer;
    }

    fn before_word(&mut self) {
        if !self.after_space {
            self.out.push(' ');
        }
    }
}

/// Says whether a reader can merge `value` into the mapping around it.
fn can_be_merged(value: &Node) -> bool {
    match value {
        Node::Mapping(_) => true,
        Node::Sequence(items) => items.iter().all(|item| match item {
            Item::Value(node) => matches!(node, Node::Mapping(_)),
            Item::Comment(_) | Item::InlineComment(_) => true,
        }),
        Node::Scalar(_) | Node::Secret(_) => false,
    }
}

/// Returns the sign that says what becomes of the line ends behind the last line of a block.
fn chomping(text: &str) -> &'static str {
    match text.strip_suffix('\n') {
        None => "-",
        Some(rest) if rest.is_empty() || rest.ends_with('\n') => "+",
        Some(_) => "",
    }
}
