//! The tokens of a YAML text, and where they stand.

use granit_parser::{
    ErrorKind, Marker, ScalarStyle, ScanError, Scanner, StrInput, TokenType, options,
};

use super::{DEPTH_LIMIT, ParseError, ParseProblem};

/// A place in a text: bytes from its start, and line and column counted from zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) index: isize,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind<'a> {
    StreamStart,
    StreamEnd,
    Directive,
    DocumentStart,
    DocumentEnd,
    SequenceStart,
    MappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    /// The dash before an item.
    Entry,
    /// The comma in a flow collection.
    Comma,
    Key,
    Value,
    Alias(String),
    Anchor(String),
    /// A tag, with `!!` for the tags of YAML itself.
    Tag(String),
    Scalar(ScalarStyle, std::borrow::Cow<'a, str>),
}

/// A token and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind<'a>,
    pub(super) start: Mark,
    pub(super) end: Mark,
    /// The step with which the reader comes to know this token.
    pub(super) step: usize,
}

/// What a reader does at once: it reads a token that has a text of its own.
///
/// The blocks that begin or end there become known with it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// The position of the token among all tokens.
    pub(super) index: usize,
    /// The column of the block that begins.
    pub(super) opens: Option<usize>,
}

/// The tokens of a text.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    pub(super) list: Vec<Token<'a>>,
    pub(super) steps: Vec<Step>,
}

impl Kind<'_> {
    /// Says whether a token ends the document before it.
    pub(super) fn ends_document(&self) -> bool {
        matches!(self, Self::StreamEnd | Self::DocumentStart | Self::DocumentEnd)
    }
}

impl Token<'_> {
    /// Says whether the token has a text of its own, or only follows from others.
    pub(super) fn has_text(&self) -> bool {
        match self.kind {
            Kind::SequenceStart | Kind::MappingStart | Kind::BlockEnd => false,
            Kind::Key => self.end.index > self.start.index,
            _ => true,
        }
    }
}

/// Takes `text` apart.
pub(super) fn tokens(text: &str) -> Result<Tokens<'_>, ParseError> {
    let options = options! {
        emit_comments: false,
        flow_nesting_limit: DEPTH_LIMIT,
        block_nesting_limit: DEPTH_LIMIT,
        // As Go's reader has it.
        block_scalar_eof_without_line_feed: true,
    };
    let mut list = Vec::new();
    let mut last_end = Mark::default();
    let mut flow_depth = 0_usize;
    for token in Scanner::with_options(StrInput::new(text), options) {
        let (span, kind) = token.map_err(|error| scan_error(text, &error))?.into_parts();
        let (mut start, mut end) = (mark(span.start), mark(span.end));
        let kind = kind_of(kind, start)?;
        match kind {
            // A pair that is an item of a list is a mapping to the scanner; its key says as much.
            Kind::FlowMappingStart | Kind::FlowMappingEnd if start.index == end.index => continue,
            // The scanner gives the place behind the dash, and no width to a colon.
            Kind::Entry => {
                start = sign_behind(text, last_end, b"-");
                end = behind(start);
            }
            // For a block it gives the place of the text.
            Kind::Scalar(ScalarStyle::Literal | ScalarStyle::Folded, _) => {
                start = sign_behind(text, last_end, b"|>");
            }
            Kind::Alias(ref name) | Kind::Anchor(ref name) => check_name(name, start)?,
            Kind::Scalar(ScalarStyle::Plain, ref value) if flow_depth > 0 => {
                check_question_mark(value, start)?;
            }
            Kind::Scalar(ScalarStyle::DoubleQuoted, _) => check_escapes(text, start, end)?,
            Kind::FlowSequenceStart | Kind::FlowMappingStart => flow_depth += 1,
            Kind::FlowSequenceEnd | Kind::FlowMappingEnd => {
                flow_depth = flow_depth.saturating_sub(1);
            }
            Kind::Tag(_) if !is_separate(text, end) => return Err(ParseProblem::Syntax.at(start)),
            Kind::Value => {
                end = behind(start);
                check_colon(text, list.last(), end)?;
            }
            _ => {}
        }
        let token = Token { kind, start, end, step: 0 };
        if token.has_text() {
            last_end = end;
        }
        list.push(token);
    }
    let steps = number_steps(&mut list);
    Ok(Tokens { list, steps })
}

fn mark(marker: Marker) -> Mark {
    let index = marker.byte_offset().unwrap_or(marker.index());
    Mark {
        index: isize::try_from(index).unwrap_or(isize::MAX),
        line: marker.line().saturating_sub(1),
        column: marker.col(),
    }
}

/// Refuses a colon between a plain key and a comma or bracket, as in `[a:, b]`: it belongs to the
/// text before it in YAML 1.1 and in Go's reader, and makes a pair in YAML 1.2.
fn check_colon(text: &str, before: Option<&Token<'_>>, end: Mark) -> Result<(), ParseError> {
    let follows_plain =
        before.is_some_and(|token| matches!(token.kind, Kind::Scalar(ScalarStyle::Plain, _)));
    if follows_plain && !is_separate(text, end) {
        return Err(ParseProblem::Syntax.at(end));
    }
    Ok(())
}

/// Refuses a question mark within brackets, as in `[a?b]` and `{?a: b}`: YAML 1.2 takes it for a part
/// of the text, Go's reader for the mark of a key.
fn check_question_mark(value: &str, start: Mark) -> Result<(), ParseError> {
    if value.contains('?') { Err(ParseProblem::QuestionMark.at(start)) } else { Ok(()) }
}

