//! What to tell a person about a source: the wording of every problem, in one place.

use std::fmt;

use regrender_config::{Date, Source, SourceKind};
use regrender_diagnostic::{Diagnostic, Severity, Span};

use super::docker_config::{AuthFault, LoginError};
use super::expiry::{SOON, Validity};
use super::failure::Failure;
use super::value::{Fault, Part, Place};

/// Who wants a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asker<'a> {
    /// The registry; none for the key of the fingerprints.
    pub(crate) registry: &'a str,
    /// What the value is used for.
    pub(crate) part: Part,
}

impl fmt::Display for Asker<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.part {
            Part::Username => write!(f, "the username of registry `{}`", self.registry),
            Part::Password => write!(f, "the password of registry `{}`", self.registry),
            Part::FingerprintKey => f.write_str("the fingerprint key"),
        }
    }
}

/// Says that a source gave nothing.
pub(crate) fn source_failed(asker: Asker<'_>, source: &Source, failure: &Failure) -> Diagnostic {
    let name = name_of(&source.kind);
    let (code, what) = match failure {
        Failure::VariableUnset => ("source-variable-unset", format!("{name} is not set")),
        Failure::VariableEmpty => ("source-variable-empty", format!("{name} is empty")),
        Failure::FileMissing => ("source-file-missing", format!("{name} is not there")),
        Failure::FileIsFolder => ("source-file-is-folder", format!("{name} is a folder")),
        Failure::TooLarge => ("source-file-too-large", format!("{name} is larger than 1 MiB")),
        Failure::Unreadable(reason) => {
            ("source-unreadable", format!("{name} cannot be read: {reason}"))
        }
        Failure::StdinIsTerminal => ("stdin-is-terminal", format!("{name} is a terminal")),
        Failure::CommandMissing => ("source-command-missing", format!("{name} is not there")),
        Failure::CommandNotStarted(reason) => {
            ("source-command-not-started", format!("{name} cannot be run: {reason}"))
        }
        Failure::CommandFailed { ending, .. } => {
            ("source-command-failed", format!("{name} ended with {ending}"))
        }
        Failure::CommandTimeout => (
            "source-command-timeout",
            format!("{name} took longer than {} and was ended", time_limit(&source.kind)),
        ),
        Failure::CommandTooLong => {
            ("source-command-too-long", format!("{name} printed more than 1 MiB and was ended"))
        }
    };
    let title = format!("{asker} cannot be had: {what}");
    let problem = error(code, title).at(source.span.clone(), read_from(&source.kind));
    with_help(problem, &source.kind, failure)
}

fn with_help(problem: Diagnostic, kind: &SourceKind, failure: &Failure) -> Diagnostic {
    match (failure, kind) {
        (Failure::VariableUnset | Failure::VariableEmpty, SourceKind::Env(name)) => {
            problem.help(format!("set `{name}`, or name another source in registries.toml"))
        }
        (Failure::FileMissing, _) => problem
            .note("a path is relative to the folder of registries.toml; `~/` is the home folder")
            .help("write the file, or name another source in registries.toml"),
        (Failure::FileIsFolder, _) => problem.help("name a file in it"),
        (Failure::TooLarge, _) => {
            problem.note("a Secret holds no more than 1 MiB").help("name the file with the secret")
        }
        (Failure::StdinIsTerminal, _) => {
            problem.help("pipe the secret in: `COMMAND | regrender build`")
        }
        (Failure::CommandMissing, _) => problem
            .note("the program is started as it is named, without a shell")
            .help("install it, or name it by its path"),
        (Failure::CommandNotStarted(_), _) => problem.help("make the program executable"),
        (Failure::CommandFailed { said, .. }, _) => {
            let notes = said.iter().map(|line| format!("it said: {line}"));
            notes
                .fold(problem, Diagnostic::note)
                .help("run the command by hand, in the folder of registries.toml")
        }
        (Failure::CommandTimeout, _) => problem
            .note("it has ended when it has closed its output and so has all it started")
            .help("raise `timeout`, or see by hand whether the command waits for something"),
        (Failure::CommandTooLong, _) => problem.help("let the command print the secret alone"),
        (Failure::VariableUnset | Failure::VariableEmpty | Failure::Unreadable(_), _) => problem,
    }
}

/// Says where else a source that gave nothing is used.
pub(crate) fn also_used(problem: Diagnostic, asker: Asker<'_>, span: Span) -> Diagnostic {
    problem.beside(span, format!("{asker} is read from there too"))
}

/// Says what is wrong with a value.
pub(crate) fn bad_value(
    asker: Asker<'_>,
    kind: &SourceKind,
    span: Span,
    fault: Fault,
) -> Diagnostic {
    let place = read_from(kind);
    fault_found(asker, fault).at(span, place)
}

/// Says what is wrong with a value of a docker config.
pub(crate) fn bad_entry(asker: Asker<'_>, key: &str, span: Span, fault: Fault) -> Diagnostic {
    fault_found(asker, fault).at(span, format!("read from entry `{}`", safe_key(key)))
}

