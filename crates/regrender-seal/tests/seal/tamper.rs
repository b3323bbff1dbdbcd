//! A sealed file that somebody changed is refused, or says what it said before.

use regrender_document::Mapping;
use regrender_seal::{
    FileFormat, Keys, MacScope, OpenError, SealFormat, SealOptions, open, open_age, seal, update,
};

use crate::support::{
    ANNA, ANNAS_IDENTITY, BERTS_IDENTITY, Seeded, fingerprint_key, identities, pull_secret,
    recipients, seal_for, secret, with_data,
};

fn sealed(mac: MacScope, format: SealFormat) -> String {
    let mut random = Seeded::new(1);
    let key = fingerprint_key();
    let options = SealOptions { format, mac };
    let context = &mut random.context();
    seal(&pull_secret("x"), &recipients(&[ANNA]), options, Some(&key), context).unwrap()
}

fn opened(text: &str) -> Result<String, OpenError> {
    let opened = open(text, FileFormat::Yaml, &identities(ANNAS_IDENTITY))?;
    Ok(opened.reveal()?.expose().to_owned())
}

/// Changes one byte after the other, and hands every file that is still text to `check`.
fn flip_each(text: &str, mut check: impl FnMut(&str, usize)) {
    for flip in [0x01, 0x20] {
        for at in 0..text.len() {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] ^= flip;
            if let Ok(changed) = String::from_utf8(bytes) {
                check(&changed, at);
            }
        }
    }
}

fn without_line(text: &str, start: &str) -> String {
    text.split_inclusive('\n').filter(|line| !line.starts_with(start)).collect()
}

/// The part of a revealed file that the MAC covers: everything but comments.
fn without_comments(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n")
}

/// sops hashes the values one after the other, without their keys and without nulls, so neither of
/// these is covered in what stands in clear.
fn values(text: &str) -> Vec<String> {
    let lines = without_comments(text);
    let values = lines.lines().filter_map(|line| Some(line.split_once(": ")?.1.to_owned()));
    values.filter(|value| value != "null").collect()
}

/// Under an empty key at the top, a value is bound to the same place as a comment. sops prints such a
/// comment as a value.
#[test]
fn comment_is_never_a_value() {
    for (text, format, identity, (from, to)) in [
        (
            include_str!("../../../../testdata/vectors/sops/credentials-env--default/sealed.env"),
            FileFormat::Dotenv,
            ANNAS_IDENTITY,
            ("#ENC", "=ENC"),
        ),
        (
            include_str!("../../../../testdata/vectors/sops/comments-yaml--default/sealed.yaml"),
            FileFormat::Yaml,
            BERTS_IDENTITY,
            ("#ENC", "\"\": ENC"),
        ),
    ] {
        let revealed = |text: &str| {
            let opened = open(text, format, &identities(identity)).unwrap();
            opened.reveal().unwrap().expose().to_owned()
        };
        assert!(text.starts_with(from));
        assert_eq!(revealed(&text.replacen(from, to, 1)), revealed(text));
    }
}

/// The type of a value is not authenticated.
#[test]
fn type_that_does_not_fit_is_refused() {
    let text = sealed(MacScope::All, SealFormat::Sops);
    let (above, mac) = text.split_once("    mac: ").unwrap();
    for kind in ["bytes", "time", "int", "float", "bool"] {
        let changed = [&above.replace("type:str", &format!("type:{kind}")), "    mac: ", mac];
        let error = opened(&changed.concat()).unwrap_err();
        assert!(matches!(error, OpenError::MalformedValue { .. }), "{kind}: {error}");
        let changed = [above, "    mac: ", &mac.replace("type:str", &format!("type:{kind}"))];
        assert_eq!(opened(&changed.concat()), Err(OpenError::MacMismatch), "{kind}");
    }
}

