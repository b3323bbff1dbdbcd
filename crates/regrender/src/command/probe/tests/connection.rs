//! What keeps an answer from coming: the network, certificates, a proxy.

use insta::assert_snapshot;
use rcgen::{CertificateParams, CertifiedKey, KeyPair, date_time_ymd};

use super::{Case, always, certified};
use crate::http::scripted::{Answer, Server};

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
fn an_insecure_registry_may_have_a_token_server_with_an_authority() {
    let own = certified(|_| {});
    let tokens = Server::https(&own, |_| Answer::new(200, &[], r#"{"token":"opaque"}"#));
    let realm = format!("Bearer realm=\"https://localhost:{}/token\"", tokens.port());
    let server = Server::http(move |asked| match asked.header("authorization") {
        None => Answer::new(401, &[("WWW-Authenticate", &realm)], ""),
        Some(_) => Answer::new(200, &[], "{}"),
    });
    let case = Case::new().calls(tokens.port(), "tokens").file("ca.pem", &own.cert.pem());
    assert_snapshot!(case.at("corp", &server, "ca = \"ca.pem\"").probe(&[]), @"
    corp (127.0.0.1:CORP): works
      tokens (60 s each) are made by another host, localhost:TOKENS, which the registry names; the credential goes there
      no repository was asked for; `repositories`, `--repository` and `--from-audit` name some
    --- status 0
    ");
}

#[test]
fn where_a_file_is_wrong_no_registry_is_asked() {
    let told = Case::new().registry("corp", "host = 7\nanonymous = true").probe(&[]);
    assert!(told.contains("registries.toml has 1 error; no registry was asked"), "{told}");
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
