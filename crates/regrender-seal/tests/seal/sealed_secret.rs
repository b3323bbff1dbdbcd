//! SealedSecrets: what is sealed opens for the controller alone, and in its place alone.

use std::collections::BTreeMap;

use aes_gcm::aead::{Aead as _, KeyInit as _};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use proptest::prelude::*;
use regrender_document::{Document, Mapping, Node, SecretText, parse};
use regrender_seal::{
    Certificate, FingerprintKey, OpenError, Proof, Reason, SealError, SealedSecretFlaw,
    inspect_sealed_secret, seal_secret, update_secret,
};
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::{Oaep, RsaPrivateKey};
use rustls_pki_types::pem::{PemObject as _, SectionKind};
use sha2::Sha256;

use crate::controller::{CONTROLLER, CONTROLLERS_KEY, OTHER, OTHERS_KEY, RENEWED};
use crate::support::{CANARY, Seeded, secret_of};

const BY_KUBESEAL: &str = include_str!("../../../../testdata/vectors/sealed-secrets/kubeseal.yaml");
const CLUSTER_WIDE: &str =
    include_str!("../../../../testdata/vectors/sealed-secrets/kubeseal-cluster-wide.yaml");

fn certificate(pem: &str) -> Certificate {
    Certificate::parse(pem.as_bytes()).unwrap()
}

fn fingerprint_key() -> FingerprintKey {
    FingerprintKey::parse("canary-4f1d-of-the-fingerprint-key-0123456789").unwrap()
}

/// A Secret as the renderer makes it, with these values.
fn secret_with(values: &[(&str, &[u8])]) -> Document {
    let data: Mapping = values.iter().fold(Mapping::new(), |data, (key, value)| {
        data.with((*key).to_owned(), SecretText::new(BASE64_STANDARD.encode(value)))
    });
    let metadata = Mapping::new()
        .with("name", "regcred")
        .with("namespace", "no")
        .with("labels", Mapping::new().with("team", "1e3"));
    secret_of(metadata, data)
}

fn secret(text: &str) -> Document {
    secret_with(&[(".dockerconfigjson", format!("{CANARY} {text}").as_bytes())])
}

fn seal(document: &Document) -> String {
    let mut random = Seeded::new(1);
    let key = fingerprint_key();
    seal_secret(document, &certificate(CONTROLLER), &key, &mut random.context()).unwrap()
}

/// Opens the values of a file as the controller does that has a private key.
fn open(text: &str, private_key: &str) -> Option<BTreeMap<String, Vec<u8>>> {
    let mut sections = <(SectionKind, Vec<u8>)>::pem_slice_iter(private_key.as_bytes());
    let (_, content) = sections.next().unwrap().unwrap();
    let private_key = RsaPrivateKey::from_pkcs8_der(&content).unwrap();
    let document = parse(text).unwrap().remove(0);
    let text = |path: &[&str]| document.at(path).and_then(Node::as_text).unwrap().to_owned();
    let label = format!("{}/{}", text(&["metadata", "namespace"]), text(&["metadata", "name"]));
    let values = document.at(&["spec", "encryptedData"]).and_then(Node::as_mapping).unwrap();
    let opened = values.pairs().map(|(key, value)| {
        let bytes = BASE64_STANDARD.decode(value.as_text().unwrap()).unwrap();
        let (length, rest) = bytes.split_first_chunk::<2>().unwrap();
        let (wrapped, body) = rest.split_at(usize::from(u16::from_be_bytes(*length)));
        let padding = Oaep::new_with_label::<Sha256, _>(&label);
        let session_key = private_key.decrypt(padding, wrapped).ok()?;
        let cipher = Aes256Gcm::new_from_slice(&session_key).unwrap();
        Some((key.to_owned(), cipher.decrypt(&Nonce::default(), body).ok()?))
    });
    opened.collect()
}

