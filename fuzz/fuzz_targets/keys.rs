//! Keys as people paste them: identities, recipients and keys for fingerprints are taken or
//! refused, and no refusal repeats what was given.
#![no_main]

use libfuzzer_sys::fuzz_target;
use regrender_fuzz::{CANARY, check_silent};
use regrender_seal::{FingerprintKey, Identities, Recipient};

fuzz_target!(|text: &str| {
    if let Ok(recipient) = Recipient::parse(text) {
        let again = Recipient::parse(recipient.as_str()).expect("its own spelling parses");
        assert_eq!(again.as_str(), recipient.as_str());
        assert_eq!(again.plugin(), recipient.plugin());
    }
    if let Ok(identities) = Identities::parse(text) {
        assert!(!identities.is_empty());
    }
    for secret in [format!("{text}{CANARY}"), format!("{CANARY}{text}")] {
        // What is said of a recipient names it where it is public.
        if let Err(error) = Identities::parse(&secret) {
            check_silent(&error);
        }
        match FingerprintKey::parse(&secret) {
            Ok(key) => assert!(!format!("{key:?}").contains(CANARY)),
            Err(error) => check_silent(&error),
        }
    }
});
