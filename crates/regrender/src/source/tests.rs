//! Every source and every problem of one, through the door that a run takes.

#[cfg(unix)]
mod commands;
mod docker_configs;
mod expiry;
mod failures;
mod faults;
mod helpers;
mod offline;
mod sealed;
mod values;
mod vault;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use regrender_config::{Access, Date, RegistryKind, Source, SourceKind, Trim, Username};
use tempfile::TempDir;

use super::*;
use crate::Terminal;
use crate::stream::Stream;

/// Registries, a folder, an environment, and what comes of them.
struct Case {
    folder: TempDir,
    environment: BTreeMap<OsString, OsString>,
    stdin: Vec<u8>,
    typed: bool,
    watched: bool,
    config: Config,
    reach: Reach,
    said: String,
}

impl Case {
    fn new() -> Self {
        let environment = [(OsString::from("PATH"), std::env::var_os("PATH").unwrap_or_default())];
        Self {
            folder: tempfile::tempdir().unwrap(),
            environment: environment.into(),
            stdin: Vec::new(),
            typed: false,
            watched: false,
            config: Config {
                clusters: Vec::new(),
                registries: Vec::new(),
                secrets: Vec::new(),
                fingerprint_key: None,
                vault: regrender_config::Vault::default(),
            },
            reach: Reach::Online,
            said: String::new(),
        }
    }

    fn offline(mut self) -> Self {
        self.reach = Reach::Offline;
        self
    }

    /// Writes a program of the shell into a folder of PATH.
    #[cfg(unix)]
    fn program(mut self, name: &str, script: &str) -> Self {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = self.folder.path().join("bin");
        let path = folder.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        let own = self.environment.entry(OsString::from("PATH")).or_default();
        let mut folders = vec![folder.clone()];
        folders.extend(std::env::split_paths(own).filter(|other| *other != folder));
        *own = std::env::join_paths(folders).unwrap();
        self
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.into(), value.into());
        self
    }

    fn file(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    fn stdin(mut self, text: &str) -> Self {
        self.stdin = text.into();
        self
    }

    fn typed(mut self) -> Self {
        self.typed = true;
        self
    }

    #[cfg(unix)]
    fn watched(mut self) -> Self {
        self.watched = true;
        self
    }

    fn access(mut self, name: &str, access: Access) -> Self {
        let at = self.config.registries.len() * 10;
        self.config.registries.push(Registry {
            name: name.to_owned(),
            kind: RegistryKind::Generic,
            host: format!("{name}.io"),
            paths: Vec::new(),
            hub_aliases: false,
            access,
            repositories: Vec::new(),
            connection: regrender_config::Connection::default(),
            allow_short_lived: false,
            expires: None,
            span: at..at + 1,
        });
        self
    }

    fn password(self, name: &str, kind: SourceKind) -> Self {
        let at = self.config.registries.len() * 10;
        let username = Username::Literal(String::from("acme-bot"));
        let password = Source { kind, span: at + 2..at + 3 };
        let email = None;
        self.access(name, Access::Credential(Declared::Pair { username, password, email }))
    }

    fn username(self, name: &str, kind: SourceKind) -> Self {
        let username = Username::From(Source { kind, span: 4..5 });
        let password = Source { kind: plain("canary-4f1d"), span: 2..3 };
        let email = Some(String::from("bot@acme.io"));
        self.access(name, Access::Credential(Declared::Pair { username, password, email }))
    }

    fn docker_config(self, name: &str, path: &str, key: Option<&str>) -> Self {
        let key = key.map(str::to_owned);
        let (path, timeout) = (path.to_owned(), Duration::from_secs(30));
        let declared = Declared::DockerConfig { path, key, timeout, span: 6..7 };
        self.access(name, Access::Credential(declared))
    }

    #[cfg(unix)]
    fn helper(self, name: &str, helper: &str, key: Option<&str>, timeout: Duration) -> Self {
        let (key, helper) = (key.map(str::to_owned), helper.to_owned());
        let declared = Declared::Helper { name: helper, key, timeout, span: 8..9 };
        self.access(name, Access::Credential(declared))
    }

    fn edit(mut self, edit: impl FnOnce(&mut Config)) -> Self {
        edit(&mut self.config);
        self
    }

    fn resolve(&mut self) -> Resolved {
        let config = self.config.clone();
        let needed = config.registries.iter().map(|registry| registry.name.as_str()).collect();
        self.resolve_only(&needed)
    }

    /// Resolves, and checks that the canary stays out of everything that is told.
    fn resolve_only(&mut self, needed: &BTreeSet<&str>) -> Resolved {
        let stderr = Stream::default();
        let mut world = World {
            stdin: Box::new(io::Cursor::new(self.stdin.clone())),
            stderr: Box::new(stderr.clone()),
            terminal: Terminal {
                stdin: self.typed,
                stdout: false,
                stderr: self.watched,
                width: 100,
            },
            now: UNIX_EPOCH + Duration::from_secs(20_778 * 86_400),
            ..World::silent(self.folder.path(), self.environment.clone())
        };
        let identities = crate::identity::discover_within(&world, &[], self.reach);
        let means = Means { identities: &identities, reach: self.reach };
        let resolved = resolve(&self.config, needed, &PathBuf::from("."), means, &mut world);
        self.said = stderr.text();
        let told = format!("{resolved:?} {}", self.said);
        assert!(!told.contains("canary"), "the canary shows: {told}");
        assert!(!told.contains("Y2FuYXJ5"), "the canary shows in base64: {told}");
        resolved
    }

    /// Resolves, and renders all that is told.
    fn told(mut self) -> String {
        let resolved = self.resolve();
        resolved.problems.iter().chain(&resolved.remarks).map(rendered).collect()
    }
}

fn rendered(problem: &Diagnostic) -> String {
    let mut text = format!("{}[{}]: {}\n", problem.severity.name(), problem.code, problem.title);
    for label in &problem.labels {
        let mark = if label.primary { "-->" } else { "..." };
        writeln!(text, "  {mark} {:?} {}", label.span, label.text).unwrap();
    }
    for note in &problem.notes {
        writeln!(text, "  note: {note}").unwrap();
    }
    for help in &problem.helps {
        writeln!(text, "  help: {help}").unwrap();
    }
    text
}

fn plain(text: &str) -> SourceKind {
    SourceKind::Plain(SecretText::new(text.to_owned()))
}

fn env(name: &str) -> SourceKind {
    SourceKind::Env(name.to_owned())
}

fn file(path: &str, trim: Trim) -> SourceKind {
    SourceKind::File { path: path.to_owned(), trim }
}

fn stdin(trim: Trim) -> SourceKind {
    SourceKind::Stdin { trim }
}

fn command(words: &[&str]) -> SourceKind {
    let arguments = words.iter().map(|word| (*word).to_owned()).collect();
    SourceKind::Command { arguments, timeout: Duration::from_secs(60), trim: Trim::Unstated }
}

#[cfg(unix)]
fn shell(script: &str) -> SourceKind {
    command(&["sh", "-c", script])
}

#[track_caller]
fn password_of<'a>(resolved: &'a Resolved, registry: &str) -> &'a str {
    assert_eq!(resolved.problems, Vec::new());
    resolved.credentials[registry].password.expose()
}

#[track_caller]
fn codes(case: Case) -> Vec<&'static str> {
    let mut case = case;
    let resolved = case.resolve();
    resolved.problems.iter().chain(&resolved.remarks).map(|problem| problem.code).collect()
}
