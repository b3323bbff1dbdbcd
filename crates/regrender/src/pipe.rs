//! What another program hands over: standard input, or the pipe that a shell makes for `<(COMMAND)`.

use std::io;

use crate::error::{CliError, ErrorKind};

/// The name of standard input among the files to read, and of standard output as one to write.
pub(crate) const HYPHEN: &str = "-";

/// Standard input in a message.
pub(crate) const STDIN: &str = "standard input";

/// Standard input where everything else is a file.
pub(crate) const STDIN_AS_FILE: &str = "<stdin>";

/// Says that reading `name` failed.
pub(crate) fn unreadable(name: &str, error: io::Error) -> CliError {
    CliError::new(ErrorKind::Files, format!("{name} cannot be read")).with_source(error)
}

/// Says that nothing stands on `name`.
pub(crate) fn empty(name: &str) -> CliError {
    CliError::new(ErrorKind::Files, format!("{name} is empty"))
        .with_hint("see whether the program before the pipe failed")
}