fn update(current: &str, wanted: &Document, pem: &str) -> (Option<String>, Vec<Reason>) {
    let mut random = Seeded::new(2);
    let (certificate, key) = (certificate(pem), fingerprint_key());
    let update =
        update_secret(Some(current), wanted, &certificate, &key, &mut random.context()).unwrap();
    (update.text, update.reasons)
}

#[track_caller]
fn check_update(current: &str, wanted: &Document, pem: &str, expected: &[Reason]) {
    let (text, reasons) = update(current, wanted, pem);
    assert_eq!(reasons, expected);
    assert_eq!(text.is_none(), matches!(expected, [Reason::Unchanged(_)]));
    if let Some(text) = text {
        let (again, _) = update(&text, wanted, pem);
        assert_eq!(again, None, "what was written is not what is wanted");
    }
}

#[test]
fn file_is_a_sealed_secret_with_the_secret_as_its_template() {
    let sealed = seal(&secret("x"));
    let value = parse(&sealed).unwrap().remove(0);
    let value = value.at(&["spec", "encryptedData", ".dockerconfigjson"]).unwrap();
    let text = sealed.replace(value.as_text().unwrap(), "AQ…");
    insta::assert_snapshot!(text, @r#"
    # Made by regrender; do not edit.
    apiVersion: bitnami.com/v1alpha1
    kind: SealedSecret
    metadata:
      name: regcred
      namespace: "no"
      labels:
        team: "1e3"
      annotations:
        regrender.dev/certificate: sha256:e7051ffce2bc220a2369aba67ce15e94641eab7fe4e2316e69eec45214858bfe
        regrender.dev/fingerprint: bM6QqfVfXaZZiEQTbCdZIUlyVTZvXWyPpXYzzLN_yjs.DOWmZULf1IQ1Ok9NdLzMTFUNiqa1evHztsceFwQe5Q0
    spec:
      encryptedData:
        .dockerconfigjson: AQ…
      template:
        metadata:
          name: regcred
          namespace: "no"
          labels:
            team: "1e3"
        type: kubernetes.io/dockerconfigjson
    "#);
    assert!(!sealed.contains(CANARY));
}

#[test]
fn the_controller_opens_what_is_sealed() {
    let opened = open(&seal(&secret("x")), CONTROLLERS_KEY).unwrap();
    let expected = (String::from(".dockerconfigjson"), format!("{CANARY} x").into_bytes());
    assert_eq!(opened, BTreeMap::from([expected]));
}

#[test]
fn what_kubeseal_sealed_opens_the_same_way() {
    let opened = open(BY_KUBESEAL, CONTROLLERS_KEY).unwrap();
    assert!(String::from_utf8_lossy(&opened[".dockerconfigjson"]).contains(CANARY));
}

#[test]
fn nobody_else_opens_it_and_nowhere_else() {
    let sealed = seal(&secret("x"));
    assert!(open(&sealed, OTHERS_KEY).is_none());
    for (from, to) in [("name: regcred", "name: other"), ("namespace: \"no\"", "namespace: yes-1")]
    {
        assert!(sealed.contains(from), "{sealed}");
        assert!(open(&sealed.replacen(from, to, 1), CONTROLLERS_KEY).is_none(), "{to}");
    }
}

#[test]
fn a_session_key_is_drawn_for_each_value() {
    let same: &[u8] = b"canary-4f1d canary-4f1d canary-4f1d";
    let sealed = seal(&secret_with(&[("a", same), ("b", same)]));
    let document = parse(&sealed).unwrap().remove(0);
    let bodies = ["a", "b"].map(|key| {
        let value = document.at(&["spec", "encryptedData", key]).unwrap().as_text().unwrap();
        BASE64_STANDARD.decode(value).unwrap().split_off(2 + 256)
    });
    // With one key the zero nonce would make them equal.
    assert_ne!(bodies[0], bodies[1]);
}

proptest! {
    // RSA without optimisation is slow.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_value_opens_as_it_was(
        values in prop::collection::btree_map("[-._a-zA-Z0-9]{1,20}", prop::collection::vec(any::<u8>(), 0..300), 1..4),
        seed in any::<u64>(),
    ) {
        let listed: Vec<(&str, &[u8])> =
            values.iter().map(|(key, value)| (key.as_str(), value.as_slice())).collect();
        let document = secret_with(&listed);
        let mut random = Seeded::new(seed);
        let key = fingerprint_key();
        let sealed =
            seal_secret(&document, &certificate(CONTROLLER), &key, &mut random.context()).unwrap();
        prop_assert_eq!(open(&sealed, CONTROLLERS_KEY), Some(values));
        let inspection = inspect_sealed_secret(&sealed).unwrap();
        prop_assert_eq!(inspection.flaws.as_slice(), &[]);
        prop_assert!(inspection.fits_key_of(256));
        prop_assert_eq!(inspection.is_intact(&key), Some(true));
        prop_assert_eq!(update(&sealed, &document, CONTROLLER).0, None);
    }
}

