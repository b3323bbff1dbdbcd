//! Text behind an encrypted value: sops reads such a file and does not look there, and no MAC covers
//! what stands there.

use regrender_document::Document;
use regrender_seal::{
    FileFormat, FingerprintKey, Flaw, Keys, Proof, Reason, Recipients, SealOptions, Update,
    ValueState, inspect, open, update,
};

use crate::support::{
    ANNA, ANNAS_IDENTITY, BERT, CANARY, Seeded, identities, pull_secret, recipients,
};

const VALUE: &str = "    .dockerconfigjson: ENC[";
const MAC: &str = "    mac: ENC[";

/// Builds the file that holds `current` for `recipients`.
fn build(
    current: Option<&str>,
    recipients: &Recipients,
    key: Option<&str>,
    random: &mut Seeded,
) -> Update {
    let wanted: Document = pull_secret("x");
    let identities = identities(ANNAS_IDENTITY);
    let key = key.map(|text| FingerprintKey::parse(text).unwrap());
    let keys = Keys { identities: Some(&identities), fingerprint_key: key.as_ref() };
    let context = &mut random.context();
    update(current, &wanted, recipients, SealOptions::default(), keys, context).unwrap()
}

fn sealed(key: Option<&str>, random: &mut Seeded) -> String {
    build(None, &recipients(&[ANNA]), key, random).text.unwrap()
}

/// Writes the canary behind the line that begins with `start`.
#[track_caller]
fn followed(text: &str, start: &str) -> String {
    let lines = text.lines().map(|line| {
        let behind = if line.starts_with(start) { format!(" {CANARY}") } else { String::new() };
        format!("{line}{behind}\n")
    });
    let followed: String = lines.collect();
    assert_eq!(followed.matches(CANARY).count(), 1, "{start}");
    followed
}

#[test]
fn a_file_opens_as_sops_opens_it() {
    for start in [VALUE, MAC] {
        let text = followed(&sealed(None, &mut Seeded::new(1)), start);
        let opened = open(&text, FileFormat::Yaml, &identities(ANNAS_IDENTITY)).unwrap();
        assert_eq!(opened.documents().len(), 1);
    }
}

#[test]
fn it_is_found_without_any_key() {
    let text = sealed(None, &mut Seeded::new(1));
    for (start, path) in [(VALUE, "data:.dockerconfigjson"), (MAC, "sops:mac")] {
        let inspection = inspect(&followed(&text, start)).unwrap();
        match inspection.flaws.as_slice() {
            [Flaw::TextBehindValue(found)] => assert_eq!(found.to_string(), path),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_value_is_told_from_one_that_is_sealed_whole() {
    let text = sealed(None, &mut Seeded::new(1));
    assert_eq!(inspect(&text).unwrap().values[0].state, ValueState::Encrypted);
    assert_eq!(inspect(&followed(&text, VALUE)).unwrap().values[0].state, ValueState::Followed);
}

#[test]
fn a_build_takes_it_away() {
    for key in [None, Some("0123456789abcdef0123456789abcdef")] {
        for (start, path) in [(VALUE, "data:.dockerconfigjson"), (MAC, "sops:mac")] {
            let random = &mut Seeded::new(1);
            let text = followed(&sealed(key, random), start);
            let updated = build(Some(&text), &recipients(&[ANNA]), key, random);
            match updated.reasons.as_slice() {
                [Reason::Flawed(Flaw::TextBehindValue(found))] => {
                    assert_eq!(found.to_string(), path);
                }
                other => panic!("{other:?}"),
            }
            let text = updated.text.unwrap();
            assert!(!text.contains(CANARY), "{text}");
            assert_eq!(inspect(&text).unwrap().flaws, []);
            let again = build(Some(&text), &recipients(&[ANNA]), key, random);
            let proof = if key.is_some() { Proof::Fingerprint } else { Proof::Opened };
            assert_eq!(again.reasons, [Reason::Unchanged(proof)]);
        }
    }
}

#[test]
fn it_does_not_stay_beside_a_value_that_stays() {
    let random = &mut Seeded::new(1);
    let text = followed(&sealed(None, random), VALUE);
    let updated = build(Some(&text), &recipients(&[ANNA, BERT]), None, random);
    assert!(matches!(
        updated.reasons.as_slice(),
        [Reason::RecipientsAdded(_), Reason::Flawed(Flaw::TextBehindValue(_))]
    ));
    assert!(!updated.text.unwrap().contains(CANARY));
}
