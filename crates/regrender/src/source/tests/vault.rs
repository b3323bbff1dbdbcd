//! Vault as a source: a server on loopback that answers from a script.

mod login;
mod server;

use regrender_config::{KvVersion, Vault};

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
    // 1.14 says no more than that of a token that it does not know.
    assert!(told.contains("see `vault token lookup`"), "{told}");
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
fn a_wrong_version_is_thought_of_where_one_is_declared() {
    let server = Server::http(|_| json(404, r#"{"errors":[]}"#));
    let note = "note: Vault says the same where `kv-version` is not that of the mount";
    let declared = Vault { kv_version: Some(KvVersion::Two), ..vault(&server) };
    let told = case(declared).told();
    assert!(told.contains(note), "{told}");
    let told = case(vault(&server)).told();
    assert!(!told.contains(note), "{told}");
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
    assert!(told.contains("help: write it into Vault again, as text"), "{told}");
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
fn what_is_not_vault_is_told() {
    let told = told_of(Answer::new(200, &[("Content-Type", "text/html")], "<html>canary-4f1d"));
    assert!(told.starts_with("error[vault-bad-answer]"), "{told}");
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
