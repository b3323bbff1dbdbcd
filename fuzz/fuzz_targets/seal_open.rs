//! Sealing and opening: what was sealed opens to the same, sealing it again leaves it as it is, and
//! nothing of a secret shows.
#![no_main]

use libfuzzer_sys::fuzz_target;
use regrender_document::{Document, Mapping, SecretText, Spelling, emit_revealed, parse};
use regrender_fuzz::{
    CANARY, Seeded, bare, check_silent, covered, fingerprint_key, identities, plain_zeros,
    recipients,
};
use regrender_seal::{
    FileFormat, Keys, MacScope, Reason, SealFormat, SealOptions, inspect, open, open_age, seal,
    update,
};

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let Ok(documents) = parse(text) else { return };
    let commented =
        documents.first().and_then(|document| secret_with(plain_zeros(document.root.clone())));
    let Some(content) = bare(&documents).into_iter().next() else { return };
    let Some(document) = secret_with(content.root) else { return };
    let mac = if first & 1 == 0 { MacScope::All } else { MacScope::EncryptedOnly };
    if first & 2 == 0 {
        sops(&document, mac)
    } else {
        age(&document)
    }
    if let Some(commented) = commented {
        comments(&commented, mac);
    }
});

/// Makes a Secret of `content` and of one value more, unless it has one of that name.
fn secret_with(content: Mapping) -> Option<Document> {
    if content.get("canary").is_some() {
        return None;
    }
    let data = content.with("canary", SecretText::new(CANARY.to_owned()));
    let root = Mapping::new()
        .with("kind", "Secret")
        .with("metadata", Mapping::new().with("name", "regcred"))
        .with("data", data);
    Some(Document::new(root))
}

/// Comments may end up elsewhere, as they do with sops; values may not.
fn comments(document: &Document, mac: MacScope) {
    let mut random = Seeded::default();
    let options = SealOptions { format: SealFormat::Sops, mac };
    let sealed = seal(document, &recipients(), options, None, &mut random.context());
    let Ok(text) = sealed else { return };
    assert!(!text.contains(CANARY), "{text}");
    if let Ok(opened) = open(&text, FileFormat::Yaml, identities()) {
        let before = covered(std::slice::from_ref(document), MacScope::All);
        assert_eq!(covered(opened.documents(), MacScope::All), before);
    }
}

fn sops(document: &Document, mac: MacScope) {
    let mut random = Seeded::default();
    let options = SealOptions { format: SealFormat::Sops, mac };
    let key = fingerprint_key();
    let sealed = seal(document, &recipients(), options, None, &mut random.context());
    let text = match sealed {
        Ok(text) => text,
        Err(error) => return check_silent(&error),
    };
    assert!(!text.contains(CANARY), "{text}");
    let opened = open(&text, FileFormat::Yaml, identities()).expect("what was sealed opens");
    assert_eq!(
        covered(opened.documents(), MacScope::All),
        covered(std::slice::from_ref(document), MacScope::All)
    );
    let revealed = opened.reveal().expect("YAML holds everything");
    let expected = emit_revealed(std::slice::from_ref(document), Spelling::Sops);
    assert_eq!(revealed.expose(), expected.expose(), "{text}");
    let inspection = inspect(&text).expect("what was sealed can be looked at");
    assert!(inspection.flaws.is_empty(), "{:?}", inspection.flaws);
    for fingerprint_key in [None, Some(&key)] {
        let text = seal(document, &recipients(), options, fingerprint_key, &mut random.context())
            .expect("it sealed before");
        stays(document, &text, options, Keys { identities: Some(identities()), fingerprint_key });
        stays(document, &text, options, Keys { identities: None, fingerprint_key });
    }
}

/// Insists that a file that says what it should is left alone wherever that can be known.
fn stays(document: &Document, text: &str, options: SealOptions, keys: Keys<'_>) {
    let mut random = Seeded::default();
    let context = &mut random.context();
    let update = update(Some(text), document, &recipients(), options, keys, context)
        .expect("it sealed before");
    if keys.identities.is_none() && keys.fingerprint_key.is_none() {
        assert_eq!(update.reasons, [Reason::NotComparable]);
        return;
    }
    assert!(matches!(update.reasons.as_slice(), [Reason::Unchanged(_)]), "{:?}", update.reasons);
    assert!(update.text.is_none());
}

fn age(document: &Document) {
    let mut random = Seeded::default();
    let options = SealOptions { format: SealFormat::Age, mac: MacScope::All };
    let context = &mut random.context();
    let text = seal(document, &recipients(), options, None, context).expect("age seals any text");
    assert!(!text.contains(CANARY), "{text}");
    let opened = open_age(text.as_bytes(), identities()).expect("what was sealed opens");
    let expected = emit_revealed(std::slice::from_ref(document), Spelling::Sops);
    assert!(opened.expose() == expected.expose());
}
