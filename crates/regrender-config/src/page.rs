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
        let example = with_short_words(example);
        format!(
            "## {code}\n\n{severity}: {title}\n\n{why}\n\n```toml\n{example}```\n\nWay out: {way_out}\n"
        )
    }
}

/// Abbreviates the texts that no line holds: the keys of post-quantum recipients have two thousand
/// letters.
fn with_short_words(example: &str) -> String {
    const LONG: usize = 120;
    let short = |text: &str| match text.get(..32).zip(text.get(text.len().saturating_sub(12)..)) {
        Some((start, end)) if text.len() > LONG && !text.contains('\n') => {
            format!("{start}…{end}")
        }
        _ => text.to_owned(),
    };
    example.split('"').map(short).collect::<Vec<String>>().join("\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_line_holds_is_abbreviated() {
        let key = format!("age1pq1{}", "q".repeat(2000));
        let example = format!("recipients = [\"age1abc\", \"{key}\"]\n");
        assert_eq!(
            with_short_words(&example),
            "recipients = [\"age1abc\", \"age1pq1qqqqqqqqqqqqqqqqqqqqqqqqq…qqqqqqqqqqqq\"]\n"
        );
        let long = "a = 1\n".repeat(100);
        assert_eq!(with_short_words(&long), long);
        let key = "q".repeat(120);
        assert_eq!(with_short_words(&key), key);
    }
}
