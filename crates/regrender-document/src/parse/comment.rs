//! Which token a comment belongs to, as Go's YAML reader sees it.
//!
//! A comment stands above a token, at the end of its line, or below it; the reader decides by empty
//! lines and indentation while it looks for the next token. SOPS keeps comments where that reader
//! finds them, so what it decides is repeated here, with its looking ahead.

mod run;

use granit_parser::ScalarStyle;

use self::run::Run;
use super::token::{Kind, Mark, Step, Token, Tokens};
use super::{ParseProblem, tab};

/// How far the reader looks for a comment behind a token.
const REACH: usize = 512;

/// A comment, or several in a row.
#[derive(Debug, Default)]
pub(super) struct Remark {
    scan: Mark,
    /// The remark belongs to the first token that is read at or behind this place.
    token: Mark,
    start: Mark,
    end: Mark,
    pub(super) head: String,
    pub(super) line: String,
    pub(super) foot: String,
}

/// Finds the comments between the tokens.
pub(super) struct Finder<'a> {
    text: &'a str,
    /// Where the search goes on.
    mark: Mark,
    /// The columns of the blocks that are open.
    indents: Vec<usize>,
    flow_depth: usize,
    remarks: Vec<Remark>,
    /// How many remarks were handed out.
    taken: usize,
    /// A key may begin here, and so no tab may stand here.
    begins_key: bool,
    /// The last key stands on one line with its colon.
    is_simple_key: bool,
    /// The first tab or byte order mark that Go's reader does not take for a space.
    refused: Option<(isize, ParseProblem)>,
}

