//! Every source and every problem of one, through the door that a run takes.

mod helpers;
mod offline;
mod sealed;
mod vault;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use regrender_config::{Access, Date, RegistryKind, Trim};
use tempfile::TempDir;

use super::*;
use crate::Terminal;
use crate::randomness::OsRandom;
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
            directory: self.folder.path().to_owned(),
            environment: self.environment.clone(),
            stdin: Box::new(io::Cursor::new(self.stdin.clone())),
            stdout: Box::new(io::sink()),
            stderr: Box::new(stderr.clone()),
            terminal: Terminal {
                stdin: self.typed,
                stdout: false,
                stderr: self.watched,
                width: 100,
            },
            now: UNIX_EPOCH + Duration::from_secs(20_778 * 86_400),
            random: Box::new(|_| Box::new(OsRandom::new())),
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

mod values {
    use super::*;

    #[test]
    fn a_value_in_the_file_is_taken() {
        let mut case = Case::new().password("hub", plain("canary-4f1d"));
        let resolved = case.resolve();
        assert_eq!(password_of(&resolved, "hub"), "canary-4f1d");
        assert_eq!(resolved.credentials["hub"].username, "acme-bot");
    }

    #[test]
    fn an_environment_variable_is_read() {
        let mut case =
            Case::new().variable("HUB_TOKEN", "canary-4f1d").password("hub", env("HUB_TOKEN"));
        assert_eq!(password_of(&case.resolve(), "hub"), "canary-4f1d");
    }

    #[test]
    fn a_file_is_read_from_the_folder_of_the_config() {
        let case = Case::new().file("keys/hub", "canary-4f1d");
        let mut case = case.password("hub", file("keys/hub", Trim::Yes));
        let resolved = case.resolve();
        assert_eq!(password_of(&resolved, "hub"), "canary-4f1d");
        assert_eq!(resolved.remarks, Vec::new());
    }

    #[test]
    fn a_file_in_the_home_folder_is_read() {
        let case = Case::new().file("home/hub", "canary-4f1d");
        let home = case.folder.path().join("home");
        let case = case.variable("HOME", home.to_str().unwrap());
        let mut case = case.password("hub", file("~/hub", Trim::Yes));
        assert_eq!(password_of(&case.resolve(), "hub"), "canary-4f1d");
    }

    #[test]
    fn standard_input_is_read_to_its_end() {
        let mut case = Case::new().stdin("canary-4f1d\n").password("hub", stdin(Trim::Unstated));
        let resolved = case.resolve();
        assert_eq!(password_of(&resolved, "hub"), "canary-4f1d");
        assert_eq!(resolved.remarks, Vec::new());
    }

    #[test]
    fn a_username_may_come_from_a_source() {
        let mut case =
            Case::new().variable("HUB_USER", "acme-bot").username("hub", env("HUB_USER"));
        let resolved = case.resolve();
        assert_eq!(password_of(&resolved, "hub"), "canary-4f1d");
        let credential = &resolved.credentials["hub"];
        assert_eq!(credential.username, "acme-bot");
        assert_eq!(credential.email.as_deref(), Some("bot@acme.io"));
    }

    #[test]
    fn the_fingerprint_key_is_resolved_too() {
        let case = Case::new().variable("KEY", "canary-4f1d");
        let mut case = case.edit(|config| {
            config.fingerprint_key = Some(Source { kind: env("KEY"), span: 0..1 });
        });
        let resolved = case.resolve();
        assert_eq!(resolved.problems, Vec::new());
        assert_eq!(resolved.fingerprint_key.unwrap().expose(), "canary-4f1d");
    }

    #[test]
    fn a_registry_without_a_credential_is_passed_over() {
        let mut case = Case::new().access("mirror", Access::Anonymous);
        let resolved = case.resolve();
        assert!(resolved.problems.is_empty() && resolved.credentials.is_empty());
    }

    #[test]
    fn a_registry_that_is_not_needed_is_not_asked() {
        let case = Case::new().password("hub", plain("canary-4f1d"));
        let mut case = case.password("internal", env("NOT_SET"));
        let resolved = case.resolve_only(&["hub"].into());
        assert_eq!(password_of(&resolved, "hub"), "canary-4f1d");
        assert!(!resolved.credentials.contains_key("internal"));
    }
}