/// Refuses the escape that only YAML 1.2 knows: `\/`.
fn check_escapes(text: &str, start: Mark, end: Mark) -> Result<(), ParseError> {
    let range = usize::try_from(start.index).ok().zip(usize::try_from(end.index).ok());
    let mut bytes = range.and_then(|(start, end)| text.get(start..end)).unwrap_or_default().bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'\\' && bytes.next() == Some(b'/') {
            return Err(ParseProblem::Escape.at(start));
        }
    }
    Ok(())
}

/// Refuses the names that YAML 1.2 allows and Go's reader cuts in two.
fn check_name(name: &str, start: Mark) -> Result<(), ParseError> {
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if name.bytes().all(is_known) { Ok(()) } else { Err(ParseProblem::Syntax.at(start)) }
}

fn is_separate(text: &str, end: Mark) -> bool {
    let next = usize::try_from(end.index).ok().and_then(|end| text.as_bytes().get(end));
    next.is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
}

fn behind(mark: Mark) -> Mark {
    Mark { index: mark.index + 1, column: mark.column + 1, ..mark }
}

/// Finds the sign that follows `mark`: only spaces, line ends and comments can stand between.
fn sign_behind(text: &str, mut mark: Mark, signs: &[u8]) -> Mark {
    let from = usize::try_from(mark.index).unwrap_or(0);
    let mut in_comment = false;
    let mut bytes = text.as_bytes().get(from..).unwrap_or_default().iter().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            sign if signs.contains(sign) && !in_comment => break,
            b'#' => in_comment = true,
            b'\n' | b'\r' => in_comment = false,
            _ => {}
        }
        mark.index += 1;
        mark.column += 1;
        if *byte == b'\n' || *byte == b'\r' && bytes.peek() != Some(&&b'\n') {
            mark.line += 1;
            mark.column = 0;
        }
    }
    mark
}

fn kind_of(kind: TokenType<'_>, start: Mark) -> Result<Kind<'_>, ParseError> {
    Ok(match kind {
        TokenType::StreamStart => Kind::StreamStart,
        TokenType::StreamEnd => Kind::StreamEnd,
        // Go's reader knows the version of its time only.
        TokenType::VersionDirective(major, minor) if (major, minor) != (1, 1) => {
            return Err(ParseProblem::Directive.at(start));
        }
        // A handle declared here could make any tag mean another; nobody needs that.
        TokenType::TagDirective(..) | TokenType::ReservedDirective(..) => {
            return Err(ParseProblem::Directive.at(start));
        }
        TokenType::VersionDirective(..) => Kind::Directive,
        TokenType::DocumentStart => Kind::DocumentStart,
        TokenType::DocumentEnd => Kind::DocumentEnd,
        TokenType::BlockSequenceStart => Kind::SequenceStart,
        TokenType::BlockMappingStart => Kind::MappingStart,
        TokenType::BlockEnd => Kind::BlockEnd,
        TokenType::FlowSequenceStart => Kind::FlowSequenceStart,
        TokenType::FlowSequenceEnd => Kind::FlowSequenceEnd,
        TokenType::FlowMappingStart => Kind::FlowMappingStart,
        TokenType::FlowMappingEnd => Kind::FlowMappingEnd,
        TokenType::BlockEntry => Kind::Entry,
        TokenType::FlowEntry => Kind::Comma,
        TokenType::Key => Kind::Key,
        TokenType::Value => Kind::Value,
        TokenType::Alias(name) => Kind::Alias(name.into_owned()),
        TokenType::Anchor(name) => Kind::Anchor(name.into_owned()),
        TokenType::Tag(handle, suffix) => {
            check_tag(&handle, &suffix, start)?;
            Kind::Tag(tag(&handle, &suffix))
        }
        TokenType::Scalar(style, text) => Kind::Scalar(style, text),
        _ => return Err(ParseProblem::Syntax.at(start)),
    })
}

/// Refuses handles that nothing declares, and a number sign, which is no part of a tag to Go's reader.
fn check_tag(handle: &str, suffix: &str, start: Mark) -> Result<(), ParseError> {
    if matches!(handle, "" | "!" | "!!") && !suffix.contains('#') {
        Ok(())
    } else {
        Err(ParseProblem::UnsupportedTag.at(start))
    }
}

fn tag(handle: &str, suffix: &str) -> String {
    let whole = format!("{handle}{suffix}");
    match whole.strip_prefix("tag:yaml.org,2002:") {
        Some(name) => format!("!!{name}"),
        None => whole,
    }
}

/// Finds out which tokens become known together.
fn number_steps(list: &mut [Token<'_>]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut opens = None;
    for (index, token) in list.iter_mut().enumerate() {
        // A block begins and ends with the text that follows.
        token.step = steps.len();
        if matches!(token.kind, Kind::SequenceStart | Kind::MappingStart) {
            opens = Some(token.start.column);
        }
        if token.has_text() {
            steps.push(Step { index, opens: opens.take() });
        }
    }
    steps
}

fn scan_error(text: &str, error: &ScanError) -> ParseError {
    let mark = mark(*error.marker());
    let rest = usize::try_from(mark.index).ok().and_then(|index| text.get(index..));
    let problem = match error.kind() {
        // A byte order mark behind the beginning cannot be seen.
        _ if rest.is_some_and(|rest| rest.starts_with('\u{feff}')) => ParseProblem::Character,
        ErrorKind::RecursionLimitExceeded => ParseProblem::TooDeep,
        ErrorKind::TabNotAllowed | ErrorKind::TabInBlockIndentation => ParseProblem::Tab,
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::MisplacedFlowCollectionEnd
        | ErrorKind::MismatchedFlowCollectionEnd { .. } => ParseProblem::Bracket,
        _ => ParseProblem::Syntax,
    };
    problem.at(mark)
}
