//! What a sealed file shows without any key.

use regrender_document::Mapping;
use regrender_seal::{
    Flaw, Inspection, MacScope, MetadataError, OpenError, SealOptions, ValueState, inspect, seal,
};

use crate::support::{
    ANNA, BERT, CARL, Seeded, fingerprint_key, pull_secret, recipients, seal_for, secret, with_data,
};

fn sealed() -> String {
    seal_for(&[ANNA, CARL], &pull_secret("x")).unwrap()
}

#[track_caller]
fn replaced(from: &str, to: &str) -> Inspection {
    let text = sealed();
    assert!(text.contains(from), "{text}");
    inspect(&text.replace(from, to)).unwrap()
}

#[track_caller]
fn check_flaw(from: &str, to: &str, expected: &str) {
    let flaws = replaced(from, to).flaws;
    assert_eq!(flaws.len(), 1, "{flaws:?}");
    assert_eq!(format!("{:?}", flaws[0]), expected);
}

#[test]
fn sealed_file_has_no_flaws() {
    let inspection = inspect(&sealed()).unwrap();
    assert_eq!(inspection.flaws, []);
    assert_eq!(inspection.recipients, [ANNA, CARL]);
    assert_eq!(inspection.mac_scope, MacScope::All);
    assert_eq!(inspection.version, "3.13.3");
    assert_eq!(inspection.last_modified, "2026-11-21T02:00:59Z");
    assert_eq!(inspection.fingerprint, None);
    assert!(inspection.is_for(&recipients(&[CARL, ANNA])));
    assert!(!inspection.is_for(&recipients(&[ANNA])));
    assert!(!inspection.is_for(&recipients(&[CARL, ANNA, BERT])));
}

#[test]
fn what_is_in_clear_can_be_compared() {
    let inspection = inspect(&sealed()).unwrap();
    let name = inspection.document.at(&["metadata", "name"]).and_then(|node| node.as_text());
    assert_eq!(name, Some("regcred"));
    assert!(inspection.document.root.get("sops").is_none());
}

#[test]
fn fingerprint_is_shown_apart() {
    let mut random = Seeded::new(1);
    let key = fingerprint_key();
    let context = &mut random.context();
    let options = SealOptions::default();
    let text = seal(&pull_secret("x"), &recipients(&[ANNA]), options, Some(&key), context).unwrap();
    let inspection = inspect(&text).unwrap();
    assert_eq!(inspection.fingerprint.map(|text| text.len()), Some(43));
    assert!(inspection.document.at(&["metadata", "annotations"]).is_none());
}

#[test]
fn every_value_is_listed_with_its_state() {
    let data = Mapping::new().with("a", secret("x")).with("b", "").with("c", secret("y"));
    let text = seal_for(&[ANNA], &with_data(data)).unwrap();
    let text = text.replace("    c: ENC[AES256_GCM,data:", "    d: 12\n    c: ENC[AES256_GCM,");
    let inspection = inspect(&text).unwrap();
    let states: Vec<(String, ValueState)> =
        inspection.values.iter().map(|value| (value.path.to_string(), value.state)).collect();
    assert_eq!(
        states,
        [
            (String::from("data:a"), ValueState::Encrypted),
            (String::from("data:b"), ValueState::Empty),
            (String::from("data:d"), ValueState::Clear),
            (String::from("data:c"), ValueState::Malformed),
        ]
    );
    assert_eq!(inspection.values[0].path.keys(), ["data", "a"]);
    assert_eq!(inspection.flaws.len(), 2);
}

#[test]
fn value_in_clear_is_found() {
    check_flaw(
        "\ndata:\n",
        "\nstringData:\n    password: planted\ndata:\n",
        r#"ValueInClear(KeyPath(["stringData", "password"]))"#,
    );
}