mod failures {
    use super::*;

    #[test]
    fn an_unset_variable_is_told() {
        assert_eq!(
            Case::new().password("hub", env("HUB_LOGIN")).told(),
            "\
error[source-variable-unset]: the password of registry `hub` cannot be had: environment variable `HUB_LOGIN` is not set
  --> 2..3 read from environment variable `HUB_LOGIN`
  help: set `HUB_LOGIN`, or name another source in registries.toml
"
        );
    }

    #[test]
    fn an_empty_variable_is_told() {
        let case = Case::new().variable("HUB_LOGIN", "");
        assert_eq!(
            case.username("hub", env("HUB_LOGIN")).told(),
            "\
error[source-variable-empty]: the username of registry `hub` cannot be had: environment variable `HUB_LOGIN` is empty
  --> 4..5 read from environment variable `HUB_LOGIN`
  help: set `HUB_LOGIN`, or name another source in registries.toml
"
        );
    }

    #[test]
    fn a_missing_fingerprint_key_is_told() {
        let case = Case::new().edit(|config| {
            config.fingerprint_key = Some(Source { kind: env("KEY"), span: 7..8 });
        });
        assert_eq!(
            case.told(),
            "\
error[source-variable-unset]: the fingerprint key cannot be had: environment variable `KEY` is not set
  --> 7..8 read from environment variable `KEY`
  help: set `KEY`, or name another source in registries.toml
"
        );
    }

    #[test]
    fn a_missing_file_is_told() {
        assert_eq!(
            Case::new().password("hub", file("hub.token", Trim::Yes)).told(),
            "\
error[source-file-missing]: the password of registry `hub` cannot be had: file `hub.token` is not there
  --> 2..3 read from file `hub.token`
  note: a path is relative to the folder of registries.toml; `~/` is the home folder
  help: write the file, or name another source in registries.toml
"
        );
    }

    #[test]
    fn a_folder_is_told() {
        let case = Case::new().file("keys/hub", "");
        assert_eq!(
            case.password("hub", file("keys", Trim::Yes)).told(),
            "\
error[source-file-is-folder]: the password of registry `hub` cannot be had: file `keys` is a folder
  --> 2..3 read from file `keys`
  help: name a file in it
"
        );
    }

    #[test]
    fn a_file_over_the_limit_is_told() {
        let case = Case::new().file("hub", "canary-4f1d".repeat(100_000));
        assert_eq!(
            case.password("hub", file("hub", Trim::Yes)).told(),
            "\
error[source-file-too-large]: the password of registry `hub` cannot be had: file `hub` is larger than 1 MiB
  --> 2..3 read from file `hub`
  note: a Secret holds no more than 1 MiB
  help: name the file with the secret
"
        );
    }

    #[test]
    fn standard_input_over_the_limit_is_told() {
        let case = Case::new().stdin(&"canary-4f1d".repeat(100_000));
        assert_eq!(codes(case.password("hub", stdin(Trim::Yes))), ["source-file-too-large"]);
    }

    #[test]
    fn a_terminal_is_no_standard_input() {
        let case = Case::new().typed().stdin("canary-4f1d");
        assert_eq!(
            case.password("hub", stdin(Trim::Unstated)).told(),
            "\
error[stdin-is-terminal]: the password of registry `hub` cannot be had: standard input is a terminal
  --> 2..3 read from standard input
  help: pipe the secret in: `COMMAND | regrender build`
"
        );
    }

    #[test]
    fn all_problems_are_told_in_the_order_of_the_file() {
        let case = Case::new().variable("EMPTY", "");
        let case = case.password("zeta", env("NOT_SET")).password("alpha", file("none", Trim::Yes));
        let case = case.docker_config("hub", "config.json", None).password("beta", env("EMPTY"));
        assert_eq!(
            codes(case),
            [
                "source-variable-unset",
                "source-file-missing",
                "source-file-missing",
                "source-variable-empty"
            ]
        );
    }

    #[test]
    fn username_and_password_are_both_told() {
        let case = Case::new().username("hub", env("HUB_USER")).edit(|config| {
            if let Access::Credential(Declared::Pair { password, .. }) =
                &mut config.registries.first_mut().unwrap().access
            {
                password.kind = env("HUB_TOKEN");
            }
        });
        assert_eq!(codes(case), ["source-variable-unset", "source-variable-unset"]);
    }

