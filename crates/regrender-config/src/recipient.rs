//! The public half of an age key pair, as far as its spelling tells.

use regrender_diagnostic::Span;

/// A recipient whose spelling is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Its text, without surrounding white space; of an SSH key only type and key, no comment.
    pub text: String,
    /// What kind of key it is.
    pub kind: RecipientKind,
    /// Where it is listed.
    pub span: Span,
}

/// What kind of key a recipient is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecipientKind {
    /// age's own kind; every reader knows it.
    X25519,
    /// age's own kind that also withstands quantum computers; age 1.3 and what is built with it
    /// know it.
    PostQuantum,
    /// An OpenSSH `ssh-ed25519` key.
    SshEd25519,
    /// An OpenSSH `ssh-rsa` key.
    SshRsa,
    /// A key of the plugin of that name.
    Plugin(String),
}

impl RecipientKind {
    /// Says whether readers without plugins and without an SSH identity can open for it.
    #[must_use]
    pub fn is_native(&self) -> bool {
        matches!(self, Self::X25519 | Self::PostQuantum)
    }
}
