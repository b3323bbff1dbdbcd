//! One problem of a text: what is wrong, where, and the way out.

use crate::Span;
use crate::mask::mask_line;

/// One problem of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Diagnostic {
    /// The stable name of this kind of problem, in kebab-case.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one line; names the thing, never a secret.
    pub title: String,
    /// The places that matter: the one to change, and those it disagrees with.
    pub labels: Vec<Label>,
    /// Facts that explain the problem.
    pub notes: Vec<String>,
    /// Ways out, each an imperative that can be followed as written.
    pub helps: Vec<String>,
    /// The change that solves it, if one is known.
    pub fix: Option<Fix>,
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing can be made from the text.
    Error,
    /// It probably means something else than its author thinks.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// Returns its name, in lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A place in the text and what it has to do with the problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is there; may be empty.
    pub text: String,
    /// Whether this is the place to change.
    pub primary: bool,
}

/// A change of the text that solves the problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What to replace.
    pub span: Span,
    /// What to put there.
    pub replacement: String,
    /// What the change does, as an imperative.
    pub title: String,
}

impl Fix {
    /// Says whether it may be shown: a change that would write `<masked>` into the file is none.
    pub(crate) fn may_be_shown(&self) -> bool {
        mask_line(&self.replacement) == self.replacement
    }
}

impl Diagnostic {
    /// Makes a problem without places.
    pub fn new(code: &'static str, severity: Severity, title: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            title: title.into(),
            labels: Vec::new(),
            notes: Vec::new(),
            helps: Vec::new(),
            fix: None,
        }
    }

    /// Adds the place to change.
    pub fn at(self, span: Span, text: impl Into<String>) -> Self {
        self.labeled(Label { span, text: text.into(), primary: true })
    }

    /// Adds a place that explains the problem.
    pub fn beside(self, span: Span, text: impl Into<String>) -> Self {
        self.labeled(Label { span, text: text.into(), primary: false })
    }

    fn labeled(mut self, label: Label) -> Self {
        self.labels.push(label);
        self
    }

    /// Adds a fact.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds a way out.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.helps.push(help.into());
        self
    }

    /// Sets the change that solves it.
    pub fn fix(
        mut self,
        span: Span,
        replacement: impl Into<String>,
        title: impl Into<String>,
    ) -> Self {
        self.fix = Some(Fix { span, replacement: replacement.into(), title: title.into() });
        self
    }

    /// Says whether nothing can be made from the text.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Returns where the place to change begins.
    #[must_use]
    pub fn position(&self) -> Option<usize> {
        let primary = self.labels.iter().find(|label| label.primary);
        primary.or(self.labels.first()).map(|label| label.span.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn position_is_that_of_the_place_to_change() {
        let problem =
            Diagnostic::new("code", Severity::Error, "title").beside(1..2, "").at(5..6, "");
        assert_eq!(problem.position(), Some(5));
    }

    #[test]
    fn a_problem_without_places_has_no_position() {
        assert_eq!(Diagnostic::new("code", Severity::Note, "title").position(), None);
    }

    #[test]
    fn only_errors_are_errors() {
        assert!(Diagnostic::new("code", Severity::Error, "title").is_error());
        assert!(!Diagnostic::new("code", Severity::Warning, "title").is_error());
        assert!(!Diagnostic::new("code", Severity::Note, "title").is_error());
    }
}
