//! Files that sops sealed, and that somebody changed: refused, or the MAC's values are the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use regrender_fuzz::{check_silent, covered, edited, identities};
use regrender_seal::{FileFormat, open};

macro_rules! sealed {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../testdata/vectors/sops/", $name)))),*]
    };
}

const SEALED: &[(&str, &str)] = sealed![
    "secret-yaml--k8s/sealed.yaml",
    "secret-yaml--k8s-maconly/sealed.yaml",
    "secret-yaml--default/sealed.yaml",
    "types-yaml--default/sealed.yaml",
    "comments-yaml--default/sealed.yaml",
    "comments-yaml--comment-regex/sealed.yaml",
    "multidoc-yaml--k8s/sealed.yaml",
    "suffixes-yaml--enc-suffix/sealed.yaml",
    "credentials-json--unenc-regex/sealed.json",
    "credentials-env--default/sealed.env",
    "credentials-ini--default/sealed.ini",
    "token-txt--default/sealed.txt",
];

fuzz_target!(|data: &[u8]| {
    let Some((first, script)) = data.split_first() else { return };
    let (name, text) = SEALED[usize::from(*first) % SEALED.len()];
    let format = FileFormat::of_name(name);
    let Ok(changed) = String::from_utf8(edited(text.as_bytes(), script)) else { return };
    match open(&changed, format, identities()) {
        Ok(after) => {
            let before = open(text, format, identities()).expect("a recorded file opens");
            assert_eq!(after.mac_scope(), before.mac_scope(), "{name}");
            let scope = before.mac_scope();
            let (after, before) =
                (covered(after.documents(), scope), covered(before.documents(), scope));
            assert!(after == before, "{name}: other values under the same MAC");
        }
        Err(error) => check_silent(&error),
    }
});