    #[test]
    fn a_source_of_two_registries_is_told_once() {
        let case = Case::new().password("hub", env("LOGIN")).password("internal", env("LOGIN"));
        assert_eq!(
            case.told(),
            "\
error[source-variable-unset]: the password of registry `hub` cannot be had: environment variable `LOGIN` is not set
  --> 2..3 read from environment variable `LOGIN`
  ... 12..13 the password of registry `internal` is read from there too
  help: set `LOGIN`, or name another source in registries.toml
"
        );
    }
}

mod faults {
    use super::*;

    #[test]
    fn a_newline_that_was_left_out_is_told() {
        let case = Case::new().file("hub", "canary-4f1d\r\n");
        let mut case = case.password("hub", file("hub", Trim::Unstated));
        let resolved = case.resolve();
        assert_eq!(password_of(&resolved, "hub"), "canary-4f1d");
        assert_eq!(
            resolved.remarks.iter().map(rendered).collect::<String>(),
            "\
note[trailing-newline]: the password of registry `hub` ends in a newline; it was left out
  --> 2..3 read from file `hub`
  help: write `trim = true` to keep quiet, `trim = false` to keep the newline
"
        );
    }

    #[test]
    fn a_newline_of_two_registries_is_told_once() {
        let case = Case::new().file("key", "canary-4f1d\n");
        let case = case.password("hub", file("key", Trim::Unstated));
        assert_eq!(
            codes(case.password("internal", file("key", Trim::Unstated))),
            ["trailing-newline"]
        );
    }

    #[test]
    fn one_file_may_be_trimmed_here_and_kept_there() {
        let case = Case::new().file("key", "canary-4f1d\n");
        let case = case.password("hub", file("key", Trim::Yes));
        let mut case = case.password("internal", file("key", Trim::No));
        let resolved = case.resolve();
        assert_eq!(password_of(&resolved, "hub"), "canary-4f1d");
        assert_eq!(password_of(&resolved, "internal"), "canary-4f1d\n");
        assert_eq!(resolved.remarks, Vec::new());
    }

    #[test]
    fn a_newline_in_a_variable_is_told() {
        let case = Case::new().variable("HUB_TOKEN", "canary-4f1d\n");
        assert_eq!(
            case.password("hub", env("HUB_TOKEN")).told(),
            "\
error[control-character]: the password of registry `hub` ends in a line feed
  --> 2..3 read from environment variable `HUB_TOKEN`
  note: no registry takes control characters
  help: write it without line ends, for example with `printf %s`
"
        );
    }

    #[test]
    fn other_control_characters_are_named() {
        let told = |text: &str| Case::new().password("hub", plain(text)).told();
        assert_eq!(
            told("canary\u{1b}-4f1d"),
            "\
error[control-character]: the password of registry `hub` holds the control character U+001B
  --> 2..3 given here
  note: no registry takes control characters
  help: write it again without the control character
"
        );
        for (text, what) in [
            ("\tcanary-4f1d", "begins with a tab"),
            ("canary-4f1d\u{9f}", "ends in the control character U+009F"),
            ("canary\0-4f1d", "holds a NUL character"),
            ("canary\r-4f1d", "holds a carriage return"),
        ] {
            assert!(told(text).contains(&format!("registry `hub` {what}\n")), "{what}");
        }
    }

    #[test]
    fn an_empty_file_is_an_empty_password() {
        let case = Case::new().file("hub", "\n").password("hub", file("hub", Trim::Unstated));
        assert_eq!(
            case.told(),
            "\
error[empty-password]: the password of registry `hub` is empty
  --> 2..3 read from file `hub`
  help: write the secret into the file
"
        );
    }

    #[test]
    fn what_is_empty_is_named() {
        let case = Case::new().file("hub", "").username("hub", file("hub", Trim::Yes));
        assert_eq!(codes(case), ["empty-username"]);
        let case = Case::new().stdin("").edit(|config| {
            config.fingerprint_key = Some(Source { kind: stdin(Trim::Yes), span: 0..1 });
        });
        assert_eq!(codes(case), ["empty-fingerprint-key"]);
    }

