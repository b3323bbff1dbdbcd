//! What is said to people on standard error: prefixes, colour, and diagnostics with their place.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::Write as _;

use regrender_audit::visible;
use regrender_diagnostic::{Color, Diagnostic, SourceText, Style};

use crate::enumeration::LINES;
use crate::error::CliError;
use crate::world::World;

impl World {
    /// Says something worth knowing.
    pub(crate) fn note(&mut self, text: &str) {
        self.say("note", "\u{1b}[1;36m", text);
    }

    /// Says that something is probably not meant that way.
    pub(crate) fn warn(&mut self, text: &str) {
        self.say("warning", "\u{1b}[1;33m", text);
    }

    /// Says several such things.
    pub(crate) fn warn_of(&mut self, texts: impl IntoIterator<Item = String>) {
        for text in texts {
            self.warn(&text);
        }
    }

    /// Says what went wrong and what to do about it. What helps against several errors in a row is
    /// said once, below the last.
    pub(crate) fn errors(&mut self, errors: &[&CliError]) {
        for alike in errors.chunk_by(|one, next| one.hints == next.hints) {
            for error in alike.iter().take(LINES) {
                self.say("error", "\u{1b}[1;31m", &error.to_string());
            }
            if let Some(more) = alike.len().checked_sub(LINES).filter(|more| *more > 0) {
                self.say("error", "\u{1b}[1;31m", &format!("and {more} more of this kind"));
            }
            for hint in alike.first().into_iter().flat_map(|error| &error.hints) {
                self.say("  help", "\u{1b}[1;32m", hint);
            }
        }
    }

    /// Shows a problem of a text with its place.
    pub(crate) fn show(&mut self, diagnostic: &Diagnostic, source: &SourceText) {
        let color = if self.has_color() { Color::Always } else { Color::Never };
        let style = Style { color, width: self.terminal.width };
        let text = regrender_diagnostic::render(diagnostic, source, style);
        // Nobody is left to tell when standard error is closed.
        drop(writeln!(self.stderr, "{}\n", text.trim_end()));
    }

    /// Says whether standard error takes colour.
    pub(crate) fn has_color(&self) -> bool {
        self.terminal.stderr && takes_color(&self.environment)
    }

    fn say(&mut self, prefix: &str, color: &str, text: &str) {
        // Names of files, and of what is in them, may hold anything.
        let text = visible(text);
        let said = if self.has_color() {
            writeln!(self.stderr, "{color}{prefix}\u{1b}[0m: {text}")
        } else {
            writeln!(self.stderr, "{prefix}: {text}")
        };
        drop(said);
    }

    /// Prints data.
    pub(crate) fn print(&mut self, text: &str) -> Result<(), CliError> {
        self.stdout.write_all(text.as_bytes()).map_err(CliError::from_output)
    }
}

/// Says whether the environment lets a terminal have colour.
pub(crate) fn takes_color(environment: &BTreeMap<OsString, OsString>) -> bool {
    let is_set = |name: &str| environment.get(OsStr::new(name)).filter(|value| !value.is_empty());
    is_set("NO_COLOR").is_none() && is_set("TERM").is_none_or(|terminal| terminal != "dumb")
}
