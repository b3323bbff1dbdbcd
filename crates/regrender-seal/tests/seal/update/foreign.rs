//! What somebody else made or changed.

use regrender_seal::{OpenError, Reason};

use super::{File, KEY, UNCHANGED};
use crate::support::pull_secret;

#[test]
fn hand_edited_file_is_written_anew() {
    let mut file = File::new();
    file.build(&pull_secret("x"));
    file.edit("name: regcred", "name: other");
    assert_eq!(file.build(&pull_secret("x")), [Reason::HandEdited(OpenError::MacMismatch)]);
    file.edit(
        "dockerconfigjson: ENC[AES256_GCM,data:",
        "dockerconfigjson: ENC[AES256_GCM,data:AAAA",
    );
    let reasons = file.build(&pull_secret("x"));
    assert!(matches!(
        reasons.as_slice(),
        [Reason::HandEdited(OpenError::NotAuthentic { .. } | OpenError::MalformedValue { .. })]
    ));
}

#[test]
fn file_that_is_no_sealed_file_is_written_anew() {
    let mut file = File::new();
    for (text, expected) in [
        ("<<<<<<< ours\na: b\n=======\n", OpenError::ConflictMarkers { line: 1 }),
        ("a: b\n", OpenError::NotSealed),
        ("", OpenError::NotSealed),
    ] {
        file.text = Some(text.to_owned());
        assert_eq!(file.build(&pull_secret("x")), [Reason::Unreadable(expected)]);
    }
    file.text = Some(String::from("a: [\n"));
    let reasons = file.build(&pull_secret("x"));
    assert!(matches!(reasons.as_slice(), [Reason::Unreadable(OpenError::Syntax { .. })]));
}

#[test]
fn file_with_other_key_services_is_written_anew() {
    let mut file = File::new();
    file.build(&pull_secret("x"));
    file.edit("    version:", "    pgp:\n        - fp: ABCD\n    version:");
    assert_eq!(file.build(&pull_secret("x")), [Reason::OptionsChanged]);
    assert!(!file.text().contains("pgp"));
}

/// A file that somebody else sealed with a data key of his own opens, and what it says may even be
/// right; with a key of the fingerprints a new secret is not sealed with that data key.
#[test]
fn planted_data_key_is_not_used() {
    let mut planted = File::new();
    planted.build(&pull_secret("guess"));
    let planted_keys = planted.wrapped();
    planted.fingerprint_key = Some(KEY);
    assert_eq!(planted.build(&pull_secret("real")), [Reason::ContentChanged]);
    assert_ne!(planted.wrapped(), planted_keys);
}

#[test]
fn several_documents_are_one_too_many() {
    let mut file = File::new();
    file.build(&pull_secret("x"));
    let second = file.text().to_owned();
    file.text = Some(format!("{}---\n{second}", file.text()));
    let reasons = file.build(&pull_secret("x"));
    assert!(matches!(reasons.as_slice(), [Reason::HandEdited(_) | Reason::ContentChanged]));
    assert_eq!(file.build(&pull_secret("x")), UNCHANGED);
}
