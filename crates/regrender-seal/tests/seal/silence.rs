//! No secret reaches an error, a debug output, or a file.

use regrender_seal::{
    FileFormat, FingerprintKey, Identities, Keys, MacScope, Recipient, SealFormat, SealOptions,
    inspect, open, open_age, update,
};

use crate::support::{
    ANNA, ANNAS_IDENTITY, BERT, CANARY, Seeded, identities, key_in, pull_secret, recipients,
    seal_for,
};

#[track_caller]
fn check(text: &str) {
    assert!(!text.contains(CANARY), "{text}");
    assert!(!text.to_ascii_uppercase().contains("AGE-SECRET-KEY-1"), "{text}");
}

#[test]
fn opened_file_is_masked() {
    let sealed = seal_for(&[ANNA], &pull_secret("x")).unwrap();
    let opened = open(&sealed, FileFormat::Yaml, &identities(ANNAS_IDENTITY)).unwrap();
    let shown = format!("{opened:?}");
    assert!(shown.contains("regcred"), "{shown}");
    check(&shown);
    check(&format!("{:?}", opened.reveal().unwrap()));
    check(&format!("{:?}", inspect(&sealed).unwrap()));
    check(&sealed);
}

#[test]
fn keys_are_masked() {
    let identities = identities(ANNAS_IDENTITY);
    let key = FingerprintKey::parse(&CANARY.repeat(4)).unwrap();
    let keys = Keys { identities: Some(&identities), fingerprint_key: Some(&key) };
    assert_eq!(
        format!("{keys:?}"),
        "Keys { identities: Some(Identities(1 masked)), \
         fingerprint_key: Some(FingerprintKey(masked)) }"
    );
}

#[test]
fn secret_in_the_wrong_place_is_not_repeated() {
    for text in [
        key_in(ANNAS_IDENTITY),
        CANARY,
        &format!("AGE-SECRET-KEY-1{CANARY}"),
        &format!("age1{CANARY}"),
    ] {
        if let Err(error) = Recipient::parse(text) {
            check(&format!("{error} {error:?}"));
        }
        if let Err(error) = Identities::parse(text) {
            check(&format!("{error} {error:?}"));
        }
    }
}

#[test]
fn text_that_is_no_sealed_file_is_not_repeated() {
    let identities = identities(ANNAS_IDENTITY);
    for format in [
        FileFormat::Yaml,
        FileFormat::Json,
        FileFormat::Dotenv,
        FileFormat::Ini,
        FileFormat::Binary,
    ] {
        for text in [
            CANARY.to_owned(),
            format!("{{\"a\": {CANARY}}}"),
            format!("a: {CANARY}\n\t- {CANARY}: {CANARY}"),
            format!("{{\"{CANARY}\": 1, \"{CANARY}\": 2}}"),
            format!("A={CANARY}\n{CANARY}\n"),
            format!("[{CANARY}\n"),
            format!("sops: {CANARY}\n"),
            format!("{{\"sops\": {{\"lastmodified\": \"{CANARY}\", \"age\": \"{CANARY}\"}}}}"),
            format!("{{\"sops\": {{\"encrypted_regex\": \"({CANARY}\"}}}}"),
            format!("sops_mac={CANARY}\nsops_mac__list_{CANARY}={CANARY}\n"),
        ] {
            let error = open(&text, format, &identities).unwrap_err();
            check(&format!("{error} {error:?}"));
        }
    }
    check(&open_age(CANARY.as_bytes(), &identities).unwrap_err().to_string());
}

#[test]
fn update_is_silent() {
    let mut random = Seeded::new(1);
    let identities = identities(ANNAS_IDENTITY);
    let key = FingerprintKey::parse(&CANARY.repeat(4)).unwrap();
    for (format, mac) in [
        (SealFormat::Sops, MacScope::All),
        (SealFormat::Sops, MacScope::EncryptedOnly),
        (SealFormat::Age, MacScope::All),
    ] {
        let options = SealOptions { format, mac };
        let keys = Keys { identities: Some(&identities), fingerprint_key: Some(&key) };
        let mut current = None;
        for (config, names) in [("x", vec![ANNA]), ("y", vec![ANNA, BERT]), ("z", vec![ANNA])] {
            let wanted = pull_secret(config);
            let recipients = recipients(&names);
            let context = &mut random.context();
            let updated =
                update(current.as_deref(), &wanted, &recipients, options, keys, context).unwrap();
            check(&format!("{updated:?}"));
            current = updated.text;
        }
    }
}
