//! Text that must not be seen.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

/// Text that must not reach a log, an error, the disk or the terminal.
///
/// It is in memory once, however often it is cloned, and wiped when the last clone is dropped. It has
/// no `Display`, no `Serialize` and no `PartialEq`.
#[derive(Clone)]
pub struct SecretText(Arc<Zeroizing<String>>);

impl SecretText {
    /// Takes `text` into custody.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Arc::new(Zeroizing::new(text)))
    }

    /// Hands out the text. Every call is a place to review.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(masked)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_is_masked() {
        let secret = SecretText::new(String::from("canary-4f1d"));
        assert_eq!(format!("{secret:?}"), "SecretText(masked)");
    }

    #[test]
    fn the_text_is_handed_out_on_request_only() {
        assert_eq!(SecretText::new(String::from("canary-4f1d")).expose(), "canary-4f1d");
    }
}
