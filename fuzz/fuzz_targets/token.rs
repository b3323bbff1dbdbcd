//! Passwords by their looks: what is said of one depends on its beginning and never quotes it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use regrender_config::RegistryKind;
use regrender_config::preset::looks_like_another_kind;
use regrender_diagnostic::mask_line;
use regrender_fuzz::CANARY;

const KINDS: [RegistryKind; 7] = [
    RegistryKind::Generic,
    RegistryKind::DockerHub,
    RegistryKind::Ghcr,
    RegistryKind::GitLab,
    RegistryKind::Quay,
    RegistryKind::Harbor,
    RegistryKind::Artifactory,
];

fuzz_target!(|text: &str| {
    for kind in KINDS {
        let advice = looks_like_another_kind(kind, text);
        let longer = looks_like_another_kind(kind, &format!("{text}{CANARY}"));
        assert_eq!(advice, longer, "{kind:?}");
    }
    let _line = mask_line(text);
});
