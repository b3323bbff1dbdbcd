//! What is sealed opens again as it was, and looks as sops would have written it.

use std::collections::BTreeMap;

use proptest::prelude::*;
use regrender_document::{
    Comment, Document, Item, Mapping, Node, Scalar, SecretKind, SecretScalar, SecretText, Spelling,
    emit_revealed,
};
use regrender_seal::{
    FileFormat, FingerprintKey, MacScope, SealError, SealFormat, SealOptions, inspect, inspect_age,
    open, seal,
};

use crate::support::{
    ANNA, ANNAS_IDENTITY, BERT, BERTS_IDENTITY, CANARY, CARL, CARLS_IDENTITY, Seeded,
    fingerprint_key, identities, pull_secret, recipients, seal_for, secret, with_data,
};

fn sops(mac: MacScope) -> SealOptions {
    SealOptions { format: SealFormat::Sops, mac }
}

fn sealed(document: &Document, mac: MacScope) -> String {
    let mut random = Seeded::new(1);
    seal(document, &recipients(&[ANNA]), sops(mac), None, &mut random.context()).unwrap()
}

fn revealed(sealed: &str) -> String {
    let opened = open(sealed, FileFormat::Yaml, &identities(ANNAS_IDENTITY)).unwrap();
    opened.reveal().unwrap().expose().to_owned()
}

fn in_clear(document: &Document) -> String {
    emit_revealed(std::slice::from_ref(document), Spelling::Sops).expose().to_owned()
}

#[track_caller]
fn check_round_trip(document: &Document) {
    for mac in [MacScope::All, MacScope::EncryptedOnly] {
        let sealed = sealed(document, mac);
        assert!(!sealed.contains(CANARY), "{sealed}");
        assert_eq!(revealed(&sealed), in_clear(document));
    }
}