#[track_caller]
fn check_refused(document: &Document, expected: &str) {
    let mut random = Seeded::new(1);
    let key = fingerprint_key();
    let error = seal_secret(document, &certificate(CONTROLLER), &key, &mut random.context());
    assert_eq!(error.unwrap_err().to_string(), expected);
}

#[test]
fn what_cannot_be_sealed_strictly_is_refused() {
    let mut document = secret("x");
    document.root = Mapping::new().with("data", Mapping::new());
    check_refused(&document, "`metadata:namespace` is missing, to which a sealed value is bound");

    let empty = secret_with(&[]);
    check_refused(&empty, "there is no value to seal");

    let mut document = secret("x");
    document.root.push("stringData", Mapping::new().with("a", SecretText::new(CANARY.to_owned())));
    check_refused(&document, "a secret was left in the sealed document");

    let broken = Mapping::new().with("a", SecretText::new(format!("{CANARY} no base64")));
    let metadata = Mapping::new().with("name", "a").with("namespace", "b");
    let root = Mapping::new().with("metadata", metadata).with("data", broken);
    check_refused(&Document::new(root), "the value at `data:a` is not base64");

    let annotations = Mapping::new().with("sealedsecrets.bitnami.com/cluster-wide", "true");
    let metadata =
        Mapping::new().with("name", "a").with("namespace", "b").with("annotations", annotations);
    let data = Mapping::new().with("a", SecretText::new(String::from("YQ==")));
    let root = Mapping::new().with("metadata", metadata).with("data", data);
    check_refused(
        &Document::new(root),
        "the annotation `sealedsecrets.bitnami.com/cluster-wide` asks for another scope than the \
         strict one",
    );
}

#[test]
fn nothing_changed_means_nothing_changes() {
    let sealed = seal(&secret("x"));
    check_update(&sealed, &secret("x"), CONTROLLER, &[Reason::Unchanged(Proof::Fingerprint)]);
    // A certificate that was renewed is for the same key.
    check_update(&sealed, &secret("x"), RENEWED, &[Reason::Unchanged(Proof::Fingerprint)]);
}

#[test]
fn what_changed_is_told() {
    let sealed = seal(&secret("x"));
    check_update(&sealed, &secret("y"), CONTROLLER, &[Reason::ContentChanged]);
    let mut relabelled = secret("x");
    relabelled.root.push("immutable", true);
    check_update(&sealed, &relabelled, CONTROLLER, &[Reason::ContentChanged]);
    let ids = || {
        let id = |pem| certificate(pem).key_id().to_owned();
        Reason::CertificateChanged { from: id(CONTROLLER), to: id(OTHER) }
    };
    check_update(&sealed, &secret("x"), OTHER, &[ids()]);
    check_update(&sealed, &secret("y"), OTHER, &[ids(), Reason::ContentChanged]);
}

