//! Vault as a source: a server on loopback that answers from a script.

use rcgen::generate_simple_self_signed;
use regrender_config::{KvVersion, Vault, VaultAuth};

use super::*;
use crate::http::scripted::{Answer, Asked, Server};

/// What the server says of the mount of `ci/…`, in version 2.
const MOUNT: &str = r#"{"data":{"path":"ci/","type":"kv","options":{"version":"2"}}}"#;
/// A secret in version 2.
const SECRET: &str = r#"{"data":{"data":{"username":"acme-bot","token":"canary-4f1d","pin":1},
    "metadata":{"deletion_time":"","destroyed":false}}}"#;

fn json(status: u16, body: &str) -> Answer {
    Answer::new(status, &[("Content-Type", "application/json")], body)
}

/// Answers as a Vault does that knows one token.
fn usual(asked: &Asked) -> Answer {
    if asked.header("x-vault-token") != Some("canary-token") {
        return json(403, r#"{"errors":["permission denied"]}"#);
    }
    match asked.target.as_str() {
        "/v1/sys/internal/ui/mounts/ci/hub" | "/v1/sys/internal/ui/mounts/ci/other" => {
            json(200, MOUNT)
        }
        "/v1/ci/data/hub" | "/v1/ci/data/other" => json(200, SECRET),
        _ => json(404, r#"{"errors":[]}"#),
    }
}

fn at(path: &str, key: &str) -> SourceKind {
    SourceKind::Vault { path: path.to_owned(), key: key.to_owned(), trim: Trim::Unstated }
}

fn vault(server: &Server) -> Vault {
    Vault { address: Some(format!("http://{}", server.authority())), ..Vault::default() }
}

/// A registry whose password is in Vault, and a token.
fn case(vault: Vault) -> Case {
    Case::new()
        .variable("VAULT_TOKEN", "canary-token")
        .password("hub", at("ci/hub", "token"))
        .edit(|config| config.vault = vault)
}

#[track_caller]
fn password_of(case: &mut Case) -> String {
    let resolved = case.resolve();
    assert!(resolved.problems.is_empty(), "{:?}", resolved.problems);
    resolved.credentials["hub"].password.expose().to_owned()
}

/// Tells what comes of a server that gives the same answer to everything.
fn told_of(answer: Answer) -> String {
    let server = Server::http(move |_| answer.clone());
    case(vault(&server)).told()
}

#[test]
fn a_field_of_a_secret_is_read() {
    let server = Server::http(usual);
    assert_eq!(password_of(&mut case(vault(&server))), "canary-4f1d");
    assert_eq!(server.lines(), ["GET /v1/sys/internal/ui/mounts/ci/hub", "GET /v1/ci/data/hub"]);
}

#[test]
fn a_secret_is_asked_for_once() {
    let server = Server::http(usual);
    let mut case = case(vault(&server))
        .username("named", at("ci/hub", "username"))
        .password("again", at("ci/hub", "token"))
        .password("other", at("ci/other", "token"));
    let resolved = case.resolve();
    assert!(resolved.problems.is_empty(), "{:?}", resolved.problems);
    assert_eq!(resolved.credentials["named"].username, "acme-bot");
    let lines = server.lines();
    assert_eq!(lines.iter().filter(|line| line.ends_with("data/hub")).count(), 1);
    assert_eq!(lines.len(), 4);
}

#[test]
fn a_version_that_is_given_is_not_asked_for() {
    let server = Server::http(usual);
    let declared = Vault { kv_version: Some(KvVersion::Two), ..vault(&server) };
    assert_eq!(password_of(&mut case(declared)), "canary-4f1d");
    assert_eq!(server.lines(), ["GET /v1/ci/data/hub"]);
}

#[test]
fn version_one_has_its_fields_at_the_top() {
    let server = Server::http(|_| json(200, r#"{"data":{"token":"canary-4f1d"}}"#));
    let declared = Vault { kv_version: Some(KvVersion::One), ..vault(&server) };
    assert_eq!(password_of(&mut case(declared)), "canary-4f1d");
    assert_eq!(server.lines(), ["GET /v1/ci/hub"]);
}

#[test]
fn a_namespace_goes_with_every_question() {
    let server = Server::http(usual);
    let declared = Vault { namespace: Some(String::from("team")), ..vault(&server) };
    assert_eq!(password_of(&mut case(declared)), "canary-4f1d");
    let headers: Vec<_> = server.asked();
    assert!(headers.iter().all(|asked| asked.header("x-vault-namespace") == Some("team")));
}

#[test]
fn the_environment_says_what_the_table_does_not() {
    let server = Server::http(usual);
    let address = format!("http://{}/", server.authority());
    for (address_name, token_name) in [("VAULT_ADDR", "VAULT_TOKEN"), ("BAO_ADDR", "BAO_TOKEN")] {
        let mut case = Case::new()
            .variable(address_name, &address)
            .variable(token_name, "canary-token\n")
            .variable("VAULT_NAMESPACE", "team")
            .password("hub", at("ci/hub", "token"));
        assert_eq!(password_of(&mut case), "canary-4f1d");
    }
    assert!(server.asked().iter().all(|asked| asked.header("x-vault-namespace") == Some("team")));
}

#[test]
fn the_token_that_a_login_left_is_used() {
    let server = Server::http(usual);
    let case = Case::new().file("home/.vault-token", "canary-token");
    let home = case.folder.path().join("home");
    let mut case = case
        .variable("HOME", home.to_str().unwrap())
        .password("hub", at("ci/hub", "token"))
        .edit(|config| config.vault = vault(&server));
    assert_eq!(password_of(&mut case), "canary-4f1d");
}

fn source(kind: SourceKind) -> Source {
    Source { kind, span: 90..91 }
}

/// Answers logins with a token, and everything else as usual.
fn with_login(asked: &Asked) -> Answer {
    if asked.method == "POST" {
        return json(200, r#"{"auth":{"client_token":"canary-token"}}"#);
    }
    usual(asked)
}

fn logged_in(auth: VaultAuth) -> (Case, Server) {
    let server = Server::http(with_login);
    let declared = Vault { auth: Some(auth), ..vault(&server) };
    let case = Case::new()
        .variable("SECRET_ID", "canary-secret-id")
        .variable("CI_JWT", "canary-jwt")
        .password("hub", at("ci/hub", "token"))
        .edit(|config| config.vault = declared);
    (case, server)
}

#[test]
fn a_role_logs_in_with_its_secret() {
    let (mut case, server) = logged_in(VaultAuth::AppRole {
        role_id: Username::Literal(String::from("role")),
        secret_id: source(env("SECRET_ID")),
        mount: String::from("approle/ci"),
    });
    assert_eq!(password_of(&mut case), "canary-4f1d");
    let login = server.asked().into_iter().next().unwrap();
    assert_eq!(login.line(), "POST /v1/auth/approle/ci/login");
    assert_eq!(login.body, r#"{"role_id":"role","secret_id":"canary-secret-id"}"#);
    assert!(server.asked().iter().skip(1).all(|asked| asked.method == "GET"));
}

#[test]
fn a_pipeline_logs_in_with_its_signed_token() {
    for auth in [
        VaultAuth::Jwt {
            role: String::from("ci"),
            jwt: source(env("CI_JWT")),
            mount: String::from("jwt"),
        },
        VaultAuth::Kubernetes {
            role: String::from("ci"),
            jwt: Some(source(env("CI_JWT"))),
            mount: String::from("jwt"),
        },
    ] {
        let (mut case, server) = logged_in(auth);
        assert_eq!(password_of(&mut case), "canary-4f1d");
        let login = server.asked().into_iter().next().unwrap();
        assert_eq!(login.line(), "POST /v1/auth/jwt/login");
        assert_eq!(login.body, r#"{"role":"ci","jwt":"canary-jwt"}"#);
    }
}

#[test]
fn a_token_from_a_source_comes_before_the_environment() {
    let (case, _server) = logged_in(VaultAuth::Token { token: Some(source(env("OWN"))) });
    let mut case = case.variable("OWN", "canary-token").variable("VAULT_TOKEN", "other");
    assert_eq!(password_of(&mut case), "canary-4f1d");
}

#[test]
fn a_secret_that_logging_in_takes_and_is_missing_is_told_alone() {
    let (case, server) = logged_in(VaultAuth::Jwt {
        role: String::from("ci"),
        jwt: source(env("NOT_SET")),
        mount: String::from("jwt"),
    });
    assert_eq!(
        case.told(),
        "\
error[source-variable-unset]: the signed token for Vault cannot be obtained: environment variable `NOT_SET` is not set
  --> 90..91 read from environment variable `NOT_SET`
  help: set `NOT_SET`, or name another source in registries.toml
"
    );
    assert!(server.asked().is_empty());
}

#[test]
fn a_pod_without_a_token_is_told() {
    let (case, _server) = logged_in(VaultAuth::Kubernetes {
        role: String::from("ci"),
        jwt: None,
        mount: String::from("kubernetes"),
    });
    let told = case.told();
    assert!(told.starts_with("error[vault-no-token]"), "{told}");
    assert!(told.contains("the token of the pod's service account is not there"), "{told}");
}

#[test]
fn a_login_that_is_refused_is_not_tried_again() {
    let server = Server::http(|_| json(400, r#"{"errors":["invalid role or secret ID"]}"#));
    let auth = VaultAuth::AppRole {
        role_id: Username::Literal(String::from("ci-team")),
        secret_id: source(env("SECRET_ID")),
        mount: String::from("approle"),
    };
    let declared = Vault { auth: Some(auth), ..vault(&server) };
    let told = case(declared)
        .variable("SECRET_ID", "canary-secret-id")
        .password("other", at("ci/other", "token"))
        .told();
    assert!(told.starts_with("error[vault-login-refused]"), "{told}");
    assert!(
        told.contains("it refuses the log-in (status 400): invalid role or secret ID"),
        "{told}"
    );
    assert_eq!(told.matches("error[").count(), 1, "{told}");
    assert!(told.contains("the password of registry `other` is read from there too"), "{told}");
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn nobody_who_says_where_vault_is_is_told() {
    let told = Case::new().password("hub", at("ci/hub", "token")).told();
    assert_eq!(
        told,
        "\
error[vault-no-address]: the password of registry `hub` cannot be obtained: nobody says where Vault is
  --> 2..3 read from secret `ci/hub` of Vault
  help: set `VAULT_ADDR` or `BAO_ADDR`, or write `address` in `[vault]`
"
    );
}

#[test]
fn an_address_of_the_environment_that_is_none_is_told_and_not_shown() {
    let told = Case::new()
        .variable("VAULT_ADDR", "https://bot:canary-4f1d@")
        .password("hub", at("ci/hub", "token"))
        .told();
    assert!(told.starts_with("error[vault-no-address]"), "{told}");
    assert!(told.contains("`VAULT_ADDR` is not the address of a Vault"), "{told}");
}

#[test]
fn an_address_in_clear_on_another_machine_is_warned_of() {
    let remarks = |address: &str| -> String {
        let mut case =
            Case::new().variable("VAULT_ADDR", address).password("hub", at("ci/hub", "token"));
        case.resolve().remarks.iter().map(rendered).collect()
    };
    assert!(remarks("http://vault.example.com:8200").starts_with("warning[vault-in-clear]"));
    for near in ["https://vault.example.com:8200", "http://127.0.0.1:1", "http://[::1]:1"] {
        assert_eq!(remarks(near), "", "{near}");
    }
}

#[test]
fn no_token_is_told() {
    let server = Server::http(usual);
    let mut case = Case::new()
        .password("hub", at("ci/hub", "token"))
        .edit(|config| config.vault = vault(&server));
    let told: String = case.resolve().problems.iter().map(rendered).collect();
    assert!(told.starts_with("error[vault-no-token]"), "{told}");
    assert!(told.contains("`VAULT_TOKEN`, `BAO_TOKEN` and in `~/.vault-token`"), "{told}");
    assert!(server.asked().is_empty());
}

#[test]
fn a_sealed_vault_is_asked_once_and_told_once() {
    let server = Server::http(|_| json(503, r#"{"errors":["Vault is sealed"]}"#));
    let told = case(vault(&server)).password("other", at("ci/other", "token")).told();
    assert!(told.starts_with("error[vault-sealed]"), "{told}");
    assert!(told.contains("help: let somebody unseal it: `vault operator unseal`"), "{told}");
    assert_eq!(told.matches("error[").count(), 1, "{told}");
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn what_the_token_may_not_read_is_told() {
    let told = told_of(json(403, r#"{"errors":["1 error occurred:\n\t* permission denied\n\n"]}"#));
    assert!(told.starts_with("error[vault-denied]"), "{told}");
    assert!(told.contains("write `kv-version` in `[vault]`: then it is not asked for"), "{told}");
    assert!(told.contains("Vault says the same where nothing is mounted"), "{told}");
}

#[test]
fn a_token_that_is_not_known_is_told() {
    let told = told_of(json(403, r#"{"errors":["permission denied","invalid token"]}"#));
    assert!(told.starts_with("error[vault-token-refused]"), "{told}");
}

#[test]
fn a_secret_that_is_not_there_is_told() {
    let server = Server::http(|asked| {
        if asked.target.contains("mounts") {
            json(200, MOUNT)
        } else {
            json(404, r#"{"errors":[]}"#)
        }
    });
    let told = case(vault(&server)).told();
    assert!(told.starts_with("error[vault-missing-secret]"), "{told}");
    let mut with_data = case(vault(&server)).password("api", at("ci/data/hub", "token"));
    let told: String = with_data.resolve().problems.iter().map(rendered).collect();
    assert!(told.contains("leave out `data/`"), "{told}");
}

#[test]
fn a_field_that_is_not_there_is_told_with_the_names_there() {
    let server = Server::http(usual);
    let mut missing = case(vault(&server)).password("mirror", at("ci/hub", "password"));
    let told: String = missing.resolve().problems.iter().map(rendered).collect();
    assert_eq!(
        told,
        "\
error[vault-missing-field]: the password of registry `mirror` cannot be obtained: secret `ci/hub`: it has no key `password`; its keys are `pin`, `token`, `username`
  --> 12..13 read from secret `ci/hub` of Vault
  help: write `key` as `vault kv get PATH` shows it
"
    );
    let told = case(vault(&server)).password("mirror", at("ci/hub", "pin")).told();
    assert!(told.contains("what `pin` holds is a number, not text"), "{told}");
}

#[test]
fn a_vault_that_wants_to_be_left_alone_is() {
    let server = Server::http(|_| {
        Answer::new(429, &[("Retry-After", "120")], r#"{"errors":["request path rate limited"]}"#)
    });
    let told = case(vault(&server)).password("other", at("ci/other", "token")).told();
    assert!(told.starts_with("error[vault-busy]"), "{told}");
    assert!(told.contains("note: it asks for a pause of 120s"), "{told}");
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn an_error_of_its_own_is_told() {
    let told = told_of(json(501, r#"{"errors":["storage is on fire canary-token"]}"#));
    assert!(told.starts_with("error[vault-busy]"), "{told}");
    assert!(told.contains("(status 501): storage is on fire <masked>"), "{told}");
}

#[test]
fn a_secret_that_was_deleted_is_told() {
    let server = Server::http(|asked| {
        if asked.target.contains("mounts") {
            return json(200, MOUNT);
        }
        let gone = r#"{"data":{"data":null,"metadata":{"deletion_time":"2026-11-01T00:00:00Z"}}}"#;
        json(404, gone)
    });
    let told = case(vault(&server)).told();
    assert!(told.starts_with("error[vault-missing-secret]"), "{told}");
    assert!(told.contains("its newest version was deleted at 2026-11-01T00:00:00Z"), "{told}");
    assert!(told.contains("`vault kv undelete`"), "{told}");
}

#[test]
fn a_secret_that_was_destroyed_is_not_brought_back() {
    let server = Server::http(|asked| {
        if asked.target.contains("mounts") {
            return json(200, MOUNT);
        }
        json(404, r#"{"data":{"data":null,"metadata":{"deletion_time":"","destroyed":true}}}"#)
    });
    let told = case(vault(&server)).told();
    assert!(told.contains("its newest version is destroyed"), "{told}");
    assert!(
        told.contains("help: write it again: `vault kv put`; nothing brings it back"),
        "{told}"
    );
}

#[test]
fn version_two_that_is_asked_as_version_one_is_told() {
    let server = Server::http(|_| {
        let warning = "Invalid path for a versioned K/V secrets engine. See the API docs";
        json(404, &format!(r#"{{"errors":[],"warnings":["{warning}"]}}"#))
    });
    let declared = Vault { kv_version: Some(KvVersion::One), ..vault(&server) };
    let told = case(declared).told();
    assert!(told.contains("help: remove `kv-version`, or write `kv-version = 2`"), "{told}");
}

#[test]
fn an_empty_secret_to_log_in_with_is_told() {
    let (case, server) = logged_in(VaultAuth::Token {
        token: Some(source(SourceKind::File { path: String::from("token"), trim: Trim::Yes })),
    });
    let told = case.file("token", "\n").told();
    assert!(told.starts_with("error[empty-vault-login]: the token for Vault is empty"), "{told}");
    assert!(server.asked().is_empty());
}

#[test]
fn what_is_not_vault_is_told() {
    let told = told_of(Answer::new(200, &[("Content-Type", "text/html")], "<html>canary-4f1d"));
    assert!(told.starts_with("error[vault-bad-answer]"), "{told}");
}

#[test]
fn a_token_is_not_sent_where_an_answer_points() {
    let other = Server::http(usual);
    let elsewhere = format!("http://{}/v1/ci/hub", other.authority());
    let told = told_of(Answer::new(307, &[("Location", &elsewhere)], ""));
    assert!(told.starts_with("error[vault-redirects]"), "{told}");
    assert!(other.asked().is_empty());
}

#[test]
fn a_vault_that_nobody_is_at_is_told() {
    let server = Server::http(usual);
    let declared = vault(&server);
    drop(server);
    let told = case(declared).told();
    assert!(told.starts_with("error[vault-unreachable]"), "{told}");
    assert!(told.contains("the connection was refused"), "{told}");
}

#[test]
fn another_authority_is_not_believed_and_a_declared_one_is() {
    let identity = generate_simple_self_signed([String::from("127.0.0.1")]).unwrap();
    let server = Server::https(&identity, usual);
    let address = Some(format!("https://{}", server.authority()));
    let strange = Vault { address: address.clone(), ..Vault::default() };
    let told = case(strange).told();
    assert!(told.starts_with("error[vault-tls]"), "{told}");
    assert!(told.contains("name the certificate of its authority with `ca`"), "{told}");
    assert!(server.asked().is_empty());
    let believed = Vault { address, ca: Some(String::from("ca.pem")), ..Vault::default() };
    let mut case = case(believed).file("ca.pem", identity.cert.pem());
    assert_eq!(password_of(&mut case), "canary-4f1d");
}

#[test]
fn certificates_that_cannot_be_read_are_told() {
    let server = Server::http(usual);
    let with_ca = || Vault { ca: Some(String::from("ca.pem")), ..vault(&server) };
    let told = case(with_ca()).told();
    assert!(told.starts_with("error[vault-bad-ca]"), "{told}");
    assert!(told.contains("is not there"), "{told}");
    let told = case(with_ca()).file("ca.pem", "canary-4f1d").told();
    assert!(told.contains("holds no certificate"), "{told}");
    assert!(server.asked().is_empty());
}

#[test]
fn what_is_lent_is_warned_of() {
    let server = Server::http(|_| {
        let lent = r#"{"data":{"token":"canary-4f1d"},"lease_id":"db/1","lease_duration":3600}"#;
        json(200, lent)
    });
    let declared = Vault { kv_version: Some(KvVersion::One), ..vault(&server) };
    let mut case = case(declared);
    let remarks: String = case.resolve().remarks.iter().map(rendered).collect();
    assert!(remarks.starts_with("warning[vault-leased]"), "{remarks}");
    assert!(remarks.contains("is taken back 3600s from now"), "{remarks}");
}
