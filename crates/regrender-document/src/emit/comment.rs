//! Where comments are written.

use super::emitter::Emitter;
use super::style::LINE_ENDS;

/// Comments of one place, a line each, without the number sign.
pub(super) type Comments<'a> = Vec<&'a str>;

/// The comments that wait for a place where they can be written.
///
/// A place that has none of its own leaves those of an earlier place waiting.
#[derive(Default)]
pub(super) struct Pending<'a> {
    head: Comments<'a>,
    line: Comments<'a>,
    key_line: Comments<'a>,
    foot: Comments<'a>,
    tail: Comments<'a>,
}

impl<'a> Pending<'a> {
    /// Keeps comments that stand above something.
    pub(super) fn head(&mut self, comments: Comments<'a>) {
        replace(&mut self.head, comments);
    }

    /// Keeps comments that stand at the end of a line.
    pub(super) fn line(&mut self, comments: Comments<'a>) {
        replace(&mut self.line, comments);
    }

    /// Keeps comments that stand below something.
    pub(super) fn foot(&mut self, comments: Comments<'a>) {
        replace(&mut self.foot, comments);
    }

    /// Keeps comments that stand below the last pair of a mapping.
    pub(super) fn tail(&mut self, comments: Comments<'a>) {
        replace(&mut self.tail, comments);
    }

    /// Puts comments that were left over for the end of a line to the line of a key.
    pub(super) fn line_becomes_key_line(&mut self) {
        if !self.line.is_empty() {
            self.key_line = std::mem::take(&mut self.line);
        }
    }

    /// Puts comments of the line of a key behind its value, if that has none of its own.
    pub(super) fn key_line_becomes_line(&mut self, own: &Comments<'a>) {
        if own.is_empty() && !self.key_line.is_empty() {
            self.line = std::mem::take(&mut self.key_line);
        }
    }
}

fn replace<'a>(place: &mut Comments<'a>, comments: Comments<'a>) {
    if !comments.is_empty() {
        *place = comments;
    }
}

impl Emitter<'_> {
    /// Writes what waits to stand above something, and before that what ends a mapping.
    pub(super) fn head_comments(&mut self) {
        if !self.pending.tail.is_empty() {
            self.start_line();
            let comments = std::mem::take(&mut self.pending.tail);
            self.write_comments(&comments);
            self.foot_indent = Some(self.indent.unwrap_or(0));
        }
        if !self.pending.head.is_empty() {
            self.start_line();
            let comments = std::mem::take(&mut self.pending.head);
            self.write_comments(&comments);
        }
    }

    /// Writes what waits for the end of a line; says whether there was any.
    pub(super) fn line_comments(&mut self) -> bool {
        if self.pending.line.is_empty() {
            return false;
        }
        if !self.after_space {
            self.out.push(' ');
        }
        let comments = std::mem::take(&mut self.pending.line);
        self.write_comments(&comments);
        true
    }

    /// Writes what waits for the end of the line of a key.
    pub(super) fn key_line_comments(&mut self) {
        if self.pending.key_line.is_empty() {
            return;
        }
        std::mem::swap(&mut self.pending.line, &mut self.pending.key_line);
        self.line_comments();
        std::mem::swap(&mut self.pending.line, &mut self.pending.key_line);
    }

    /// Writes what waits to stand below something.
    pub(super) fn foot_comments(&mut self) {
        if self.pending.foot.is_empty() {
            return;
        }
        self.start_line();
        let comments = std::mem::take(&mut self.pending.foot);
        self.write_comments(&comments);
        self.foot_indent = Some(self.indent.unwrap_or(0));
    }

    fn write_comments(&mut self, comments: &[&str]) {
        for (index, comment) in comments.iter().enumerate() {
            if index > 0 {
                self.start_line();
            }
            self.write_comment(comment);
        }
        self.after_space = true;
    }

    /// Writes a comment; what some reader takes for the end of a line begins a new comment.
    fn write_comment(&mut self, comment: &str) {
        for (index, line) in comment.split(LINE_ENDS).enumerate() {
            if index == 0 {
                self.out.push('#');
            } else if line.is_empty() {
                continue;
            } else {
                self.start_line();
                if !line.starts_with('#') {
                    self.out.push_str("# ");
                }
            }
            self.out.push_str(line);
            self.end_line();
        }
    }
}
