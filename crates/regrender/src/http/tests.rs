//! Every way in which an answer comes or does not, with servers on loopback.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use rcgen::{BasicConstraints, CertificateParams, CertifiedKey, IsCa, KeyPair, date_time_ymd};
use regrender_document::SecretText;

use super::scripted::{Answer, Server};
use super::*;
use crate::Terminal;
use crate::randomness::OsRandom;

/// Long enough for a machine under load, short enough for a test of what never comes.
const SHORT: Duration = Duration::from_millis(300);

fn world(variables: &[(&str, &str)]) -> World {
    let environment: BTreeMap<OsString, OsString> =
        variables.iter().map(|(name, value)| (name.into(), value.into())).collect();
    World {
        directory: PathBuf::from("/nowhere"),
        environment,
        stdin: Box::new(io::empty()),
        stdout: Box::new(io::sink()),
        stderr: Box::new(io::sink()),
        terminal: Terminal { stdin: false, stdout: false, stderr: false, width: 100 },
        now: UNIX_EPOCH,
        random: Box::new(|_| Box::new(OsRandom)),
    }
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

fn certified(change: impl FnOnce(&mut CertificateParams)) -> CertifiedKey<KeyPair> {
    let mut parameters = CertificateParams::new([String::from("localhost")]).unwrap();
    parameters.not_before = date_time_ymd(2020, 1, 1);
    parameters.not_after = date_time_ymd(2120, 1, 1);
    change(&mut parameters);
    let signing_key = KeyPair::generate().unwrap();
    CertifiedKey { cert: parameters.self_signed(&signing_key).unwrap(), signing_key }
}

/// Asks `host` with TLS for what `server` shows, trusting `trusted`.
fn ask_safely(
    server: &CertifiedKey<KeyPair>,
    host: &str,
    trusted: Option<&CertifiedKey<KeyPair>>,
) -> Result<u16, TransportError> {
    let script = |_: &_| Answer::new(200, &[], "{}");
    let running = Server::https(server, script);
    let authorities =
        trusted.map(|trusted| Authorities::parse(trusted.cert.pem().as_bytes()).unwrap());
    let trust = authorities.as_ref().map_or(Trust::Machine, Trust::MachineAnd);
    let address = format!("https://{host}:{}/", running.port());
    network(&[]).transport(trust).send(&get(&address)).map(|answer| answer.status)
}

#[track_caller]
fn fails_tls(outcome: Result<u16, TransportError>, fault: TlsFault) {
    assert_eq!(outcome.unwrap_err(), TransportError::Tls(fault));
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
fn a_request_may_have_less_time() {
    let server = plain(Answer::Silence);
    let mut request = get(&format!("http://{}/", server.authority()));
    request.limit = Some(SHORT);
    let error = network(&[]).transport(Trust::Machine).send(&request).unwrap_err();
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

#[test]
fn a_certificate_of_an_own_authority_is_believed() {
    let own = certified(|_| {});
    assert_eq!(ask_safely(&own, "localhost", Some(&own)), Ok(200));
}

#[test]
fn a_certificate_of_an_authority_made_anew_is_not_believed() {
    let named = |name: &'static str| {
        certified(move |parameters| {
            parameters.distinguished_name.push(rcgen::DnType::CommonName, name);
        })
    };
    // The same name and another key.
    let fault = TlsFault::UnknownAuthority;
    fails_tls(ask_safely(&named("corp"), "localhost", Some(&named("corp"))), fault.clone());
    fails_tls(ask_safely(&named("corp"), "localhost", Some(&named("other"))), fault);
}

#[test]
fn a_machine_that_trusts_nobody_says_so() {
    fails_tls(ask_safely(&certified(|_| {}), "localhost", None), TlsFault::NoAuthorities);
}

#[test]
fn an_expired_certificate_is_told() {
    let own = certified(|parameters| parameters.not_after = date_time_ymd(2021, 1, 1));
    fails_tls(ask_safely(&own, "localhost", Some(&own)), TlsFault::Expired);
}

#[test]
fn a_certificate_of_the_future_is_told() {
    let own = certified(|parameters| parameters.not_before = date_time_ymd(2119, 1, 1));
    fails_tls(ask_safely(&own, "localhost", Some(&own)), TlsFault::NotYetValid);
}

#[test]
fn a_certificate_for_another_name_is_told() {
    let own = certified(|_| {});
    fails_tls(ask_safely(&own, "127.0.0.1", Some(&own)), TlsFault::WrongName);
}

#[test]
fn the_certificate_of_an_authority_is_told() {
    let own = certified(|parameters| {
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    });
    let why = String::from("it is that of an authority and not of a server");
    fails_tls(ask_safely(&own, "localhost", Some(&own)), TlsFault::BadCertificate(why));
}

#[test]
fn a_server_without_tls_is_told() {
    let server = plain(Answer::new(200, &[], ""));
    let own = certified(|_| {});
    let authorities = Authorities::parse(own.cert.pem().as_bytes()).unwrap();
    let http = network(&[]).transport(Trust::Only(&authorities));
    let error = http.send(&get(&format!("https://{}/", server.authority()))).unwrap_err();
    assert_eq!(error, TransportError::Tls(TlsFault::NotTls));
}

#[test]
fn a_declared_host_is_believed_and_no_other() {
    let own = certified(|_| {});
    let script = |_: &_| Answer::new(200, &[], "");
    let (declared, other) = (Server::https(&own, script), Server::https(&own, script));
    let address = |server: &Server| format!("https://{}/", server.authority());
    let http = network(&[]).transport(Trust::Machine);
    let http = http.with_unverified(&Url::parse(&address(&declared)).unwrap());
    assert_eq!(http.send(&get(&address(&declared))).unwrap().status, 200);
    let error = http.send(&get(&address(&other))).unwrap_err();
    assert_eq!(error, TransportError::Tls(TlsFault::NoAuthorities));
}

fn through_proxy(answer: &'static str) -> (Result<Response, TransportError>, Server) {
    let proxy = Server::http(move |asked| match asked.method.as_str() {
        "CONNECT" => Answer::Bytes(answer.into()),
        _ => Answer::new(200, &[], "from afar"),
    });
    let address = format!("http://bot:canary-4f1d@{}", proxy.authority());
    let network = network(&[("HTTP_PROXY", address.as_str())]);
    let outcome = network.transport(Trust::Machine).send(&get("http://registry.example/v2/"));
    (outcome, proxy)
}

#[test]
fn a_proxy_is_asked_to_connect() {
    let (outcome, proxy) = through_proxy("HTTP/1.1 200 Connected\r\n\r\n");
    assert_eq!(outcome.unwrap().body(), b"from afar");
    assert_eq!(proxy.lines(), ["CONNECT registry.example:80", "GET /v2/"]);
    let asked = proxy.asked();
    assert_eq!(asked[0].header("proxy-authorization"), Some("Basic Ym90OmNhbmFyeS00ZjFk"));
    assert_eq!(asked[1].header("proxy-authorization"), None);
}

#[test]
fn a_proxy_that_refuses_is_named() {
    let (outcome, _proxy) = through_proxy("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    let error = outcome.unwrap_err();
    assert!(matches!(&error, TransportError::Proxy(_)));
    let said = error.to_string();
    assert!(
        said.contains("HTTP_PROXY") && said.contains("407") && !said.contains("canary"),
        "{said}"
    );
}

#[test]
fn a_proxy_that_is_not_there_is_named() {
    let network = network(&[("HTTPS_PROXY", "127.0.0.1:1")]);
    let http = network.transport(Trust::Machine);
    let error = http.send(&get("https://registry.example/v2/")).unwrap_err();
    let why = String::from("HTTPS_PROXY: the connection was refused");
    assert_eq!(error, TransportError::Proxy(why));
}

#[test]
fn a_proxy_of_another_kind_is_told() {
    for address in ["ftp://proxy.corp", "http://", "socks5://proxy.corp:1080"] {
        let network = network(&[("HTTPS_PROXY", address)]);
        let http = network.transport(Trust::Machine);
        // Some need the address of the host before they connect.
        for host in ["registry.example", "192.0.2.1"] {
            let error = http.send(&get(&format!("https://{host}/v2/"))).unwrap_err();
            assert!(
                matches!(&error, TransportError::Proxy(why) if why.contains("HTTPS_PROXY")),
                "{error}"
            );
        }
    }
}

/// Returns the variable of the proxy that a request to `address` goes through.
fn chosen(variables: &[(&str, &str)], address: &str) -> Option<&'static str> {
    let proxies = Proxies::of(&world(variables));
    proxies.choose(&Url::parse(address).unwrap()).map(|proxy| proxy.variable)
}

#[test]
fn each_scheme_has_its_proxy() {
    let variables = [("HTTPS_PROXY", "a"), ("http_proxy", "b")];
    assert_eq!(chosen(&variables, "https://host/"), Some("HTTPS_PROXY"));
    assert_eq!(chosen(&variables, "http://host/"), Some("http_proxy"));
    assert_eq!(chosen(&variables[..1], "http://host/"), None);
}

#[test]
fn upper_case_goes_first() {
    let variables = [("HTTPS_PROXY", "a"), ("https_proxy", "b")];
    assert_eq!(chosen(&variables, "https://host/"), Some("HTTPS_PROXY"));
    let variables = [("HTTPS_PROXY", ""), ("https_proxy", "b")];
    assert_eq!(chosen(&variables, "https://host/"), Some("https_proxy"));
}

#[test]
fn a_web_server_does_not_set_the_proxy() {
    let variables = [("HTTP_PROXY", "a"), ("REQUEST_METHOD", "GET")];
    assert_eq!(chosen(&variables, "http://host/"), None);
}

#[test]
fn this_machine_is_asked_directly() {
    let variables = [("HTTPS_PROXY", "a")];
    for host in ["localhost", "127.0.0.1:5000", "127.8.8.8", "[::1]:5000"] {
        assert_eq!(chosen(&variables, &format!("https://{host}/")), None, "{host}");
    }
}

#[track_caller]
fn direct(exceptions: &str, host: &str, is_direct: bool) {
    let variables = [("HTTPS_PROXY", "a"), ("NO_PROXY", exceptions)];
    assert_eq!(chosen(&variables, &format!("https://{host}/")).is_none(), is_direct, "{host}");
}

#[test]
fn a_domain_is_asked_directly_with_all_below_it() {
    direct("corp.example", "corp.example", true);
    direct("corp.example", "registry.corp.example", true);
    direct("corp.example", "notcorp.example", false);
    direct("a, CORP.example ,b", "registry.corp.example", true);
}

#[test]
fn a_leading_dot_leaves_the_domain_itself_out() {
    for exceptions in [".corp.example", "*.corp.example"] {
        direct(exceptions, "registry.corp.example", true);
        direct(exceptions, "corp.example", false);
    }
}

#[test]
fn a_port_narrows_an_exception() {
    direct("corp.example:5000", "corp.example:5000", true);
    direct("corp.example:5000", "corp.example", false);
    direct("10.0.0.1:5000", "10.0.0.1:5000", true);
    direct("10.0.0.1:5000", "10.0.0.1", false);
    direct("corp.example:x", "corp.example", false);
}

#[test]
fn addresses_and_networks_are_exceptions() {
    direct("10.0.0.1", "10.0.0.1:5000", true);
    direct("10.0.0.0/8", "10.200.3.4", true);
    direct("10.0.0.0/8", "11.0.0.1", false);
    direct("0.0.0.0/0", "11.0.0.1", true);
    direct("fd00::/8", "[fd12::1]:5000", true);
    direct("fd00::/8", "10.0.0.1", false);
    direct("fd12::1", "[fd12::1]", true);
    direct("10.0.0.0/33", "10.0.0.1", false);
    direct("10.0.0.0/8", "ten.example", false);
}

#[test]
fn a_star_is_everything() {
    direct("*", "registry.example", true);
    direct("a,*", "10.0.0.1", true);
    direct("", "registry.example", false);
}