#[test]
fn comment_in_clear_is_found() {
    check_flaw("\ndata:\n", "\ndata:\n    # old\n", r#"CommentInClear(KeyPath(["data"]))"#);
}

#[test]
fn missing_or_malformed_mac_is_found() {
    check_flaw("    mac: ENC[", "    mac: ABC[", "MacMalformed");
    check_flaw("    mac: ENC[", "    mac: ''\n    other: ENC[", "MacMissing");
}

#[test]
fn recipient_that_stands_there_twice_is_found() {
    let inspection = replaced(CARL, &format!("{ANNA} "));
    assert!(inspection.flaws.contains(&Flaw::DuplicateRecipient(ANNA.to_owned())));
}

#[test]
fn key_that_is_wrapped_for_another_kind_is_found() {
    let inspection = replaced(CARL, BERT);
    assert_eq!(inspection.flaws, [Flaw::ForeignStanza(BERT.to_owned())]);
}

#[test]
fn plugin_may_wrap_as_it_likes() {
    let plugin = "age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t";
    assert_eq!(replaced(CARL, plugin).flaws, []);
}

#[test]
fn key_that_is_no_age_file_is_found() {
    let text = sealed();
    let (above, rest) = text.split_once("            YWdl").unwrap();
    let (_, below) = rest.split_once("            -----END").unwrap();
    let inspection = inspect(&format!("{above}            -----END{below}")).unwrap();
    assert_eq!(inspection.flaws, [Flaw::MalformedKey(ANNA.to_owned())]);
}

#[test]
fn other_rules_and_keys_are_found() {
    check_flaw("(data|stringData)", "(data)", "OtherSelector");
    check_flaw("    version:", "    pgp:\n        - fp: x\n    version:", r#"OtherKeys(["pgp"])"#);
    let groups =
        sealed().replace("    age:\n", "    key_groups:\n        - pgp: []\n    hidden:\n");
    assert_eq!(inspect(&groups).unwrap().flaws, [Flaw::KeyGroups]);
}

#[test]
fn second_document_is_found() {
    let text = format!("{}---\na: b\n", sealed());
    assert_eq!(inspect(&text).unwrap().flaws, [Flaw::SeveralDocuments(2)]);
}

#[track_caller]
fn check_metadata(from: &str, to: &str, expected: MetadataError) {
    let error = inspect(&sealed().replace(from, to)).map(|_| ()).unwrap_err();
    assert_eq!(error, OpenError::Metadata(expected));
    // What prints a chain of errors would say the reason twice.
    assert!(std::error::Error::source(&error).is_none());
}

#[test]
fn unreadable_metadata_is_an_error() {
    check_metadata("lastmodified: \"", "lastmodified: \"x", MetadataError::LastModified);
    check_metadata("lastmodified: ", "other: ", MetadataError::LastModified);
    check_metadata("    age:\n", "    other:\n", MetadataError::NoRecipients);
    check_metadata(
        "    version:",
        "    encrypted_suffix: x\n    version:",
        MetadataError::SeveralSelectors,
    );
    check_metadata(
        "^(data|stringData)$",
        "^(data|stringData$",
        MetadataError::Pattern("encrypted_regex"),
    );
    check_metadata(
        "    version:",
        "    mac_only_encrypted: maybe\n    version:",
        MetadataError::WrongType("mac_only_encrypted"),
    );
    let unquoted = sealed()
        .replace("lastmodified: \"2026-11-21T02:00:59Z\"", "lastmodified: 2026-11-21T02:00:59Z");
    let error = inspect(&unquoted).map(|_| ()).unwrap_err();
    assert_eq!(error, OpenError::Metadata(MetadataError::WrongType("lastmodified")));
}

#[test]
fn what_is_not_sealed_is_an_error() {
    assert!(matches!(inspect("kind: Secret\n"), Err(OpenError::NotSealed)));
    assert!(matches!(inspect("sops: x\n"), Err(OpenError::Metadata(MetadataError::NotAMapping))));
    assert!(matches!(inspect("<<<<<<< ours\n"), Err(OpenError::ConflictMarkers { line: 1 })));
}