#[test]
fn what_is_no_sealed_secret_is_sealed_anew() {
    check_update(
        "apiVersion: v1\nkind: Secret\n",
        &secret("x"),
        CONTROLLER,
        &[Reason::Unreadable(OpenError::NotASealedSecret)],
    );
    let (text, reasons) = update("a: [", &secret("x"), CONTROLLER);
    assert!(matches!(reasons[..], [Reason::Unreadable(OpenError::Syntax { .. })]), "{reasons:?}");
    assert!(text.is_some());
}

#[test]
fn a_sealed_secret_is_told_by_its_kind_and_the_version_of_its_api() {
    let sealed = seal(&secret("x"));
    for (from, to) in [
        ("kind: SealedSecret", "kind: SealedSecretList"),
        ("bitnami.com/v1alpha1", "bitnami.com/v1alpha2"),
        ("bitnami.com/v1alpha1", "v1"),
    ] {
        assert!(sealed.contains(from), "{sealed}");
        let other = sealed.replacen(from, to, 1);
        let error = inspect_sealed_secret(&other).unwrap_err();
        assert_eq!(error, OpenError::NotASealedSecret, "{to}");
        let reasons = [Reason::Unreadable(OpenError::NotASealedSecret)];
        check_update(&other, &secret("x"), CONTROLLER, &reasons);
    }
}

#[test]
fn what_kubeseal_sealed_carries_no_fingerprint() {
    check_update(BY_KUBESEAL, &secret("x"), CONTROLLER, &[Reason::FingerprintMissing]);
}

#[test]
fn another_fingerprint_key_shows_nothing_to_be_the_same() {
    let (sealed, mut random) = (seal(&secret("x")), Seeded::new(3));
    let other = FingerprintKey::parse("another-key-0123456789-0123456789-0123456789").unwrap();
    let controller = certificate(CONTROLLER);
    let update =
        update_secret(Some(&sealed), &secret("x"), &controller, &other, &mut random.context());
    assert_eq!(update.unwrap().reasons, [Reason::FingerprintDiffers]);
    let inspection = inspect_sealed_secret(&sealed).unwrap();
    assert_eq!(inspection.is_intact(&other), Some(false));
}

#[test]
fn no_letter_of_a_file_changes_unnoticed() {
    let wanted = secret("x");
    let sealed = seal(&wanted);
    let key = fingerprint_key();
    let value_at = sealed.find("AQ").unwrap();
    for (at, letter) in sealed.char_indices().filter(|(_, letter)| letter.is_ascii_alphanumeric()) {
        // The middle of the ciphertext is as its beginning.
        if (value_at + 40..value_at + 340).contains(&at) {
            continue;
        }
        let other = if letter == 'b' { 'c' } else { 'b' };
        let edited = format!("{}{other}{}", &sealed[..at], &sealed[at + 1..]);
        let inspection = inspect_sealed_secret(&edited);
        let is_intact = inspection.map(|inspection| inspection.is_intact(&key));
        if is_intact == Ok(Some(true)) {
            // Only the part of the fingerprint that covers the content too is left.
            let fingerprint_at = sealed.find("fingerprint: ").unwrap() + "fingerprint: ".len();
            assert!((fingerprint_at + 44..fingerprint_at + 87).contains(&at), "{edited}");
        }
        assert!(update(&edited, &wanted, CONTROLLER).0.is_some(), "{edited}");
    }
}

#[test]
fn two_documents_are_not_one() {
    let sealed = seal(&secret("x"));
    let twice = format!("{sealed}---\na: b\n");
    assert_eq!(
        inspect_sealed_secret(&twice).unwrap().flaws,
        [SealedSecretFlaw::SeveralDocuments(2)]
    );
    check_update(&twice, &secret("x"), CONTROLLER, &[Reason::FingerprintDiffers]);
}

