//! The identities of a run: where sops looks for them, and what `--identity` names.
//!
//! All that are found are loaded, as sops does: which of them opens a file is seen when it is opened.

mod keys_file;
pub(crate) mod own;
mod problem;
mod words;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::Duration;

use regrender_seal::{Identities, IdentityError};

use self::keys_file::{Platform, keys_file, other_keys_file};
use self::words::{WordsError, split_words};
use crate::error::CliError;
use crate::input::bytes::{SecretBytes, begins_as_utf16};
use crate::input::command::Command;
use crate::input::failure::{CommandFailure, FileFailure};
use crate::input::file::read_file;
use crate::input::mask::Mask;
use crate::input::running::Group;
use crate::reach::Reach;
use crate::world::World;

/// A file with an OpenSSH private key.
const SSH_KEY_FILE: &str = "SOPS_AGE_SSH_PRIVATE_KEY_FILE";
/// A command that prints an OpenSSH private key.
const SSH_KEY_COMMAND: &str = "SOPS_AGE_SSH_PRIVATE_KEY_CMD";
/// Identities themselves.
pub(crate) const KEY: &str = "SOPS_AGE_KEY";
/// A file with identities.
const KEY_FILE: &str = "SOPS_AGE_KEY_FILE";
/// A command that prints identities.
const KEY_COMMAND: &str = "SOPS_AGE_KEY_CMD";

/// The SSH keys that sops tries unasked, in the folder `.ssh` of the home folder.
const SSH_KEYS: [&str; 2] = ["id_ed25519", "id_rsa"];

/// How long a command may take: a person may have to find a passphrase.
const TIMEOUT: Duration = Duration::from_secs(120);

/// The identities that were found, and what to tell of them.
#[derive(Debug, Default)]
pub(crate) struct Discovered {
    /// All of them.
    pub(crate) identities: Identities,
    /// Why one that was asked for cannot be obtained.
    pub(crate) problems: Vec<CliError>,
    /// What should be told in any case.
    pub(crate) warnings: Vec<String>,
    /// What was passed over; worth telling only when in the end nothing opens.
    pub(crate) passed_over: Vec<String>,
    /// Where none is; worth telling only to somebody who has named no place.
    pub(crate) absent: Vec<String>,
}

/// Whether a run may start commands to find its identities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Commands {
    /// It starts those that the environment names.
    Start,
    /// It only looks, so it starts none.
    PassOver,
}

/// Who says that there is an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// `--identity`.
    Option,
    /// An environment variable.
    Variable(&'static str),
    /// sops's own file.
    KeysFile,
    /// Nobody: it is a key of SSH that may fit.
    SshKey,
}

/// Why there is no identity where one should be.
#[derive(Debug)]
enum Reason {
    /// The file gave nothing.
    File(FileFailure),
    /// The command gave nothing.
    Command(CommandFailure),
    /// What it gave is not UTF-8; with `utf16`, it begins as UTF-16 does.
    NotUtf8 {
        /// Whether it begins as UTF-16 does.
        utf16: bool,
    },
    /// What it gave is no identity.
    Identity(IdentityError),
    /// The command is no command.
    Words(WordsError),
}

/// Finds the identities of a run that reaches so far.
pub(crate) fn discover_within(world: &World, explicit: &[PathBuf], reach: Reach) -> Discovered {
    let commands = match reach {
        Reach::Online => Commands::Start,
        Reach::Offline => Commands::PassOver,
    };
    let mut found = discover(world, explicit, commands);
    if reach == Reach::Offline {
        for plugin in found.identities.drop_plugins() {
            let note = format!("`age-plugin-{plugin}` was not started, because of `--offline`");
            found.passed_over.push(note);
        }
    }
    found
}

/// Finds the identities of a run; those in the files `explicit` come first.
pub(crate) fn discover(world: &World, explicit: &[PathBuf], commands: Commands) -> Discovered {
    discover_on(Platform::current(), world, explicit, commands)
}

fn discover_on(
    platform: Platform,
    world: &World,
    explicit: &[PathBuf],
    commands: Commands,
) -> Discovered {
    let mut found = Discovered::default();
    for path in explicit {
        found.file(world, path, Origin::Option);
    }
    found.variable_file(world, SSH_KEY_FILE);
    found.command(world, SSH_KEY_COMMAND, commands);
    for name in SSH_KEYS {
        if let Some(home) = world.home() {
            found.file(world, &home.join(".ssh").join(name), Origin::SshKey);
        }
    }
    found.variable(world, KEY);
    found.variable_file(world, KEY_FILE);
    found.command(world, KEY_COMMAND, commands);
    if let Some(path) = keys_file(platform, world) {
        found.file(world, &path, Origin::KeysFile);
    }
    if let Some(path) = other_keys_file(platform, world).filter(|path| path.exists()) {
        found.passed_over.push(problem::elsewhere(&path, keys_file(platform, world).as_deref()));
    }
    found
}

