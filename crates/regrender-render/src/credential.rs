//! A username and a secret, as a registry wants them.

use std::collections::BTreeMap;

use regrender_document::SecretText;

/// A username and a secret, as a registry wants them.
#[derive(Clone, Debug)]
pub struct Credential {
    /// The username.
    pub username: String,
    /// The password or token.
    pub password: SecretText,
    /// An address that some readers of the Secret want to see.
    pub email: Option<String>,
    /// When it is dead, if that is soon: RFC 3339 in UTC to the second, so that the earliest sorts
    /// first.
    pub expires_at: Option<String>,
}

/// The credentials of a run, by the name of their registry.
pub type Credentials = BTreeMap<String, Credential>;
