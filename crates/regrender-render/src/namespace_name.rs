//! Names made of the name of a namespace: of what opens its pull secrets, and of what applies them.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// The most characters of a label's value. Flux puts the name of a Kustomization into a label of
/// every object that it applies; Argo CD, where it tracks by labels, the name of an Application, cut
/// here without regard for others that begin alike.
const LONGEST_LABEL: usize = 63;

/// How many digits of a hash tell names apart that begin alike: 40 bits.
const DIGITS: usize = 10;

/// The name of what opens the pull secrets of a namespace: it never gets into a cluster.
pub(crate) fn opener(namespace: &str) -> String {
    format!("pull-secrets-{namespace}")
}

/// The name of what applies the pull secrets of a namespace.
///
/// A namespace alone may have as many characters as a label's value, so a long one is cut, and ends
/// in a hash of the whole name.
pub(crate) fn applier(namespace: &str) -> String {
    let whole = opener(namespace);
    if whole.len() <= LONGEST_LABEL {
        return whole;
    }
    // A namespace is a DNS label: ASCII.
    let start = whole.get(..LONGEST_LABEL - DIGITS - 1).unwrap_or(&whole);
    let mut name = format!("{}-", start.trim_end_matches('-'));
    for byte in Sha256::digest(&whole).iter().take(DIGITS / 2) {
        // Writing into a string cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_fits_is_whole() {
        assert_eq!(applier("team-a"), "pull-secrets-team-a");
        let longest = "n".repeat(50);
        assert_eq!(applier(&longest), format!("pull-secrets-{longest}"));
    }

    #[test]
    fn a_name_that_does_not_fit_is_cut_and_told_apart() {
        let namespace = "n".repeat(51);
        let expected = format!("pull-secrets-{}-6a4e7c4a0a", "n".repeat(39));
        assert_eq!(applier(&namespace), expected);
        assert_eq!(expected.len(), LONGEST_LABEL);
        assert_ne!(applier(&format!("{}x", "n".repeat(50))), expected);
    }

    #[test]
    fn a_cut_at_a_hyphen_leaves_no_hyphen_behind() {
        let namespace = format!("{}--{}", "n".repeat(37), "m".repeat(24));
        let name = applier(&namespace);
        assert!(name.starts_with(&format!("pull-secrets-{}-", "n".repeat(37))), "{name}");
        assert!(!name.contains("--"), "{name}");
    }

    #[test]
    fn what_opens_is_named_in_full() {
        let namespace = "n".repeat(63);
        assert_eq!(opener(&namespace), format!("pull-secrets-{namespace}"));
    }
}