#[test]
fn file_looks_as_sops_writes_it() {
    insta::assert_snapshot!(sealed(&pull_secret("x"), MacScope::All), @r#"
    # Made by regrender; do not edit.
    apiVersion: v1
    kind: Secret
    metadata:
        name: regcred
        namespace: "no"
    type: kubernetes.io/dockerconfigjson
    data:
        .dockerconfigjson: ENC[AES256_GCM,data:RaGSv6LAx1wL8t24dg==,iv:dHbPikuqXcCHs0HWkNeiim+bba5vTFeoKsLOF6V5Sjs=,tag:4yxcvx1+p4BJPv+HV6zeyQ==,type:str]
    sops:
        age:
            - enc: |
                -----BEGIN AGE ENCRYPTED FILE-----
                YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSArWFlZS3F2TDArN2FZbDJx
                N3QyRm5icnJXemRGbDdCTTliU2RNYnVEOW04CjNPdVpIRDAzaFR5dHBXUlY0SjVv
                ZHdmRU9OaWJyT0Q5bkhQS2w4Y3Jta2cKLS0tIG1jTkhqMFFLclg1V0t3eFRpV2Nn
                bU9TVDlhengxSFFvRHBtRUU0NWM2Y00KZ3XcdwFWT2Ga/NRNFM+L/k0XrzS0gB4+
                aDzmgEk4e8k1161Yh+GLP4hEAHNr7OardAdi00JPNEKSNTddUkCvfw==
                -----END AGE ENCRYPTED FILE-----
              recipient: age1k88q92s2jey7euu8k660usnfslsvk8tz94rmrnl95nyf07a74sdqghg9nt
        encrypted_regex: ^(data|stringData)$
        lastmodified: "2026-11-21T02:00:59Z"
        mac: ENC[AES256_GCM,data:D2OnIl1SrR1vOwtidp3SkFDEWadDAlngpUUBVI1reNnDG3KzXb3SrIS5Ir9HEVnE6TdtTD6nfPgAaXuYfMFF9mf1OWHDrqJt4f9v6pvZJRVCy/Ny9m6W7O7QtzXZjNXTPcFGIiRHwskhnRa5adw4uQ2bHJdA7Z4leggkNlr+DUs=,iv:pTSmprf9C2PQutDaVyuq8a6EN5Ywr4nu4mMYN3PvZQg=,tag:AOjNvHQQjR/fFg83qi2Rug==,type:str]
        version: 3.13.3
    "#);
}

#[test]
fn narrow_mac_is_written_down() {
    let text = sealed(&pull_secret("x"), MacScope::EncryptedOnly);
    assert!(text.contains("    mac_only_encrypted: true\n    version: 3.13.3\n"), "{text}");
}

#[test]
fn secret_opens_as_it_was() {
    check_round_trip(&pull_secret("{\"auths\":{}}"));
}

#[test]
fn every_recipient_can_open() {
    let document = pull_secret("x");
    let sealed = seal_for(&[CARL, ANNA, BERT], &document).unwrap();
    for identity in [ANNAS_IDENTITY, BERTS_IDENTITY, CARLS_IDENTITY] {
        let opened = open(&sealed, FileFormat::Yaml, &identities(identity)).unwrap();
        assert_eq!(opened.recipients().collect::<Vec<_>>(), [CARL, ANNA, BERT]);
        assert_eq!(opened.reveal().unwrap().expose(), in_clear(&document));
    }
}

#[test]
fn every_type_keeps_its_type() {
    let typed = |kind, text: &str| {
        Node::Secret(SecretScalar { kind, text: SecretText::new(text.to_owned()) })
    };
    let data = Mapping::new()
        .with("text", typed(SecretKind::Text, "True"))
        .with("bool", typed(SecretKind::Bool, "True"))
        .with("integer", typed(SecretKind::Integer, "-7"))
        .with("float", typed(SecretKind::Float, "1.5"))
        .with("time", typed(SecretKind::Time, "2026-11-21T01:59:59Z"))
        .with("null", Node::Scalar(Scalar::Null))
        .with("list", Node::list([Node::from(secret("a")), Node::from(secret("b"))]))
        .with("nested", Mapping::new().with("deep", secret("c")).with("empty", Mapping::new()));
    check_round_trip(&with_data(data));
}

#[test]
fn everything_under_data_is_sealed_whether_marked_or_not() {
    let data = Mapping::new()
        .with("text", CANARY)
        .with("bool", true)
        .with("integer", Node::Scalar(Scalar::Integer(12)))
        .with("float", Node::Scalar(Scalar::Float(0.5)));
    let document = with_data(data);
    check_round_trip(&document);
    assert_eq!(sealed(&document, MacScope::All).matches("ENC[").count(), 5);
}

#[test]
fn string_data_is_sealed_too() {
    let document =
        Document::new(Mapping::new().with("stringData", Mapping::new().with("a", secret("b"))));
    check_round_trip(&document);
}

#[test]
fn comment_in_data_is_sealed() {
    let mut data = Mapping::new();
    data.push_comment(Comment::Clear(format!(" {CANARY}")));
    data.push("a", secret("b"));
    data.push_comment(Comment::Secret(secret("c")));
    data.push(
        "list",
        Node::Sequence(vec![
            Item::Comment(Comment::Clear(format!(" {CANARY}"))),
            Item::Value(Node::from(secret("d"))),
        ]),
    );
    check_round_trip(&with_data(data));
}

#[test]
fn empty_text_stays_empty() {
    let data = Mapping::new().with("a", SecretText::new(String::new()));
    let text = sealed(&with_data(data), MacScope::All);
    assert!(text.contains("data:\n    a: \"\"\n"), "{text}");
}

#[test]
fn secret_outside_of_data_is_refused() {
    let document =
        Document::new(Mapping::new().with("metadata", Mapping::new().with("name", secret("x"))));
    match seal_for(&[ANNA], &document) {
        Err(SealError::SecretInClear { path }) => assert_eq!(path.to_string(), "metadata:name"),
        other => panic!("{other:?}"),
    }
}

/// sops: `unknown type: uint64`.
#[test]
fn number_that_sops_does_not_know_is_refused() {
    let sealed = |value: i128, key: &'static str| {
        let value = Node::Scalar(Scalar::Integer(value));
        let document = Document::new(Mapping::new().with(key, Mapping::new().with("n", value)));
        seal_for(&[ANNA], &document).map(drop).map_err(|error| error.to_string())
    };
    for key in ["data", "spec"] {
        for value in [i64::MIN, i64::MAX] {
            assert_eq!(sealed(value.into(), key), Ok(()));
        }
        for value in [i128::from(i64::MIN) - 1, i128::from(i64::MAX) + 1] {
            let told = format!("the number at `{key}:n` is too large: sops seals whole numbers");
            assert!(sealed(value, key).unwrap_err().starts_with(&told));
        }
    }
}