#[test]
fn what_stands_on_a_second_line_is_no_part_of_a_value() {
    let text = sealed(MacScope::All, SealFormat::Sops);
    let from = text.find("ENC[").unwrap();
    let to = from + text[from..].find('\n').unwrap();
    let value = &text[from..to];
    let changed = text.replacen(value, &format!("\"{value}\\n{value}\""), 1);
    assert_eq!(opened(&changed), opened(&text));
}

#[test]
fn flipped_byte_is_refused_or_changes_no_value() {
    let text = sealed(MacScope::All, SealFormat::Sops);
    let before = values(&opened(&text).unwrap());
    flip_each(&text, |changed, at| {
        if let Ok(after) = opened(changed) {
            assert_eq!(values(&after), before, "byte {at}");
        }
    });
}

#[test]
fn flipped_byte_under_a_narrow_mac_changes_no_secret() {
    let text = sealed(MacScope::EncryptedOnly, SealFormat::Sops);
    flip_each(&text, |changed, at| {
        if let Ok(after) = opened(changed) {
            assert!(after.contains("canary-4f1d x"), "byte {at}");
        }
    });
}

#[test]
fn flipped_byte_of_an_age_file_is_refused_or_changes_nothing() {
    let text = sealed(MacScope::All, SealFormat::Age);
    let identities = identities(ANNAS_IDENTITY);
    let before = open_age(text.as_bytes(), &identities).unwrap();
    flip_each(&text, |changed, at| {
        if let Ok(after) = open_age(changed.as_bytes(), &identities) {
            assert_eq!(after.expose(), before.expose(), "byte {at}");
        }
    });
}

/// Who goes by the fingerprint alone opens nothing, and must not leave a file that nobody can open. A
/// MAC over all values covers the fingerprint, so it is the one thing that the fingerprint cannot cover.
#[test]
fn flipped_byte_is_noticed_by_the_fingerprint_or_changes_nothing() {
    let (wanted, key) = (pull_secret("x"), fingerprint_key());
    let keys = Keys { identities: None, fingerprint_key: Some(&key) };
    for (mac, is_covered) in [(MacScope::All, false), (MacScope::EncryptedOnly, true)] {
        let text = sealed(mac, SealFormat::Sops);
        let before = opened(&text).unwrap();
        let options = SealOptions { format: SealFormat::Sops, mac };
        let mac_begins = text.find("    mac: ").unwrap();
        let mac_ends = mac_begins + text[mac_begins..].find('\n').unwrap();
        flip_each(&text, |changed, at| {
            let mut random = Seeded::new(2);
            let context = &mut random.context();
            let recipients = recipients(&[ANNA]);
            let update = update(Some(changed), &wanted, &recipients, options, keys, context);
            let stays = update.unwrap().text.is_none();
            if stays && (is_covered || !(mac_begins..mac_ends).contains(&at)) {
                assert_eq!(opened(changed).as_ref(), Ok(&before), "{mac:?} byte {at}");
            }
        });
    }
}

#[track_caller]
fn check(text: &str, from: &str, to: &str, expected: OpenError) {
    assert!(text.contains(from), "{text}");
    assert_eq!(opened(&text.replace(from, to)), Err(expected));
}

fn path(keys: &str) -> String {
    keys.to_owned()
}

#[test]
fn changed_name_is_noticed() {
    let text = sealed(MacScope::All, SealFormat::Sops);
    check(&text, "name: regcred", "name: other", OpenError::MacMismatch);
}

#[test]
fn changed_name_is_not_noticed_under_a_narrow_mac() {
    let text = sealed(MacScope::EncryptedOnly, SealFormat::Sops);
    assert!(opened(&text.replace("name: regcred", "name: other")).is_ok());
}

#[test]
fn removed_value_is_noticed() {
    let data = Mapping::new().with("a", secret("x")).with("b", secret("y"));
    let text = seal_for(&[ANNA], &with_data(data)).unwrap();
    let without = without_line(&text, "    b: ");
    assert_eq!(opened(&without), Err(OpenError::MacMismatch));
}

