//! What to tell a person about identities: the wording of every problem, in one place.

use std::path::Path;

use regrender_diagnostic::mask_line;
use regrender_seal::IdentityError;

use super::words::WordsError;
use super::{KEY, KEY_COMMAND, KEY_FILE, Origin, Reason, SSH_KEY_COMMAND};
use crate::error::{CliError, ErrorKind};
use crate::input::failure::{CommandFailure, FileFailure};

/// The way out of a command that prints no identity.
const BY_HAND: &str = "the command runs as it is, without a shell; try it by hand";

/// Says that an identity that was asked for cannot be obtained.
pub(super) fn unusable(name: &str, origin: Origin, reason: &Reason) -> CliError {
    let told_by = match origin {
        Origin::Variable(variable) => format!(" of `{variable}`"),
        Origin::Option | Origin::KeysFile | Origin::SshKey => String::new(),
    };
    let error =
        CliError::new(ErrorKind::Credentials, format!("{name}{told_by} {}", what_is_wrong(reason)));
    hints(name, origin, reason).into_iter().fold(error, CliError::with_hint)
}

/// Says that an identity nobody asked for is passed over.
pub(super) fn passed_over(name: &str, reason: &Reason) -> String {
    format!("{name} {}", what_is_wrong(reason))
}

/// Says that there is an identity file where sops does not look.
pub(super) fn elsewhere(path: &Path, expected: Option<&Path>) -> String {
    let expected = expected.map_or_else(String::new, |path| {
        format!("; without `XDG_CONFIG_HOME`, sops on macOS looks at `{}`", path.display())
    });
    format!("identity file `{}` is not read{expected}", path.display())
}

/// Says that other people can read an identity.
pub(super) fn open_to_others(path: &Path) -> String {
    let path = path.display();
    format!("identity file `{path}` can be read by other users; run `chmod 600 {path}`")
}

fn what_is_wrong(reason: &Reason) -> String {
    match reason {
        Reason::File(failure) => failure.to_string(),
        Reason::Command(failure) => what_failed(failure),
        Reason::NotUtf8 { utf16: false } => String::from("is not UTF-8 text"),
        Reason::NotUtf8 { utf16: true } => {
            String::from("is UTF-16 text, which is what older PowerShell writes with `>`")
        }
        Reason::Identity(error) => format!("cannot be used: {error}"),
        Reason::Words(WordsError::OpenQuote) => String::from("has a quote that is not closed"),
        Reason::Words(WordsError::FinalBackslash) => String::from("ends in a backslash"),
        Reason::Words(WordsError::NoWord) => String::from("names no program"),
    }
}

fn what_failed(failure: &CommandFailure) -> String {
    match failure {
        CommandFailure::Missing => String::from("names a program that is not there"),
        CommandFailure::NotStarted(reason) => format!("cannot be run: {reason}"),
        CommandFailure::Failed { ending, said } => {
            let said = said.last().map_or_else(String::new, |line| format!("; it said: {line}"));
            format!("ended with {ending}{said}")
        }
        CommandFailure::Timeout => String::from("took longer than two minutes and was stopped"),
        CommandFailure::TooLong => String::from("printed more than 1 MiB and was stopped"),
    }
}

fn hints(name: &str, origin: Origin, reason: &Reason) -> Vec<String> {
    let mut hints = Vec::new();
    match reason {
        Reason::File(FileFailure::Missing) => {
            if name.contains("`~") {
                hints.push(String::from("write the path without `~`: only a shell expands it"));
            }
            hints.push(match origin {
                _ if mask_line(name) != name => {
                    format!("name a file, or put the identity itself into `{KEY}`")
                }
                Origin::Variable(variable) => {
                    format!("set `{variable}` to a file that is there, or unset it")
                }
                Origin::Option | Origin::KeysFile | Origin::SshKey => {
                    String::from("give `--identity` a file that is there")
                }
            });
        }
        Reason::File(FileFailure::IsFolder) => hints.push(String::from("name a file in it")),
        Reason::Command(
            CommandFailure::Missing | CommandFailure::Failed { .. } | CommandFailure::Timeout,
        )
        | Reason::Words(_) => hints.push(String::from(BY_HAND)),
        Reason::NotUtf8 { .. } => hints.push(String::from("write it again as UTF-8")),
        Reason::File(FileFailure::Unreadable(_)) => {
            hints.push(String::from("let the user who runs regrender read it"));
        }
        Reason::Identity(error) => hints.push(hint_of_identity(origin, error)),
        Reason::File(_) | Reason::Command(_) => {}
    }
    hints
}

fn hint_of_identity(origin: Origin, error: &IdentityError) -> String {
    let is_printed = matches!(origin, Origin::Variable(KEY_COMMAND | SSH_KEY_COMMAND));
    let hint = match error {
        IdentityError::PassphraseProtectedFile => {
            "let age decrypt it for each run: `export SOPS_AGE_KEY_CMD='age -d FILE'`"
        }
        IdentityError::PassphraseProtectedKey { .. } => {
            "use an identity without a passphrase, such as `age-keygen -o FILE` makes"
        }
        IdentityError::Pkcs8 { .. } => {
            "write it in the format of OpenSSH, if it is an SSH key: `ssh-keygen -p -f FILE`"
        }
        IdentityError::PublicKey { .. } if origin != Origin::Variable(KEY) => {
            "name the file with the private half; of an age key it begins `AGE-SECRET-KEY-1`"
        }
        IdentityError::Damaged { .. } => "copy the identity again, whole",
        IdentityError::Empty | IdentityError::Unknown { .. } if is_printed => BY_HAND,
        // A whole file of keys on one line is one comment.
        IdentityError::Empty | IdentityError::PublicKey { .. }
            if origin == Origin::Variable(KEY) =>
        {
            "put the identity alone into it, which begins `AGE-SECRET-KEY-1`"
        }
        // A path in this variable is the usual slip.
        IdentityError::Unknown { .. } if origin == Origin::Variable(KEY) => {
            return format!(
                "`{KEY}` holds identities themselves; the path of a file goes into `{KEY_FILE}`"
            );
        }
        _ => "name a file with an identity in it, such as `age-keygen -o FILE` makes",
    };
    hint.to_owned()
}