    #[test]
    fn a_username_with_a_colon_is_told() {
        let case = Case::new().variable("HUB_USER", "acme:bot");
        assert_eq!(
            case.username("hub", env("HUB_USER")).told(),
            "\
error[username-with-colon]: the username of registry `hub` has a colon in it
  --> 4..5 read from environment variable `HUB_USER`
  note: a registry takes what is before the first colon for the username
  help: give username and password each by its own source
"
        );
    }

    #[test]
    fn bytes_that_are_no_text_are_told() {
        let case = Case::new().file("hub", b"canary\xff");
        assert_eq!(
            case.password("hub", file("hub", Trim::Yes)).told(),
            "\
error[source-not-utf8]: the password of registry `hub` is not UTF-8 text
  --> 2..3 read from file `hub`
  help: write it again as UTF-8
"
        );
    }

    #[test]
    fn a_file_of_powershell_is_told() {
        let case = Case::new().file("hub", b"\xff\xfec\0");
        assert_eq!(
            case.password("hub", file("hub", Trim::Yes)).told(),
            "\
error[source-not-utf8]: the password of registry `hub` is not UTF-8 text
  --> 2..3 read from file `hub`
  note: it begins as UTF-16 does, which is what older PowerShell writes with `>`
  help: write it again as UTF-8 without a byte order mark
"
        );
        let case = Case::new().file("hub", "\u{feff}canary-4f1d");
        assert_eq!(codes(case.password("hub", file("hub", Trim::Yes))), ["source-byte-order-mark"]);
    }

    #[test]
    fn a_password_that_belongs_elsewhere_is_a_warning() {
        let case = Case::new().variable("HUB_TOKEN", "glpat-canary-4f1d");
        let case = case.password("hub", env("HUB_TOKEN")).edit(|config| {
            config.registries.first_mut().unwrap().kind = RegistryKind::DockerHub;
        });
        assert_eq!(
            case.told(),
            "\
warning[unlikely-password]: the password of registry `hub` may not work: it looks like a personal, project or group token of GitLab
  --> 2..3 the password is named here
  help: put the token there that the registry made for pulling
"
        );
    }

    #[test]
    fn a_password_of_a_docker_config_that_belongs_elsewhere_is_a_warning() {
        let config =
            r#"{"auths": {"hub.io": {"username": "bot", "password": "glpat-canary-4f1d"}}}"#;
        let case = Case::new().file("config.json", config);
        let case = case.docker_config("hub", "config.json", None).edit(|config| {
            config.registries.first_mut().unwrap().kind = RegistryKind::Quay;
        });
        assert_eq!(codes(case), ["unlikely-password"]);
    }

    #[test]
    fn white_space_around_a_password_is_a_warning() {
        let case = Case::new().variable("HUB_TOKEN", "canary-4f1d ");
        assert_eq!(
            case.password("hub", env("HUB_TOKEN")).told(),
            "\
warning[surrounding-white-space]: the password of registry `hub` begins or ends in white space
  --> 2..3 read from environment variable `HUB_TOKEN`
  note: it is kept, because it may belong there
"
        );
    }
}

mod expiry {
    use super::*;

    fn told(year: u16, month: u8, day: u8) -> String {
        let case = Case::new().password("hub", plain("canary-4f1d")).edit(|config| {
            let registry = config.registries.first_mut().unwrap();
            registry.expires = Some(Date { year, month, day });
        });
        case.told()
    }

    #[test]
    fn an_expired_credential_is_a_warning() {
        assert_eq!(
            told(2026, 11, 20),
            "\
warning[credential-expired]: the credential of registry `hub` expired: its last day was 2026-11-20
  --> 0..1 
  help: make a new credential, and change `expires` with it
"
        );
    }

    #[test]
    fn a_credential_that_expires_soon_is_a_warning() {
        assert_eq!(
            told(2026, 12, 1),
            "\
warning[credential-expires-soon]: the credential of registry `hub` expires soon: its last day is 2026-12-01, 10 days from now
  --> 0..1 
  note: this is told from 14 days before
  help: make a new credential, and change `expires` with it
"
        );
        assert!(told(2026, 11, 22).contains("its last day is 2026-11-22, 1 day from now"));
        assert!(told(2026, 11, 21).contains("expires soon: today, 2026-11-21, is its last day"));
    }