fn fault_found(asker: Asker<'_>, fault: Fault) -> Diagnostic {
    match fault {
        Fault::NotUtf8 { utf16 } => {
            let problem = error("source-not-utf8", format!("{asker} is not UTF-8 text"));
            if utf16 {
                return problem
                    .note(
                        "it begins as UTF-16 does, which is what older PowerShell writes with `>`",
                    )
                    .help("write it again as UTF-8 without a byte order mark");
            }
            problem.help("write it again as UTF-8")
        }
        Fault::ByteOrderMark => {
            error("source-byte-order-mark", format!("{asker} begins with a byte order mark"))
                .note("no registry would take it with the mark")
                .help("write it again as UTF-8 without a byte order mark")
        }
        Fault::Empty => {
            let code = match asker.part {
                Part::Username => "empty-username",
                Part::Password => "empty-password",
                Part::FingerprintKey => "empty-fingerprint-key",
            };
            error(code, format!("{asker} is empty"))
        }
        Fault::ControlCharacter { character, place } => control_character(asker, character, place),
        Fault::Colon => error("username-with-colon", format!("{asker} has a colon in it"))
            .note("a registry takes what is before the first colon for the username")
            .help("give username and password each by its own source"),
    }
}

fn control_character(asker: Asker<'_>, character: char, place: Place) -> Diagnostic {
    let (name, place) = (
        name_of_control(character),
        match place {
            Place::Beginning => "begins with",
            Place::End => "ends in",
            Place::Inside => "has in it",
        },
    );
    let problem = error("control-character", format!("{asker} {place} {name}"))
        .note("no registry takes control characters");
    if matches!(character, '\n' | '\r') {
        return problem.help("write it without line ends, for example with `printf %s`");
    }
    problem.help("write it again without the control character")
}

fn name_of_control(character: char) -> String {
    match character {
        '\n' => String::from("a line feed"),
        '\r' => String::from("a carriage return"),
        '\t' => String::from("a tab"),
        '\0' => String::from("a NUL character"),
        other => format!("the control character U+{:04X}", u32::from(other)),
    }
}

/// Says that line ends were left out.
pub(crate) fn line_end_cut(asker: Asker<'_>, source: &Source) -> Diagnostic {
    let title = format!("{asker} ends in a newline; it was left out");
    Diagnostic::new("trailing-newline", Severity::Note, title)
        .at(source.span.clone(), read_from(&source.kind))
        .help("write `trim = true` to keep quiet, `trim = false` to keep the newline")
}

/// Says that white space stands around a value.
pub(crate) fn white_space(asker: Asker<'_>, source: &Source) -> Diagnostic {
    let title = format!("{asker} begins or ends in white space");
    warning("surrounding-white-space", title)
        .at(source.span.clone(), read_from(&source.kind))
        .note("it is kept, because it may belong there")
}

/// Says that a docker config could not be read.
pub(crate) fn docker_config_failed(
    registry: &str,
    path: &str,
    span: Span,
    failure: &Failure,
) -> Diagnostic {
    let (code, what) = match failure {
        Failure::FileMissing => ("source-file-missing", String::from("is not there")),
        Failure::FileIsFolder => ("source-file-is-folder", String::from("is a folder")),
        Failure::TooLarge => ("source-file-too-large", String::from("is larger than 1 MiB")),
        Failure::Unreadable(reason) => ("source-unreadable", format!("cannot be read: {reason}")),
        _ => ("source-unreadable", String::from("cannot be read")),
    };
    let title = format!("{} cannot be had: file `{path}` {what}", credential_of(registry));
    let problem = error(code, title).at(span, format!("read from docker config `{path}`"));
    match failure {
        Failure::FileMissing => problem
            .note("a path is relative to the folder of registries.toml; `~/` is the home folder")
            .help("log in with `docker login`, or name another file"),
        Failure::FileIsFolder => problem.help(format!("name the file: `{path}/config.json`")),
        _ => problem,
    }
}

