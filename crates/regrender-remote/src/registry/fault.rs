//! Why a registry cannot be asked any further.

use std::time::Duration;

use regrender_document::SecretText;
use serde::Deserialize;
use thiserror::Error;

use crate::{Response, Said, TransportError, UrlError};

/// Who answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Party {
    /// The registry.
    Registry,
    /// The server, by its host, that makes tokens for it.
    TokenServer(String),
    /// Another host, to which the registry sends for an image.
    Elsewhere(String),
}

impl std::fmt::Display for Party {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Registry => f.write_str("the registry"),
            Self::TokenServer(host) => write!(f, "the token server `{host}`"),
            Self::Elsewhere(host) => write!(f, "the host `{host}`, to which the registry sends,"),
        }
    }
}

/// Why a registry cannot be asked any further. One variant is one fact; none holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// There is no answer.
    #[error("{from} gives no answer: {error}")]
    NoAnswer {
        /// Who was asked.
        from: Party,
        /// Why.
        error: TransportError,
    },
    /// It is no registry.
    #[error("what answers there is not a registry (status {status})")]
    NotRegistry {
        /// What it answered.
        status: u16,
    },
    /// It lets nobody in from here, and asks for no credential.
    #[error("what answers there lets nobody in (status 403){}", list(said.as_ref()))]
    ShutOut {
        /// What it said.
        said: Option<Said>,
    },
    /// It sends to another host.
    #[error("{from} sends to `{to}`, and the credential does not go there")]
    Elsewhere {
        /// Who.
        from: Party,
        /// Scheme, host and port of where to.
        to: String,
    },
    /// It sends in circles.
    #[error("{from} sends from one place to the next without end")]
    RedirectLoop {
        /// Who.
        from: Party,
    },
    /// It wants a credential and does not say how.
    #[error("the registry wants a credential and does not say how it is to be shown")]
    NoChallenge,
    /// It wants a credential in a way that nobody here knows.
    #[error("the registry wants to see `{}`, and neither `Basic` nor `Bearer`", schemes.join("`, `"))]
    UnknownScheme {
        /// The ways it knows.
        schemes: Vec<String>,
    },
    /// The token server that it names is no address.
    #[error("the registry names a token server that is no address: {0}")]
    BadRealm(UrlError),
    /// The token server would be told the credential in clear.
    #[error(
        "the registry names the token server `http://{host}`, and the credential does not go there in clear"
    )]
    ClearRealm {
        /// Its host.
        host: String,
    },
    /// The credential is not taken.
    #[error("{by} refuses the credential (status {status}){}", list(said.as_ref()))]
    Refused {
        /// Who.
        by: Party,
        /// The status.
        status: u16,
        /// What it said.
        said: Option<Said>,
    },
    /// Nobody is let in without a credential.
    #[error("{by} answers nobody without a credential (status {status}){}", list(said.as_ref()))]
    AnonymousRefused {
        /// Who.
        by: Party,
        /// The status.
        status: u16,
        /// What it said.
        said: Option<Said>,
    },
    /// There is no token in the answer.
    #[error("{from} answers without a token")]
    NoToken {
        /// Who.
        from: Party,
    },
    /// The registry does not take the token.
    #[error("the registry does not take the token that {maker} made (status {status})")]
    TokenRefused {
        /// Who made it.
        maker: Party,
        /// The status.
        status: u16,
    },
    /// It is asked too often.
    #[error("{by} is asked too often{}", pause(*wait))]
    TooMany {
        /// Who.
        by: Party,
        /// How long it wants to be left alone.
        wait: Option<Duration>,
    },
    /// It cannot answer.
    #[error("{by} cannot answer (status {status}){}{}", list(said.as_ref()), pause(*wait))]
    Failed {
        /// Who.
        by: Party,
        /// The status.
        status: u16,
        /// How long it wants to be left alone.
        wait: Option<Duration>,
        /// What it said.
        said: Option<Said>,
    },
    /// It answers what nobody expects.
    #[error("{by} answers what makes no sense here (status {status}){}", list(said.as_ref()))]
    Unexpected {
        /// Who.
        by: Party,
        /// The status.
        status: u16,
        /// What it said.
        said: Option<Said>,
    },
}

impl Fault {
    /// Says whether the next question would be answered no better.
    pub(super) fn lasts(&self) -> bool {
        match self {
            // The next image may be on yet another host.
            Self::TooMany { by: Party::Elsewhere(_), .. }
            | Self::Failed { by: Party::Elsewhere(_), .. }
            | Self::NoAnswer { from: Party::Elsewhere(_), .. } => false,
            Self::TooMany { .. } | Self::Failed { wait: Some(_), .. } => true,
            Self::NoAnswer { error, .. } => error.lasts(),
            _ => false,
        }
    }
}

fn list(said: Option<&Said>) -> String {
    said.map(|said| format!(": {said}")).unwrap_or_default()
}

fn pause(wait: Option<Duration>) -> String {
    wait.map(|wait| format!("; it asks for a pause of {} s", wait.as_secs())).unwrap_or_default()
}

/// Returns what is wrong with an answer whoever it comes from, if it is.
pub(super) fn trouble(by: &Party, answer: &Response, secrets: &[&SecretText]) -> Option<Fault> {
    let (by, status) = (by.clone(), answer.status);
    match status {
        429 => Some(Fault::TooMany { by, wait: answer.retry_after() }),
        500.. => {
            let (wait, said) = (answer.retry_after(), said(answer, secrets));
            Some(Fault::Failed { by, status, wait, said })
        }
        _ => None,
    }
}

#[derive(Deserialize)]
struct Complaint {
    errors: Option<Vec<Told>>,
    details: Option<String>,
    error_description: Option<String>,
    message: Option<String>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct Told {
    code: Option<String>,
    message: Option<String>,
}

/// Returns what the answer says in words, in one of the spellings that registries have.
pub(super) fn said(answer: &Response, secrets: &[&SecretText]) -> Option<Said> {
    let complaint: Complaint = answer.json()?;
    let first = complaint.errors.and_then(|errors| errors.into_iter().next());
    let first =
        first.and_then(|error| error.message.filter(|text| !text.is_empty()).or(error.code));
    let text = first
        .or(complaint.details)
        .or(complaint.error_description)
        .or(complaint.message)
        .or(complaint.error)
        .filter(|text| !text.is_empty())?;
    let secrets: Vec<&SecretText> = secrets.iter().copied().chain(answer.sent()).collect();
    Some(Said::new(&text, &secrets))
}