#[test]
fn secret_comment_outside_of_data_is_refused() {
    let mut root = Mapping::new();
    root.push_comment(Comment::Secret(secret("x")));
    assert_eq!(
        seal_for(&[ANNA], &Document::new(root)).unwrap_err().to_string(),
        "a secret stands at `top level`, outside of `data` and `stringData`"
    );
}

#[test]
fn key_of_the_metadata_is_reserved() {
    let document = Document::new(Mapping::new().with("sops", "x"));
    assert!(matches!(seal_for(&[ANNA], &document), Err(SealError::ReservedKey)));
}

#[test]
fn recipient_of_a_weak_key_is_refused() {
    let weak = "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq";
    let prefix = bech32::Hrp::parse("age").unwrap();
    let weak_key = bech32::encode::<bech32::Bech32>(prefix, &[0; 32]).unwrap();
    assert!(weak_key.starts_with(&weak[..50]));
    let error = seal_for(&[&weak_key], &pull_secret("x"));
    assert!(matches!(error, Err(SealError::WeakRecipient { .. })));
}

#[test]
fn plugin_that_is_not_installed_is_an_error() {
    let prefix = bech32::Hrp::parse("age1nosuchplugin").unwrap();
    let recipient = bech32::encode::<bech32::Bech32>(prefix, &[1; 8]).unwrap();
    let error = seal_for(&[&recipient], &pull_secret("x")).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "recipient `{recipient}` takes the plugin `age-plugin-nosuchplugin`, which is not installed"
        )
    );
}

#[test]
fn fingerprint_is_an_annotation_under_the_mac() {
    let key = fingerprint_key();
    let mut random = Seeded::new(1);
    let context = &mut random.context();
    let options = SealOptions::default();
    let text = seal(&pull_secret("x"), &recipients(&[ANNA]), options, Some(&key), context).unwrap();
    let above = "    namespace: \"no\"\n    annotations:\n        regrender.dev/fingerprint: ";
    assert!(text.contains(above), "{text}");
    let forged = text.replace("regrender.dev/fingerprint: ", "regrender.dev/fingerprint: A");
    assert!(open(&text, FileFormat::Yaml, &identities(ANNAS_IDENTITY)).is_ok());
    assert!(open(&forged, FileFormat::Yaml, &identities(ANNAS_IDENTITY)).is_err());
}

/// Another spelling of what a fingerprint covers would write every file of every repository anew.
#[test]
fn fingerprint_is_the_same_in_every_version() {
    let key = fingerprint_key();
    let mut data = Mapping::new()
        .with("text", secret("x"))
        .with("empty", "")
        .with("integer", Node::Scalar(Scalar::Integer(12)))
        .with("float", Node::Scalar(Scalar::Float(0.5)))
        .with("bool", true)
        .with("null", Node::Scalar(Scalar::Null))
        .with("list", Node::list([Node::from("a"), Node::from(Mapping::new())]));
    data.push_comment(Comment::Clear(String::from(" remark")));
    let document = with_data(data);
    let fingerprint = |format, mac| {
        let mut random = Seeded::new(1);
        let context = &mut random.context();
        let options = SealOptions { format, mac };
        let text = seal(&document, &recipients(&[ANNA, BERT]), options, Some(&key), context);
        match format {
            SealFormat::Sops => inspect(&text.unwrap()).unwrap().fingerprint.unwrap(),
            SealFormat::Age => inspect_age(&text.unwrap()).unwrap().fingerprint.unwrap(),
        }
    };
    insta::assert_snapshot!(fingerprint(SealFormat::Sops, MacScope::All), @"4pEAm9YDXktNf5mAVmkMWYnnsaTz1md9DG4VCdhMGdY");
    insta::assert_snapshot!(fingerprint(SealFormat::Sops, MacScope::EncryptedOnly), @"DJBs_T1IJpKDaf6If5CgU8VESafZ-mWd62VKBZi1WJo");
    insta::assert_snapshot!(fingerprint(SealFormat::Age, MacScope::All), @"Q9obPw1wgzbZyyqT2DkfkwSzmoL83Ds12TN0IJJf86E");
}

