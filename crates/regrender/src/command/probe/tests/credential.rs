//! What comes of the credential, and who gets to see it.

use insta::assert_snapshot;

use super::{Case, PAIR, always, answered, certified, with_pairs, with_token_server};
use crate::http::scripted::{Answer, Server};

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
    let reads = |line: &String| line.starts_with("GET") || line.starts_with("HEAD");
    assert!(writes.iter().all(reads), "{writes:?}");
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
