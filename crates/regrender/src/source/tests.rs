use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use regrender_config::{Date, RegistryKind, Trim};
use tempfile::TempDir;

use super::*;
use crate::Terminal;

/// A stream that a test can look into.
#[derive(Clone, Default)]
struct Stream(Arc<Mutex<Vec<u8>>>);

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Registries, a folder, an environment, and what comes of them.
struct Case {
    folder: TempDir,
    environment: BTreeMap<OsString, OsString>,
    stdin: Vec<u8>,
    watched: bool,
    config: Config,
    said: String,
}

impl Case {
    fn new() -> Self {
        let environment = [(OsString::from("PATH"), std::env::var_os("PATH").unwrap_or_default())];
        Self {
            folder: tempfile::tempdir().unwrap(),
            environment: environment.into(),
            stdin: Vec::new(),
            watched: false,
            config: Config {
                clusters: Vec::new(),
                registries: Vec::new(),
                secrets: Vec::new(),
                fingerprint_key: None,
            },
            said: String::new(),
        }
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
        let declared = Declared::DockerConfig { path: path.to_owned(), key, span: 6..7 };
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
            directory: self.folder.path().to_owned(),
            environment: self.environment.clone(),
            stdin: Box::new(io::Cursor::new(self.stdin.clone())),
            stdout: Box::new(io::sink()),
            stderr: Box::new(stderr.clone()),
            terminal: Terminal { stdin: false, stdout: false, stderr: self.watched, width: 100 },
            now: UNIX_EPOCH + Duration::from_secs(20_778 * 86_400),
            random: Box::new(|_| unreachable!("resolving draws no randomness")),
        };
        let resolved = resolve(&self.config, needed, &PathBuf::from("."), &mut world);
        self.said = String::from_utf8(stderr.0.lock().unwrap().clone()).unwrap();
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
        text += &format!("  {mark} {:?} {}\n", label.span, label.text);
    }
    for note in &problem.notes {
        text += &format!("  note: {note}\n");
    }
    for help in &problem.helps {
        text += &format!("  help: {help}\n");
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

fn password_of<'a>(resolved: &'a Resolved, registry: &str) -> &'a str {
    assert_eq!(resolved.problems, Vec::new());
    resolved.credentials.get(registry).unwrap().password.expose()
}

#[test]
fn a_value_in_the_file_is_taken() {
    let mut case = Case::new().password("hub", plain("canary-4f1d"));
    let resolved = case.resolve();
    assert_eq!(password_of(&resolved, "hub"), "canary-4f1d");
    assert_eq!(resolved.credentials.get("hub").unwrap().username, "acme-bot");
}

#[test]
fn an_environment_variable_is_read() {
    let mut case =
        Case::new().variable("HUB_TOKEN", "canary-4f1d").password("hub", env("HUB_TOKEN"));
    assert_eq!(password_of(&case.resolve(), "hub"), "canary-4f1d");
}

#[test]
fn a_file_is_read_from_the_folder_of_the_config() {
    let mut case =
        Case::new().file("hub.token", "canary-4f1d").password("hub", file("hub.token", Trim::Yes));
    let resolved = case.resolve();
    assert_eq!(password_of(&resolved, "hub"), "canary-4f1d");
    assert_eq!(resolved.remarks, Vec::new());
}