impl Discovered {
    fn file(&mut self, world: &World, written: &Path, origin: Origin) {
        let path = world.directory.join(written);
        let read = read_file(&path).map_err(Reason::File).and_then(|bytes| parse(&bytes));
        if read.is_ok() && origin != Origin::SshKey && is_open_to_others(&path) {
            self.warnings.push(problem::open_to_others(written));
        }
        let name = format!("identity file `{}`", written.display());
        self.take(read, &name, origin);
    }

    fn variable(&mut self, world: &World, variable: &'static str) {
        let Some(text) = world.variable(variable) else {
            return;
        };
        let read = parse(&SecretBytes::new(text.as_encoded_bytes()));
        self.take(read, "the identity", Origin::Variable(variable));
    }

    fn variable_file(&mut self, world: &World, variable: &'static str) {
        if let Some(path) = world.variable(variable) {
            self.file(world, Path::new(path), Origin::Variable(variable));
        }
    }

    fn command(&mut self, world: &World, variable: &'static str, commands: Commands) {
        let Some(line) = world.variable(variable) else {
            return;
        };
        if commands == Commands::PassOver {
            self.passed_over.push(format!("the command of {variable} was not started"));
            return;
        }
        let line = line.to_string_lossy();
        let read = split_words(&line)
            .map_err(Reason::Words)
            .and_then(|words| run(world, &words).map_err(Reason::Command))
            .and_then(|bytes| parse(&bytes));
        self.take(read, "the identity command", Origin::Variable(variable));
    }

    fn take(&mut self, read: Result<Identities, Reason>, name: &str, origin: Origin) {
        let reason = match read {
            Ok(identities) => return self.identities.extend(identities),
            Err(reason) => reason,
        };
        let is_missing = matches!(reason, Reason::File(FileFailure::Missing));
        match origin {
            Origin::Option | Origin::Variable(_) => {
                self.problems.push(problem::unusable(name, origin, &reason));
            }
            Origin::KeysFile if !is_missing => {
                self.warnings.push(problem::passed_over(name, &reason));
            }
            Origin::KeysFile | Origin::SshKey if is_missing => {
                self.absent.push(problem::passed_over(name, &reason));
            }
            Origin::KeysFile | Origin::SshKey => {
                self.passed_over.push(problem::passed_over(name, &reason));
            }
        }
    }
}

/// Reads identities from what a file, a variable or a command holds.
fn parse(bytes: &SecretBytes) -> Result<Identities, Reason> {
    let bytes = bytes.expose();
    match std::str::from_utf8(bytes) {
        Ok(text) => Identities::parse(text).map_err(Reason::Identity),
        // An encrypted file has a header in text.
        Err(_) if bytes.starts_with(b"age-encryption.org/") => {
            Err(Reason::Identity(IdentityError::PassphraseProtectedFile))
        }
        Err(_) => Err(Reason::NotUtf8 { utf16: begins_as_utf16(bytes) }),
    }
}

/// Runs a command for the identities it prints.
///
/// sops runs it again for each recipient and names that in `SOPS_AGE_RECIPIENT`; here it runs once,
/// before any recipient is known.
fn run(world: &World, arguments: &[String]) -> Result<SecretBytes, CommandFailure> {
    let group = if world.terminal.stderr { Group::Shared } else { Group::Own };
    let command = Command {
        arguments,
        folder: &world.directory,
        environment: &world.environment,
        timeout: TIMEOUT,
        group,
        input: "",
    };
    let outcome = command.run(&mut |_| {});
    let mut mask = Mask::default();
    mask.add_bytes(&outcome.printed);
    let said = mask.lines(&outcome.stderr);
    outcome.ending.printed(said)
}

/// Says whether other people on this machine can read a file.
#[cfg(unix)]
fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    // A pipe, such as a shell makes for `<(COMMAND)`, is nobody else's.
    std::fs::metadata(path)
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o077 != 0)
}

/// Says nothing: who can read a file is not told by its mode here.
#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> bool {
    false
}
