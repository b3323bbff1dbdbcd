//! What to tell a person about a docker config.

use regrender_config::{Page, Registry};
use regrender_diagnostic::{Diagnostic, Span};

use super::{credential_of, file_page, safe_key, told};
use crate::input::failure::FileFailure;
use crate::source::docker_config::{AuthFault, LoginError};
use crate::source::failure::SourceFailure;
use crate::source::page;

/// Where a docker config is declared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    /// The registry whose credential shall be in it.
    pub(crate) registry: &'a Registry,
    /// The docker config, as registries.toml names it.
    pub(crate) path: &'a str,
    /// Where registries.toml names it.
    pub(crate) span: &'a Span,
}

impl Place<'_> {
    /// Makes the problem that stands at this place.
    fn told(self, page: &Page, title: String) -> Diagnostic {
        let label = format!("read from docker config `{}`", self.path);
        told(page, title).at(self.span.clone(), label)
    }
}

/// Says that a docker config gave nothing to look into.
pub(crate) fn failed(place: Place<'_>, failure: &SourceFailure) -> Diagnostic {
    match failure {
        SourceFailure::DockerConfig(why) => no_login(place, why),
        SourceFailure::File(failure) => unread(place, failure),
        _ => missed(place, &page::SOURCE_UNREADABLE, "cannot be read"),
    }
}

/// Says that the file of a docker config gave nothing.
fn unread(place: Place<'_>, failure: &FileFailure) -> Diagnostic {
    let problem = missed(place, file_page(failure), &failure.to_string());
    match failure {
        FileFailure::Missing => problem
            .note("a path is relative to the folder of registries.toml; `~/` is the home folder")
            .help("log in with `docker login`, or name another file"),
        FileFailure::IsFolder => {
            problem.help(format!("name the file: `{}/config.json`", place.path))
        }
        FileFailure::TooLarge => problem,
        FileFailure::Unreadable(_) => problem.help("let the user who runs regrender read it"),
    }
}

fn missed(place: Place<'_>, page: &Page, what: &str) -> Diagnostic {
    let Place { registry, path, .. } = place;
    let credential = credential_of(&registry.name);
    place.told(page, format!("{credential} cannot be obtained: file `{path}` {what}"))
}

/// Names an entry, for a label.
pub(crate) fn entry(key: &str) -> String {
    format!("read from entry `{}`", safe_key(key))
}

/// Says that a docker config holds no login for a registry.
pub(crate) fn no_login(place: Place<'_>, why: &LoginError) -> Diagnostic {
    let Place { registry, path, .. } = place;
    let (credential, host) = (credential_of(&registry.name), &registry.host);
    match why {
        LoginError::NotJson { line, column } => {
            let title = format!("docker config `{path}` is not JSON");
            place
                .told(&page::docker_config::DOCKER_CONFIG_NOT_JSON, title)
                .note(format!("the first mistake is in line {line}, column {column}"))
                .help(format!("repair it, or log in again with `docker login {host}`"))
        }
        LoginError::Mark { utf16 } => {
            let title = format!("docker config `{path}` is not JSON");
            let mark = if *utf16 {
                "it begins as UTF-16 does, which is what older PowerShell writes with `>`"
            } else {
                "it begins with a byte order mark"
            };
            place
                .told(&page::docker_config::DOCKER_CONFIG_NOT_JSON, title)
                .note(mark)
                .help("write it again as UTF-8 without a byte order mark")
        }
        LoginError::WrongKind(what) => {
            let title = format!("docker config `{path}` cannot be read");
            place
                .told(&page::docker_config::DOCKER_CONFIG_BAD_AUTH, title)
                .note(what.escape_debug().to_string())
                .help(format!("repair it, or log in again with `docker login {host}`"))
        }
        LoginError::NoAuths => {
            let title = format!("docker config `{path}` has no `auths`");
            place
                .told(&page::docker_config::DOCKER_CONFIG_WITHOUT_AUTHS, title)
                .note("`auths` is where Docker keeps credentials")
                .help(format!("log in with `docker login {host}`, or name another file"))
        }
        LoginError::MissingEntry { keys, helper } => {
            let title = format!("docker config `{path}` has no entry for {credential}");
            let problem = with_keys(
                place.told(&page::docker_config::DOCKER_CONFIG_MISSING_ENTRY, title),
                keys,
            );
            match helper {
                Some(helper) => with_helper(problem, helper, host),
                None => problem.help(format!(
                    "log in with `docker login {host}`, or name an entry with `key`"
                )),
            }
        }
        LoginError::SeveralEntries(keys) => {
            let title = format!("docker config `{path}` has several entries for {credential}");
            with_keys(place.told(&page::docker_config::DOCKER_CONFIG_SEVERAL_ENTRIES, title), keys)
                .help("name one with `key`, or declare a registry for each path")
        }
        LoginError::EmptyEntry { key, .. }
        | LoginError::IdentityToken { key }
        | LoginError::BadAuth { key, .. } => bad_entry(place, key, why),
    }
}

/// Says what is wrong with the entry `key`.
fn bad_entry(place: Place<'_>, key: &str, why: &LoginError) -> Diagnostic {
    let Place { registry: Registry { host, .. }, path, .. } = place;
    let entry = format!("entry `{}` of docker config `{path}`", safe_key(key));
    match why {
        LoginError::EmptyEntry { helper: Some(helper), .. } => {
            let title = format!("{entry} is empty");
            with_helper(
                place.told(&page::docker_config::DOCKER_CONFIG_EMPTY_ENTRY, title),
                helper,
                host,
            )
        }
        LoginError::IdentityToken { .. } => {
            let title = format!("{entry} is an identity token");
            place
                .told(&page::docker_config::DOCKER_CONFIG_IDENTITY_TOKEN, title)
                .note("only Docker can trade an identity token for access; the kubelet ignores it")
                .help(
                    "make a token or password for pulling, and name it with `username` and `password`",
                )
        }
        LoginError::BadAuth { fault, .. } => {
            let note = match fault {
                AuthFault::NotBase64 => "its `auth` is not base64",
                AuthFault::NotUtf8 => "its `auth` is not UTF-8 text in base64",
                AuthFault::NoColon => "its `auth` is not `USERNAME:PASSWORD` in base64",
            };
            place
                .told(
                    &page::docker_config::DOCKER_CONFIG_BAD_AUTH,
                    format!("{entry} cannot be read"),
                )
                .note(note)
                .help("remove the entry, or log in again with `docker login`")
        }
        _ => place
            .told(&page::docker_config::DOCKER_CONFIG_EMPTY_ENTRY, format!("{entry} is empty"))
            .help(format!("log in again with `docker login {host}`")),
    }
}

fn with_keys(problem: Diagnostic, keys: &[String]) -> Diagnostic {
    if keys.is_empty() {
        return problem.note("it has no entries at all");
    }
    let mut names: Vec<_> = keys.iter().map(|key| format!("`{}`", safe_key(key))).collect();
    names.sort_unstable();
    problem.note(format!("it has entries for {}", names.join(", ")))
}

fn with_helper(problem: Diagnostic, helper: &str, host: &str) -> Diagnostic {
    problem
        .note(format!("credentials are kept by `{helper}`, which has none for it"))
        .help(format!("log in with `docker login {host}`"))
        .help("or make a token for pulling, and name it with `username` and `password`")
}
