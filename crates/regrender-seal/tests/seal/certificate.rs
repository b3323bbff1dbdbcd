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

/// A value of DER: what it is, how long it is, and what it holds.
fn value(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len().to_be_bytes();
    let length = &length[length.iter().position(|byte| *byte != 0).unwrap_or(length.len())..];
    let head = match content.len() {
        short @ 0..=0x7f => vec![tag, u8::try_from(short).unwrap()],
        _ => [&[tag, 0x80 | u8::try_from(length.len()).unwrap()], length].concat(),
    };
    [head, content].concat()
}

const SEQUENCE: u8 = 0x30;
const THIRD_VERSION: &[u8] = &[0xa0, 3, 2, 1, 2];

/// A certificate for a key of so many bits, as RFC 5280 puts it together; `version` stands before all
/// else, and `rest` behind the key.
fn certificate(version: &[u8], bits: usize, rest: &[u8]) -> String {
    let (integer, utc_time, name) = (0x02, 0x17, value(SEQUENCE, &[]));
    let top = u8::try_from((1_u16 << (bits % 8)) - 1).unwrap();
    let modulus = value(integer, &[&[top], &vec![0xff; bits / 8]]);
    let numbers = value(SEQUENCE, &[&modulus, &value(integer, &[&[1, 0, 1]])]);
    let rsa = value(SEQUENCE, &[b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\0"]);
    let key = value(SEQUENCE, &[&rsa, &value(0x03, &[&[0], &numbers])]);
    let [begin, end] =
        ["260101000000Z", "360101000000Z"].map(|at| value(utc_time, &[at.as_bytes()]));
    let validity = value(SEQUENCE, &[&begin, &end]);
    let serial = value(integer, &[&[1]]);
    let body = value(SEQUENCE, &[version, &serial, &rsa, &name, &validity, &name, &key, rest]);
    pem(&value(SEQUENCE, &[&body, &rsa, &value(0x03, &[&[0]])]))
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
fn a_certificate_of_the_first_version_says_no_version_and_ends_with_its_key() {
    let first = Certificate::parse(certificate(&[], 2048, &[]).as_bytes()).unwrap();
    assert_eq!(first.key_bytes(), 256);
    assert_eq!(spell_time(first.not_after()), "2036-01-01T00:00:00Z");
    let third = Certificate::parse(certificate(THIRD_VERSION, 2048, &[]).as_bytes()).unwrap();
    assert_eq!(third.key_id(), first.key_id());
}

#[test]
fn what_follows_the_key_is_read_to_its_end() {
    let extensions = value(0xa3, &[&value(SEQUENCE, &[])]);
    let whole = certificate(THIRD_VERSION, 2048, &extensions);
    assert_eq!(Certificate::parse(whole.as_bytes()).unwrap().key_bytes(), 256);
    // The outer length says one byte more than there is.
    check(&certificate(THIRD_VERSION, 2048, &[0xa3, 3, SEQUENCE, 0]), CertificateError::Damaged);
}

#[test]
fn keys_of_2048_to_8192_bits_are_sealed_for() {
    for bits in [2048, 2049, 4096, 8191, 8192] {
        let taken = Certificate::parse(certificate(THIRD_VERSION, bits, &[]).as_bytes()).unwrap();
        assert_eq!(taken.key_bytes(), bits.div_ceil(8), "{bits}");
    }
    for bits in [1024, 2047] {
        check(&certificate(&[], bits, &[]), CertificateError::KeyTooSmall { bits });
    }
    for bits in [8193, 16384] {
        check(&certificate(&[], bits, &[]), CertificateError::KeyTooLarge { bits });
    }
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
