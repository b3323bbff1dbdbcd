//! Runs against registries on loopback that answer from a script: what is asked, and what is said.

use std::fmt::Write as _;
use std::io;
use std::time::Duration;

use insta::assert_snapshot;
use rcgen::{CertificateParams, CertifiedKey, KeyPair, date_time_ymd};
use tempfile::TempDir;

use super::*;
use crate::Terminal;
use crate::http::scripted::{Answer, Asked, Server};
use crate::randomness::OsRandom;
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
            directory: self.folder.path().to_owned(),
            environment: variables.chain(own).collect(),
            stdin: Box::new(io::empty()),
            stdout: Box::new(stdout.clone()),
            stderr: Box::new(stderr.clone()),
            terminal: Terminal { stdin: false, stdout: false, stderr: false, width: 100 },
            now: UNIX_EPOCH + Duration::from_secs(NOW),
            random: Box::new(|_| Box::new(OsRandom)),
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

/// Probes a registry with TLS; `ca.pem` is `trusted`.
fn safely(shown: &CertifiedKey<KeyPair>, trusted: &CertifiedKey<KeyPair>, host: &str) -> String {
    let server = Server::https(shown, |_| Answer::new(200, &[], "{}"));
    Case::new()
        .calls(server.port(), "corp")
        .file("ca.pem", &trusted.cert.pem())
        .registry(
            "corp",
            &format!("host = \"{host}:{}\"\nanonymous = true\nca = \"ca.pem\"", server.port()),
        )
        .probe(&[])
}

