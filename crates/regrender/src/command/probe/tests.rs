//! Runs against registries on loopback that answer from a script: what is asked, and what is said.

mod answer;
mod connection;
mod credential;
mod repository;
mod selection;

use std::fmt::Write as _;
use std::fs;
use std::time::Duration;

use insta::assert_snapshot;
use rcgen::{CertificateParams, CertifiedKey, KeyPair, date_time_ymd};
use tempfile::TempDir;

use super::*;
use crate::http::scripted::{Answer, Asked, Server};
use crate::stream::Stream;

/// `acme` and `canary-4f1d`.
const PAIR: &str = "Basic YWNtZTpjYW5hcnktNGYxZA==";

const RECIPIENT: &str = "age1afwjt8jlpw8869ev0dtxeujpehx98xnleh0s2m6qagnz0c96ec0s9408xt";

/// When every run takes place, and how HTTP says that.
const NOW: u64 = 1_795_241_285;

const NOW_IN_HTTP: &str = "Sat, 21 Nov 2026 06:08:05 GMT";

/// A folder with registries, and runs in it.
struct Case {
    folder: TempDir,
    registries: Vec<String>,
    tables: String,
    variables: Vec<(String, String)>,
    /// What ports are called in what is shown.
    ports: Vec<(String, String)>,
}

impl Case {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            registries: Vec::new(),
            tables: String::new(),
            variables: Vec::new(),
            ports: Vec::new(),
        }
    }

    /// Declares a registry with these keys.
    fn registry(mut self, name: &str, keys: &str) -> Self {
        self.registries.push(format!("\"{name}\""));
        write!(self.tables, "\n[registry.{name}]\n{keys}\n").unwrap();
        self
    }

    /// Declares the registry at a server, which speaks HTTP, with the credential that all have.
    fn at(self, name: &str, server: &Server, keys: &str) -> Self {
        let host = server.authority();
        self.calls(server.port(), name).registry(
            name,
            &format!(
                "host = \"{host}\"\nusername = \"acme\"\npassword = {{ env = \"TOKEN\" }}\n\
                 insecure = true\n{keys}"
            ),
        )
    }

    fn calls(mut self, port: u16, name: &str) -> Self {
        self.ports.push((format!(":{port}"), format!(":{}", name.to_uppercase())));
        self
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    fn file(self, path: &str, text: &str) -> Self {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Runs `probe` for all these registries, and returns what it printed, what it said, and its
    /// status.
    fn probe(&self, arguments: &[&str]) -> String {
        let names = self.registries.iter().map(|name| name.trim_matches('"'));
        self.probe_of(&names.chain(arguments.iter().copied()).collect::<Vec<_>>())
    }

    /// Runs `probe` with these arguments and no others.
    fn probe_of(&self, arguments: &[&str]) -> String {
        // One that is never asked, because a pull secret has to hold some credential.
        let keeper = "[registry.keeper]\nhost = \"keeper.example\"\nusername = \"acme\"\npassword = \
                      { env = \"TOKEN\" }\n";
        let registries = self.registries.join(", ");
        let text = format!(
            "[seal]\nrecipients = [\"{RECIPIENT}\"]\n\n{keeper}{}\n[secret.regcred]\nregistries = \
             [\"keeper\", {registries}]\nnamespaces = [\"team-a\"]\nservice-accounts = [\"default\"]\n",
            self.tables
        );
        fs::write(self.folder.path().join("registries.toml"), text).unwrap();
        let (stdout, stderr) = (Stream::default(), Stream::default());
        let variables = [("TOKEN", "canary-4f1d"), ("SSL_CERT_FILE", "nothing.pem")];
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into()));
        let own = self.variables.iter().map(|(name, value)| (name.into(), value.into()));
        let mut world = World {
            stdout: Box::new(stdout.clone()),
            stderr: Box::new(stderr.clone()),
            now: UNIX_EPOCH + Duration::from_secs(NOW),
            ..World::silent(self.folder.path(), variables.chain(own).collect())
        };
        let words = ["regrender", "probe"].into_iter().chain(arguments.iter().copied());
        let status = crate::run(words.map(Into::into).collect(), &mut world);
        let mut shown = stdout.text();
        let said = stderr.text();
        if !said.is_empty() {
            write!(shown, "--- stderr\n{said}").unwrap();
        }
        writeln!(shown, "--- status {status}").unwrap();
        assert!(!shown.contains("canary") && !shown.contains("Y2FuYXJ5"), "{shown}");
        for (port, name) in &self.ports {
            shown = shown.replace(port, name);
        }
        shown.replace(&self.folder.path().display().to_string(), "FOLDER")
    }
}

