//! Knows the words without which a text declares nothing, so that most texts need no closer look.

use std::sync::LazyLock;

use regex::Regex;

use crate::kustomization::KUSTOMIZATIONS;
use crate::leak;
use crate::place::file_name;

/// Words that a file must hold for a closer look to be worth its time.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each word is there or not")]
pub(super) struct Words {
    pub(super) leaks: leak::Topics,
    pub(super) secret_references: bool,
    pub(super) images: bool,
    pub(super) pulling: bool,
    pub(super) directives: bool,
}

impl Words {
    /// Looks for them in `text`.
    pub(super) fn of(text: &str) -> Self {
        if !ANY_WORD.is_match(text) {
            return Self::default();
        }
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        // A backslash may stand for any letter.
        Self {
            leaks: leak::Topics::of(text),
            secret_references: has(&["secretName", "secretRef"]),
            // A patch takes image volumes away by any other list of them.
            images: has(&["image", "Image", "repository", "volumes", "\\"]),
            pulling: has(&["serviceAccount", "imagePullSecret", "\\"]),
            directives: has(&["$patch", "\\"]),
        }
    }
}

/// Tells whether a file declares nothing, provided that it is YAML.
pub(super) fn tells_nothing(path: &str, text: &str) -> bool {
    let name = file_name(path);
    let tells_by_name = KUSTOMIZATIONS.contains(&name) || name == ".sops.yaml";
    !tells_by_name && !TELLING_WORD.is_match(text)
}

/// One search for all of them; most files hold none.
static ANY_WORD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"auths|PRIVATE KEY|PuTTY-|secretName|secretRef|[iI]mage|repository|volumes|serviceAccount|\$patch|\\",
    )
    .expect("it is a pattern")
});

/// Words without one of which a file declares nothing: the kinds that are taken, and what images,
/// Secrets and leaks are told by. A backslash may stand for any letter.
static TELLING_WORD: LazyLock<Regex> = LazyLock::new(|| {
    let words = "auths|[iI]mage|repository|[ ,{'\"]volumes|Namespace|ServiceAccount|Secret|secretName|secretRef\
                 |serviceAccount|Helm|Application|Kustomization|Transformer|fieldPaths|ksops|sops|\\$patch|AGE-SECRET-KEY-|PRIVATE KEY|PuTTY-|Pod|Job|Deployment\
                 |StatefulSet|DaemonSet|ReplicaSet|ReplicationController|\\\\";
    Regex::new(words).expect("it is a pattern")
});