#[test]
fn inspection_shows_what_may_be_seen() {
    let inspection = inspect_sealed_secret(BY_KUBESEAL).unwrap();
    assert_eq!(inspection.keys, [".dockerconfigjson"]);
    assert_eq!(inspection.flaws, []);
    assert_eq!((inspection.sealed_for, inspection.has_fingerprint), (None, false));
    let sealed = seal(&secret("x"));
    let inspection = inspect_sealed_secret(&sealed).unwrap();
    assert_eq!(inspection.sealed_for.as_deref(), Some(certificate(CONTROLLER).key_id()));
    let text = inspection.clear.emit(regrender_document::Spelling::Kustomize).unwrap();
    let wanted = regrender_seal::clear_sealed_secret(&secret("x"));
    assert_eq!(text, wanted.emit(regrender_document::Spelling::Kustomize).unwrap());
}

#[test]
fn what_stands_outside_of_the_spec_stays_to_be_seen() {
    let sealed = seal(&secret("x"));
    // A controller opens what is in the spec, and writes a status.
    let text = format!("{sealed}status: {{encryptedData: {{a: AQ==}}}}\n");
    let clear = inspect_sealed_secret(&text).unwrap().clear;
    assert!(clear.at(&["status", "encryptedData", "a"]).is_some());
    assert!(clear.at(&["spec", "template"]).is_some());
    assert!(clear.at(&["spec", "encryptedData"]).is_none());
}

#[track_caller]
fn check_flaws(text: &str, expected: &[SealedSecretFlaw]) {
    assert_eq!(inspect_sealed_secret(text).unwrap().flaws, expected, "{text}");
}

#[test]
fn flaws_are_told() {
    let wide = SealedSecretFlaw::WiderScope("sealedsecrets.bitnami.com/cluster-wide");
    check_flaws(CLUSTER_WIDE, &[wide]);
    assert!(CLUSTER_WIDE.contains("cluster-wide: \"true\""));
    check_flaws(&CLUSTER_WIDE.replace("wide: \"true\"", "wide: \"false\""), &[]);
    let head = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\n";
    check_flaws(head, &[SealedSecretFlaw::NoValues]);
    check_flaws(
        &format!("{head}spec: {{data: YQ==}}\n"),
        &[SealedSecretFlaw::OldData, SealedSecretFlaw::NoValues],
    );
    let short = BASE64_STANDARD.encode([&[1_u8, 0][..], &[0; 256 + 15]].concat());
    let tiny = BASE64_STANDARD.encode([&[0_u8, 64][..], &[0; 64 + 16]].concat());
    for value in ["''", "canary", "null", "AQ==", "[a]", short.as_str(), tiny.as_str()] {
        check_flaws(
            &format!("{head}spec: {{encryptedData: {{a: {value}}}}}\n"),
            &[SealedSecretFlaw::MalformedValue(String::from("a"))],
        );
    }
    let empty = BASE64_STANDARD.encode([&[1_u8, 0][..], &[0; 256 + 16]].concat());
    check_flaws(&format!("{head}spec: {{encryptedData: {{a: {empty}}}}}\n"), &[]);
}

#[test]
fn a_value_for_a_longer_key_does_not_fit() {
    let inspection = inspect_sealed_secret(BY_KUBESEAL).unwrap();
    assert!(inspection.fits_key_of(256));
    assert!(!inspection.fits_key_of(512));
}

#[test]
fn errors_of_sealing_hold_no_secret() {
    let broken = Mapping::new().with("a", SecretText::new(format!("{CANARY} no base64")));
    let metadata = Mapping::new().with("name", "a").with("namespace", "b");
    let root = Mapping::new().with("metadata", metadata).with("data", broken);
    let mut random = Seeded::new(1);
    let (certificate, key) = (certificate(CONTROLLER), fingerprint_key());
    let error =
        seal_secret(&Document::new(root), &certificate, &key, &mut random.context()).unwrap_err();
    assert!(matches!(error, SealError::NotBase64 { .. }));
    assert!(!format!("{error:?}").contains(CANARY));
}