#[test]
fn a_credential_that_may_only_pull_works() {
    let server = with_pairs(|asked| match asked.method.as_str() {
        "GET" | "HEAD" => Answer::new(200, &[], "{}"),
        _ => Answer::new(403, &[], ""),
    });
    let case = Case::new().at("corp", &server, "repositories = [\"apps/web\"]");
    assert_snapshot!(case.probe(&[]), @"
    corp (127.0.0.1:CORP): works
      apps/web: can be pulled, and no more (tried)
    --- status 0
    ");
}

#[test]
fn a_credential_that_can_do_more_works_with_a_warning() {
    let server = with_pairs(|asked| match asked.method.as_str() {
        "POST" => Answer::new(202, &[("Location", "/v2/apps/web/blobs/uploads/1?_state=x")], ""),
        "DELETE" if asked.target.contains("uploads") => Answer::new(204, &[], ""),
        "DELETE" => Answer::new(404, &[], ""),
        _ => Answer::new(200, &[], "{}"),
    });
    let case = Case::new().at("corp", &server, "repositories = [\"apps/web\"]");
    assert_snapshot!(case.probe(&[]), @"
    corp (127.0.0.1:CORP): works
      apps/web: can be pulled
      warning: apps/web: the credential can do more than pull: push, delete (tried)
        help: use an account or a token that may only pull: every node and everybody who reads the Secret has it
    --- status 0
    ");
    let asked = server.lines();
    assert!(asked.contains(&String::from("DELETE /v2/apps/web/blobs/uploads/1?_state=x")));
    assert!(case.probe(&["--read-only"]).contains("apps/web: can be pulled\n"));
    let writes = server.lines().split_off(asked.len());
    assert!(writes.iter().all(|line| line.starts_with("GET")), "{writes:?}");
}

#[test]
fn a_token_from_another_host_is_told() {
    let own = certified(|_| {});
    let tokens = Server::https(&own, |asked| match asked.header("authorization") {
        Some(PAIR) => Answer::new(200, &[], r#"{"token":"opaque","expires_in":300}"#),
        _ => Answer::new(401, &[], ""),
    });
    let realm =
        format!("Bearer realm=\"https://localhost:{}/token\",service=\"corp\"", tokens.port());
    let server = Server::https(&own, move |asked| match asked.header("authorization") {
        Some("Bearer opaque") => Answer::new(200, &[], "{}"),
        _ => Answer::new(401, &[("WWW-Authenticate", &realm)], ""),
    });
    let case = Case::new()
        .calls(server.port(), "corp")
        .calls(tokens.port(), "tokens")
        .file("ca.pem", &own.cert.pem())
        .registry(
            "corp",
            &format!(
                "host = \"{}\"\nusername = \"acme\"\npassword = {{ env = \"TOKEN\" }}\nca = \
                 \"ca.pem\"",
                server.authority()
            ),
        );
    assert_snapshot!(case.probe(&[]), @"
    corp (127.0.0.1:CORP): works
      tokens (5 min each) are made by another host, localhost:TOKENS, which the registry names; the credential goes there
      no repository was asked for; `repositories`, `--repository` and `--from-audit` name some
    --- status 0
    ");
    assert_eq!(tokens.lines(), ["GET /token?service=corp&account=acme"]);
    assert!(server.asked().iter().all(|asked| asked.header("authorization") != Some(PAIR)));
}

#[test]
fn repositories_that_cannot_be_pulled_from_say_why() {
    let server = with_pairs(|asked| match asked.target.as_str() {
        target if target.contains("/denied/") => Answer::new(
            403,
            &[],
            r#"{"errors":[{"code":"DENIED","message":"requested access is denied"}]}"#,
        ),
        target if target.contains("/missing/") => Answer::new(404, &[], ""),
        target if target.contains("/busy/") => Answer::new(429, &[("Retry-After", "3600")], ""),
        target if target.contains("/broken/") => Answer::new(503, &[("Retry-After", "3600")], ""),
        _ => Answer::new(200, &[], "{}"),
    });
    let keys = "repositories = [\"denied\", \"missing\", \"busy\", \"broken\", \"good\"]";
    let case = Case::new().at("corp", &server, keys);
    assert_snapshot!(case.probe(&["--read-only"]), @"
    corp (127.0.0.1:CORP): fails
      error: denied: may not be pulled (status 403): requested access is denied
        help: let the account of registry `corp` pull from it, or use an account that may
      error: missing: not found: it does not exist, or is not shown to who asks
        help: check the name; registries hide what an account may not see, so it may be a matter of rights as well
      error: busy: the registry is asked too often; it asks for a pause of 3600 s
        help: try again later
      error: broken: the registry cannot answer (status 503)
        help: try again later
      good: can be pulled
    --- status 3
    ");
}

#[test]
fn an_image_that_is_not_there_is_told_apart() {
    let server = with_pairs(|asked| match asked.method.as_str() {
        "HEAD" if asked.target.ends_with("/1.0") => Answer::new(404, &[], ""),
        _ => Answer::new(200, &[], "{}"),
    });
    let host = server.authority();
    let manifest = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec:\n  containers:\n  - {{name: a, \
         image: '{host}/apps/web:1.0'}}\n  - {{name: b, image: '{host}/apps/api:2.0'}}\n  - {{name: \
         c, image: 'elsewhere.example/x'}}\n"
    );
    let case = Case::new()
        .at("corp", &server, "repositories = [\"apps/web\", \"apps/other\"]")
        .file("deploy/pod.yaml", &manifest);
    assert_snapshot!(case.probe(&["--read-only", "--from-audit", "deploy"]), @"
    corp (127.0.0.1:CORP): fails
      apps/other: can be pulled
      apps/api:2.0: can be pulled
      error: apps/web:1.0: there is no such image; the repository is there
        help: push the image, or correct the manifests that name it
    --- status 3
    ");
}

#[test]
fn a_refused_credential_is_told() {
    let wants = &[("WWW-Authenticate", "Basic realm=\"corp\"")];
    assert_snapshot!(answered(&always(401, wants, r#"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}"#)), @"
    corp (127.0.0.1:CORP): fails
      error: the registry refuses the credential (status 401): authentication required
        help: check username and password of registry `corp`: a token may have expired or been revoked; `docker login 127.0.0.1:CORP` with the same two must work
    --- status 3
    ");
}

#[test]
fn a_credential_that_a_token_server_refuses_is_told() {
    assert_snapshot!(with_token_server(Answer::new(401, &[], r#"{"details":"incorrect username or password"}"#)), @"
    corp (127.0.0.1:CORP): fails
      tokens are made by 127.0.0.1:TOKENS
      error: the token server `127.0.0.1:TOKENS` refuses the credential (status 401): incorrect username or password
        help: check username and password of registry `corp`: a token may have expired or been revoked; `docker login 127.0.0.1:CORP` with the same two must work
    --- status 3
    ");
}

#[test]
fn what_is_no_registry_is_told() {
    assert_snapshot!(answered(&always(404, &[], "")), @"
    corp (127.0.0.1:CORP): fails
      error: what answers there is not a registry (status 404)
        help: check `host` of registry `corp`: it is what stands before the first slash of its images
    --- status 3
    ");
}

#[test]
fn a_challenge_that_nobody_knows_is_told() {
    assert_snapshot!(answered(&always(401, &[("WWW-Authenticate", "Negotiate")], "")), @"
    corp (127.0.0.1:CORP): fails
      error: the registry wants to see `negotiate`, and neither `Basic` nor `Bearer`
        help: have the registry ask as runtimes expect it to: they know `Basic` and `Bearer`
    --- status 3
    ");
}

#[test]
fn too_many_questions_are_told() {
    assert_snapshot!(answered(&always(429, &[("Retry-After", "3600")], "")), @"
    corp (127.0.0.1:CORP): fails
      error: the registry is asked too often; it asks for a pause of 3600 s
        help: try again later
    --- status 3
    ");
}

#[test]
fn a_registry_that_cannot_answer_is_told() {
    assert_snapshot!(answered(&always(503, &[("Retry-After", "3600")], r#"{"message":"maintenance"}"#)), @"
    corp (127.0.0.1:CORP): fails
      error: the registry cannot answer (status 503): maintenance
        help: try again later
    --- status 3
    ");
}

#[test]
fn a_body_that_never_ends_is_told() {
    assert_snapshot!(with_token_server(Answer::Endless), @"
    corp (127.0.0.1:CORP): fails
      tokens are made by 127.0.0.1:TOKENS
      error: the token server `127.0.0.1:TOKENS` gives no answer: the answer is longer than 1 MiB
        help: check that `host` of registry `corp` is that of a registry
    --- status 3
    ");
}

#[test]
fn a_token_server_that_answers_rubbish_is_told() {
    assert_snapshot!(with_token_server(Answer::new(200, &[], "<html>")), @"
    corp (127.0.0.1:CORP): fails
      tokens are made by 127.0.0.1:TOKENS
      error: the token server `127.0.0.1:TOKENS` answers without a token
        help: ask those who run it; nodes get the same answer
    --- status 3
    ");
}

#[test]
fn a_redirect_loop_is_told() {
    assert_snapshot!(answered(&always(302, &[("Location", "/v2/")], "")), @"
    corp (127.0.0.1:CORP): fails
      error: the registry sends from one place to the next without end
        help: ask those who run it; nodes get the same answer
    --- status 3
    ");
}

#[test]
fn a_redirect_to_another_host_is_told_and_not_followed() {
    let other = always(200, &[], "{}");
    let location = format!("http://{}/v2/", other.authority());
    let server = Server::http(move |_| Answer::new(302, &[("Location", &location)], ""));
    let case = Case::new().calls(other.port(), "other").at("corp", &server, "");
    assert_snapshot!(case.probe(&[]), @"
    corp (127.0.0.1:CORP): fails
      error: the registry sends to `http://127.0.0.1:OTHER`, and the credential does not go there
        help: if the registry has moved, change `host` of registry `corp` and the images
    --- status 3
    ");
    assert_eq!(other.lines(), [""; 0]);
}

#[test]
fn a_token_server_in_clear_on_another_host_is_told_and_not_asked() {
    let tokens = always(200, &[], r#"{"token":"x"}"#);
    let realm = format!("Bearer realm=\"http://localhost:{}/token\"", tokens.port());
    let server = Server::http(move |_| Answer::new(401, &[("WWW-Authenticate", &realm)], ""));
    let case = Case::new().calls(tokens.port(), "tokens").at("corp", &server, "");
    assert_snapshot!(case.probe(&[]), @"
    corp (127.0.0.1:CORP): fails
      error: the registry names the token server `http://localhost:TOKENS`, and the credential does not go there in clear
        help: have the registry name an `https` address; where host and token server are one host, `insecure = true` lets the credential through
    --- status 3
    ");
    assert_eq!(tokens.lines(), [""; 0]);
}

#[test]
fn a_registry_that_lets_everybody_in_did_not_look_at_the_credential() {
    let server = always(200, &[], "{}");
    assert_snapshot!(answered(&server), @"
    corp (127.0.0.1:CORP): works
      warning: it lets everybody in and looked at no credential
      no repository was asked for; `repositories`, `--repository` and `--from-audit` name some
    --- status 0
    ");
    assert!(server.asked().iter().all(|asked| asked.header("authorization").is_none()));
}

#[test]
fn a_registry_that_asks_at_an_image_only_is_told() {
    let server = Server::http(|asked| match (asked.header("authorization"), &*asked.target) {
        (_, "/v2/") | (Some(PAIR), _) if !asked.target.contains("uploads") => {
            Answer::new(200, &[], "{}")
        }
        (Some(_), _) => Answer::new(403, &[], ""),
        (None, _) => Answer::new(401, &[("WWW-Authenticate", "Basic realm=\"acme\"")], ""),
    });
    let case = Case::new().at("corp", &server, "repositories = [\"apps/web\"]\n");
    assert_snapshot!(case.probe(&["--read-only"]), @"
    corp (127.0.0.1:CORP): works
      warning: it asks for a credential where it has the image, and not at `/v2/`: containerd shows it then, docker and CRI-O do not
        help: have it ask at `/v2/` too, if nodes use another runtime
      apps/web: can be pulled
    --- status 0
    ");
}

#[test]
fn a_clock_that_is_off_is_told() {
    assert_snapshot!(answered(&always(200, &[("Date", "Sat, 21 Nov 2026 06:18:05 GMT")], "{}")), @"
    corp (127.0.0.1:CORP): works
      warning: it lets everybody in and looked at no credential
      warning: its clock is 10 min ahead of the one here; tokens fail where clocks differ
        help: set the clock that is wrong
      no repository was asked for; `repositories`, `--repository` and `--from-audit` name some
    --- status 0
    ");
    let right = answered(&always(200, &[("Date", NOW_IN_HTTP)], "{}"));
    assert!(!right.contains("clock"), "{right}");
}

#[test]
fn a_host_where_nobody_listens_is_told() {
    let case = Case::new().registry("corp", "host = \"127.0.0.1:1\"\nanonymous = true");
    assert_snapshot!(case.probe(&[]), @"
    corp (127.0.0.1:1): fails
      error: the registry gives no answer: the connection was refused
        help: check host and port of registry `corp`; if a proxy leads there, set `HTTPS_PROXY`, and `NO_PROXY` for what is near
    --- status 3
    ");
}

#[test]
fn a_registry_without_tls_is_told() {
    let server = always(200, &[], "{}");
    let case = Case::new()
        .calls(server.port(), "corp")
        .registry("corp", &format!("host = \"{}\"\nanonymous = true", server.authority()));
    assert_snapshot!(case.probe(&[]), @"
    corp (127.0.0.1:CORP): fails
      error: the registry gives no answer: what answers there does not speak TLS
        help: check the port; if it speaks HTTP on purpose, set `insecure = true` of registry `corp`
    --- status 3
    ");
    assert_eq!(server.lines(), [""; 0]);
}

#[test]
fn an_own_authority_is_believed() {
    let own = certified(|_| {});
    assert_snapshot!(safely(&own, &own, "localhost"), @"
    corp (localhost:CORP): works
      no repository was asked for; `repositories`, `--repository` and `--from-audit` name some
    --- status 0
    ");
}

#[test]
fn a_certificate_of_nobody_who_is_trusted_is_told() {
    assert_snapshot!(safely(&certified(|_| {}), &certified(|_| {}), "localhost"), @r#"
    corp (localhost:CORP): fails
      error: the registry gives no answer: its certificate is signed by nobody who is trusted here
        help: set `ca = "FILE.pem"` of registry `corp` to its authority, which the runtimes of the nodes have to trust as well
    --- status 3
    "#);
}

#[test]
fn an_expired_certificate_is_told() {
    let own = certified(|parameters| parameters.not_after = date_time_ymd(2021, 1, 1));
    assert_snapshot!(safely(&own, &own, "localhost"), @"
    corp (localhost:CORP): fails
      error: the registry gives no answer: its certificate has expired
        help: have its certificate renewed: the runtimes of the nodes refuse it too
    --- status 3
    ");
}

#[test]
fn a_certificate_for_another_name_is_told() {
    let own = certified(|parameters| {
        parameters.subject_alt_names =
            CertificateParams::new([String::from("registry.example")]).unwrap().subject_alt_names;
    });
    assert_snapshot!(safely(&own, &own, "localhost"), @"
    corp (localhost:CORP): fails
      error: the registry gives no answer: its certificate is for another name
        help: set `host` of registry `corp` to a name that the certificate is for, or have it made anew
    --- status 3
    ");
}

#[test]
fn a_machine_that_trusts_nobody_is_told() {
    let server = Server::https(&certified(|_| {}), |_| Answer::new(200, &[], "{}"));
    let case = Case::new()
        .calls(server.port(), "corp")
        .registry("corp", &format!("host = \"{}\"\nanonymous = true", server.authority()));
    assert_snapshot!(case.probe(&[]), @"
    corp (127.0.0.1:CORP): fails
      error: the registry gives no answer: no trusted certificates were found on this machine
        help: install the certificates of authorities (`ca-certificates`), or set `SSL_CERT_FILE`
    --- status 3
    ");
}

#[test]
fn docker_hub_is_asked_where_its_registry_is_and_through_the_proxy() {
    let proxy = always(403, &[], "");
    let case = Case::new()
        .calls(proxy.port(), "proxy")
        .registry("hub", "kind = \"docker-hub\"\nanonymous = true")
        .variable("https_proxy", &format!("http://bot:canary-4f1d@{}", proxy.authority()));
    assert_snapshot!(case.probe(&[]), @"
    hub (docker.io): fails
      asked at registry-1.docker.io
      error: the registry gives no answer: the proxy does not connect (https_proxy: it answers with status 403)
        help: correct the variable, or add the host to `NO_PROXY`
    --- status 3
    ");
    assert_eq!(proxy.lines(), ["CONNECT registry-1.docker.io:443"]);
}

#[test]
fn nobody_is_let_in_without_a_credential() {
    let wants = &[("WWW-Authenticate", "Basic realm=\"corp\"")];
    let server = always(401, wants, "");
    let case = Case::new().calls(server.port(), "corp").registry(
        "corp",
        &format!(
            "host = \"{}\"\nanonymous = true\ninsecure = true\nrepositories = [\"a\"]",
            server.authority()
        ),
    );
    assert_snapshot!(case.probe(&["--read-only"]), @"
    corp (127.0.0.1:CORP): fails
      error: a: may not be pulled (status 401)
        help: give registry `corp` a `username` and a `password` in place of `anonymous = true`
    --- status 3
    ");
}

#[test]
fn results_come_in_the_order_of_the_file() {
    let (good, bad) = (always(200, &[], "{}"), always(404, &[], ""));
    let case = Case::new()
        .at("zebra", &bad, "")
        .registry(
            "images",
            "kind = \"ecr\"\naccount = \"111122223333\"\nregion = \"eu-west-1\"\nprovide = \
             \"irsa\"\nrole-arn = \"arn:aws:iam::111122223333:role/pull\"",
        )
        .at("ant", &good, "");
    let text = case.probe(&[]);
    let (data, _) = text.split_once("--- stderr").unwrap();
    let verdicts: Vec<&str> = data.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_snapshot!(verdicts.join("\n"), @"
    zebra (127.0.0.1:ZEBRA): fails
    images (111122223333.dkr.ecr.eu-west-1.amazonaws.com): not asked: its tokens are made with the role of a service account
    ant (127.0.0.1:ANT): works
    ");
    assert!(case.probe_of(&["ant", "images"]).ends_with("--- status 0\n"));
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

#[test]
fn a_repository_of_the_command_line_has_one_owner() {
    let (one, two) = (always(200, &[], "{}"), always(200, &[], "{}"));
    let case = Case::new().at("one", &one, "").at("two", &two, "");
    assert_snapshot!(case.probe(&["--repository", "a"]), @"
    --- stderr
    error: `--repository a` may be of any of several registries
      help: name one registry, or write the repository as `HOST/a`
    --- status 2
    ");
    let host = format!("{}/a", one.authority());
    let text = case.probe(&["--read-only", "--repository", &host]);
    assert!(text.contains("  a: can be pulled\n"), "{text}");
    assert!(two.lines().iter().all(|line| line == "GET /v2/"));
    assert!(
        case.probe_of(&["two", "--read-only", "--repository", "a"]).contains("a: can be pulled")
    );
    assert_snapshot!(case.probe_of(&["one", "--repository", "A:1"]), @"
    --- stderr
    error: `A:1` is not the name of a repository
      help: write lower-case words with slashes between them, and neither tag nor digest
    --- status 2
    ");
}

#[test]
fn a_registry_that_is_not_declared_is_told() {
    let server = always(200, &[], "{}");
    let case = Case::new().at("corp", &server, "");
    assert_snapshot!(case.probe_of(&["crop"]), @"
    --- stderr
    error: registries.toml declares no registry `crop`
      help: name one of these: keeper, corp
    --- status 2
    ");
    assert_eq!(server.lines(), [""; 0]);
}

#[test]
fn folders_that_are_not_there_are_told() {
    let case = Case::new().registry("corp", "host = \"127.0.0.1:1\"\nanonymous = true");
    assert_snapshot!(case.probe(&["--from-audit", "nowhere"]), @"
    --- stderr
    error: `nowhere` does not exist
      help: name a file or a folder
    --- status 1
    ");
}

#[test]
fn an_authority_that_cannot_be_read_is_told() {
    let keys = |ca: &str| format!("host = \"127.0.0.1:1\"\nanonymous = true\nca = \"{ca}\"");
    let key = KeyPair::generate().unwrap().serialize_pem();
    let case = Case::new()
        .registry("a", &keys("nothing.pem"))
        .registry("b", &keys("empty.pem"))
        .registry("c", &keys("key.pem"))
        .registry("d", &keys("half.pem"))
        .file("empty.pem", "# nothing here\n")
        .file("half.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n")
        .file("key.pem", &key);
    assert_snapshot!(case.probe(&[]), @"
    --- stderr
    error: `nothing.pem`, the `ca` of registry `a`, cannot be read: No such file or directory (os error 2)
    error: `empty.pem`, the `ca` of registry `b`, holds no certificate
    error: `key.pem`, the `ca` of registry `c`, holds a private key
    error: `half.pem`, the `ca` of registry `d`, is not PEM, or damaged
      help: name a PEM file with the certificates of authorities
    --- status 1
    ");
}

#[test]
fn a_credential_that_cannot_be_had_asks_nobody() {
    let server = always(200, &[], "{}");
    let case = Case::new().at("corp", &server, "").registry(
        "other",
        "host = \"127.0.0.1:1\"\nusername = \"acme\"\npassword = { env = \"UNSET\" }",
    );
    assert_snapshot!(case.probe(&[]), @r#"
    --- stderr
    error[source-variable-unset]: the password of registry `other` cannot be obtained: environment variable `UNSET` is not set
      --> registries.toml:19:12
       |
    19 | password = { env = "UNSET" }
       |            ^^^^^^^^^^^^^^^^^ read from environment variable `UNSET`
       |
       = help: set `UNSET`, or name another source in registries.toml

    error: a credential cannot be obtained; no registry was asked
      help: `regrender explain source-variable-unset` says more
    --- status 1
    "#);
    assert_eq!(server.lines(), [""; 0]);
}
