//! Age files: any bytes are opened or refused, and a file that was changed says the same or nothing.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use regrender_document::SecretText;
use regrender_fuzz::{
    CANARY, Seeded, check_silent, edited, fingerprint_key, identities, recipients,
};
use regrender_seal::{inspect_age, open_age, seal_age};

fn sealed() -> &'static str {
    static SEALED: OnceLock<String> = OnceLock::new();
    SEALED.get_or_init(|| {
        let text = SecretText::new(format!("password: {CANARY}\n"));
        let key = fingerprint_key();
        let mut random = Seeded::default();
        seal_age(&text, &[], &recipients(), Some(&key), &mut random.context()).expect("it seals")
    })
}

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    if first % 2 == 0 {
        let changed = edited(sealed().as_bytes(), rest);
        match open_age(&changed, identities()) {
            Ok(text) => assert_eq!(text.expose(), format!("password: {CANARY}\n")),
            Err(error) => check_silent(&error),
        }
        return;
    }
    if let Err(error) = open_age(rest, identities()) {
        check_silent(&error);
    }
    if let Ok(text) = std::str::from_utf8(rest)
        && let Ok(inspection) = inspect_age(text)
    {
        assert_eq!(inspection.is_marked(), inspection.is_for(&recipients()).is_some());
        assert_eq!(inspection.is_marked(), inspection.begins_with(&[]).is_some());
    }
});
