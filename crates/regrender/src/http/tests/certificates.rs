//! Whose certificates are believed.

use rcgen::{BasicConstraints, CertificateParams, CertifiedKey, IsCa, KeyPair, date_time_ymd};

use super::*;

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
fn a_certificate_of_an_own_authority_is_believed() {
    let own = certified(|_| {});
    assert_eq!(ask_safely(&own, "localhost", Some(&own)), Ok(200));
}

#[test]
fn the_authorities_of_several_folders_are_believed() {
    let own = certified(|_| {});
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    std::fs::write(folders[1].path().join("corp.pem"), own.cert.pem()).unwrap();
    let list = std::env::join_paths(folders.iter().map(tempfile::TempDir::path)).unwrap();
    let running = Server::https(&own, |_| Answer::new(200, &[], "{}"));
    let network = network(&[("SSL_CERT_DIR", list.to_str().unwrap())]);
    let address = format!("https://localhost:{}/", running.port());
    let answer = network.transport(Trust::Machine).send(&get(&address));
    assert_eq!(answer.map(|answer| answer.status), Ok(200));
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
