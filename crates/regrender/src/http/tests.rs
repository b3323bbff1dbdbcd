//! Every way in which an answer comes or does not, with servers on loopback.

mod certificates;
mod proxies;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use regrender_document::SecretText;

use super::agents::USER_AGENT;
use super::scripted::{Answer, Server};
use super::*;

/// Long enough for a machine under load, short enough for a test of what never comes.
const SHORT: Duration = Duration::from_millis(300);

fn world(variables: &[(&str, &str)]) -> World {
    let environment: BTreeMap<OsString, OsString> =
        variables.iter().map(|(name, value)| (name.into(), value.into())).collect();
    World::silent(Path::new("/nowhere"), environment)
}

/// A network that trusts nobody of itself.
fn network(variables: &[(&str, &str)]) -> Network {
    let mut variables = variables.to_vec();
    variables.push(("SSL_CERT_FILE", "nothing.pem"));
    Network::of(&world(&variables))
}

fn get(address: &str) -> Request {
    Request::new(Method::Get, Url::parse(address).unwrap())
}

fn plain(script: Answer) -> Server {
    Server::http(move |_| script.clone())
}

/// Asks a server that has one answer.
fn ask(answer: Answer) -> Result<Response, TransportError> {
    let server = plain(answer);
    network(&[]).transport(Trust::Machine).send(&get(&format!("http://{}/", server.authority())))
}

#[test]
fn an_answer_comes_whole() {
    let answer = ask(Answer::new(418, &[("X-Tea", "pot"), ("X-Tea", "cup")], "canary")).unwrap();
    assert_eq!(answer.status, 418);
    assert_eq!(answer.headers("x-tea").collect::<Vec<_>>(), ["pot", "cup"]);
    assert_eq!(answer.body(), b"canary");
}

#[test]
fn what_is_sent_arrives() {
    let server = plain(Answer::new(200, &[], ""));
    let secret = SecretText::new(String::from("canary-4f1d"));
    let request = Request::new(
        Method::Post,
        Url::parse(&format!("http://{}/a/b?c=d", server.authority())).unwrap(),
    );
    let request = request.with_header("X-Vault-Request", "true").with_json(secret);
    network(&[]).transport(Trust::Machine).send(&request).unwrap();
    let asked = server.asked().remove(0);
    assert_eq!(asked.line(), "POST /a/b?c=d");
    assert_eq!(asked.body, "canary-4f1d");
    assert_eq!(asked.header("x-vault-request"), Some("true"));
    assert_eq!(asked.header("content-type"), Some("application/json"));
    assert_eq!(asked.header("user-agent"), Some(USER_AGENT));
}

#[test]
fn every_method_is_sent_and_an_empty_body_has_a_length() {
    let server = plain(Answer::new(200, &[], ""));
    let url = Url::parse(&format!("http://{}/", server.authority())).unwrap();
    let http = network(&[]).transport(Trust::Machine);
    for method in [Method::Get, Method::Head, Method::Post, Method::Delete] {
        http.send(&Request::new(method, url.clone())).unwrap();
    }
    assert_eq!(server.lines(), ["GET /", "HEAD /", "POST /", "DELETE /"]);
    assert_eq!(server.asked()[2].header("content-length"), Some("0"));
}

#[test]
fn a_redirect_is_an_answer_and_is_not_followed() {
    let server = plain(Answer::new(307, &[("Location", "/elsewhere")], ""));
    let address = format!("http://{}/", server.authority());
    let answer = network(&[]).transport(Trust::Machine).send(&get(&address)).unwrap();
    assert_eq!((answer.status, answer.header("location")), (307, Some("/elsewhere")));
    assert_eq!(server.lines(), ["GET /"]);
}

#[test]
fn a_body_that_never_ends_is_cut_off() {
    assert_eq!(ask(Answer::Endless).unwrap_err(), TransportError::TooLarge);
}

#[test]
fn a_body_of_the_limit_is_read() {
    let whole = ask(Answer::new(200, &[], &" ".repeat(BODY_LIMIT)));
    assert_eq!(whole.unwrap().body().len(), BODY_LIMIT);
    let more = ask(Answer::new(200, &[], &" ".repeat(BODY_LIMIT + 1)));
    assert_eq!(more.unwrap_err(), TransportError::TooLarge);
}

#[test]
fn a_server_that_says_nothing_is_left() {
    let server = plain(Answer::Silence);
    let network = network(&[]).with_limits(Limits { connect: SHORT, whole: SHORT });
    let address = format!("http://{}/", server.authority());
    let error = network.transport(Trust::Machine).send(&get(&address)).unwrap_err();
    assert_eq!(error, TransportError::TimedOut(Stage::Answer));
}

#[test]
fn a_server_that_hangs_up_is_told() {
    assert_eq!(ask(Answer::Bytes(Vec::new())).unwrap_err(), TransportError::Closed);
    let half = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".to_vec();
    assert_eq!(ask(Answer::Bytes(half)).unwrap_err(), TransportError::Closed);
}

#[test]
fn what_does_not_speak_http_is_told() {
    let rubbish = b"SSH-2.0-OpenSSH_9.9\r\n\r\n".to_vec();
    assert_eq!(ask(Answer::Bytes(rubbish)).unwrap_err(), TransportError::NotHttp);
}

#[test]
fn a_port_where_nobody_listens_is_refused() {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    let http = network(&[]).transport(Trust::Machine);
    let error = http.send(&get(&format!("http://127.0.0.1:{port}/"))).unwrap_err();
    assert_eq!(error, TransportError::Refused);
}

#[test]
fn a_name_that_cannot_be_looked_up_is_told() {
    let error = |message: &str| failure_of(&ureq::Error::Io(io::Error::other(message.to_owned())));
    assert_eq!(
        error("failed to lookup address information: Name or service not known"),
        TransportError::HostUnknown
    );
    assert_eq!(failure_of(&ureq::Error::HostNotFound), TransportError::HostUnknown);
}

#[test]
fn a_header_that_cannot_be_sent_is_not_quoted() {
    let secret = SecretText::new(String::from("canary-4f1d\n"));
    let request = get("http://127.0.0.1:1/").with_secret("X-Vault-Token", secret);
    let error = network(&[]).transport(Trust::Machine).send(&request).unwrap_err();
    assert!(matches!(&error, TransportError::Unsendable(_)));
    assert!(!error.to_string().contains("canary"));
}
