//! The secret of all cases, and how to find it where it must not be.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Stands in every secret of the cases and nowhere else.
pub(crate) const CANARY: &str = "canary-4f1d";

/// The password of the cases: everything that quoting could get wrong.
pub(crate) const PASSWORD: &str = "canary-4f1d <&>'\"\\ $HOME ${x} %s ü\u{2028}=";

/// Every spelling of `text` that a careless program could leave behind: raw, in base64 at each
/// of the three alignments, and in base64 of that.
fn spellings(text: &str) -> Vec<String> {
    let once = in_base64(text);
    let twice: Vec<String> = once.iter().flat_map(|text| in_base64(text)).collect();
    [vec![text.to_owned()], once, twice].concat()
}

/// Returns the part of the base64 of `text` that is the same whatever stands around it, for each
/// number of bytes before it.
fn in_base64(text: &str) -> Vec<String> {
    let aligned = |before: usize| {
        let padded = [" ".repeat(before), text.to_owned()].concat();
        let encoded = STANDARD.encode(&padded);
        // A digit holds six bits: the first ones may hold bits of what stands before, the last
        // ones bits of what follows.
        let start = (before * 8).div_ceil(6);
        let end = padded.len() * 8 / 6;
        encoded.get(start..end).map(str::to_owned)
    };
    (0..3).filter_map(aligned).collect()
}

/// Names the first spelling of the canary in `bytes`.
pub(crate) fn find(bytes: &[u8]) -> Option<String> {
    spellings(CANARY)
        .into_iter()
        .find(|needle| bytes.windows(needle.len()).any(|window| window == needle.as_bytes()))
}

/// Names a spelling of `text` of which so many characters in a row are in `bytes`.
pub(crate) fn find_piece(bytes: &[u8], text: &str, length: usize) -> Option<String> {
    let spellings = spellings(text);
    let pieces: BTreeMap<&[u8], &String> = spellings
        .iter()
        .flat_map(|spelling| {
            spelling.as_bytes().windows(length).map(move |piece| (piece, spelling))
        })
        .collect();
    // Most of a memory is zero.
    let mut windows = bytes.windows(length).filter(|window| window.first() != Some(&0));
    windows.find_map(|window| pieces.get(window).map(|spelling| (*spelling).clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_canary_is_found_as_it_is() {
        assert_eq!(find(b"password: canary-4f1d!"), Some(CANARY.to_owned()));
    }

    #[test]
    fn the_canary_is_found_in_base64_wherever_it_stands() {
        for before in ["", "x", "xy", "xyz", "user:"] {
            for after in ["", "!", "!!", "!!!"] {
                let encoded = STANDARD.encode([before, CANARY, after].concat());
                assert!(find(encoded.as_bytes()).is_some(), "{before:?} {after:?}");
            }
        }
    }

    #[test]
    fn the_canary_is_found_in_base64_of_base64() {
        for before in ["", "x", "xy", "xyz"] {
            let inner = STANDARD.encode([before, CANARY].concat());
            let outer = STANDARD.encode(["{\"auth\":\"", &inner, "\"}"].concat());
            assert!(find(outer.as_bytes()).is_some(), "{before:?}");
        }
    }

    #[test]
    fn a_piece_is_found_in_any_spelling() {
        let find = |bytes: &[u8]| find_piece(bytes, "canary-4f1d-secret", 6);
        assert_eq!(find(b"\0\0d-secr\0").as_deref(), Some("canary-4f1d-secret"));
        assert!(find(STANDARD.encode("d-secret").as_bytes()).is_some());
        assert!(find(STANDARD.encode(STANDARD.encode("1d-secret")).as_bytes()).is_some());
        assert_eq!(find(b"\0\0d-sec\0r"), None);
    }

    #[test]
    fn other_text_is_not_the_canary() {
        assert_eq!(find(b"canary-4f1e and Y2FuYXJ5"), None);
    }

    #[test]
    fn the_password_holds_the_canary() {
        assert!(PASSWORD.contains(CANARY));
    }
}