#[test]
fn fingerprint_needs_a_place() {
    let key = fingerprint_key();
    for (root, path) in [
        (Mapping::new().with("metadata", "x"), "metadata"),
        (
            Mapping::new().with("metadata", Mapping::new().with("annotations", "x")),
            "metadata:annotations",
        ),
    ] {
        let mut random = Seeded::new(1);
        let context = &mut random.context();
        let (document, options) = (Document::new(root), SealOptions::default());
        let error = seal(&document, &recipients(&[ANNA]), options, Some(&key), context);
        assert_eq!(
            error.unwrap_err().to_string(),
            format!("`{path}` is not a mapping, so it cannot hold the fingerprint")
        );
    }
}

#[test]
fn short_fingerprint_key_is_refused() {
    let error = FingerprintKey::parse(" 0123456789abcdef \n").unwrap_err();
    assert_eq!(error.to_string(), "the fingerprint key has 16 characters; it needs at least 32");
}

/// Nonces that stand in a file, each with the ciphertexts it was used for.
pub(crate) fn nonces(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for value in text.split("ENC[AES256_GCM,").skip(1) {
        let (value, _) = value.split_once(']').unwrap();
        let (data, rest) = value.split_once(",iv:").unwrap();
        let (nonce, _) = rest.split_once(",tag:").unwrap();
        found.entry(nonce.to_owned()).or_default().push(data.to_owned());
    }
    found
}

#[test]
fn no_nonce_is_used_twice() {
    let data = Mapping::new().with("a", secret("x")).with("b", secret("x")).with("c", "y");
    for (nonce, values) in nonces(&sealed(&with_data(data), MacScope::All)) {
        assert_eq!(values.len(), 1, "{nonce}");
    }
}

fn scalar() -> impl Strategy<Value = Node> {
    prop_oneof![
        "[ -~]{0,20}|\\PC{0,8}".prop_map(|text| Node::from(SecretText::new(text))),
        any::<bool>().prop_map(Node::from),
        any::<i64>().prop_map(|value| Node::Scalar(Scalar::Integer(value.into()))),
        "[a-z \n\"'#:-]{0,30}".prop_map(Node::from),
        Just(Node::Scalar(Scalar::Null)),
    ]
}

pub(crate) fn mapping_of(values: impl Strategy<Value = Node>) -> impl Strategy<Value = Mapping> {
    proptest::collection::btree_map("[a-zA-Z0-9._:-]{1,12}", values, 0..5).prop_map(|pairs| {
        pairs.into_iter().fold(Mapping::new(), |mapping, (key, value)| mapping.with(key, value))
    })
}

pub(crate) fn tree() -> impl Strategy<Value = Node> {
    scalar().prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Node::list),
            mapping_of(inner).prop_map(Node::from),
        ]
    })
}

proptest! {
    #[test]
    fn any_payload_opens_as_it_was(data in mapping_of(tree()), only: bool) {
        let document = with_data(data);
        let mac = if only { MacScope::EncryptedOnly } else { MacScope::All };
        prop_assert_eq!(revealed(&sealed(&document, mac)), in_clear(&document));
    }
}

#[test]
fn keys_may_be_shared_between_threads() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<regrender_seal::Recipients>();
    is_shared::<regrender_seal::Identities>();
    is_shared::<FingerprintKey>();
    is_shared::<SealError>();
    is_shared::<regrender_seal::OpenError>();
}
