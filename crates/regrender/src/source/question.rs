//! What to ask the outside world for the sources of a run. Equal questions are asked once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use regrender_config::{Source, SourceKind};
use regrender_remote::vault::Secret;

use super::bytes::SecretBytes;
use super::failure::Failure;
use super::helper::HelperLogin;
use super::sealed::Content;
use crate::World;

/// What to ask the outside world.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Question {
    /// An environment variable.
    Variable(String),
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
    /// A file that sops sealed.
    Sops(PathBuf),
    /// An age file.
    Age(PathBuf),
    /// A command.
    Command {
        /// The program and its arguments.
        arguments: Vec<String>,
        /// How long it may take.
        timeout: Duration,
    },
    /// A credential helper.
    Helper {
        /// Its program.
        program: String,
        /// The addresses to ask for, in order, until it has a credential for one.
        servers: Vec<String>,
        /// How long it may take for each.
        timeout: Duration,
    },
    /// A secret in Vault, by its path.
    Vault(String),
    /// Vault itself: what is wrong with all of its secrets.
    AllOfVault,
}

/// What a source gave.
#[derive(Debug)]
pub(crate) enum Given {
    /// A value, or a file.
    Bytes(SecretBytes),
    /// What a sealed file holds.
    Sealed(Content),
    /// A credential.
    Login(HelperLogin),
    /// A secret of Vault, with all of its fields.
    Secret(Secret),
}

/// What a question was answered.
pub(crate) type Answer = Result<Given, Failure>;

/// What all questions of a run were answered.
pub(crate) type Answers = BTreeMap<Question, Answer>;

impl Question {
    /// Returns the question to ask for `source`; a value in the file itself needs none.
    pub(crate) fn of(source: &Source, base: &Path, world: &World) -> Option<Self> {
        match &source.kind {
            SourceKind::Plain(_) => None,
            SourceKind::Env(name) => Some(Self::Variable(name.clone())),
            SourceKind::File { path, .. } => Some(Self::File(world.resolve(base, path))),
            SourceKind::Stdin { .. } => Some(Self::Stdin),
            SourceKind::Sops { path, .. } => Some(Self::Sops(world.resolve(base, path))),
            SourceKind::Age { path, .. } => Some(Self::Age(world.resolve(base, path))),
            SourceKind::Vault { path, .. } => Some(Self::Vault(path.clone())),
            SourceKind::Command { arguments, timeout, .. } => {
                Some(Self::Command { arguments: arguments.clone(), timeout: *timeout })
            }
        }
    }
}
