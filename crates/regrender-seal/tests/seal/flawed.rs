//! What opens with one identity, and not for everybody it is for: a build with that identity must not
//! take it for what it should be.

use regrender_seal::{
    FileFormat, FingerprintKey, Flaw, Keys, Proof, Reason, Recipients, SealOptions, Update,
    inspect, open, update,
};

use crate::support::{
    ANNA, ANNAS_IDENTITY, BERT, BERTS_IDENTITY, Seeded, identities, pull_secret, recipients,
};

const KEY: &str = "0123456789abcdef0123456789abcdef";

/// Builds a file for Anna and Bert, with the identity of Anna.
fn build(current: Option<&str>, key: Option<&str>, random: &mut Seeded) -> Update {
    let recipients: Recipients = recipients(&[ANNA, BERT]);
    let identities = identities(ANNAS_IDENTITY);
    let key = key.map(|text| FingerprintKey::parse(text).unwrap());
    let keys = Keys { identities: Some(&identities), fingerprint_key: key.as_ref() };
    let (wanted, options) = (pull_secret("x"), SealOptions::default());
    update(current, &wanted, &recipients, options, keys, &mut random.context()).unwrap()
}

/// Damages a file that still opens with the identity of Anna, and builds it again.
#[track_caller]
fn check(damage: fn(&str) -> String, expected: &Flaw) {
    for key in [None, Some(KEY)] {
        let random = &mut Seeded::new(1);
        let text = damage(&build(None, key, random).text.unwrap());
        open(&text, FileFormat::Yaml, &identities(ANNAS_IDENTITY)).unwrap();
        assert_eq!(inspect(&text).unwrap().flaws, std::slice::from_ref(expected));
        let updated = build(Some(&text), key, random);
        assert_eq!(updated.reasons, [Reason::Flawed(expected.clone())]);
        let text = updated.text.unwrap();
        assert_eq!(inspect(&text).unwrap().flaws, []);
        open(&text, FileFormat::Yaml, &identities(BERTS_IDENTITY)).unwrap();
        let proof = if key.is_some() { Proof::Fingerprint } else { Proof::Opened };
        assert_eq!(build(Some(&text), key, random).reasons, [Reason::Unchanged(proof)]);
    }
}

/// Replaces something in what is wrapped for Bert, whose key is the last.
fn in_the_last_key(text: &str, from: &str, to: &str) -> String {
    let (above, below) = text.rsplit_once(from).unwrap();
    format!("{above}{to}{below}")
}

#[test]
fn a_key_that_is_cut_off_is_wrapped_again() {
    let damage = |text: &str| in_the_last_key(text, "            -----END", "            -----FND");
    check(damage, &Flaw::MalformedKey(BERT.to_owned()));
}

#[test]
fn white_space_that_age_refuses_is_taken_away() {
    let expected = Flaw::MalformedKey(BERT.to_owned());
    check(|text| in_the_last_key(text, "FILE-----\n", "FILE----- \n"), &expected);
    check(
        |text| in_the_last_key(text, "            -----END", "\n            -----END"),
        &expected,
    );
    check(|text| in_the_last_key(text, "            -----END", "             -----END"), &expected);
}

#[test]
fn a_recipient_who_is_listed_twice_is_listed_once_again() {
    let damage = |text: &str| {
        let (above, below) = text.split_once("        - enc:").unwrap();
        let (first, _) = below.split_once("        - enc:").unwrap();
        format!("{above}        - enc:{first}        - enc:{below}")
    };
    check(damage, &Flaw::DuplicateRecipient(ANNA.to_owned()));
}

#[test]
fn a_version_that_sops_cannot_read_is_written_again() {
    let expected = Flaw::VersionMalformed;
    check(|text| text.replace("    version: 3.13.3\n", ""), &expected);
    check(|text| text.replace("version: 3.13.3", "version: 3.13"), &expected);
    check(|text| text.replace("version: 3.13.3", "version: 3.013.3"), &expected);
    check(|text| text.replace("version: 3.13.3", "version: 3.13.x"), &expected);
    check(|text| text.replace("version: 3.13.3", "version: next"), &expected);
}

#[test]
fn the_version_of_any_sops_will_do() {
    for version in ["3.9.4", "v3.0.0", "3.14.0-rc.1", "3.10.2+build"] {
        let random = &mut Seeded::new(1);
        let text = build(None, None, random).text.unwrap().replace("3.13.3", version);
        assert_eq!(inspect(&text).unwrap().flaws, [], "{version}");
        assert_eq!(build(Some(&text), None, random).reasons, [Reason::Unchanged(Proof::Opened)]);
    }
}