/// Answers where the pair is shown, and asks for it where it is not.
fn with_pairs(rest: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Server {
    Server::http(move |asked| match (asked.header("authorization"), asked.target.as_str()) {
        (Some(PAIR), "/v2/") => Answer::new(200, &[], "{}"),
        (Some(PAIR), _) => rest(asked),
        _ => Answer::new(401, &[("WWW-Authenticate", "Basic realm=\"acme\"")], ""),
    })
}

fn always(
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
) -> Server {
    Server::http(move |_| Answer::new(status, headers, body))
}

/// Probes one registry that answers always the same.
fn answered(server: &Server) -> String {
    Case::new().at("corp", server, "").probe(&[])
}

/// A registry whose tokens another server makes, which answers this.
fn with_token_server(answer: Answer) -> String {
    let tokens = Server::http(move |_| answer.clone());
    let realm = format!("Bearer realm=\"http://{}/token\",service=\"corp\"", tokens.authority());
    let server = Server::http(move |asked| match asked.header("authorization") {
        None => Answer::new(401, &[("WWW-Authenticate", &realm)], ""),
        Some(_) => Answer::new(200, &[], "{}"),
    });
    Case::new().calls(tokens.port(), "tokens").at("corp", &server, "").probe(&[])
}

fn certified(change: impl FnOnce(&mut CertificateParams)) -> CertifiedKey<KeyPair> {
    let names = [String::from("localhost"), String::from("127.0.0.1")];
    let mut parameters = CertificateParams::new(names).unwrap();
    parameters.not_before = date_time_ymd(2020, 1, 1);
    parameters.not_after = date_time_ymd(2120, 1, 1);
    change(&mut parameters);
    let signing_key = KeyPair::generate().unwrap();
    CertifiedKey { cert: parameters.self_signed(&signing_key).unwrap(), signing_key }
}

#[test]
fn programs_read_json() {
    let server = with_pairs(|asked| match asked.method.as_str() {
        _ if asked.target.contains("/b/") => Answer::new(403, &[], ""),
        "POST" => Answer::new(202, &[("Location", "/v2/a/blobs/uploads/1")], ""),
        "DELETE" if asked.target.contains("uploads") => Answer::new(204, &[], ""),
        "DELETE" => Answer::new(401, &[], ""),
        _ => Answer::new(200, &[], "{}"),
    });
    let case = Case::new().at("corp", &server, "repositories = [\"a\", \"b\"]");
    let text = case.probe(&["--output", "json"]);
    let (object, status) = text.split_once('\n').unwrap();
    let value: serde_json::Value = serde_json::from_str(object).unwrap();
    assert_snapshot!(serde_json::to_string_pretty(&value).unwrap(), @r#"
    {
      "registries": [
        {
          "registry": "corp",
          "host": "127.0.0.1:CORP",
          "status": "fails",
          "asked_at": "127.0.0.1:CORP",
          "credential": true,
          "authentication": "basic",
          "asks_late": false,
          "token_server": null,
          "token_seconds": null,
          "clock_ahead_seconds": null,
          "error": null,
          "repositories": [
            {
              "repository": "a",
              "reference": null,
              "pull": "allowed",
              "error": null,
              "beyond_pull": "some",
              "actions": [
                "push"
              ],
              "known_from": "trial"
            },
            {
              "repository": "b",
              "reference": null,
              "pull": "denied",
              "error": {
                "message": "may not be pulled (status 403)",
                "help": "let the account of registry `corp` pull from it, or use an account that may"
              },
              "beyond_pull": "none",
              "actions": [],
              "known_from": "trial"
            }
          ],
          "rate_limit": null
        }
      ]
    }
    "#);
    assert_eq!(status, "--- status 3\n");
}
