//! Logging in to Vault, and the token that is at hand.

use regrender_config::VaultAuth;

use super::*;

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
fn an_empty_secret_to_log_in_with_is_told() {
    let (case, server) = logged_in(VaultAuth::Token {
        token: Some(source(SourceKind::File { path: String::from("token"), trim: Trim::Yes })),
    });
    let told = case.file("token", "\n").told();
    assert!(told.starts_with("error[empty-vault-login]: the token for Vault is empty"), "{told}");
    assert!(server.asked().is_empty());
}

#[test]
fn a_token_of_a_login_that_cannot_be_read_is_told() {
    let server = Server::http(usual);
    let case = Case::new().file("home/.vault-token/in-a-folder", "canary-token");
    let home = case.folder.path().join("home");
    let case = case
        .variable("HOME", home.to_str().unwrap())
        .password("hub", at("ci/hub", "token"))
        .edit(|config| config.vault = vault(&server));
    let told = case.told();
    assert!(told.starts_with("error[vault-no-token]"), "{told}");
    assert!(told.contains("and in `~/.vault-token`, which is a folder"), "{told}");
}

#[test]
fn a_login_where_no_method_may_be_is_told() {
    let server = Server::http(|_| json(403, r#"{"errors":["permission denied"]}"#));
    let auth = VaultAuth::Jwt {
        role: String::from("ci"),
        jwt: source(env("CI_JWT")),
        mount: String::from("gitlab"),
    };
    let declared = Vault { auth: Some(auth), ..vault(&server) };
    let told = case(declared).variable("CI_JWT", "canary-jwt").told();
    assert!(told.starts_with("error[vault-login-refused]"), "{told}");
    assert!(told.contains("note: Vault says the same where no method is mounted"), "{told}");
    assert!(told.contains("help: see `vault auth list`"), "{told}");
}
