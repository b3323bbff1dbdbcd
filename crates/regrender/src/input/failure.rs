//! Why a file or a program gave nothing.

use std::fmt;

/// Why a file, or standard input, gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FileFailure {
    /// There is no such file.
    Missing,
    /// It is a folder.
    IsFolder,
    /// It holds more than the limit.
    TooLarge,
    /// It cannot be read, for the reason that the system gives.
    Unreadable(String),
}

/// Says what is wrong, to stand behind the name of the file.
impl fmt::Display for FileFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("is not there"),
            Self::IsFolder => f.write_str("is a folder"),
            Self::TooLarge => f.write_str("is larger than 1 MiB"),
            Self::Unreadable(reason) => write!(f, "cannot be read: {reason}"),
        }
    }
}

/// Why a program gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CommandFailure {
    /// There is no such program.
    Missing,
    /// It cannot be started, for the reason that the system gives.
    NotStarted(String),
    /// It failed.
    Failed {
        /// Its exit status or the signal that ended it.
        ending: String,
        /// What it said last on standard error, fit to be shown.
        said: Vec<String>,
    },
    /// It took longer than it may.
    Timeout,
    /// It printed more than the limit.
    TooLong,
}
