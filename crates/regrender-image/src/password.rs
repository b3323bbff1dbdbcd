//! Knows one password, and does not show it.

use std::fmt;

use zeroize::Zeroizing;

/// A password as the kubelet decodes it: any bytes.
#[derive(Clone, Default)]
pub struct Password(Zeroizing<Vec<u8>>);

impl Password {
    /// Takes the bytes of a password.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Tells whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Tells whether it ends in a line feed, the trace that `echo … | base64` leaves.
    #[must_use]
    pub fn ends_in_line_feed(&self) -> bool {
        self.0.ends_with(b"\n")
    }

    /// Hands out the bytes. Every call is a place to review.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(masked)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing() {
        let password = Password::new(b"canary-4f1d".to_vec());
        assert_eq!(format!("{password:?}"), "Password(masked)");
        assert_eq!(password.expose(), b"canary-4f1d");
    }

    #[test]
    fn only_no_bytes_at_all_are_empty() {
        assert!(Password::default().is_empty());
        assert!(!Password::new(b"\n".to_vec()).is_empty());
    }

    #[test]
    fn final_line_feed_is_seen() {
        assert!(Password::new(b"canary-4f1d\n".to_vec()).ends_in_line_feed());
        assert!(!Password::new(b"canary\n-4f1d".to_vec()).ends_in_line_feed());
    }
}
