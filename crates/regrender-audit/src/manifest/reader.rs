//! Reads YAML events into nodes, within limits that hostile input cannot stretch.

use std::collections::BTreeMap;
use std::rc::Rc;

use granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, ScanError, Span, Tag};

use super::stream::{Origin, Piece, pieces};
use super::{Key, Member, Node, Value, scalar};
use crate::unreadable::Reason;

/// No manifest is nested anywhere near this deep (the deepest found in the wild has 48 levels).
const DEPTH_LIMIT: usize = 300;

/// What a document may come to with its aliases written out; 4 MB of manifests are a tenth of it.
const NODE_LIMIT: usize = 1_500_000;

const JSON_KEY_LIMIT: usize = 1024 * 1024;

/// A file with this many broken documents is not read any further.
const BROKEN_LIMIT: usize = 20;

/// One document of a file.
#[derive(Debug)]
pub(crate) struct Document<'a> {
    /// Its number in the file, from 0; empty documents are not counted as documents.
    pub(crate) index: usize,
    /// The root, or why there is none.
    pub(crate) root: Result<Node<'a>, Reason>,
}

/// Reads every document of `text`, past broken ones where that is possible.
///
/// Documents that are empty or null are left out, but counted, as `kubectl` counts them.
pub(crate) fn read_documents(text: &str) -> Vec<Document<'_>> {
    let mut reading = Reading::default();
    for piece in pieces(text) {
        if !reading.read(&piece) {
            break;
        }
    }
    reading.documents
}

/// What was read of a file so far.
#[derive(Default)]
struct Reading<'a> {
    documents: Vec<Document<'a>>,
    /// The number of the next document.
    index: usize,
    /// How many documents are broken.
    broken: usize,
}

impl<'a> Reading<'a> {
    /// Reads the documents of a piece; says whether what follows it is to be read.
    fn read(&mut self, piece: &Piece<'a>) -> bool {
        let mut parser = Parser::new_from_str_with_options(piece.text, options(piece.text));
        let mut builder = Builder::from(piece.origin);
        while let Some(event) = parser.next_event() {
            let taken = match event {
                Ok((Event::DocumentEnd, _)) => {
                    if let Some(root) = builder.root.take().filter(|root| !root.is_null()) {
                        self.documents.push(Document { index: self.index, root: Ok(root) });
                    }
                    builder = Builder::from(piece.origin);
                    self.index += 1;
                    continue;
                }
                Ok((event, span)) => builder.take(event, span),
                Err(error) => Err(syntax(&error, piece.origin)),
            };
            let Err(reason) = taken else { continue };
            if !self.pass_over(reason) {
                return false;
            }
            if !matches!(parser.proceed_next_document(), Ok(true)) {
                break;
            }
            builder = Builder::from(piece.origin);
        }
        true
    }

    /// Takes note of a broken document; says whether what follows it is worth the time of looking
    /// for its end.
    fn pass_over(&mut self, reason: Reason) -> bool {
        let is_boundless = matches!(reason, Reason::TooManyNodes { .. });
        self.documents.push(Document { index: self.index, root: Err(reason) });
        self.index += 1;
        self.broken += 1;
        !is_boundless && self.broken < BROKEN_LIMIT
    }
}

fn options(text: &str) -> Options {
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.flow_nesting_limit = DEPTH_LIMIT;
    options.block_nesting_limit = DEPTH_LIMIT;
    if text.trim_start().starts_with(['{', '[']) {
        // Kubernetes reads this as JSON, whose keys may be of any length.
        options.simple_key_max_lookahead = JSON_KEY_LIMIT;
    }
    options
}

fn syntax(error: &ScanError, origin: Origin) -> Reason {
    let marker = error.marker();
    let (line, column) = origin.locate(marker.line(), marker.col());
    if matches!(error.kind(), ErrorKind::RecursionLimitExceeded) {
        return Reason::TooDeep { line };
    }
    // Its messages name what was expected, and never quote more than one character of the file.
    Reason::Syntax { line, column: column + 1, message: error.info() }
}

/// A collection whose end has not come yet.
struct Frame<'a> {
    anchor: usize,
    line: usize,
    column: usize,
    /// How deep what it holds goes, and of how many nodes it consists, aliases written out.
    extent: Extent,
    /// The line of the last key, in a mapping.
    key_line: usize,
    content: Content<'a>,
}

