//! Why Vault gives nothing.

use std::fmt;
use std::time::Duration;

use thiserror::Error;

use crate::{Said, TransportError};

/// What was asked when it went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// To log in.
    LogIn,
    /// Where the secret's mount is.
    Mount,
    /// The secret.
    Read,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LogIn => "the log-in",
            Self::Mount => "the question for the mount",
            Self::Read => "the question for the secret",
        })
    }
}

/// Why Vault gives nothing. One variant is one fact; none holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum VaultError {
    /// There is no answer.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// It is sealed.
    #[error("it is sealed")]
    Sealed,
    /// Nobody has set it up yet.
    #[error("it is not initialized")]
    NotInitialized,
    /// It is a standby that knows of no active node.
    #[error("it is a standby, and no node is active")]
    NoActiveNode,
    /// It sends elsewhere; a standby does so when it does not forward.
    #[error("it sends elsewhere{}", to.as_ref().map(|to| format!(": {to}")).unwrap_or_default())]
    Redirected {
        /// Scheme, host and port of where to.
        to: Option<String>,
    },
    /// The log-in is refused.
    #[error("it refuses the log-in (status {status}){}", list(said))]
    LoginRefused {
        /// The status.
        status: u16,
        /// What it said.
        said: Vec<Said>,
    },
    /// Nobody answers for this way to log in.
    #[error("it has no such way to log in{}", list(said))]
    LoginUnknown {
        /// What it said.
        said: Vec<Said>,
    },
    /// The log-in worked, and there is no token, because it wants a second factor.
    #[error("the log-in wants a second factor")]
    SecondFactorWanted,
    /// The token is not, or no longer, valid.
    #[error("it does not know the token{}", list(said))]
    TokenRefused {
        /// What it said.
        said: Vec<Said>,
    },
    /// The token is not allowed to.
    #[error("it does not allow {step}{}", list(said))]
    Denied {
        /// What was asked.
        step: Step,
        /// What it said.
        said: Vec<Said>,
    },
    /// There is nothing mounted there.
    #[error("nothing is mounted there{}", list(said))]
    MountUnknown {
        /// What it said.
        said: Vec<Said>,
    },
    /// The path ends where the mount does.
    #[error("a store is mounted there, and the path names no secret in it")]
    OnlyMount,
    /// There is no such secret.
    #[error("there is no such secret{}", list(warnings))]
    SecretMissing {
        /// What it warned of.
        warnings: Vec<Said>,
        /// The mount has version 2, and the path repeats the `data` that belongs after the mount.
        repeats_data: bool,
    },
    /// The mount has version 2 and was asked as version 1 is.
    #[error("the mount has version 2 of the key-value store")]
    VersionTwo,
    /// The newest version of the secret is deleted.
    #[error("its newest version was deleted at {when}")]
    Deleted {
        /// When.
        when: Said,
    },
    /// The newest version of the secret is destroyed.
    #[error("its newest version is destroyed")]
    Destroyed,
    /// The secret has no such key.
    #[error("it has no key `{key}`; its keys are {}", names(there))]
    KeyMissing {
        /// The key.
        key: String,
        /// The keys that are there.
        there: Vec<String>,
    },
    /// The value is no text.
    #[error("what `{key}` holds is {kind}, not text")]
    NotText {
        /// The key.
        key: String,
        /// What it is.
        kind: &'static str,
    },
    /// It is asked too often.
    #[error("it is asked too often")]
    TooMany {
        /// How long it wants to be left alone.
        wait: Option<Duration>,
    },
    /// It cannot answer now.
    #[error("it cannot answer (status {status}){}", list(said))]
    Failed {
        /// The status.
        status: u16,
        /// What it said.
        said: Vec<Said>,
    },
    /// It says that the question is wrong.
    #[error("it refuses {step} (status {status}){}", list(said))]
    Refused {
        /// What was asked.
        step: Step,
        /// The status.
        status: u16,
        /// What it said.
        said: Vec<Said>,
    },
    /// It speaks TLS, and the address says `http`.
    #[error("it speaks TLS, and was asked without")]
    TlsWanted,
    /// What answers is not Vault.
    #[error("what answers {step} there is not Vault (status {status})")]
    NotVault {
        /// What was asked.
        step: Step,
        /// The status.
        status: u16,
    },
}

fn list(said: &[Said]) -> String {
    if said.is_empty() {
        return String::new();
    }
    let said: Vec<&str> = said.iter().map(Said::as_str).collect();
    format!(": {}", said.join("; "))
}

fn names(keys: &[String]) -> String {
    if keys.is_empty() {
        return String::from("none");
    }
    let shown: Vec<String> = keys.iter().map(|key| format!("`{}`", Said::new(key, &[]))).collect();
    shown.join(", ")
}
