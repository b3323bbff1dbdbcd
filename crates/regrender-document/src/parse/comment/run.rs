//! Comments on lines of their own that follow each other, while they are read.

use super::{Finder, Previous, Remark};
use crate::parse::token::Mark;

/// Comments that follow each other, while they are read.
pub(super) struct Run {
    scan: Mark,
    token: Mark,
    start: Mark,
    /// Where the reader looks.
    pub(super) place: Mark,
    /// The line on which a comment belongs to what stands before it.
    foot_line: Option<usize>,
    next_indent: usize,
    is_after_value: bool,
    /// No empty line was seen.
    is_unbroken: bool,
    /// The last line was empty.
    is_after_empty: bool,
    pub(super) text: String,
}

impl Run {
    pub(super) fn new(finder: &Finder<'_>, scan: Mark, previous: &Previous) -> Option<Self> {
        let line_ends = finder.line_ends_before();
        let foot_line = (scan.line > 0).then(|| {
            // Where something else stands on the line of the comment, the next line counts.
            let is_behind = line_ends == 0 && finder.mark.column > 1;
            (finder.mark.line + 1 + usize::from(is_behind)).saturating_sub(line_ends)
        });
        Some(Self {
            scan,
            token: previous.start?,
            start: Mark::default(),
            place: finder.mark,
            foot_line,
            next_indent: finder.indents.last().copied().unwrap_or(0),
            is_after_value: previous.is_value,
            is_unbroken: line_ends <= 1,
            is_after_empty: false,
            text: String::new(),
        })
    }

    /// Decides at the end of an empty line, or of all, whether the comments so far stand below
    /// what is before them.
    pub(super) fn end_line(&mut self, remarks: &mut Vec<Remark>, here: Mark, closes: bool) {
        if self.is_after_empty && !closes {
            return;
        }
        let is_out = self.start.column <= self.next_indent;
        let is_foot = Some(self.start.line) == self.foot_line && !self.is_after_value;
        if closes || self.is_unbroken && (is_foot || is_out) {
            if is_out && !self.text.is_empty() {
                // It is indented less, and so has nothing to do with the token before.
                self.token = self.start;
            }
            self.end_below(remarks, here);
        }
    }

    pub(super) fn next_line(&mut self) {
        self.is_unbroken = false;
        self.is_after_empty = true;
        self.place.column = 0;
    }

    /// Says whether something less indented begins, to which the comments do not belong.
    pub(super) fn is_left(&self, here: Mark) -> bool {
        here.column <= self.next_indent && here.column != self.start.column
    }

    pub(super) fn begin_comment(&mut self, here: Mark) {
        if self.text.is_empty() {
            self.start = here;
        } else {
            self.text.push('\n');
        }
        self.is_after_empty = false;
    }

    /// Ends the comments so far as some that stand below a token.
    pub(super) fn end_below(&mut self, remarks: &mut Vec<Remark>, here: Mark) {
        if self.text.is_empty() {
            return;
        }
        let foot = std::mem::take(&mut self.text);
        let (scan, token, start) = (self.scan, self.token, self.start);
        remarks.push(Remark { scan, token, start, end: here, foot, ..Remark::default() });
        self.scan = here;
        self.token = here;
    }

    /// Ends the comments as some that stand above what follows.
    pub(super) fn end_above(self, remarks: &mut Vec<Remark>, end: Mark) {
        if !self.text.is_empty() {
            let (scan, start, head) = (self.scan, self.start, self.text);
            remarks.push(Remark { scan, token: start, start, end, head, ..Remark::default() });
        }
    }
}
