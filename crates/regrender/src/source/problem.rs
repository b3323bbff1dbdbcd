//! What to tell a person about a source: the wording of every problem, here and below.

pub(crate) mod docker_config;
pub(crate) mod expiry;
pub(crate) mod helper;
pub(crate) mod sealed;
pub(crate) mod token;
pub(crate) mod value;
pub(crate) mod vault;

use std::fmt;

use regrender_config::{Page, Source, SourceKind, is_token_command};
use regrender_diagnostic::{Diagnostic, Span};

use super::failure::SourceFailure;
use super::page;
use super::value::Part;
use crate::identity::Discovered;
use crate::input::failure::{CommandFailure, FileFailure};

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
            Part::RoleId => f.write_str("the role id for Vault"),
            Part::Login(what) => write!(f, "the {what} for Vault"),
        }
    }
}

/// Says that a source gave nothing.
pub(crate) fn source_failed(
    asker: Asker<'_>,
    source: &Source,
    failure: &SourceFailure,
    identities: &Discovered,
) -> Diagnostic {
    let kind = &source.kind;
    let name = name_of(kind);
    let missed = |page, what: &str| missed(page, asker, source, format!("{name} {what}"));
    match failure {
        SourceFailure::VariableUnset { similar } => variable_help(
            missed(&page::SOURCE_VARIABLE_UNSET, "is not set"),
            kind,
            similar.as_deref(),
        ),
        SourceFailure::VariableEmpty => {
            variable_help(missed(&page::SOURCE_VARIABLE_EMPTY, "is empty"), kind, None)
        }
        SourceFailure::File(failure) => {
            file_help(missed(file_page(failure), &failure.to_string()), failure)
        }
        SourceFailure::StdinIsTerminal => missed(&page::STDIN_IS_TERMINAL, "is a terminal")
            .help("pipe the secret in: `COMMAND | regrender build`"),
        SourceFailure::Command(failure) => {
            let (page, what) = command_failed(kind, failure);
            command_help(missed(page, &what), kind, failure)
        }
        SourceFailure::Offline => {
            missed(&page::SOURCE_OFFLINE, "cannot be asked, because the run is offline")
                .help("build without `--offline`, or name a source that is at hand")
        }
        SourceFailure::Sealed(failure) => sealed::failed(asker, source, failure, identities),
        SourceFailure::Vault(failure) => vault::failed(asker, source, failure),
        SourceFailure::DockerConfig(_) | SourceFailure::Helper(_) => {
            missed(&page::SOURCE_UNREADABLE, "gives nothing")
        }
    }
}

fn variable_help(problem: Diagnostic, kind: &SourceKind, similar: Option<&str>) -> Diagnostic {
    let SourceKind::Env(name) = kind else { return problem };
    match similar {
        Some(similar) => problem
            .note(format!("a variable with a similar name is set: `{similar}`"))
            .help(format!("set `{name}`, or write the name of the one that is set")),
        None => problem.help(format!("set `{name}`, or name another source in registries.toml")),
    }
}

/// Returns the page of a file that gave nothing.
fn file_page(failure: &FileFailure) -> &'static Page {
    match failure {
        FileFailure::Missing => &page::SOURCE_FILE_MISSING,
        FileFailure::IsFolder => &page::SOURCE_FILE_IS_FOLDER,
        FileFailure::TooLarge => &page::SOURCE_FILE_TOO_LARGE,
        FileFailure::Unreadable(_) => &page::SOURCE_UNREADABLE,
    }
}

fn file_help(problem: Diagnostic, failure: &FileFailure) -> Diagnostic {
    match failure {
        FileFailure::Missing => problem
            .note("a path is relative to the folder of registries.toml; `~/` is the home folder")
            .help("write the file, or name another source in registries.toml"),
        FileFailure::IsFolder => problem.help("name a file in it"),
        FileFailure::TooLarge => {
            problem.note("a Secret holds no more than 1 MiB").help("name the file with the secret")
        }
        FileFailure::Unreadable(_) => problem.help("let the user who runs regrender read it"),
    }
}

/// Returns the page of a command that gave nothing, and what happened to it.
fn command_failed(kind: &SourceKind, failure: &CommandFailure) -> (&'static Page, String) {
    match failure {
        CommandFailure::Missing => (&page::SOURCE_COMMAND_MISSING, String::from("is not there")),
        CommandFailure::NotStarted(reason) => {
            (&page::SOURCE_COMMAND_NOT_STARTED, format!("cannot be run: {reason}"))
        }
        CommandFailure::Failed { ending, .. } => {
            (&page::SOURCE_COMMAND_FAILED, format!("ended with {ending}"))
        }
        CommandFailure::Timeout => (
            &page::SOURCE_COMMAND_TIMEOUT,
            format!("took longer than {} and was stopped", time_limit(kind)),
        ),
        CommandFailure::TooLong => (
            &page::SOURCE_COMMAND_TOO_LONG,
            String::from("printed more than 1 MiB and was stopped"),
        ),
    }
}

fn command_help(problem: Diagnostic, kind: &SourceKind, failure: &CommandFailure) -> Diagnostic {
    match failure {
        CommandFailure::Missing => problem
            .note("the program is started as it is named, without a shell")
            .note("a script also needs the program that its first line names")
            .help("install it, or name it by its path"),
        CommandFailure::NotStarted(_) => problem.help(
            "make the program executable; a script also needs a first line such as `#!/bin/sh`",
        ),
        CommandFailure::Failed { said, .. } => {
            let notes = said.iter().map(|line| format!("it said: {line}"));
            notes.fold(problem, Diagnostic::note).help(by_hand(kind))
        }
        CommandFailure::Timeout => problem
            .note("a command is over when it and all it started have closed standard output")
            .help("raise `timeout`, or see by hand whether the command waits for something"),
        CommandFailure::TooLong => problem.help("let the command print the secret alone"),
    }
}

/// Says how to find out what is wrong with a command. One that `provide = "sealed"` starts nobody has
/// written, so it is shown.
fn by_hand(kind: &SourceKind) -> String {
    if let SourceKind::Command { arguments, .. } = kind
        && is_token_command(arguments)
    {
        return format!("run the command by hand: `{}`", arguments.join(" "));
    }
    String::from("run the command by hand, in the folder of registries.toml")
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
