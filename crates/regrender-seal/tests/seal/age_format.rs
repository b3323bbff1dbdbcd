//! Plain age files: one armored file around the whole document.

use std::str::FromStr as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use regrender_document::{Document, Mapping, SecretText};
use regrender_seal::{
    FingerprintKey, Keys, OpenError, Proof, Reason, SealFormat, SealOptions, inspect_age, open_age,
    seal, seal_age, update,
};

use crate::support::{
    ANNA, ANNAS_IDENTITY, BERT, BERTS_IDENTITY, CARL, CARLS_IDENTITY, Seeded, fingerprint_key,
    identities, key_in, pull_secret, recipients, secret,
};

const OPTIONS: SealOptions =
    SealOptions { format: SealFormat::Age, mac: regrender_seal::MacScope::All };

fn sealed(document: &Document, names: &[&str], key: Option<&FingerprintKey>) -> String {
    let mut random = Seeded::new(1);
    seal(document, &recipients(names), OPTIONS, key, &mut random.context()).unwrap()
}

#[track_caller]
fn check(
    current: &str,
    wanted: &Document,
    names: &[&str],
    keys: Keys<'_>,
    expected: &Reason,
) -> Option<String> {
    let mut random = Seeded::new(2);
    let context = &mut random.context();
    let updated =
        update(Some(current), wanted, &recipients(names), OPTIONS, keys, context).unwrap();
    assert_eq!(updated.reasons, std::slice::from_ref(expected));
    assert_eq!(updated.text.is_none(), matches!(expected, Reason::Unchanged(_)));
    updated.text
}

#[test]
fn age_file_holds_the_document_in_clear() {
    let text = sealed(&pull_secret("x"), &[ANNA, CARL], None);
    for identity in [ANNAS_IDENTITY, CARLS_IDENTITY] {
        let opened = open_age(text.as_bytes(), &identities(identity)).unwrap();
        assert!(opened.expose().starts_with("# Made by regrender; do not edit.\napiVersion: v1\n"));
        assert!(opened.expose().contains("    .dockerconfigjson: canary-4f1d x\n"));
    }
}

#[test]
fn age_file_opens_with_the_age_crate() {
    let identity = age::x25519::Identity::from_str(key_in(ANNAS_IDENTITY)).unwrap();
    let text = sealed(&pull_secret("x"), &[BERT, ANNA], None);
    assert!(!age::decrypt(&identity, text.as_bytes()).unwrap().is_empty());
}

#[test]
fn long_text_is_sealed_in_chunks() {
    let long = SecretText::new("canary-4f1d ".repeat(20_000));
    let mut random = Seeded::new(1);
    let text = seal_age(&long, &[], &recipients(&[ANNA]), None, &mut random.context()).unwrap();
    let opened = open_age(text.as_bytes(), &identities(ANNAS_IDENTITY)).unwrap();
    assert_eq!(opened.expose(), long.expose());
}

/// Takes the armor off.
fn binary(text: &str) -> Vec<u8> {
    let letters: String = text.lines().filter(|line| !line.starts_with("-----")).collect();
    BASE64_STANDARD.decode(letters).unwrap()
}

fn armored(bytes: &[u8]) -> String {
    let letters = BASE64_STANDARD.encode(bytes);
    let lines = letters.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap());
    let lines: Vec<&str> = lines.collect();
    let lines = lines.join("\n");
    format!("-----BEGIN AGE ENCRYPTED FILE-----\n{lines}\n-----END AGE ENCRYPTED FILE-----\n")
}

#[test]
fn binary_age_file_opens_too() {
    let text = sealed(&pull_secret("x"), &[ANNA], None);
    assert!(open_age(&binary(&text), &identities(ANNAS_IDENTITY)).is_ok());
}

#[test]
fn what_is_no_age_file_does_not_open() {
    let identities = identities(ANNAS_IDENTITY);
    for text in ["", "hello", "age-encryption.org/v1\n"] {
        assert_eq!(open_age(text.as_bytes(), &identities).map(|_| ()), Err(OpenError::AgeFile));
    }
    let foreign = sealed(&pull_secret("x"), &[BERT], None);
    assert_eq!(open_age(foreign.as_bytes(), &identities).map(|_| ()), Err(OpenError::NoIdentity));
}

