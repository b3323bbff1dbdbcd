//! YAML: what is read is spelled, and read again it is the same documents, spelled the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use regrender_document::{Spelling, emit, parse};
use regrender_fuzz::{bare, covered};
use regrender_seal::MacScope;

fuzz_target!(|text: &str| {
    let Ok(documents) = parse(text) else { return };
    for spelling in [Spelling::Sops, Spelling::Kustomize] {
        let spelled = emit(&documents, spelling).expect("nothing read is a secret");
        let bare_text = emit(&bare(&documents), spelling).expect("nothing read is a secret");
        // sops, too, spells some comments so that the file cannot be read any more, or says
        // something else; without a comment that must not happen.
        if spelled == bare_text {
            let again = parse(&spelled).expect("what is spelled is read");
            let (before, after) =
                (covered(&documents, MacScope::All), covered(&again, MacScope::All));
            assert_eq!(before, after, "{text:?} is spelled {spelled:?}");
        }
        let bare_again = parse(&bare_text).expect("it was read with comments");
        let twice = emit(&bare_again, spelling).expect("nothing read is a secret");
        assert_eq!(bare_text, twice, "{text:?}");
    }
});
