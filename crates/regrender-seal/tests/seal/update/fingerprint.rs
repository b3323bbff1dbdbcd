//! What a fingerprint proves, and what it covers.

use regrender_document::{Document, Mapping};
use regrender_seal::{MacScope, Reason};

use super::{File, KEY, OTHER_KEY, PROVEN, UNCHANGED, names, two_values, with_label};
use crate::support::{ANNA, BERT, Seeded, pull_secret, secret};

#[test]
fn fingerprint_proves_that_nothing_changed_without_an_identity() {
    for mac in [MacScope::All, MacScope::EncryptedOnly] {
        let mut file = File { mac, identity: None, fingerprint_key: Some(KEY), ..File::new() };
        file.build(&two_values("x", "y"));
        assert_eq!(file.build(&two_values("x", "y")), PROVEN);
        file.recipients = vec![ANNA, ANNA];
        assert_eq!(file.build(&two_values("x", "y")), PROVEN);
    }
}

#[test]
fn fingerprint_comes_before_the_identity() {
    let mut file = File { fingerprint_key: Some(KEY), ..File::new() };
    file.build(&pull_secret("x"));
    assert_eq!(file.build(&pull_secret("x")), PROVEN);
}

#[test]
fn fingerprint_is_no_content_for_who_has_no_key() {
    let mut file = File { fingerprint_key: Some(KEY), ..File::new() };
    file.build(&pull_secret("x"));
    file.fingerprint_key = None;
    assert_eq!(file.build(&pull_secret("x")), UNCHANGED);
    file.build(&pull_secret("y"));
    assert!(!file.text().contains("fingerprint"));
    assert!(!file.text().contains("annotations"));
}

/// Builds a file with a fingerprint and no identity, changes something, and builds again.
#[track_caller]
fn check_differs(mac: MacScope, change: impl FnOnce(&mut File) -> Document) {
    let mut file = File { mac, identity: None, fingerprint_key: Some(KEY), ..File::new() };
    file.build(&two_values("x", "y"));
    let wanted = change(&mut file);
    assert_eq!(file.build(&wanted), [Reason::FingerprintDiffers]);
    assert_eq!(file.build(&wanted), PROVEN);
}

#[test]
fn fingerprint_covers_what_is_wanted() {
    check_differs(MacScope::All, |_| two_values("x", "z"));
    check_differs(MacScope::All, |_| with_label(two_values("x", "y"), "platform"));
    check_differs(MacScope::All, |file| {
        file.mac = MacScope::EncryptedOnly;
        two_values("x", "y")
    });
    check_differs(MacScope::All, |file| {
        file.fingerprint_key = Some(OTHER_KEY);
        two_values("x", "y")
    });
}

#[test]
fn fingerprint_covers_what_stands_in_the_file() {
    for (from, to) in [
        ("name: regcred", "name: other"),
        ("# Made by", "# Not made by"),
        ("a: ENC[AES256_GCM,data:", "a: ENC[AES256_GCM,data:A"),
        ("lastmodified: \"2026", "lastmodified: \"2027"),
        ("            YWdl", "            ZWdl"),
        ("encrypted_regex: ^(data|stringData)$", "encrypted_regex: ^(data)$"),
    ] {
        for mac in [MacScope::All, MacScope::EncryptedOnly] {
            check_differs(mac, |file| {
                file.edit(from, to);
                two_values("x", "y")
            });
        }
    }
    // The MAC covers the fingerprint, or the fingerprint the MAC; never both.
    check_differs(MacScope::EncryptedOnly, |file| {
        file.edit("mac: ENC[AES256_GCM,data:", "mac: ENC[AES256_GCM,data:A");
        two_values("x", "y")
    });
}

#[test]
fn fingerprint_notices_the_mac_of_another_build() {
    check_differs(MacScope::All, |file| {
        let mut other = File { random: Seeded::new(2), fingerprint_key: Some(KEY), ..File::new() };
        other.build(&two_values("x", "y"));
        assert_eq!(file.line("lastmodified: "), other.line("lastmodified: "));
        file.edit(&file.line("mac: "), &other.line("mac: "));
        two_values("x", "y")
    });
}

#[test]
fn file_without_a_fingerprint_gets_one_and_keeps_its_values() {
    let mut file = File::new();
    file.build(&two_values("x", "y"));
    let (a, wrapped) = (file.line("a: "), file.wrapped());
    file.fingerprint_key = Some(KEY);
    assert_eq!(file.build(&two_values("x", "y")), [Reason::FingerprintMissing]);
    assert_eq!((file.line("a: "), file.wrapped()), (a, wrapped));
    assert_eq!(file.build(&two_values("x", "y")), PROVEN);
}

#[test]
fn file_without_a_fingerprint_and_identity_is_sealed_anew() {
    let mut file = File { identity: None, ..File::new() };
    file.build(&pull_secret("x"));
    file.fingerprint_key = Some(KEY);
    assert_eq!(file.build(&pull_secret("x")), [Reason::FingerprintMissing]);
}

#[test]
fn fingerprint_of_another_key_is_replaced_and_the_values_stay() {
    let mut file = File { fingerprint_key: Some(KEY), ..File::new() };
    file.build(&two_values("x", "y"));
    let a = file.line("a: ");
    file.fingerprint_key = Some(OTHER_KEY);
    assert_eq!(file.build(&two_values("x", "y")), [Reason::FingerprintDiffers]);
    assert_eq!(file.line("a: "), a);
    assert_eq!(file.build(&two_values("x", "y")), PROVEN);
}

#[test]
fn fingerprint_follows_every_change() {
    let mut file = File { fingerprint_key: Some(KEY), ..File::new() };
    file.build(&two_values("x", "y"));
    assert_eq!(file.build(&two_values("x", "z")), [Reason::ContentChanged]);
    assert_eq!(file.build(&two_values("x", "z")), PROVEN);
    file.recipients = vec![ANNA, BERT];
    assert_eq!(file.build(&two_values("x", "z")), [Reason::RecipientsAdded(names(&[BERT]))]);
    assert_eq!(file.build(&two_values("x", "z")), PROVEN);
    file.mac = MacScope::EncryptedOnly;
    assert_eq!(file.build(&two_values("x", "z")), [Reason::OptionsChanged]);
    assert_eq!(file.build(&two_values("x", "z")), PROVEN);
    file.recipients = vec![ANNA];
    assert_eq!(file.build(&two_values("x", "z")), [Reason::RecipientsRemoved(names(&[BERT]))]);
    assert_eq!(file.build(&two_values("x", "z")), PROVEN);
}

#[test]
fn annotations_of_the_user_stay_beside_the_fingerprint() {
    let annotations = Mapping::new().with("team", "platform");
    let metadata = Mapping::new().with("name", "regcred").with("annotations", annotations);
    let root = Mapping::new()
        .with("metadata", metadata)
        .with("data", Mapping::new().with("a", secret("x")).with("b", secret("y")));
    let wanted = Document::new(root);
    let mut file = File { fingerprint_key: Some(KEY), ..File::new() };
    file.build(&wanted);
    file.line("team: platform");
    file.line("regrender.dev/fingerprint: ");
    assert_eq!(file.build(&wanted), PROVEN);
    file.fingerprint_key = None;
    assert_eq!(file.build(&wanted), UNCHANGED);
}
