//! What `regrender explain CODE` says of a kind of problem.

use regrender_diagnostic::{Diagnostic, Severity};

/// The page of one kind of problem.
#[derive(Debug)]
pub struct Page {
    /// Its stable name, in kebab-case.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub title: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// A part of a registries.toml that has the problem.
    pub example: &'static str,
    /// What to do.
    pub way_out: &'static str,
}

impl Page {
    /// Makes a problem of this kind.
    pub(crate) fn problem(&self, title: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.code, self.severity, title)
    }

    /// Returns the page as Markdown, its title a heading of the second level.
    #[must_use]
    pub fn markdown(&self) -> String {
        let Self { code, severity, title, why, example, way_out } = self;
        let severity = severity.name();
        format!(
            "## {code}\n\n{severity}: {title}\n\n{why}\n\n```toml\n{example}```\n\nWay out: {way_out}\n"
        )
    }
}