/// Says that a docker config holds no login for a registry.
pub(crate) fn no_login(
    registry: &str,
    host: &str,
    path: &str,
    span: Span,
    why: &LoginError,
) -> Diagnostic {
    let credential = credential_of(registry);
    let place = format!("read from docker config `{path}`");
    match why {
        LoginError::NotJson { line, column } => {
            error("docker-config-not-json", format!("docker config `{path}` is not JSON"))
                .at(span, place)
                .note(format!("the first mistake is in line {line}, column {column}"))
        }
        LoginError::NoAuths => {
            error("docker-config-without-auths", format!("docker config `{path}` has no `auths`"))
                .at(span, place)
                .note("`auths` is where Docker keeps credentials")
                .help(format!("log in with `docker login {host}`, or name another file"))
        }
        LoginError::MissingEntry { keys, helper } => {
            let title = format!("docker config `{path}` has no entry for {credential}");
            let problem = error("docker-config-missing-entry", title).at(span, place);
            let problem = with_keys(problem, keys);
            match helper {
                Some(helper) => with_helper(problem, helper),
                None => problem.help(format!(
                    "log in with `docker login {host}`, or name an entry with `key`"
                )),
            }
        }
        LoginError::SeveralEntries(keys) => {
            let title = format!("docker config `{path}` has several entries for {credential}");
            with_keys(error("docker-config-several-entries", title).at(span, place), keys)
                .help("name one with `key`, or declare a registry for each path")
        }
        LoginError::EmptyEntry { key, helper } => {
            let title = format!("entry `{}` of docker config `{path}` is empty", safe_key(key));
            let problem = error("docker-config-empty-entry", title).at(span, place);
            match helper {
                Some(helper) => with_helper(problem, helper),
                None => problem.help(format!("log in again with `docker login {host}`")),
            }
        }
        LoginError::IdentityToken { key } => {
            let title =
                format!("entry `{}` of docker config `{path}` is an identity token", safe_key(key));
            error("docker-config-identity-token", title)
                .at(span, place)
                .note("only Docker can trade an identity token for access; the kubelet ignores it")
                .help("make a token or password for pulling, and name it with `username` and `password`")
        }
        LoginError::BadAuth { key, fault } => {
            let title =
                format!("entry `{}` of docker config `{path}` cannot be read", safe_key(key));
            error("docker-config-bad-auth", title)
                .at(span, place)
                .note(match fault {
                    AuthFault::NotText => "a member of the entry is not a text",
                    AuthFault::NotBase64 => "its `auth` is not base64",
                    AuthFault::NotUtf8 => "its `auth` is not UTF-8 text in base64",
                    AuthFault::NoColon => "its `auth` is not `USERNAME:PASSWORD` in base64",
                })
                .help(format!("log in again with `docker login {host}`"))
        }
    }
}

fn with_keys(problem: Diagnostic, keys: &[String]) -> Diagnostic {
    if keys.is_empty() {
        return problem.note("it has no entries at all");
    }
    let mut names: Vec<_> = keys.iter().map(|key| format!("`{}`", safe_key(key))).collect();
    names.sort();
    problem.note(format!("it has entries for {}", names.join(", ")))
}

fn with_helper(problem: Diagnostic, helper: &str) -> Diagnostic {
    problem
        .note(format!("the credential is kept by `{helper}`, which the kubelet does not ask"))
        .help("make a token for pulling, and name it with `username` and `password`")
        .help("or log in with a docker config that has neither `credsStore` nor `credHelpers`")
}

/// Says what the last day of a credential means today.
pub(crate) fn validity(
    registry: &str,
    last: Date,
    span: Span,
    validity: Validity,
) -> Option<Diagnostic> {
    let credential = credential_of(registry);
    let day = format!("{:04}-{:02}-{:02}", last.year, last.month, last.day);
    let problem = match validity {
        Validity::Long => return None,
        Validity::Over => {
            warning("credential-expired", format!("{credential} expired: its last day was {day}"))
        }
        Validity::Days(0) => warning(
            "credential-expires-soon",
            format!("{credential} expires soon: today, {day}, is its last day"),
        ),
        Validity::Days(left) => warning(
            "credential-expires-soon",
            format!("{credential} expires soon: its last day is {day}, {} from now", days(left)),
        )
        .note(format!("this is told from {SOON} days before")),
    };
    Some(problem.at(span, "").help("make a new credential, and change `expires` with it"))
}

fn days(count: u32) -> String {
    if count == 1 { String::from("1 day") } else { format!("{count} days") }
}

fn credential_of(registry: &str) -> String {
    format!("the credential of registry `{registry}`")
}

/// Returns a key as it may be shown: a person may have put a password in front of the host.
fn safe_key(key: &str) -> String {
    let Some((before, host)) = key.rsplit_once('@') else {
        return key.escape_debug().to_string();
    };
    let scheme = before.find("://").and_then(|at| before.get(..at + 3)).unwrap_or_default();
    format!("{scheme}<masked>@{host}").escape_debug().to_string()
}

fn name_of(kind: &SourceKind) -> String {
    match kind {
        SourceKind::Plain(_) => String::from("its text in registries.toml"),
        SourceKind::Env(name) => format!("environment variable `{name}`"),
        SourceKind::File { path, .. } => format!("file `{path}`"),
        SourceKind::Stdin { .. } => String::from("standard input"),
        SourceKind::Command { arguments, .. } => {
            format!("command `{}`", arguments.first().map_or("", String::as_str))
        }
    }
}

fn read_from(kind: &SourceKind) -> String {
    match kind {
        SourceKind::Plain(_) => String::from("given here"),
        _ => format!("read from {}", name_of(kind)),
    }
}

fn time_limit(kind: &SourceKind) -> String {
    match kind {
        SourceKind::Command { timeout, .. } => format!("{timeout:?}"),
        _ => String::from("it may"),
    }
}

fn error(code: &'static str, title: String) -> Diagnostic {
    Diagnostic::new(code, Severity::Error, title)
}

fn warning(code: &'static str, title: String) -> Diagnostic {
    Diagnostic::new(code, Severity::Warning, title)
}