#[test]
fn swapped_values_are_noticed() {
    let data = Mapping::new().with("a", secret("x")).with("b", secret("y"));
    let text = seal_for(&[ANNA], &with_data(data)).unwrap();
    let swapped = text
        .replace("    a: ", "    c: ")
        .replace("    b: ", "    a: ")
        .replace("    c: ", "    b: ");
    match opened(&swapped) {
        Err(OpenError::NotAuthentic { path }) => assert_eq!(path.to_string(), "data:b"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn value_in_clear_is_noticed() {
    let text = sealed(MacScope::All, SealFormat::Sops);
    let (above, rest) = text.split_once("dockerconfigjson: ENC[").unwrap();
    let (_, below) = rest.split_once('\n').unwrap();
    let clear = format!("{above}dockerconfigjson: planted\n{below}");
    let error = opened(&clear).unwrap_err();
    assert_eq!(error.to_string(), "the value at `data:.dockerconfigjson` is not encrypted");
    let typed = format!("{above}dockerconfigjson: 12\n{below}");
    assert_eq!(opened(&typed).unwrap_err(), error);
}

#[test]
fn missing_mac_is_noticed() {
    let text = sealed(MacScope::All, SealFormat::Sops);
    let without = without_line(&text, "    mac: ");
    assert_eq!(opened(&without), Err(OpenError::MacMissing));
}

#[test]
fn other_time_is_noticed() {
    let text = sealed(MacScope::All, SealFormat::Sops);
    check(&text, "lastmodified: \"2026", "lastmodified: \"2027", OpenError::MacMismatch);
}

#[test]
fn damaged_data_key_is_noticed() {
    let text = sealed(MacScope::All, SealFormat::Sops);
    let (above, rest) = text.split_once("            YWdl").unwrap();
    let (_, below) = rest.split_once("-----END").unwrap();
    let damaged = format!("{above}            AAAA\n            -----END{below}");
    assert_eq!(opened(&damaged), Err(OpenError::DataKey { recipient: path(ANNA) }));
}

#[test]
fn file_without_metadata_is_not_sealed() {
    assert_eq!(opened("a: b\n"), Err(OpenError::NotSealed));
}

#[test]
fn file_that_cannot_be_read_is_told_with_its_format() {
    for (format, text, name) in [
        (FileFormat::Json, "{", "JSON"),
        (FileFormat::Binary, "x", "binary"),
        (FileFormat::Dotenv, "x", "dotenv"),
        (FileFormat::Ini, "x", "INI"),
        (FileFormat::Yaml, "a: [", "YAML"),
    ] {
        let error = open(text, format, &identities(ANNAS_IDENTITY)).unwrap_err();
        let expected = format!("the file is not readable as {name}: ");
        assert!(error.to_string().starts_with(&expected), "{error}");
    }
}

#[test]
fn conflict_markers_are_named() {
    let text = sealed(MacScope::All, SealFormat::Sops);
    let marked = text.replace("    lastmodified:", "<<<<<<< ours\n    lastmodified:");
    assert!(matches!(opened(&marked), Err(OpenError::ConflictMarkers { line: 21.. })));
}

#[test]
fn file_for_other_key_services_only_is_named() {
    let text = "a: b\nsops:\n    pgp:\n        - fp: x\n          enc: y\n          created_at: z\n    lastmodified: \"2026-11-21T01:59:59Z\"\n    mac: x\n    version: 3.13.3\n";
    assert_eq!(opened(text).unwrap_err().to_string(), "the file has no age recipient, only pgp");
}

#[test]
fn key_groups_are_named() {
    let text = "a: b\nsops:\n    shamir_threshold: 2\n    key_groups:\n        - age: []\n        - age: []\n    lastmodified: \"2026-11-21T01:59:59Z\"\n    mac: x\n    version: 3.13.3\n";
    assert_eq!(opened(text), Err(OpenError::KeyGroups));
}
