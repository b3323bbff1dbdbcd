//! Certificates: which are sealed for, and what is said of the others.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use regrender_seal::{Certificate, CertificateError, spell_time};

use crate::controller::{CONTROLLER, CONTROLLERS_KEY, OTHER, RENEWED};

const EXPIRED: &str = include_str!("../../../../testdata/vectors/sealed-secrets/expired.pem");
const SHORT: &str = include_str!("../../../../testdata/vectors/sealed-secrets/short.pem");
const ELLIPTIC: &str = include_str!("../../../../testdata/vectors/sealed-secrets/ec.pem");

#[track_caller]
fn check(pem: &str, expected: CertificateError) {
    assert_eq!(Certificate::parse(pem.as_bytes()).unwrap_err(), expected);
}

fn der(pem: &str) -> Vec<u8> {
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    BASE64_STANDARD.decode(lines.collect::<String>()).unwrap()
}

fn pem(der: &[u8]) -> String {
    let body = BASE64_STANDARD.encode(der);
    format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
}

#[test]
fn key_and_end_are_those_that_openssl_shows() {
    let certificate = Certificate::parse(CONTROLLER.as_bytes()).unwrap();
    assert_eq!(
        certificate.key_id(),
        "e7051ffce2bc220a2369aba67ce15e94641eab7fe4e2316e69eec45214858bfe"
    );
    // A year after 2049 is spelled in another form.
    assert_eq!(spell_time(certificate.not_after()), "2126-01-01T00:00:00Z");
    assert_eq!(certificate.key_bytes(), 256);
    let expired = Certificate::parse(EXPIRED.as_bytes()).unwrap();
    assert_eq!(spell_time(expired.not_after()), "2026-06-01T00:00:00Z");
}

#[test]
fn a_certificate_for_the_same_key_has_the_same_id() {
    let id = |pem: &str| Certificate::parse(pem.as_bytes()).unwrap().key_id().to_owned();
    assert_eq!(id(CONTROLLER), id(RENEWED));
    assert_ne!(id(CONTROLLER), id(OTHER));
}

#[test]
fn the_first_certificate_counts() {
    let id = |pem: &str| Certificate::parse(pem.as_bytes()).unwrap().key_id().to_owned();
    assert_eq!(id(&format!("of the cluster\n{OTHER}{CONTROLLER}")), id(OTHER));
    assert_eq!(id(&CONTROLLER.replace('\n', "\r\n")), id(CONTROLLER));
}

#[test]
fn other_files_are_refused() {
    check("", CertificateError::None);
    check("e7051ffce2bc", CertificateError::None);
    check(CONTROLLERS_KEY, CertificateError::PrivateKey);
    check(&format!("{CONTROLLERS_KEY}{CONTROLLER}"), CertificateError::PrivateKey);
    check(ELLIPTIC, CertificateError::NotRsa);
    check(SHORT, CertificateError::KeyTooSmall { bits: 1024 });
    check(&pem(b"canary-4f1d"), CertificateError::Damaged);
    check(&CONTROLLER.replace("MII", "M!I"), CertificateError::Damaged);
}

#[test]
fn a_certificate_that_was_cut_off_is_damaged() {
    let whole = der(CONTROLLER);
    for length in 0..whole.len() {
        check(&pem(&whole[..length]), CertificateError::Damaged);
    }
    check(&pem(&[whole.as_slice(), &[0]].concat()), CertificateError::Damaged);
    let middle = CONTROLLER.len() / 2;
    assert!(Certificate::parse(&CONTROLLER.as_bytes()[..middle]).is_err());
}

#[test]
fn no_byte_makes_the_reader_panic() {
    let whole = der(CONTROLLER);
    let mut read = 0;
    for at in 0..whole.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] ^= flip;
            read += usize::from(Certificate::parse(pem(&bytes).as_bytes()).is_ok());
        }
    }
    // Nobody checks the signature, nor most of what else is in it.
    assert!(read > whole.len(), "{read}");
}

#[test]
fn debug_output_is_the_id_and_the_end() {
    let text = format!("{:?}", Certificate::parse(CONTROLLER.as_bytes()).unwrap());
    assert!(text.contains("e7051ffce2bc") && text.contains("2126-01-01"), "{text}");
}