#[test]
fn what_is_no_text_is_not_opened() {
    let recipient = age::x25519::Identity::from_str(key_in(ANNAS_IDENTITY)).unwrap().to_public();
    let bytes = age::encrypt(&recipient, &[0xff, 0xfe]).unwrap();
    let error = open_age(&bytes, &identities(ANNAS_IDENTITY)).map(|_| ()).unwrap_err();
    assert_eq!(error, OpenError::Binary);
}

#[test]
fn identity_proves_that_nothing_changed() {
    let identities = identities(ANNAS_IDENTITY);
    let keys = Keys { identities: Some(&identities), fingerprint_key: None };
    let text = sealed(&pull_secret("x"), &[ANNA, BERT], None);
    let unchanged = Reason::Unchanged(Proof::Opened);
    check(&text, &pull_secret("x"), &[BERT, ANNA], keys, &unchanged);
    check(&text, &pull_secret("y"), &[ANNA, BERT], keys, &Reason::ContentChanged);
    check(&text, &pull_secret("x"), &[ANNA], keys, &Reason::RecipientsChanged);
}

#[test]
fn fingerprint_proves_that_nothing_changed() {
    let key = fingerprint_key();
    let keys = Keys { identities: None, fingerprint_key: Some(&key) };
    let text = sealed(&pull_secret("x"), &[ANNA, BERT], Some(&key));
    let unchanged = Reason::Unchanged(Proof::Fingerprint);
    check(&text, &pull_secret("x"), &[BERT, ANNA], keys, &unchanged);
    check(&text, &pull_secret("y"), &[ANNA, BERT], keys, &Reason::FingerprintDiffers);
    check(&text, &pull_secret("x"), &[ANNA], keys, &Reason::RecipientsChanged);
}

#[test]
fn file_without_a_fingerprint_gets_one() {
    let (identities, key) = (identities(ANNAS_IDENTITY), fingerprint_key());
    let keys = Keys { identities: Some(&identities), fingerprint_key: Some(&key) };
    let text = sealed(&pull_secret("x"), &[ANNA], None);
    let next = check(&text, &pull_secret("x"), &[ANNA], keys, &Reason::FingerprintMissing).unwrap();
    let unchanged = Reason::Unchanged(Proof::Fingerprint);
    check(&next, &pull_secret("x"), &[ANNA], keys, &unchanged);
}

/// All but the MAC of the header, which covers the fingerprint.
#[test]
fn fingerprint_covers_the_whole_file() {
    let (wanted, key) = (pull_secret("x"), fingerprint_key());
    let keys = Keys { identities: None, fingerprint_key: Some(&key) };
    let bytes = binary(&sealed(&wanted, &[ANNA], Some(&key)));
    let mac = bytes.windows(5).position(|window| window == b"\n--- ").unwrap() + 5;
    for at in (0..bytes.len()).filter(|at| !(mac..mac + 43).contains(at)) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let mut random = Seeded::new(2);
        let context = &mut random.context();
        let (current, recipients) = (armored(&changed), recipients(&[ANNA]));
        let updated = update(Some(&current), &wanted, &recipients, OPTIONS, keys, context);
        assert!(updated.unwrap().text.is_some(), "byte {at}");
    }
}

/// A pull secret with other comments above it.
fn commented(comment: &str) -> Document {
    Document { header: vec![comment.to_owned()], ..pull_secret("x") }
}

