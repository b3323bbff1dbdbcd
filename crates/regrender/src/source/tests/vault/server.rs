//! Where Vault is, and whether the connection to it is safe.

use rcgen::generate_simple_self_signed;

use super::*;

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
    assert!(told.contains("note: it holds a username or a password"), "{told}");
}

#[test]
fn an_address_in_clear_on_another_machine_is_warned_of() {
    let remarks = |address: &str| -> String {
        let mut case =
            Case::new().variable("VAULT_ADDR", address).password("hub", at("ci/hub", "token"));
        case.resolve().remarks.iter().map(rendered).collect()
    };
    for far in ["http://vault.example.com:8200", "http://127.vault.example.com"] {
        assert!(remarks(far).starts_with("warning[vault-in-clear]"), "{far}");
    }
    for near in ["https://vault.example.com:8200", "http://127.0.0.1:1", "http://[::1]:1"] {
        assert_eq!(remarks(near), "", "{near}");
    }
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
fn a_certificate_for_another_name_is_no_matter_of_authorities() {
    let identity = generate_simple_self_signed([String::from("vault.example")]).unwrap();
    let server = Server::https(&identity, usual);
    let address = Some(format!("https://{}", server.authority()));
    let declared = Vault { address, ca: Some(String::from("ca.pem")), ..Vault::default() };
    let told = case(declared).file("ca.pem", identity.cert.pem()).told();
    assert!(told.starts_with("error[vault-tls]"), "{told}");
    assert!(
        told.contains("help: write a name into `address` that its certificate is for"),
        "{told}"
    );
    assert!(!told.contains("authority"), "{told}");
}

#[test]
fn a_proxy_that_is_not_there_is_told() {
    let address = Some(String::from("https://vault.example:8200"));
    let declared = Vault { address, ..Vault::default() };
    let told = case(declared).variable("HTTPS_PROXY", "127.0.0.1:1").told();
    assert!(told.starts_with("error[vault-unreachable]"), "{told}");
    assert!(told.contains("help: correct the variable, or add the host to `NO_PROXY`"), "{told}");
}

#[test]
fn a_token_that_no_header_holds_is_told() {
    let server = Server::http(usual);
    let told = case(vault(&server)).variable("VAULT_TOKEN", "canary\ncanary").told();
    assert!(
        told.contains("help: see whether the token or the namespace holds a line end"),
        "{told}"
    );
    assert!(server.asked().is_empty());
}

#[test]
fn an_address_without_the_tls_that_is_there_is_told() {
    let said = "Client sent an HTTP request to an HTTPS server.\n";
    let told = told_of(Answer::new(400, &[("Content-Type", "text/plain")], said));
    assert!(told.starts_with("error[vault-bad-answer]"), "{told}");
    assert!(told.contains("help: write the address with `https://`"), "{told}");
}
