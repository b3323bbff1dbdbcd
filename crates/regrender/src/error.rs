//! A failed run: what happened, what to do about it, and the exit code.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;
use std::io;
use std::path::{MAIN_SEPARATOR, Path};

use regrender_diagnostic::{Diagnostic, SourceText, mask_line, to_json};
use serde_json::{Value, json};

/// Why a run failed.
#[derive(Debug)]
pub(crate) struct CliError {
    /// Decides the exit code.
    pub(crate) kind: ErrorKind,
    /// What happened, to which thing.
    pub(crate) message: String,
    /// What to do about it, as imperatives.
    pub(crate) hints: Vec<String>,
    /// What lies beneath.
    pub(crate) source: Option<Box<dyn Error + Send + Sync>>,
    /// The problems of registries.toml that it sums up.
    pub(crate) problems: Vec<Value>,
}

/// The kinds of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    /// registries.toml is wrong.
    Config,
    /// A credential or an identity cannot be obtained.
    Credentials,
    /// A file cannot be read or written, or is in the way.
    Files,
    /// The command line is wrong.
    Usage,
    /// Whoever read standard output has seen enough.
    ClosedPipe,
}

/// How a run ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is done.
    Done,
    /// What is on disk differs from what is declared, or something else was found that is wrong.
    Differs,
}

/// Everything that made a run fail.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) Vec<CliError>);

impl Failure {
    /// Fails with these errors, if there are any.
    ///
    /// # Errors
    ///
    /// All of them.
    pub(crate) fn of_any(mut errors: Vec<CliError>) -> Result<(), Self> {
        // Several steps of a run may come upon the same.
        let mut told = BTreeSet::new();
        errors.retain(|error| told.insert((error.to_string(), error.hints.clone())));
        if errors.is_empty() { Ok(()) } else { Err(Self(errors)) }
    }
}

impl From<CliError> for Failure {
    fn from(error: CliError) -> Self {
        Self(vec![error])
    }
}

impl Exit {
    /// Returns the exit code.
    #[must_use]
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Differs => 3,
        }
    }
}

impl CliError {
    /// Makes an error without hints.
    #[must_use]
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        // What was given for the name of a file may be a key.
        let message = mask_line(&message.into());
        Self { kind, message, hints: Vec::new(), source: None, problems: Vec::new() }
    }

    /// Adds a way out.
    #[must_use]
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds what lies beneath.
    #[must_use]
    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Adds what the system says lies beneath, and the way out of that.
    #[must_use]
    pub(crate) fn because_of(self, error: io::Error) -> Self {
        let hint = way_out(error.kind());
        self.with_source(error).with_hint(hint)
    }

    /// Makes the error of a file that a person named and that cannot be read.
    #[must_use]
    pub(crate) fn unreadable(name: &str, error: io::Error) -> Self {
        let hint = match error.kind() {
            io::ErrorKind::NotFound => "name a file that is there",
            io::ErrorKind::IsADirectory => "name a file in it",
            other => way_out(other),
        };
        let message = format!("`{name}` cannot be read");
        Self::new(ErrorKind::Files, message).with_source(error).with_hint(hint)
    }

    /// Adds the problems of a text that it sums up, and where there is more about the first error.
    #[must_use]
    pub(crate) fn with_problems(mut self, problems: &[Diagnostic], source: &SourceText) -> Self {
        let lines = problems.iter().map(|problem| to_json(problem, source));
        self.problems.extend(lines.filter_map(|line| serde_json::from_str::<Value>(&line).ok()));
        match problems.iter().find(|problem| problem.is_error()) {
            Some(first) => self.with_hint(format!("`regrender explain {}` says more", first.code)),
            None => self,
        }
    }

    /// Names files below `directory` as a person who stands there writes them. Those of identities
    /// keep their whole path, which says whose they are.
    #[must_use]
    pub(crate) fn seen_from(mut self, directory: &Path) -> Self {
        if self.kind == ErrorKind::Files {
            let above = format!("`{}{MAIN_SEPARATOR}", directory.display());
            self.message = self.message.replace(&above, "`");
        }
        self
    }

    /// Returns what programs read of it.
    pub(crate) fn to_json(&self) -> Value {
        json!({ "message": self.to_string(), "help": self.hints, "problems": self.problems })
    }

    /// Makes the error of standard output that takes no more.
    #[must_use]
    pub(crate) fn from_output(error: io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::BrokenPipe => ErrorKind::ClosedPipe,
            _ => ErrorKind::Files,
        };
        Self::new(kind, "standard output cannot be written").with_source(error)
    }

    /// Returns the exit code.
    #[must_use]
    pub(crate) fn exit_code(&self) -> u8 {
        match self.kind {
            ErrorKind::ClosedPipe => 0,
            ErrorKind::Config | ErrorKind::Credentials | ErrorKind::Files => 1,
            ErrorKind::Usage => 2,
        }
    }
}

/// Returns what a person can do about a file that the system does not read or write.
fn way_out(error: io::ErrorKind) -> &'static str {
    match error {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make room on the disk, and run it again"
        }
        io::ErrorKind::PermissionDenied => {
            "let the user who runs regrender read and write there, and run it again"
        }
        io::ErrorKind::ReadOnlyFilesystem => {
            "let the file system be written to, and run it again: it is mounted read-only"
        }
        io::ErrorKind::InvalidFilename => {
            "give it a shorter name: this file system takes none that long"
        }
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
            "name another place: a part of its path is a file and no folder"
        }
        io::ErrorKind::IsADirectory => "name another place, or move away the folder that is there",
        _ => "run it again; if that fails too, look what the system's log says of the disk",
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        let mut source = self.source.as_deref().map(|source| source as &dyn Error);
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

impl Error for CliError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_below_is_told_without_the_way_to_it() {
        let told = |message: &str| {
            let error = CliError::new(ErrorKind::Files, message);
            error.seen_from(Path::new("/folder")).message
        };
        let separator = MAIN_SEPARATOR;
        assert_eq!(
            told(&format!("`/folder{separator}a` leads to `/folder{separator}b`")),
            "`a` leads to `b`"
        );
        let identity = CliError::new(ErrorKind::Credentials, "`/folder/a` holds no identity");
        assert_eq!(
            identity.seen_from(Path::new("/folder")).message,
            "`/folder/a` holds no identity"
        );
        for message in
            ["`/folders/a` is no file", "`/folder` is no file", "`/a/folder/b` is no file"]
        {
            assert_eq!(told(message), message);
        }
    }

    #[test]
    fn what_several_steps_come_upon_is_told_once() {
        let error = |message: &str| CliError::new(ErrorKind::Files, message).with_hint("a way out");
        let all = vec![error("b"), error("a"), error("b"), CliError::new(ErrorKind::Files, "b")];
        let Err(Failure(told)) = Failure::of_any(all) else { panic!("these are errors") };
        let told: Vec<(String, usize)> =
            told.iter().map(|error| (error.to_string(), error.hints.len())).collect();
        assert_eq!(told, [("b".into(), 1), ("a".into(), 1), ("b".into(), 0)]);
    }
}
