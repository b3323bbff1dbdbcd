//! What to tell a person about a source: the wording of every problem, here and below.

pub(crate) mod docker_config;
pub(crate) mod expiry;
pub(crate) mod helper;
pub(crate) mod sealed;
pub(crate) mod token;
pub(crate) mod value;
pub(crate) mod vault;

use std::fmt;

use regrender_config::{Page, Source, SourceKind};
use regrender_diagnostic::{Diagnostic, Span};

use super::failure::Failure;
use super::page;
use super::value::Part;
use crate::identity::Discovered;

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
            Part::Login(what) => write!(f, "the {what} for Vault"),
        }
    }
}

/// Says that a source gave nothing.
pub(crate) fn source_failed(
    asker: Asker<'_>,
    source: &Source,
    failure: &Failure,
    identities: &Discovered,
) -> Diagnostic {
    let name = name_of(&source.kind);
    let (page, what) = match failure {
        Failure::VariableUnset { .. } => {
            (&page::SOURCE_VARIABLE_UNSET, format!("{name} is not set"))
        }
        Failure::VariableEmpty => (&page::SOURCE_VARIABLE_EMPTY, format!("{name} is empty")),
        Failure::FileMissing
        | Failure::FileIsFolder
        | Failure::TooLarge
        | Failure::Unreadable(_) => (file_page(failure), format!("{name} {}", failure.of_file())),
        Failure::StdinIsTerminal => (&page::STDIN_IS_TERMINAL, format!("{name} is a terminal")),
        Failure::CommandMissing => (&page::SOURCE_COMMAND_MISSING, format!("{name} is not there")),
        Failure::CommandNotStarted(reason) => {
            (&page::SOURCE_COMMAND_NOT_STARTED, format!("{name} cannot be run: {reason}"))
        }
        Failure::CommandFailed { ending, .. } => {
            (&page::SOURCE_COMMAND_FAILED, format!("{name} ended with {ending}"))
        }
        Failure::CommandTimeout => (
            &page::SOURCE_COMMAND_TIMEOUT,
            format!("{name} took longer than {} and was stopped", time_limit(&source.kind)),
        ),
        Failure::CommandTooLong => (
            &page::SOURCE_COMMAND_TOO_LONG,
            format!("{name} printed more than 1 MiB and was stopped"),
        ),
        Failure::Offline => {
            (&page::SOURCE_OFFLINE, format!("{name} cannot be asked, because the run is offline"))
        }
        Failure::Sealed(failure) => return sealed::failed(asker, source, failure, identities),
        Failure::Vault(failure) => return vault::failed(asker, source, failure),
        Failure::DockerConfig(_) | Failure::Helper(_) => {
            (&page::SOURCE_UNREADABLE, format!("{name} gives nothing"))
        }
    };
    with_help(missed(page, asker, source, what), &source.kind, failure)
}

/// Returns the page of a file that gave nothing.
fn file_page(failure: &Failure) -> &'static Page {
    match failure {
        Failure::FileMissing => &page::SOURCE_FILE_MISSING,
        Failure::FileIsFolder => &page::SOURCE_FILE_IS_FOLDER,
        Failure::TooLarge => &page::SOURCE_FILE_TOO_LARGE,
        _ => &page::SOURCE_UNREADABLE,
    }
}

fn with_help(problem: Diagnostic, kind: &SourceKind, failure: &Failure) -> Diagnostic {
    match (failure, kind) {
        (Failure::VariableUnset { similar: Some(similar) }, SourceKind::Env(name)) => problem
            .note(format!("a variable with a similar name is set: `{similar}`"))
            .help(format!("set `{name}`, or write the name of the one that is set")),
        (Failure::VariableUnset { .. } | Failure::VariableEmpty, SourceKind::Env(name)) => {
            problem.help(format!("set `{name}`, or name another source in registries.toml"))
        }
        (Failure::FileMissing, _) => problem
            .note("a path is relative to the folder of registries.toml; `~/` is the home folder")
            .help("write the file, or name another source in registries.toml"),
        (Failure::FileIsFolder, _) => problem.help("name a file in it"),
        (Failure::TooLarge, _) => {
            problem.note("a Secret holds no more than 1 MiB").help("name the file with the secret")
        }
        (Failure::Unreadable(_), _) => problem.help("let the user who runs regrender read it"),
        (Failure::StdinIsTerminal, _) => {
            problem.help("pipe the secret in: `COMMAND | regrender build`")
        }
        (Failure::CommandMissing, _) => problem
            .note("the program is started as it is named, without a shell")
            .note("a script also needs the program that its first line names")
            .help("install it, or name it by its path"),
        (Failure::CommandNotStarted(_), _) => problem.help(
            "make the program executable; a script also needs a first line such as `#!/bin/sh`",
        ),
        (Failure::CommandFailed { said, .. }, _) => {
            let notes = said.iter().map(|line| format!("it said: {line}"));
            notes
                .fold(problem, Diagnostic::note)
                .help("run the command by hand, in the folder of registries.toml")
        }
        (Failure::CommandTimeout, _) => problem
            .note("a command is over when it and all it started have closed standard output")
            .help("raise `timeout`, or see by hand whether the command waits for something"),
        (Failure::CommandTooLong, _) => problem.help("let the command print the secret alone"),
        (Failure::Offline, _) => {
            problem.help("build without `--offline`, or name a source that is at hand")
        }
        (_, _) => problem,
    }
}

/// Says where else a source that gave nothing is used.
pub(crate) fn also_used(problem: Diagnostic, asker: Asker<'_>, span: Span) -> Diagnostic {
    problem.beside(span, format!("{asker} is read from there too"))
}

/// Writes a list of names for people.
fn listed(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{}`", name.escape_debug())).collect();
    names.join(", ")
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
        SourceKind::Sops { path, .. } => format!("SOPS file `{path}`"),
        SourceKind::Age { path, .. } => format!("age file `{path}`"),
        SourceKind::Vault { path, .. } => format!("secret `{path}` of Vault"),
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

/// Says that a value cannot be obtained from `source`, and why.
fn missed(page: &Page, asker: Asker<'_>, source: &Source, why: impl fmt::Display) -> Diagnostic {
    at_source(told(page, format!("{asker} cannot be obtained: {why}")), source)
}

/// Shows where registries.toml names the source.
fn at_source(problem: Diagnostic, source: &Source) -> Diagnostic {
    problem.at(source.span.clone(), read_from(&source.kind))
}

fn told(page: &Page, title: String) -> Diagnostic {
    Diagnostic::new(page.code, page.severity, title)
}
