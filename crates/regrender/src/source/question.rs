//! What to ask the outside world for the sources of a run. Equal questions are asked once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use regrender_config::{Credential as Declared, Registry, Source, SourceKind};
use regrender_remote::vault::Secret;

use super::docker_config::DockerConfig;
use super::failure::SourceFailure;
use super::helper::{self, HelperLogin};
use super::sealed::Content;
use crate::input::bytes::SecretBytes;
use crate::world::World;

/// What to ask the outside world.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Question {
    /// An environment variable.
    Variable(String),
    /// A file.
    File(PathBuf),
    /// A docker config.
    DockerConfig(PathBuf),
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
    /// A docker config, with the entries of all registries.
    DockerConfig(DockerConfig),
    /// What a sealed file holds.
    Sealed(Content),
    /// A credential.
    Login(HelperLogin),
    /// A secret of Vault, with all of its fields.
    Secret(Secret),
}

/// What a question was answered.
pub(crate) type Answer = Result<Given, SourceFailure>;

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

    /// Returns the question to ask for a credential that comes whole: the docker config, or what
    /// the helper keeps. The halves of another are asked for source by source.
    pub(crate) fn of_whole(
        registry: &Registry,
        declared: &Declared,
        base: &Path,
        world: &World,
    ) -> Option<Self> {
        match declared {
            Declared::Pair { .. } => None,
            Declared::DockerConfig { path, .. } => {
                Some(Self::DockerConfig(world.resolve(base, path)))
            }
            Declared::Helper { name, key, timeout, .. } => {
                let servers = match key {
                    Some(key) => vec![key.clone()],
                    None => helper::servers(registry),
                };
                Some(Self::Helper { program: helper::program(name), servers, timeout: *timeout })
            }
        }
    }

    /// Returns the question for the helper that `config` leaves the credential of `registry`, or of
    /// `key`, to.
    pub(crate) fn of_keeper(
        config: &DockerConfig,
        registry: &Registry,
        key: Option<&str>,
        timeout: Duration,
    ) -> Option<Self> {
        let keeper = config.keeper(registry, key)?;
        Some(Self::Helper { program: keeper.program, servers: keeper.servers, timeout })
    }
}