enum Content<'a> {
    Sequence(Vec<Node<'a>>),
    Mapping(Vec<Member<'a>>, Option<PendingKey<'a>>),
}

enum PendingKey<'a> {
    Merge,
    Named(Key<'a>),
}

#[derive(Clone, Copy)]
struct Extent {
    height: usize,
    nodes: usize,
}

#[derive(Default)]
struct Builder<'a> {
    origin: Origin,
    frames: Vec<Frame<'a>>,
    anchors: BTreeMap<usize, (Rc<Node<'a>>, Extent)>,
    root: Option<Node<'a>>,
}

impl From<Origin> for Builder<'_> {
    fn from(origin: Origin) -> Self {
        Self { origin, ..Self::default() }
    }
}

impl<'a> Builder<'a> {
    fn take(&mut self, event: Event<'a>, span: Span) -> Result<(), Reason> {
        let (line, column) = self.origin.locate(span.start.line(), span.start.col());
        let column = column + 1;
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_merge = style == ScalarStyle::Plain && tag.is_none() && text == "<<";
                let is_string = is_string(&text, style, tag.as_deref());
                let line = self.line_of(style).unwrap_or(line);
                let node = Node { line, column, value: Value::Scalar(text, is_string) };
                self.complete(node, anchor, Extent { height: 1, nodes: 1 }, is_merge)
            }
            Event::SequenceStart(_, anchor, _) => {
                self.open(anchor, line, column, Content::Sequence(Vec::new()))
            }
            Event::MappingStart(_, anchor, _) => {
                self.open(anchor, line, column, Content::Mapping(Vec::new(), None))
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(id) => {
                let Some((node, extent)) = self.anchors.get(&id) else {
                    return Err(Reason::AliasOfItself { line });
                };
                let (value, extent) = (Value::Shared(Rc::clone(node)), *extent);
                self.complete(Node { line, column, value }, 0, extent, false)
            }
            _ => Ok(()),
        }
    }

    /// A block of text is found at its key: the parser names the line after it.
    fn line_of(&self, style: ScalarStyle) -> Option<usize> {
        let frame = self.frames.last()?;
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let is_value = matches!(frame.content, Content::Mapping(_, Some(_)));
        (is_block && is_value).then_some(frame.key_line)
    }

    fn open(
        &mut self,
        anchor: usize,
        line: usize,
        column: usize,
        content: Content<'a>,
    ) -> Result<(), Reason> {
        if let Some(Frame { content: Content::Mapping(_, None), .. }) = self.frames.last() {
            return Err(Reason::KeyNotText { line });
        }
        if self.frames.len() >= DEPTH_LIMIT {
            return Err(Reason::TooDeep { line });
        }
        self.frames.push(Frame {
            anchor,
            line,
            column,
            extent: Extent { height: 1, nodes: 1 },
            key_line: line,
            content,
        });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Reason> {
        let Some(Frame { anchor, line, column, extent, content, .. }) = self.frames.pop() else {
            return Ok(());
        };
        let value = match content {
            Content::Sequence(items) => Value::Sequence(items),
            Content::Mapping(members, _) => Value::Mapping(members),
        };
        self.complete(Node { line, column, value }, anchor, extent, false)
    }

    fn complete(
        &mut self,
        mut node: Node<'a>,
        anchor: usize,
        extent: Extent,
        is_merge: bool,
    ) -> Result<(), Reason> {
        let (line, column) = (node.line, node.column);
        if anchor != 0 {
            let shared = Rc::new(node);
            self.anchors.insert(anchor, (Rc::clone(&shared), extent));
            node = Node { line, column, value: Value::Shared(shared) };
        }
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        frame.extent.nodes = frame.extent.nodes.saturating_add(extent.nodes);
        frame.extent.height = frame.extent.height.max(extent.height + 1);
        if frame.extent.nodes > NODE_LIMIT {
            return Err(Reason::TooManyNodes { line });
        }
        if frame.extent.height > DEPTH_LIMIT {
            return Err(Reason::TooDeep { line });
        }
        match &mut frame.content {
            Content::Sequence(items) => items.push(node),
            Content::Mapping(members, pending) => match pending.take() {
                Some(PendingKey::Merge) => members.push(Member { key: None, value: node }),
                Some(PendingKey::Named(key)) => {
                    members.push(Member { key: Some(key), value: node });
                }
                None if is_merge => *pending = Some(PendingKey::Merge),
                None => {
                    frame.key_line = line;
                    *pending = Some(PendingKey::Named(key_of(node)?));
                }
            },
        }
        Ok(())
    }
}