#[test]
fn comments_that_change_are_seen_without_an_identity() {
    let (identities, key) = (identities(ANNAS_IDENTITY), fingerprint_key());
    let text = sealed(&commented("one"), &[ANNA], Some(&key));
    let inspection = inspect_age(&text).unwrap();
    assert_eq!(inspection.begins_with(&[String::from("one")]), Some(true));
    assert_eq!(inspection.begins_with(&[]), Some(false));
    for identities in [None, Some(&identities)] {
        let keys = Keys { identities, fingerprint_key: Some(&key) };
        let mut random = Seeded::new(2);
        let context = &mut random.context();
        let (current, wanted) = (Some(text.as_str()), commented("two"));
        let updated = update(current, &wanted, &recipients(&[ANNA]), OPTIONS, keys, context);
        let reasons = updated.unwrap().reasons;
        assert_eq!(reasons.first(), Some(&Reason::CommentsChanged));
        assert_eq!(reasons.contains(&Reason::ContentChanged), identities.is_some(), "{reasons:?}");
    }
}

/// The first versions did not say it.
#[test]
fn file_that_does_not_say_its_comments_is_written_again() {
    let key = fingerprint_key();
    let keys = Keys { identities: None, fingerprint_key: Some(&key) };
    let bytes = binary(&sealed(&pull_secret("x"), &[ANNA], Some(&key)));
    let at = bytes.windows(13).position(|window| window == b"-> regrender ").unwrap();
    let end = at + bytes[at..].iter().position(|byte| *byte == b'\n').unwrap();
    // A space, and as many letters as a digest has.
    let text = armored(&[&bytes[..end - 44], &bytes[end..]].concat());
    assert!(inspect_age(&text).unwrap().is_marked());
    let next = check(&text, &pull_secret("x"), &[ANNA], keys, &Reason::CommentsChanged).unwrap();
    let unchanged = Reason::Unchanged(Proof::Fingerprint);
    check(&next, &pull_secret("x"), &[ANNA], keys, &unchanged);
}

#[test]
fn nothing_to_compare_with_is_a_reason() {
    let text = sealed(&pull_secret("x"), &[ANNA], None);
    check(&text, &pull_secret("x"), &[ANNA], Keys::default(), &Reason::NotComparable);
    let foreign = identities(BERTS_IDENTITY);
    let keys = Keys { identities: Some(&foreign), fingerprint_key: None };
    check(&text, &pull_secret("x"), &[ANNA], keys, &Reason::NotComparable);
}

#[test]
fn file_of_another_format_is_unreadable() {
    let unreadable = Reason::Unreadable(OpenError::AgeFile);
    check("a: b\n", &pull_secret("x"), &[ANNA], Keys::default(), &unreadable);
}

#[test]
fn file_that_age_wrote_is_taken_over() {
    let recipient = age::x25519::Identity::from_str(key_in(ANNAS_IDENTITY)).unwrap().to_public();
    let document =
        Document::new(Mapping::new().with("data", Mapping::new().with("a", secret("x"))));
    let theirs = age::encrypt_and_armor(&recipient, b"data:\n    a: canary-4f1d x\n").unwrap();
    assert_eq!(inspect_age(&theirs).unwrap().is_for(&recipients(&[ANNA])), None);
    assert_eq!(inspect_age(&theirs).unwrap().begins_with(&[]), None);
    assert!(!inspect_age(&theirs).unwrap().is_marked());
    let identities = identities(ANNAS_IDENTITY);
    let keys = Keys { identities: Some(&identities), fingerprint_key: None };
    check(&theirs, &document, &[ANNA], keys, &Reason::RecipientsChanged);
}

#[test]
fn age_file_says_for_whom_it_is() {
    let key = fingerprint_key();
    let text = sealed(&pull_secret("x"), &[ANNA, CARL], Some(&key));
    let inspection = inspect_age(&text).unwrap();
    assert_eq!(inspection.stanzas, ["X25519", "ssh-ed25519"]);
    assert_eq!(inspection.fingerprint.map(|text| text.len()), Some(43));
    let inspection = inspect_age(&text).unwrap();
    assert!(inspection.is_marked());
    assert_eq!(inspection.is_for(&recipients(&[CARL, ANNA])), Some(true));
    assert_eq!(inspection.is_for(&recipients(&[ANNA])), Some(false));
    assert!(matches!(inspect_age("hello"), Err(OpenError::AgeFile)));
}
