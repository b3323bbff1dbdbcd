//! The text of a registries.toml to a config or its problems.

use regrender_diagnostic::{Diagnostic, withhold};
use toml::de::DeTable;

use crate::check::check;
use crate::decode::decode;
use crate::{Config, syntax};

/// What became of a text.
#[derive(Clone, Debug)]
#[must_use]
pub struct Parsed {
    /// The config: there exactly when no problem is an error.
    pub config: Option<Config>,
    /// Everything that is wrong or doubtful, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses the text of a registries.toml and collects all its problems.
pub fn parse(text: &str) -> Parsed {
    let conflicts = syntax::merge_conflicts(text);
    if !conflicts.is_empty() {
        return Parsed { config: None, diagnostics: conflicts };
    }
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut problems = syntax::problems(text, root.get_ref(), errors);
    // A table that was cut off by a syntax error would seem to lack keys.
    let config = if problems.iter().all(|problem| problem.code == syntax::DUPLICATE_KEY) {
        let raw = decode(root.get_ref(), text, &mut problems);
        check(&raw, &mut problems)
    } else {
        None
    };
    withhold(&mut problems, text);
    problems.sort_by_key(|problem| problem.position().unwrap_or(usize::MAX));
    let config = config.filter(|_| !problems.iter().any(Diagnostic::is_error));
    Parsed { config, diagnostics: problems }
}
