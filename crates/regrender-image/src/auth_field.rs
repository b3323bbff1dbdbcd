//! Knows the `auth` member of a registry entry: base64 of `user:password` by Go's rules.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::password::Password;

const PADDED: GeneralPurpose = engine(DecodePaddingMode::RequireCanonical);
const UNPADDED: GeneralPurpose = engine(DecodePaddingMode::RequireNone);

const fn engine(padding: DecodePaddingMode) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(padding);
    GeneralPurpose::new(&STANDARD, config)
}

/// Why an `auth` member cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AuthFieldError {
    /// It is not base64 of the standard alphabet, or wrongly padded.
    #[error("not base64 of the standard alphabet")]
    Base64,
    /// What it decodes to has no colon.
    #[error("no colon between user name and password")]
    NoColon,
}

/// Decodes a non-empty `auth` member into user name and password, cut at the first colon.
///
/// # Errors
///
/// Says what is wrong; the kubelet then fails every pull of a pod that lists the Secret.
pub fn decode_auth_field(text: &str) -> Result<(Vec<u8>, Password), AuthFieldError> {
    // Go skips line breaks anywhere, and takes the text for padded when its last sign is a `=`.
    let text: Zeroizing<Vec<u8>> =
        Zeroizing::new(text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect());
    let engine = if text.ends_with(b"=") { &PADDED } else { &UNPADDED };
    let decoded = engine.decode(&*text).map(Zeroizing::new);
    let Ok(decoded) = decoded else {
        return Err(AuthFieldError::Base64);
    };
    let Some(colon) = decoded.iter().position(|byte| *byte == b':') else {
        return Err(AuthFieldError::NoColon);
    };
    let username = decoded.get(..colon).unwrap_or_default().to_vec();
    let password = decoded.get(colon + 1..).unwrap_or_default().to_vec();
    Ok((username, Password::new(password)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, username: &str, password: &str) {
        let (found, secret) = decode_auth_field(text).unwrap();
        assert_eq!(found, username.as_bytes());
        assert_eq!(secret.expose(), password.as_bytes());
    }

    #[track_caller]
    fn refuse(text: &str, error: AuthFieldError) {
        assert_eq!(decode_auth_field(text).map(|_| ()), Err(error));
    }

    #[test]
    fn padding_may_be_there_or_not() {
        check("YTpi", "a", "b");
        check("YTpiYw==", "a", "bc");
        check("YTpiYw", "a", "bc");
        for bad in ["YTpiYw=", "YWI6Y2Q==", "YTpi=", "YTpiYw===", "="] {
            refuse(bad, AuthFieldError::Base64);
        }
    }

    #[test]
    fn line_breaks_count_for_nothing_and_spaces_for_an_error() {
        check("YTpi\nYw=\r\n=\n", "a", "bc");
        for bad in ["YTpi Yw==", "YTpi\tYw==", "YTpiYw== ", " YTpi"] {
            refuse(bad, AuthFieldError::Base64);
        }
    }

    #[test]
    fn first_colon_cuts() {
        check("YTpiOmM=", "a", "b:c");
        check("OmI=", "", "b");
        check("YTo=", "a", "");
        check("Og==", "", "");
        refuse("YWI=", AuthFieldError::NoColon);
        refuse("\n", AuthFieldError::NoColon);
    }

    #[test]
    fn spare_bits_pass_and_other_alphabets_do_not() {
        check("YTpiYx==", "a", "bc");
        refuse("YTr-_w==", AuthFieldError::Base64);
    }
}
