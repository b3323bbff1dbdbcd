//! What Vault says when it gives nothing.

use regrender_document::SecretText;
use serde::Deserialize;

use super::error::{Step, VaultError};
use crate::{Response, Said, Url};

/// What a server in Go says, and nginx, when a request without TLS comes to a port with it.
const TLS_WANTED: [&str; 2] =
    ["HTTP request to an HTTPS server", "plain HTTP request was sent to HTTPS port"];

/// How many of the things a server said are shown.
const MOST_SAID: usize = 3;

/// What an answer complains of.
#[derive(Deserialize)]
pub(super) struct Complaint {
    #[serde(default)]
    pub(super) errors: Option<Vec<String>>,
    #[serde(default)]
    pub(super) warnings: Option<Vec<String>>,
}

impl Complaint {
    /// Reads the complaint of an answer; nothing that is not Vault's has one.
    pub(super) fn of(answer: &Response) -> Option<Self> {
        let found: Option<Self> = answer.json();
        found.filter(|found| found.errors.is_some() || found.warnings.is_some())
    }
}

/// Says whether nothing but a person can make the server answer.
pub(crate) fn is_sealed(answer: &Response) -> bool {
    matches!(unable(answer), Some(VaultError::Sealed | VaultError::NotInitialized))
}

/// Says why an answer refuses what was asked.
pub(super) fn refusal(answer: &Response, step: Step, secrets: &[&SecretText]) -> VaultError {
    let status = answer.status;
    if answer.is_redirect() {
        let to = answer.header("Location").and_then(|to| Url::parse(to).ok());
        return VaultError::Redirected { to: to.map(|to| to.origin()) };
    }
    if let Some(error) = unable(answer) {
        return error;
    }
    if status == 429 {
        return VaultError::TooMany { wait: answer.retry_after() };
    }
    let Some(errors) = Complaint::of(answer).and_then(|complaint| complaint.errors) else {
        return match status {
            400 if wants_tls(answer) => VaultError::TlsWanted,
            500.. => VaultError::Failed { status, said: Vec::new() },
            _ => VaultError::NotVault { step, status },
        };
    };
    let said = shown(&errors, secrets);
    let has = |words: &str| errors.iter().any(|text| text.contains(words));
    match (status, step) {
        (500.., _) => VaultError::Failed { status, said },
        (404 | 405, Step::LogIn) => VaultError::LoginUnknown { said },
        (_, Step::LogIn) => VaultError::LoginRefused { status, said },
        (403, _) if has("invalid token") || has("bad token") || has("missing client token") => {
            VaultError::TokenRefused { said }
        }
        (400, _) if has("missing client token") => VaultError::TokenRefused { said },
        (403, _) => VaultError::Denied { step, said },
        (400..500, _) => VaultError::Refused { step, status, said },
        _ => VaultError::NotVault { step, status },
    }
}

/// Returns why the server as a whole does not answer, if it does not.
fn unable(answer: &Response) -> Option<VaultError> {
    if answer.status < 500 {
        return None;
    }
    let errors = Complaint::of(answer)?.errors?;
    let has = |words: &str| errors.iter().any(|text| text.contains(words));
    if has("not initialized") {
        return Some(VaultError::NotInitialized);
    }
    if has("is sealed") {
        return Some(VaultError::Sealed);
    }
    has("active cluster node not found").then_some(VaultError::NoActiveNode)
}

fn wants_tls(answer: &Response) -> bool {
    let page = String::from_utf8_lossy(answer.body());
    TLS_WANTED.iter().any(|words| page.contains(words))
}

/// Makes what was said fit to be shown.
pub(super) fn shown(said: &[String], secrets: &[&SecretText]) -> Vec<Said> {
    said.iter().take(MOST_SAID).map(|text| Said::new(text, secrets)).collect()
}
