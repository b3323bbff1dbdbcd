//! Certificates of controllers and SealedSecrets: any bytes are read or refused, and a SealedSecret
//! that was changed is sealed anew.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use regrender_document::{Document, Mapping, SecretText, Spelling, parse};
use regrender_fuzz::{CANARY, Seeded, check_silent, edited, fingerprint_key};
use regrender_seal::{Certificate, inspect_sealed_secret, seal_secret, update_secret};

const CONTROLLER: &[u8] = include_bytes!("../../testdata/vectors/sealed-secrets/controller.pem");

fn certificate() -> &'static Certificate {
    static CERTIFICATE: OnceLock<Certificate> = OnceLock::new();
    CERTIFICATE.get_or_init(|| Certificate::parse(CONTROLLER).expect("it is one"))
}

/// A Secret whose value is the canary in base64.
fn secret() -> Document {
    let data = Mapping::new().with("a", SecretText::new(String::from("Y2FuYXJ5LTRmMWQ=")));
    let metadata = Mapping::new().with("name", "regcred").with("namespace", "team-a");
    let root = Mapping::new().with("metadata", metadata).with("type", "Opaque");
    Document::new(root.with("data", data))
}

fn sealed() -> &'static str {
    static SEALED: OnceLock<String> = OnceLock::new();
    SEALED.get_or_init(|| {
        let mut random = Seeded::default();
        seal_secret(&secret(), certificate(), &fingerprint_key(), &mut random.context())
            .expect("it seals")
    })
}

/// Returns the lines of the one document of a text, spelled anew. The fingerprint covers all but the
/// order of the annotations that go with it.
fn spelled(text: &str) -> Option<Vec<String>> {
    let documents = parse(text).ok()?;
    let [document] = documents.as_slice() else { return None };
    let text = document.emit(Spelling::Kustomize).ok()?;
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let is_ours = |line: &String| line.starts_with("    regrender.dev/");
    lines.chunk_by_mut(|one, next| is_ours(one) && is_ours(next)).for_each(<[String]>::sort);
    Some(lines)
}

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    match first % 4 {
        0 => {
            if let Ok(found) = Certificate::parse(rest) {
                assert!(found.key_bytes() >= 256 && found.key_id().len() == 64);
                // Whatever key it is for, something can be sealed for it.
                let mut random = Seeded::default();
                let text =
                    seal_secret(&secret(), &found, &fingerprint_key(), &mut random.context());
                let inspection =
                    inspect_sealed_secret(&text.expect("it seals")).expect("it is one");
                assert!(inspection.flaws.is_empty() && inspection.fits_key_of(found.key_bytes()));
            }
        }
        1 => {
            let (begin, end) = ("-----BEGIN CERTIFICATE-----\n", "\n-----END CERTIFICATE-----\n");
            let letters: String = rest.iter().map(|byte| char::from(b'A' + byte % 26)).collect();
            let _ = Certificate::parse(format!("{begin}{letters}{end}").as_bytes());
        }
        2 => {
            let Ok(text) = std::str::from_utf8(rest) else { return };
            match inspect_sealed_secret(text) {
                Ok(inspection) => assert_ne!(inspection.is_intact(&fingerprint_key()), Some(true)),
                Err(error) => check_silent(&error),
            }
        }
        _ => {
            let changed = edited(sealed().as_bytes(), rest);
            let Ok(text) = String::from_utf8(changed) else { return };
            let mut random = Seeded::default();
            let key = fingerprint_key();
            let update =
                update_secret(Some(&text), &secret(), certificate(), &key, &mut random.context())
                    .expect("it seals");
            if update.text.is_none() {
                assert_eq!(spelled(&text), spelled(sealed()), "{text}");
            }
            assert!(!update.text.is_some_and(|text| text.contains(CANARY)));
        }
    }
});
