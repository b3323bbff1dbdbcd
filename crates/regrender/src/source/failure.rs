//! Why a source gave nothing.

use super::bytes::SecretBytes;
use super::command::Ending;
use super::docker_config::LoginError;
use super::helper::HelperFailure;
use super::sealed::SealedFailure;
use super::vault::VaultFailure;

/// Why a source gave nothing. One variant is one fact; none holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The environment variable is not set.
    VariableUnset {
        /// The one with a similar name that is set.
        similar: Option<String>,
    },
    /// The environment variable is set to nothing.
    VariableEmpty,
    /// There is no such file.
    FileMissing,
    /// It is a folder.
    FileIsFolder,
    /// It holds more than the limit.
    TooLarge,
    /// It cannot be read, for the reason that the system gives.
    Unreadable(String),
    /// Standard input is a terminal.
    StdinIsTerminal,
    /// There is no such program.
    CommandMissing,
    /// The program cannot be started, for the reason that the system gives.
    CommandNotStarted(String),
    /// The command failed.
    CommandFailed {
        /// Its exit status or the signal that ended it.
        ending: String,
        /// What it said last on standard error, fit to be shown.
        said: Vec<String>,
    },
    /// The command took longer than it may.
    CommandTimeout,
    /// The command printed more than the limit.
    CommandTooLong,
    /// Asking takes the network or a program, and the run is offline.
    Offline,
    /// It is no docker config.
    DockerConfig(LoginError),
    /// A sealed file gave nothing.
    Sealed(SealedFailure),
    /// A credential helper gave nothing.
    Helper(HelperFailure),
    /// Vault gave nothing.
    Vault(VaultFailure),
}

impl Failure {
    /// Says what is wrong with a file that gave nothing, to stand behind its name.
    pub(crate) fn of_file(&self) -> String {
        match self {
            Self::FileMissing => String::from("is not there"),
            Self::FileIsFolder => String::from("is a folder"),
            Self::TooLarge => String::from("is larger than 1 MiB"),
            Self::Unreadable(reason) => format!("cannot be read: {reason}"),
            _ => String::from("cannot be read"),
        }
    }
}

/// Returns what a program printed that ended so, or says why it gave nothing; `said` is what it said
/// on standard error, fit to be shown.
pub(crate) fn printed(ending: Ending, said: Vec<String>) -> Result<SecretBytes, Failure> {
    Err(match ending {
        Ending::Printed(bytes) => return Ok(bytes),
        Ending::Missing => Failure::CommandMissing,
        Ending::NotStarted(reason) => Failure::CommandNotStarted(reason),
        Ending::Failed(ending) => Failure::CommandFailed { ending, said },
        Ending::Timeout => Failure::CommandTimeout,
        Ending::TooLong => Failure::CommandTooLong,
    })
}
