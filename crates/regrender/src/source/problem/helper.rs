//! What to tell a person about a credential helper.

use std::time::Duration;

use regrender_diagnostic::{Diagnostic, Span};

use super::{credential_of, listed, told};
use crate::input::failure::CommandFailure;
use crate::source::failure::SourceFailure;
use crate::source::helper::HelperFailure;
use crate::source::page::{self, helper as pages};

/// What was asked of a helper.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    /// The program.
    pub(crate) program: &'a str,
    /// The addresses it was asked for.
    pub(crate) servers: &'a [String],
    /// How long it might take.
    pub(crate) timeout: Duration,
}

/// Says why a helper gave nothing.
pub(crate) fn failed(
    registry: &str,
    asked: &Asked<'_>,
    span: Span,
    failure: &SourceFailure,
) -> Diagnostic {
    let program = asked.program;
    let (page, what) = match failure {
        SourceFailure::Command(CommandFailure::Missing) => {
            (&pages::HELPER_MISSING, format!("`{program}` is not there"))
        }
        SourceFailure::Command(CommandFailure::NotStarted(reason)) => {
            (&pages::HELPER_MISSING, format!("`{program}` cannot be run: {reason}"))
        }
        SourceFailure::Command(CommandFailure::Failed { ending, .. }) => {
            (&pages::HELPER_FAILED, format!("`{program}` ended with {ending}"))
        }
        SourceFailure::Command(CommandFailure::Timeout) => (
            &pages::HELPER_TIMEOUT,
            format!("`{program}` took longer than {:?} and was stopped", asked.timeout),
        ),
        SourceFailure::Command(CommandFailure::TooLong) => (
            &pages::HELPER_BAD_ANSWER,
            format!("`{program}` printed more than 1 MiB and was stopped"),
        ),
        SourceFailure::Helper(HelperFailure::NotFound) => {
            (&pages::HELPER_NO_CREDENTIAL, format!("`{program}` has none for it"))
        }
        SourceFailure::Helper(HelperFailure::NotAnAnswer) => {
            (&pages::HELPER_BAD_ANSWER, format!("what `{program}` printed is not an answer"))
        }
        SourceFailure::Helper(HelperFailure::IdentityToken) => {
            (&pages::HELPER_IDENTITY_TOKEN, format!("`{program}` keeps an identity token"))
        }
        SourceFailure::Offline => {
            (&page::SOURCE_OFFLINE, format!("`{program}` is a program, and the run is offline"))
        }
        _ => (&pages::HELPER_FAILED, format!("`{program}` gives nothing")),
    };
    let title = format!("{} cannot be obtained: {what}", credential_of(registry));
    let problem = told(page, title).at(span, format!("kept by `{program}`"));
    with_help(problem, asked, failure)
}

fn with_help(problem: Diagnostic, asked: &Asked<'_>, failure: &SourceFailure) -> Diagnostic {
    let program = asked.program;
    let server = asked.servers.first().map_or("", String::as_str);
    let by_hand = format!("ask it by hand: `echo {server} | {program} get`");
    match failure {
        SourceFailure::Command(CommandFailure::Missing) => problem
            .note("it is looked for in the folders of PATH")
            .note("a script also needs the program that its first line names")
            .help("install it, or name the credential by `username` and `password`"),
        SourceFailure::Command(CommandFailure::NotStarted(_)) => problem.help(
            "make the program executable; a script also needs a first line such as `#!/bin/sh`",
        ),
        SourceFailure::Command(CommandFailure::Failed { said, .. }) => {
            let notes = said.iter().map(|line| format!("it said: {line}"));
            let problem = notes.fold(problem, Diagnostic::note);
            problem
                .note("what it printed on standard output is not shown: it may be the password")
                .help(by_hand)
        }
        SourceFailure::Command(CommandFailure::Timeout) => problem
            .note("a helper may wait for a person to unlock its store")
            .help("raise `timeout`, or unlock the store before the build"),
        SourceFailure::Helper(HelperFailure::NotFound) => problem
            .note(format!("it was asked for {}", listed(asked.servers.iter().cloned())))
            .help(format!(
                "log in with `docker login {server}`, or name another address with `key`"
            )),
        SourceFailure::Helper(HelperFailure::NotAnAnswer)
        | SourceFailure::Command(CommandFailure::TooLong) => {
            problem.note("an answer is a JSON object with `Username` and `Secret`").help(by_hand)
        }
        SourceFailure::Helper(HelperFailure::IdentityToken) => problem
            .note("only Docker can trade an identity token for access; the kubelet ignores it")
            .help(
                "make a token or password for pulling, and name it with `username` and `password`",
            ),
        SourceFailure::Offline => {
            problem.help("build without `--offline`, or name the credential by another source")
        }
        _ => problem,
    }
}
