//! Files that sops sealed, and what sops made of them.

#![expect(clippy::disallowed_methods, reason = "the vectors are files, and there are many")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regrender_seal::{
    FileFormat, Inspection, Keys, OpenError, Proof, Reason, SealOptions, Update, inspect, open,
    update,
};
use serde_json::Value;

use crate::support::{Seeded, identities, recipients};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/vectors/sops")
}

fn read(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap()
}

fn cases() -> Vec<Value> {
    read("index.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text<'a>(case: &'a Value, field: &str) -> &'a str {
    case[field].as_str().unwrap()
}

fn exit_code(error: &OpenError) -> u64 {
    match error {
        OpenError::MacMismatch | OpenError::MacMissing => 51,
        OpenError::NotAuthentic { .. }
        | OpenError::NotEncrypted { .. }
        | OpenError::MalformedValue { .. } => 25,
        OpenError::NoIdentity => 128,
        _ => 1,
    }
}

/// Opens the file of a case; the error is the exit code that sops has for it.
fn outcome(case: &Value) -> Result<String, u64> {
    let sealed = text(case, "sealed");
    let identities = identities(&read(text(case, "identity")));
    open(&read(sealed), FileFormat::of_name(sealed), &identities)
        .and_then(|opened| opened.reveal())
        .map(|text| text.expose().to_owned())
        .map_err(|error| exit_code(&error))
}

fn expected(case: &Value) -> Result<String, u64> {
    match text(case, "outcome") {
        "ok" => Ok(read(text(case, "decrypted"))),
        _ => Err(case["sops_exit"].as_u64().unwrap()),
    }
}

#[test]
fn every_file_shows_its_recipients_without_a_key() {
    for case in cases() {
        let sealed = text(&case, "sealed");
        let expected: BTreeSet<&str> =
            case["recipients"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let found = Inspection::recipients_of(&read(sealed), FileFormat::of_name(sealed)).unwrap();
        assert_eq!(found.iter().map(String::as_str).collect::<BTreeSet<_>>(), expected, "{sealed}");
    }
}

#[test]
fn every_file_comes_out_as_sops_prints_it() {
    for case in cases() {
        assert_eq!(outcome(&case), expected(&case), "{}", text(&case, "case"));
    }
}

#[test]
fn every_file_names_its_recipients() {
    for case in cases() {
        let sealed = text(&case, "sealed");
        let identities = identities(&read(text(&case, "identity")));
        let Ok(opened) = open(&read(sealed), FileFormat::of_name(sealed), &identities) else {
            continue;
        };
        let recipients: Vec<&str> = opened.recipients().collect();
        let recorded = case["recipients"].as_array().unwrap();
        let recorded: Vec<&str> = recorded.iter().map(|text| text.as_str().unwrap()).collect();
        assert_eq!(recipients, recorded, "{}", text(&case, "case"));
    }
}

#[test]
fn every_yaml_file_can_be_inspected() {
    let is_yaml = |case: &&Value| FileFormat::of_name(text(case, "sealed")) == FileFormat::Yaml;
    for case in cases().iter().filter(is_yaml) {
        let inspection = inspect(&read(text(case, "sealed"))).unwrap();
        assert_eq!(inspection.version, "3.13.3", "{}", text(case, "case"));
    }
}

#[test]
fn every_sealed_file_is_in_the_index() {
    let indexed: BTreeSet<PathBuf> =
        cases().iter().map(|case| folder().join(text(case, "sealed"))).collect();
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if !path.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(path).unwrap() {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if name.starts_with("sealed.") || name.starts_with("tampered-") {
                found.insert(path);
            }
        }
    }
    assert_eq!(found, indexed);
    assert_eq!(cases().len(), 44);
}

/// Files of one Secret that sops sealed by the rule that this crate writes.
fn secrets() -> Vec<Value> {
    let is_secret = |case: &Value| {
        case["rule"].as_str().is_some_and(|rule| rule.contains("^(data|stringData)$"))
            && text(case, "outcome") == "ok"
            && !text(case, "case").starts_with("multidoc")
    };
    cases().into_iter().filter(is_secret).collect()
}

#[test]
fn file_that_sops_sealed_stays() {
    assert_eq!(secrets().len(), 7);
    for case in secrets() {
        let (sealed, updated) = update_with(&case, &[]);
        assert_eq!(updated.reasons, [Reason::Unchanged(Proof::Opened)], "{sealed}");
    }
}

#[test]
fn file_that_sops_sealed_keeps_its_spelling_when_a_recipient_is_added() {
    const NEW: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";
    for case in secrets() {
        let (sealed, updated) = update_with(&case, &[NEW]);
        assert_eq!(updated.reasons, [Reason::RecipientsAdded(vec![NEW.to_owned()])]);
        let text = updated.text.unwrap();
        let (above, rest) = text.rsplit_once("        - enc: |\n").unwrap();
        let (_, below) = rest.split_once(&format!("          recipient: {NEW}\n")).unwrap();
        assert_eq!(format!("{above}{below}"), sealed);
    }
}

/// Updates the file of a case with what it says already, for its own recipients and `new` ones.
fn update_with(case: &Value, new: &[&str]) -> (String, Update) {
    let sealed = read(text(case, "sealed"));
    let identities = identities(&read(text(case, "identity")));
    let opened = open(&sealed, FileFormat::Yaml, &identities).unwrap();
    let names: Vec<String> = opened
        .recipients()
        .map(str::to_owned)
        .chain(new.iter().copied().map(str::to_owned))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let options = SealOptions { mac: opened.mac_scope(), ..SealOptions::default() };
    let wanted = opened.into_documents().remove(0);
    let keys = Keys { identities: Some(&identities), fingerprint_key: None };
    let mut random = Seeded::new(1);
    let context = &mut random.context();
    let updated =
        update(Some(&sealed), &wanted, &recipients(&names), options, keys, context).unwrap();
    (sealed, updated)
}
