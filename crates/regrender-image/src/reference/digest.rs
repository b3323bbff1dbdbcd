//! Knows which digests are complete: the algorithms of opencontainers/go-digest and their lengths.

use super::ReferenceError;

/// Checks a digest that already has the shape `algorithm:hexadecimal`.
pub(super) fn check(digest: &str) -> Result<(), ReferenceError> {
    let Some((algorithm, encoded)) = digest.split_once(':') else {
        return Err(ReferenceError::DigestFormat);
    };
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        // The grammar of references takes upper-case letters here, the grammar of digests does not.
        _ if algorithm.bytes().any(|byte| byte.is_ascii_uppercase()) => {
            return Err(ReferenceError::DigestFormat);
        }
        _ => return Err(ReferenceError::DigestUnsupported),
    };
    if encoded.len() != length {
        return Err(ReferenceError::DigestLength);
    }
    if encoded.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        Ok(())
    } else {
        Err(ReferenceError::DigestFormat)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_algorithm_has_its_length() {
        for (algorithm, length) in [("sha256", 64), ("sha384", 96), ("sha512", 128)] {
            assert_eq!(check(&format!("{algorithm}:{}", "0".repeat(length))), Ok(()));
            let short = format!("{algorithm}:{}", "0".repeat(length - 1));
            assert_eq!(check(&short), Err(ReferenceError::DigestLength));
        }
    }

    #[test]
    fn length_is_checked_before_the_digits() {
        assert_eq!(check("sha256:AB"), Err(ReferenceError::DigestLength));
        assert_eq!(check(&format!("sha256:{}", "A".repeat(64))), Err(ReferenceError::DigestFormat));
    }
}
