//! Why a source gave nothing.

use super::docker_config::LoginError;
use super::helper::HelperFailure;
use super::sealed::SealedFailure;
use super::vault::failure::VaultFailure;
use crate::input::failure::{CommandFailure, FileFailure};

/// Why a source gave nothing. One variant is one fact; none holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SourceFailure {
    /// The environment variable is not set.
    VariableUnset {
        /// The one with a similar name that is set.
        similar: Option<String>,
    },
    /// The environment variable is set to nothing.
    VariableEmpty,
    /// A file, or standard input, gave nothing.
    File(FileFailure),
    /// Standard input is a terminal.
    StdinIsTerminal,
    /// A program gave nothing.
    Command(CommandFailure),
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

impl From<FileFailure> for SourceFailure {
    fn from(failure: FileFailure) -> Self {
        Self::File(failure)
    }
}