impl<'a> Finder<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            mark: Mark::default(),
            indents: Vec::new(),
            flow_depth: 0,
            remarks: Vec::new(),
            taken: 0,
            begins_key: true,
            is_simple_key: false,
            refused: None,
        }
    }

    /// Returns what stands between the tokens, or in an indentation, and cannot stand there.
    pub(super) fn refused(&self) -> Option<(usize, ParseProblem)> {
        let (index, problem) = self.refused?;
        Some((usize::try_from(index).ok()?, problem))
    }

    /// Hands out the remarks that belong to `token`, in order.
    pub(super) fn take(&mut self, token: &Token<'_>, mut give: impl FnMut(&Remark)) {
        while let Some(remark) = self.remarks.get_mut(self.taken) {
            if token.start.index < remark.token.index {
                return;
            }
            // What stands above the end of a block stands above what follows it.
            if !remark.head.is_empty() && token.kind == Kind::BlockEnd {
                return;
            }
            give(remark);
            *remark = Remark::default();
            self.taken += 1;
        }
    }

    /// Takes a step: reads up to the next token that has a text, and the end of its line.
    ///
    /// The ends of blocks that become known are moved before the comments that follow those blocks.
    pub(super) fn read(&mut self, tokens: &mut Tokens<'_>, step: usize) {
        let Some(Step { index, opens }) = tokens.steps.get(step).copied() else { return };
        let (Some(token), Some(before)) = (tokens.list.get(index), tokens.list.get(..index)) else {
            return;
        };
        let (start, end) = (token.start, token.end);
        let scan = self.mark;
        let known = before.iter().rev().filter(|token| token.step < step);
        let previous = Previous::of(known.take(2));
        if token.kind != Kind::StreamStart {
            self.read_gap(start, scan, &previous);
        }
        let line_mark = match token.kind {
            // A comment behind the colon belongs to the key, and one behind the comma to the item.
            Kind::Value if self.flow_depth == 0 => previous.start.unwrap_or(start),
            Kind::Comma => previous.start.unwrap_or(start),
            _ => start,
        };
        let mut marks = before.iter().rev().take_while(|token| !token.has_text());
        // Within brackets a tab may stand behind any colon.
        self.is_simple_key |= self.flow_depth == 0 && marks.any(|token| token.kind == Kind::Key);
        match token.kind {
            Kind::FlowSequenceStart | Kind::FlowMappingStart => self.flow_depth += 1,
            Kind::FlowSequenceEnd | Kind::FlowMappingEnd => {
                self.flow_depth = self.flow_depth.saturating_sub(1);
            }
            _ => {}
        }
        let ends_document = token.kind.ends_document();
        let ends_with_line = ends_document
            || matches!(token.kind, Kind::Entry | Kind::StreamStart | Kind::Directive);
        let style = match token.kind {
            Kind::Scalar(style, _) => Some(style),
            _ => None,
        };
        self.begins_key = self.begins_key_behind(&token.kind);
        self.close_blocks(tokens, index, ends_document, scan);
        self.indents.extend(opens);
        self.refuse_tabs(style, start, end);
        self.pass(style, start, end);
        if !ends_with_line {
            self.read_line_end(line_mark);
        }
    }

    /// Says whether a key may begin behind a token: there Go's reader refuses tabs.
    fn begins_key_behind(&mut self, kind: &Kind<'_>) -> bool {
        match kind {
            Kind::StreamStart
            | Kind::Entry
            | Kind::Scalar(ScalarStyle::Literal | ScalarStyle::Folded, _) => true,
            Kind::Key => self.flow_depth == 0,
            Kind::Value if self.flow_depth == 0 => !std::mem::take(&mut self.is_simple_key),
            _ => false,
        }
    }

    /// Finds the tabs inside of a scalar that Go's reader refuses.
    fn refuse_tabs(&mut self, style: Option<ScalarStyle>, start: Mark, end: Mark) {
        let from = usize::try_from(start.index).unwrap_or(0);
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        let parent = self.indents.last().copied();
        let found = match style {
            Some(ScalarStyle::Literal | ScalarStyle::Folded) => tab::in_block(rest, parent),
            Some(ScalarStyle::Plain) => {
                let length = usize::try_from(end.index - start.index).unwrap_or(0);
                tab::in_plain(rest, length, parent)
            }
            _ => None,
        };
        if let Some(offset) = found {
            self.refuse(start.index + signed(offset), ParseProblem::Tab);
        }
    }

    fn refuse(&mut self, index: isize, problem: ParseProblem) {
        self.refused.get_or_insert((index, problem));
    }

    fn close_blocks(
        &mut self,
        tokens: &mut Tokens<'_>,
        index: usize,
        ends_document: bool,
        scan: Mark,
    ) {
        let ends = tokens.list.get_mut(..index).unwrap_or_default().iter_mut().rev();
        let count = ends.take_while(|end| !end.has_text()).count();
        let mut block = before(scan);
        let mut is_outermost = false;
        for end in tokens.list.get_mut(index - count..index).unwrap_or_default() {
            let Some(indent) = (end.kind == Kind::BlockEnd).then(|| self.indents.pop()).flatten()
            else {
                continue;
            };
            // The blocks that only the end of the document ends do so at that end.
            if ends_document && indent <= self.mark.column && !is_outermost {
                is_outermost = true;
                block = before(self.mark);
            }
            block = self.block_end(block, indent);
            end.start = block;
        }
    }

    /// Returns where a block ends: before the comments behind it that are indented like it.
    fn block_end(&self, mut block: Mark, indent: usize) -> Mark {
        let mut stop = block.index;
        for remark in self.remarks.iter().rev() {
            if remark.end.index < stop {
                break;
            }
            if remark.start.column == indent + 1 {
                block = remark.start;
            }
            stop = remark.scan.index;
        }
        block
    }

    /// Goes to `target`, over spaces, line ends and comments.
    fn read_gap(&mut self, target: Mark, scan: Mark, previous: &Previous) {
        loop {
            while matches!(self.byte(0), b' ' | b'\t') {
                if self.byte(0) == b'\t' && self.begins_key && self.flow_depth == 0 {
                    self.refuse(self.mark.index, ParseProblem::Tab);
                }
                self.skip();
            }
            if self.mark.index >= target.index {
                break;
            }
            match self.byte(0) {
                b'#' => self.read_comments(scan, previous),
                b'\n' | b'\r' => {
                    self.skip_line();
                    self.begins_key = true;
                }
                // A byte order mark: nothing else that begins so stands between tokens. To Go's
                // reader it is a part of the text, unless the file begins with it, or with two.
                0xef => {
                    let above = usize::try_from(self.mark.index).ok();
                    let above = above.and_then(|index| self.text.get(..index));
                    if !matches!(above, Some("" | "\u{feff}")) {
                        self.refuse(self.mark.index, ParseProblem::Character);
                    }
                    self.mark.index += 3;
                }
                _ => break,
            }
        }
    }

    /// Reads the comment behind a token on its line.
    fn read_line_end(&mut self, token: Mark) {
        if self.line_ends_before() > 0 {
            return;
        }
        let blanks = self.rest().iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        if blanks >= REACH || self.byte(blanks) != b'#' {
            return;
        }
        for _ in 0..blanks {
            self.skip();
        }
        let line = self.read_comment();
        self.remarks.push(Remark { token, line, ..Remark::default() });
    }

    /// Reads comments on lines of their own.
    fn read_comments(&mut self, scan: Mark, previous: &Previous) {
        let Some(mut run) = Run::new(self, scan, previous) else { return };
        let mut peek = 0;
        while peek < REACH {
            run.place.column += 1;
            let byte = self.byte(peek);
            if matches!(byte, b' ' | b'\t') {
                peek += 1;
                continue;
            }
            let here = Mark { index: self.at(peek), ..run.place };
            let closes = matches!(byte, b']' | b'}');
            if closes || matches!(byte, b'\n' | b'\r' | 0) {
                run.end_line(&mut self.remarks, here, closes);
                if !matches!(byte, b'\n' | b'\r') {
                    break;
                }
                run.next_line();
                peek += 1;
                continue;
            }
            if run.is_left(here) {
                run.end_below(&mut self.remarks, here);
            }
            if byte != b'#' {
                break;
            }
            run.begin_comment(here);
            self.go_to(here.index);
            run.text.push_str(&self.read_comment());
            run.place = Mark { column: 0, ..self.mark };
            // The end of the line of the comment is no empty line.
            peek = 1;
        }
        let end = Mark { index: self.at(peek) - 1, ..run.place };
        run.end_above(&mut self.remarks, end);
    }

    /// Reads the rest of the line.
    fn read_comment(&mut self) -> String {
        let length = self.rest().iter().take_while(|byte| !matches!(byte, b'\n' | b'\r')).count();
        let from = usize::try_from(self.mark.index).unwrap_or(0);
        let text = self.text.get(from..from + length).unwrap_or_default();
        self.mark.index += signed(length);
        self.mark.column += text.chars().count();
        text.to_owned()
    }

    /// Goes to where the reader stands when it has read a token.
    fn pass(&mut self, style: Option<ScalarStyle>, start: Mark, end: Mark) {
        let is_block = matches!(style, Some(ScalarStyle::Literal | ScalarStyle::Folded));
        if is_block {
            self.read_block_header(start);
        }
        self.mark = end;
        // The end of a plain or block scalar shows only at what follows it.
        if is_block || style == Some(ScalarStyle::Plain) {
            self.skip_blank_lines();
        }
    }

    fn read_block_header(&mut self, start: Mark) {
        self.mark = start;
        while matches!(self.byte(0), b'|' | b'>' | b'+' | b'-' | b'0'..=b'9') {
            self.skip();
        }
        self.read_line_end(start);
    }

    fn skip_blank_lines(&mut self) {
        loop {
            match self.byte(0) {
                b' ' | b'\t' => self.skip(),
                b'\n' | b'\r' => self.skip_line(),
                _ => return,
            }
        }
    }

    /// Counts the line ends since the last character that is no space.
    fn line_ends_before(&self) -> usize {
        let index = usize::try_from(self.mark.index).unwrap_or(0);
        let mut count = 0;
        let mut last = 0;
        for byte in self.text.as_bytes().get(..index).unwrap_or_default().iter().rev() {
            match byte {
                b' ' | b'\t' => {}
                b'\r' if last == b'\n' => {}
                b'\n' | b'\r' => count += 1,
                _ => break,
            }
            last = *byte;
        }
        count
    }

    fn go_to(&mut self, index: isize) {
        while self.mark.index < index {
            match self.byte(0) {
                b'\n' | b'\r' => self.skip_line(),
                _ => self.skip(),
            }
        }
    }

    fn skip(&mut self) {
        self.mark.index += 1;
        self.mark.column += 1;
    }

    fn skip_line(&mut self) {
        self.mark.index += if self.rest().starts_with(b"\r\n") { 2 } else { 1 };
        self.mark.column = 0;
        self.mark.line += 1;
    }

    fn at(&self, offset: usize) -> isize {
        self.mark.index + signed(offset)
    }

    fn rest(&self) -> &'a [u8] {
        let index = usize::try_from(self.mark.index).unwrap_or(0);
        self.text.as_bytes().get(index..).unwrap_or_default()
    }

    /// Returns a byte ahead; there are zeros behind the end.
    fn byte(&self, offset: usize) -> u8 {
        self.rest().get(offset).copied().unwrap_or(0)
    }
}

/// What the reader knows of the tokens before the one it looks for.
#[derive(Clone, Copy, Debug, Default)]
struct Previous {
    /// Where the last token that is no comma began.
    start: Option<Mark>,
    is_value: bool,
}

impl Previous {
    fn of<'a>(mut tokens: impl Iterator<Item = &'a Token<'a>>) -> Self {
        let (last, other) = (tokens.next(), tokens.next());
        let kind = |token: Option<&Token<'_>>, kind: &Kind<'_>| {
            token.is_some_and(|token| token.kind == *kind)
        };
        let counted = if kind(last, &Kind::Comma) && other.is_some() { other } else { last };
        Self { start: counted.map(|token| token.start), is_value: kind(counted, &Kind::Value) }
    }
}

fn before(mark: Mark) -> Mark {
    Mark { index: mark.index - 1, ..mark }
}

fn signed(length: usize) -> isize {
    isize::try_from(length).unwrap_or(isize::MAX)
}