    #[test]
    fn a_credential_that_lasts_is_not_told() {
        assert_eq!(told(2026, 12, 6), "");
    }

    #[test]
    fn a_credential_that_cannot_be_had_expires_all_the_same() {
        let case = Case::new().password("hub", env("NOT_SET")).edit(|config| {
            let registry = config.registries.first_mut().unwrap();
            registry.expires = Some(Date { year: 2026, month: 1, day: 1 });
        });
        assert_eq!(codes(case), ["source-variable-unset", "credential-expired"]);
    }
}

mod docker_configs {
    use super::*;

    /// base64 of `acme-bot:canary-4f1d`.
    const AUTH: &str = "YWNtZS1ib3Q6Y2FuYXJ5LTRmMWQ=";

    fn case(config: &str) -> Case {
        let case = Case::new().file("docker/config.json", config.replace("@AUTH@", AUTH));
        case.docker_config("hub", "docker/config.json", None)
    }

    #[test]
    fn an_entry_is_a_credential() {
        let mut case = case(r#"{"auths": {"hub.io": {"auth": "@AUTH@", "email": "bot@acme.io"}}}"#);
        let resolved = case.resolve();
        assert_eq!(password_of(&resolved, "hub"), "canary-4f1d");
        let credential = &resolved.credentials["hub"];
        assert_eq!(credential.username, "acme-bot");
        assert_eq!(credential.email.as_deref(), Some("bot@acme.io"));
    }

    #[test]
    fn the_folder_of_docker_in_the_environment_is_not_consulted() {
        let case = case(r#"{"auths": {"hub.io": {"auth": "@AUTH@"}}}"#);
        let mut case = case.variable("DOCKER_CONFIG", "/none");
        assert_eq!(password_of(&case.resolve(), "hub"), "canary-4f1d");
    }

    #[test]
    fn an_entry_may_be_named() {
        let case = Case::new().file(
            "config.json",
            r#"{"auths": {"other": {"auth": "@AUTH@"}}}"#.replace("@AUTH@", AUTH),
        );
        let mut case = case.docker_config("hub", "config.json", Some("other"));
        assert_eq!(password_of(&case.resolve(), "hub"), "canary-4f1d");
    }

    #[test]
    fn a_missing_config_is_told() {
        assert_eq!(
            Case::new().docker_config("hub", "config.json", None).told(),
            "\
error[source-file-missing]: the credential of registry `hub` cannot be had: file `config.json` is not there
  --> 6..7 read from docker config `config.json`
  note: a path is relative to the folder of registries.toml; `~/` is the home folder
  help: log in with `docker login`, or name another file
"
        );
    }

    #[test]
    fn a_folder_is_told() {
        let case = Case::new().file("docker/config.json", "{}");
        assert_eq!(
            case.docker_config("hub", "docker", None).told(),
            "\
error[source-file-is-folder]: the credential of registry `hub` cannot be had: file `docker` is a folder
  --> 6..7 read from docker config `docker`
  help: name the file: `docker/config.json`
"
        );
    }

    #[test]
    fn what_is_not_json_is_told_by_its_place() {
        assert_eq!(
            case("{\n\"auths\": canary-4f1d}").told(),
            "\
error[docker-config-not-json]: docker config `docker/config.json` is not JSON
  --> 6..7 read from docker config `docker/config.json`
  note: the first mistake is in line 2, column 10
"
        );
    }

    #[test]
    fn one_config_of_two_registries_is_told_once() {
        let case = case("canary-4f1d").docker_config("internal", "docker/config.json", None);
        assert_eq!(codes(case), ["docker-config-not-json"]);
    }

    #[test]
    fn a_config_without_auths_is_told() {
        assert_eq!(
            case(r#"{"HttpHeaders": {"X": "canary-4f1d"}}"#).told(),
            "\
error[docker-config-without-auths]: docker config `docker/config.json` has no `auths`
  --> 6..7 read from docker config `docker/config.json`
  note: `auths` is where Docker keeps credentials
  help: log in with `docker login hub.io`, or name another file
"
        );
    }

    #[test]
    fn a_missing_entry_is_told_with_those_there_are() {
        assert_eq!(
            case(r#"{"auths": {"r.io": {}, "https://u:canary-4f1d@a.io": {}}}"#).told(),
            "\
error[docker-config-missing-entry]: docker config `docker/config.json` has no entry for the credential of registry `hub`
  --> 6..7 read from docker config `docker/config.json`
  note: it has entries for `https://<masked>@a.io`, `r.io`
  help: log in with `docker login hub.io`, or name an entry with `key`
"
        );
    }

    #[test]
    fn an_empty_entry_without_a_helper_is_told() {
        assert_eq!(
            case(r#"{"auths": {"hub.io": {"email": "bot@acme.io"}}}"#).told(),
            "\
error[docker-config-empty-entry]: entry `hub.io` of docker config `docker/config.json` is empty
  --> 6..7 read from docker config `docker/config.json`
  help: log in again with `docker login hub.io`
"
        );
    }

    #[test]
    fn an_identity_token_is_told() {
        assert_eq!(
            case(r#"{"auths": {"hub.io": {"identitytoken": "canary-4f1d"}}}"#).told(),
            "\
error[docker-config-identity-token]: entry `hub.io` of docker config `docker/config.json` is an identity token
  --> 6..7 read from docker config `docker/config.json`
  note: only Docker can trade an identity token for access; the kubelet ignores it
  help: make a token or password for pulling, and name it with `username` and `password`
"
        );
    }

    #[test]
    fn a_bad_auth_is_told() {
        let told =
            |auth: &str| case(&format!(r#"{{"auths": {{"hub.io": {{"auth": {auth}}}}}}}"#)).told();
        // base64 of `canary-4f1d`.
        assert_eq!(
            told(r#""Y2FuYXJ5LTRmMWQ=""#),
            "\
error[docker-config-bad-auth]: entry `hub.io` of docker config `docker/config.json` cannot be read
  --> 6..7 read from docker config `docker/config.json`
  note: its `auth` is not `USERNAME:PASSWORD` in base64
  help: remove the entry, or log in again with `docker login`
"
        );
        assert!(told(r#""canary-4f1d""#).contains("note: its `auth` is not base64\n"));
        assert!(told("[1]").contains("note: `auth` of `hub.io` is an array, not a string\n"));
        assert!(told(r#""//86/w==""#).contains("note: its `auth` is not UTF-8 text in base64\n"));
    }

    #[test]
    fn several_entries_for_the_paths_are_told() {
        let case =
            case(r#"{"auths": {"hub.io/a": {"auth": "@AUTH@"}, "hub.io/b": {"auth": "@AUTH@"}}}"#);
        let case = case.edit(|config| {
            config.registries.first_mut().unwrap().paths = vec!["a/".into(), "b/".into()];
        });
        assert_eq!(
            case.told(),
            "\
error[docker-config-several-entries]: docker config `docker/config.json` has several entries for the credential of registry `hub`
  --> 6..7 read from docker config `docker/config.json`
  note: it has entries for `hub.io/a`, `hub.io/b`
  help: name one with `key`, or declare a registry for each path
"
        );
    }

    #[test]
    fn control_characters_of_an_entry_are_told() {
        let config =
            r#"{"auths": {"hub.io": {"username": "acme\nbot", "password": "canary-4f1d\n"}}}"#;
        assert_eq!(
            case(config).told(),
            "\
error[control-character]: the username of registry `hub` holds a line feed
  --> 6..7 read from entry `hub.io`
  note: no registry takes control characters
  help: write it without line ends, for example with `printf %s`
error[control-character]: the password of registry `hub` ends in a line feed
  --> 6..7 read from entry `hub.io`
  note: no registry takes control characters
  help: write it without line ends, for example with `printf %s`
"
        );
    }

    #[test]
    fn a_username_with_a_colon_is_told() {
        let config = r#"{"auths": {"hub.io": {"username": "a:b", "password": "canary-4f1d"}}}"#;
        assert_eq!(codes(case(config)), ["username-with-colon"]);
    }
}

#[cfg(unix)]
mod commands {
    use super::*;

    #[test]
    fn what_a_command_prints_is_taken() {
        let mut case = Case::new().password("hub", command(&["printf", "%s\\n", "canary-4f1d"]));
        let resolved = case.resolve();
        assert_eq!(password_of(&resolved, "hub"), "canary-4f1d");
        assert_eq!(resolved.remarks, Vec::new());
    }

    #[test]
    fn arguments_are_not_read_by_a_shell() {
        let mut case = Case::new().password("hub", command(&["printf", "%s", "canary $HOME;`x`"]));
        assert_eq!(password_of(&case.resolve(), "hub"), "canary $HOME;`x`");
    }

    #[test]
    fn a_command_runs_in_the_folder_of_the_config() {
        let case = Case::new().file("token", "canary-4f1d");
        let mut case = case.password("hub", command(&["cat", "token"]));
        assert_eq!(password_of(&case.resolve(), "hub"), "canary-4f1d");
    }

    #[test]
    fn a_command_inherits_the_environment() {
        let case = Case::new().variable("TOKEN", "canary-4f1d");
        let mut case = case.password("hub", shell("printf %s \"$TOKEN\""));
        assert_eq!(password_of(&case.resolve(), "hub"), "canary-4f1d");
    }

    #[test]
    fn a_command_of_two_registries_runs_once() {
        let script = "echo run >> runs; echo canary-4f1d";
        let case = Case::new().password("hub", shell(script));
        let mut case = case.password("internal", shell(script));
        let resolved = case.resolve();
        assert_eq!(password_of(&resolved, "hub"), "canary-4f1d");
        assert_eq!(password_of(&resolved, "internal"), "canary-4f1d");
        let runs = std::fs::read_to_string(case.folder.path().join("runs")).unwrap();
        assert_eq!(runs, "run\n");
    }

    #[test]
    fn commands_run_side_by_side() {
        // Each waits for the other: one after the other, the first would never end.
        let write = "mkfifo a b 2>&-; echo canary-4f1d > a; cat b";
        let read = "mkfifo a b 2>&-; cat a; echo canary-4f1d > b";
        let mut case = Case::new().password("hub", shell(write)).password("internal", shell(read));
        let resolved = case.resolve();
        assert_eq!(password_of(&resolved, "hub"), "canary-4f1d");
        assert_eq!(password_of(&resolved, "internal"), "canary-4f1d");
    }

    #[test]
    fn many_commands_keep_their_answers() {
        let mut case = Case::new();
        for number in 0..20 {
            case = case.password(&format!("r{number}"), shell(&format!("echo canary-{number}")));
        }
        let resolved = case.resolve();
        for number in 0..20 {
            let password = password_of(&resolved, &format!("r{number}")).to_owned();
            assert_eq!(password, format!("canary-{number}"));
        }
    }

    #[test]
    fn a_command_that_fails_is_quoted_without_secrets() {
        let script = "echo \"vault: sealed, was $TOKEN\" >&2; echo canary-4f1d; exit 3";
        let case = Case::new().variable("TOKEN", "canary-4f1d").password("token", env("TOKEN"));
        assert_eq!(
            case.password("hub", shell(script)).told(),
            "\
error[source-command-failed]: the password of registry `hub` cannot be had: command `sh` ended with exit status 3
  --> 12..13 read from command `sh`
  note: it said: vault: sealed, was <masked>
  help: run the command by hand, in the folder of registries.toml
"
        );
    }

    #[test]
    fn a_command_that_fails_is_quoted_with_its_last_lines() {
        let script = "i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo line $i >&2; done; exit 1";
        let mut case = Case::new().password("hub", shell(script));
        let resolved = case.resolve();
        let notes = &resolved.problems.first().unwrap().notes;
        assert_eq!(notes.len(), 10);
        assert_eq!(notes.last().unwrap(), "it said: line 30");
    }

    #[test]
    fn a_command_ended_by_a_signal_is_told() {
        let told = Case::new().password("hub", shell("kill -9 $$")).told();
        assert!(told.contains("command `sh` ended with signal 9\n"), "{told}");
    }

    #[test]
    fn a_missing_program_is_told() {
        assert_eq!(
            Case::new().password("hub", command(&["no-such-program-4f1d"])).told(),
            "\
error[source-command-missing]: the password of registry `hub` cannot be had: command `no-such-program-4f1d` is not there
  --> 2..3 read from command `no-such-program-4f1d`
  note: the program is started as it is named, without a shell
  help: install it, or name it by its path
"
        );
    }

    #[test]
    fn a_program_that_cannot_be_run_is_told() {
        let case = Case::new().file("token.sh", "echo canary-4f1d");
        assert_eq!(
            codes(case.password("hub", command(&["./token.sh"]))),
            ["source-command-not-started"]
        );
    }

    #[test]
    fn a_command_that_takes_too_long_is_told() {
        let arguments = ["sh", "-c", "sleep 60"].map(str::to_owned).into();
        let timeout = Duration::from_millis(50);
        let kind = SourceKind::Command { arguments, timeout, trim: Trim::Yes };
        assert_eq!(
            Case::new().password("hub", kind).told(),
            "\
error[source-command-timeout]: the password of registry `hub` cannot be had: command `sh` took longer than 50ms and was ended
  --> 2..3 read from command `sh`
  note: a command is over when it and all it started have closed standard output
  help: raise `timeout`, or see by hand whether the command waits for something
"
        );
    }

    #[test]
    fn a_command_that_prints_too_much_is_told() {
        assert_eq!(
            Case::new().password("hub", command(&["yes", "canary-4f1d"])).told(),
            "\
error[source-command-too-long]: the password of registry `hub` cannot be had: command `yes` printed more than 1 MiB and was ended
  --> 2..3 read from command `yes`
  help: let the command print the secret alone
"
        );
    }

    #[test]
    fn a_command_that_prints_nothing_is_an_empty_password() {
        assert_eq!(codes(Case::new().password("hub", command(&["true"]))), ["empty-password"]);
    }

    #[test]
    fn what_a_good_command_says_is_shown_with_its_name() {
        let script = "echo canary-4f1d; echo using profile acme >&2; echo \"\" >&2";
        let mut case = Case::new().password("hub", shell(script));
        assert_eq!(password_of(&case.resolve(), "hub"), "canary-4f1d");
        assert_eq!(case.said, "sh: using profile acme\n");
    }

    #[test]
    fn what_a_command_says_comes_in_the_order_of_the_commands() {
        let case = Case::new().password("hub", shell("echo canary-4f1d; echo b >&2; : 1"));
        let mut case = case.password("internal", shell("echo canary-4f1d; echo a >&2; : 2"));
        case.resolve();
        assert_eq!(case.said, "sh: a\nsh: b\n");
    }

    #[test]
    fn what_a_command_prints_is_masked_in_what_all_say() {
        let case = Case::new().password("hub", shell("echo canary-4f1d; echo + canary-4f1d >&2"));
        let mut case = case.password("internal", shell("echo x-4f1d; echo + canary-4f1d >&2"));
        case.resolve();
        assert_eq!(case.said, "sh: + <masked>\nsh: + <masked>\n");
    }

    #[test]
    fn other_secrets_are_masked_in_what_a_command_says() {
        let auth = "YWNtZS1ib3Q6Y2FuYXJ5LTRmMWQ=";
        let config = format!(r#"{{"auths": {{"hub.io": {{"auth": "{auth}"}}}}}}"#);
        let case = Case::new().file("config.json", config).file("key", "canary-file\n");
        let case = case.docker_config("hub", "config.json", None);
        let case =
            case.password("plain", plain("canary-plain")).password("file", file("key", Trim::Yes));
        let script = "cat key >&2; echo canary-4f1d canary-plain YWNtZS1ib3Q6Y2FuYXJ5LTRmMWQ= >&2; echo ok-4f1d";
        let mut case = case.password("internal", shell(script));
        assert_eq!(password_of(&case.resolve(), "internal"), "ok-4f1d");
        assert_eq!(case.said, "sh: <masked>\nsh: <masked> <masked> <masked>\n");
    }

    #[test]
    fn a_person_at_the_terminal_sees_it_as_it_comes() {
        let case = Case::new().watched().variable("TOKEN", "canary-4f1d");
        let case = case.password("token", env("TOKEN"));
        let script = "echo open https://login.acme.io >&2; printf 'with %s' $TOKEN >&2; exit 1";
        let mut case = case.password("hub", shell(script));
        let resolved = case.resolve();
        assert_eq!(case.said, "sh: open https://login.acme.io\nsh: with <masked>\n");
        assert_eq!(resolved.problems.first().unwrap().notes, [""; 0]);
    }
}