fn key_of(node: Node<'_>) -> Result<Key<'_>, Reason> {
    let line = node.line;
    match node.value {
        Value::Scalar(text, _) => Ok(Key { text }),
        Value::Shared(shared) => match shared.value() {
            Value::Scalar(text, _) => Ok(Key { text: text.clone() }),
            _ => Err(Reason::KeyNotText { line }),
        },
        _ => Err(Reason::KeyNotText { line }),
    }
}

fn is_string(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> bool {
    match tag.and_then(Tag::core_suffix) {
        Some("str" | "binary") => true,
        Some(_) => scalar::is_string(text),
        None => style != ScalarStyle::Plain || scalar::is_string(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> Reason {
        let document = read_documents(text).into_iter().find(|document| document.root.is_err());
        document.unwrap().root.unwrap_err()
    }

    fn good(text: &str) -> Vec<usize> {
        let good = read_documents(text).into_iter().filter(|document| document.root.is_ok());
        good.map(|document| document.index).collect()
    }

    #[test]
    fn empty_documents_are_counted_and_left_out() {
        assert_eq!(good("---\n# nothing\n---\na: 1\n---\nb: 1\n"), [1, 2]);
        assert_eq!(good("a: 1\n---\n---\nb: 1\n"), [0, 2]);
        assert!(good("").is_empty());
    }

    #[test]
    fn json_is_yaml() {
        assert_eq!(good(&format!("{{\"{}\": 1}}", "x".repeat(5000))), [0]);
        assert_eq!(good("{\n\t\"a\": [1, \"b\\/c\", {\"d\": null}]\n}\n"), [0]);
    }

    #[test]
    fn json_objects_after_one_another_are_documents() {
        let documents = read_documents("{\"a\": 1}\n{\"b\":\n 2} {\"c\": 3}\n---\nd: 4\n");
        let place = |path: &str| {
            documents.iter().find_map(|document| {
                let node = document.root.as_ref().unwrap().get(path)?;
                Some((document.index, node.line, node.column))
            })
        };
        assert_eq!(
            ["a", "b", "c", "d"].map(place),
            [Some((0, 1, 7)), Some((1, 3, 2)), Some((2, 3, 11)), Some((3, 5, 4)),]
        );
    }

    #[test]
    fn places_of_what_is_wrong_count_from_the_top_of_the_file() {
        let wrong = reason("{}\n{}\n{\"a\": [}");
        assert!(matches!(wrong, Reason::Syntax { line: 3, column: 7, .. }), "{wrong:?}");
        assert_eq!(good("{}\n{}\n{\"a\": [}"), [0, 1]);
        assert!(matches!(reason("{}{\n[]: 1}"), Reason::KeyNotText { line: 2 }));
    }

    #[test]
    fn crlf_and_tags_and_directives_are_read() {
        assert_eq!(good("%YAML 1.1\r\n---\r\na: !!str 1\r\nb: !x y\r\n"), [0]);
    }

    #[test]
    fn document_after_a_broken_one_is_read() {
        let text = "a: [\n---\nb: 1\n";
        assert_eq!(good(text), [1]);
        assert!(matches!(reason(text), Reason::Syntax { .. }));
    }

    #[test]
    fn braces_of_a_template_are_a_key_that_is_no_text() {
        assert_eq!(reason("a: {{ .Values.x }}\n"), Reason::KeyNotText { line: 1 });
        assert_eq!(reason("? [a]\n: b\n"), Reason::KeyNotText { line: 1 });
    }

    #[test]
    fn a_billion_laughs_cost_nothing() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let before = level - 1;
            let aliases = vec![format!("*a{before}"); 10].join(", ");
            text = format!("{text}a{level}: &a{level} [{aliases}]\n");
        }
        assert!(matches!(reason(&text), Reason::TooManyNodes { .. }));
    }

    #[test]
    fn depth_is_limited_in_either_style_and_through_aliases() {
        assert!(matches!(reason(&"[".repeat(100_000)), Reason::TooDeep { .. }));
        assert!(matches!(reason(&"{a: ".repeat(100_000)), Reason::TooDeep { .. }));
        assert!(matches!(reason(&"- ".repeat(100_000)), Reason::TooDeep { .. }));
        let chain: Vec<String> = (1..1000).map(|i| format!("- &a{i} [*a{}]", i - 1)).collect();
        let chain = format!("- &a0 x\n{}", chain.join("\n"));
        assert!(matches!(reason(&chain), Reason::TooDeep { .. }));
    }

    #[test]
    fn what_is_as_deep_as_the_limit_is_read() {
        let list = |depth: usize| "- ".repeat(depth) + "x";
        let flow = |depth: usize| format!("{}x{}", "[".repeat(depth), "]".repeat(depth));
        let aliased = |depth: usize| format!("[&a {}, [*a]]", flow(depth - 2));
        assert_eq!(good(&list(DEPTH_LIMIT - 1)), [0]);
        assert!(matches!(reason(&list(DEPTH_LIMIT)), Reason::TooDeep { .. }));
        assert_eq!(good(&aliased(DEPTH_LIMIT - 1)), [0]);
        assert!(matches!(reason(&aliased(DEPTH_LIMIT)), Reason::TooDeep { .. }));
    }

    #[test]
    fn what_has_as_many_nodes_as_the_limit_is_read() {
        // A list of 999 is a thousand nodes, and the root is one.
        let thousand = format!("[{}]", vec!["x"; 999].join(", "));
        let aliases = vec!["*a"; NODE_LIMIT / 1000 - 2].join(", ");
        let text = |more: usize| {
            format!("[&a {thousand}, {aliases}, {}]", vec!["x"; 999 + more].join(", "))
        };
        assert_eq!(good(&text(0)), [0]);
        assert_eq!(reason(&text(1)), Reason::TooManyNodes { line: 1 });
    }

    #[test]
    fn a_file_with_many_broken_documents_is_given_up() {
        let text = "a: [\n---\n".repeat(100);
        assert_eq!(read_documents(&text).len(), BROKEN_LIMIT);
        let few = "a: [\n---\n".repeat(BROKEN_LIMIT - 1) + "b: 1\n";
        assert_eq!(good(&few), [BROKEN_LIMIT - 1]);
    }

    #[test]
    fn what_follows_a_document_without_bounds_is_not_read() {
        let thousand = format!("[{}]", vec!["x"; 1000].join(", "));
        let aliases = vec!["*a"; NODE_LIMIT / 1000].join(", ");
        let text = format!("[&a {thousand}, {aliases}]\n---\nb: 1\n");
        let documents = read_documents(&text);
        assert_eq!(documents.len(), 1);
        assert!(matches!(documents[0].root, Err(Reason::TooManyNodes { .. })));
    }

    #[test]
    fn a_key_may_have_an_anchor_or_be_an_alias() {
        let documents = read_documents("&k a: 1\nb: {*k : 2}\n");
        let root = documents[0].root.as_ref().unwrap();
        assert_eq!(root.get("a").and_then(Node::scalar), Some("1"));
        assert_eq!(root.at(&["b", "a"]).and_then(Node::scalar), Some("2"));
        assert_eq!(reason("&k [a]: 1\n"), Reason::KeyNotText { line: 1 });
    }

    #[test]
    fn an_alias_inside_its_own_node_is_refused() {
        assert_eq!(reason("a: &x [*x]\n"), Reason::AliasOfItself { line: 1 });
    }

    #[test]
    fn places_count_from_one() {
        let documents = read_documents("a:\n  b: c\n");
        let node = documents[0].root.as_ref().unwrap().at(&["a", "b"]).unwrap();
        assert_eq!((node.line, node.column), (2, 6));
        let documents = read_documents("a:\n  b: |\n    c\n");
        assert_eq!(documents[0].root.as_ref().unwrap().at(&["a", "b"]).unwrap().line, 2);
    }
}
