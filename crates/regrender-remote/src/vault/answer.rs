//! What Vault's answers mean.

use std::collections::BTreeMap;
use std::time::Duration;

use regrender_document::SecretText;
use serde::Deserialize;

use super::error::{Step, VaultError};
use super::path::{KvVersion, Mount, SecretPath};
use super::secret::Secret;
use crate::field::Field;
use crate::{Response, Said, Url};

/// What a server in Go says, and nginx, when a request without TLS comes to a port with it.
const TLS_WANTED: [&str; 2] =
    ["HTTP request to an HTTPS server", "plain HTTP request was sent to HTTPS port"];

/// How many of the things a server said are shown.
const MOST_SAID: usize = 3;

#[derive(Deserialize)]
struct Complaint {
    #[serde(default)]
    errors: Option<Vec<String>>,
    #[serde(default)]
    warnings: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct LoginAnswer {
    auth: Option<Auth>,
}

#[derive(Deserialize)]
struct Auth {
    client_token: Option<Field>,
    #[serde(default)]
    mfa_requirement: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct MountAnswer {
    data: MountData,
}

#[derive(Deserialize)]
struct MountData {
    path: String,
    #[serde(default)]
    options: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct SecretAnswer<D> {
    data: Option<D>,
    #[serde(default)]
    lease_id: Option<String>,
    #[serde(default)]
    lease_duration: Option<u64>,
}

#[derive(Deserialize)]
struct Versioned {
    data: Option<BTreeMap<String, Field>>,
    #[serde(default)]
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(default)]
    deletion_time: Option<String>,
    #[serde(default)]
    destroyed: bool,
}

/// Reads the answer to a log-in; `secrets` are masked where the answer repeats them.
///
/// # Errors
///
/// Says why there is no token in it.
pub fn read_login(answer: &Response, secrets: &[&SecretText]) -> Result<SecretText, VaultError> {
    if answer.status != 200 {
        return Err(refusal(answer, Step::LogIn, secrets));
    }
    let not_vault = || VaultError::NotVault { step: Step::LogIn, status: answer.status };
    let login: LoginAnswer = parse(answer).ok_or_else(not_vault)?;
    let auth = login.auth.ok_or_else(not_vault)?;
    match auth.client_token {
        Some(Field::Text(token)) if !token.expose().is_empty() => Ok(token),
        _ if auth.mfa_requirement.is_some() => Err(VaultError::SecondFactorWanted),
        _ => Err(not_vault()),
    }
}

/// Reads the answer to the question for the mount of `path`.
///
/// A server that does not know the question is older than version 2 of the store: the first part of
/// the path is its mount.
///
/// # Errors
///
/// Says why the mount cannot be known.
pub fn read_mount(
    path: &SecretPath,
    answer: &Response,
    secrets: &[&SecretText],
) -> Result<Mount, VaultError> {
    match answer.status {
        200 => {}
        404 if complaint(answer).is_some() => return Ok(path.first_as_mount(KvVersion::One)),
        _ => return Err(refusal(answer, Step::Mount, secrets)),
    }
    let not_vault = || VaultError::NotVault { step: Step::Mount, status: answer.status };
    let MountAnswer { data } = parse(answer).ok_or_else(not_vault)?;
    let version = data.options.as_ref().and_then(|options| options.get("version"));
    let version = match version.map(String::as_str) {
        Some("2") => KvVersion::Two,
        _ => KvVersion::One,
    };
    path.mount_named(&data.path, version).ok_or_else(not_vault)
}

/// Reads the answer to the question for the secret at `path` in `mount`.
///
/// # Errors
///
/// Says why there is no secret in it.
pub fn read_secret(
    mount: &Mount,
    path: &SecretPath,
    answer: &Response,
    secrets: &[&SecretText],
) -> Result<Secret, VaultError> {
    let status = answer.status;
    match (status, mount.version) {
        (200, KvVersion::One) => {
            let told: SecretAnswer<BTreeMap<String, Field>> =
                parse(answer).ok_or(VaultError::NotVault { step: Step::Read, status })?;
            let lease = lease_of(&told);
            let fields = told.data.ok_or(VaultError::NotVault { step: Step::Read, status })?;
            Ok(Secret { fields, lease })
        }
        (200, KvVersion::Two) => {
            let told: SecretAnswer<Versioned> =
                parse(answer).ok_or(VaultError::NotVault { step: Step::Read, status })?;
            let lease = lease_of(&told);
            let data = told.data.ok_or(VaultError::NotVault { step: Step::Read, status })?;
            match data.data {
                Some(fields) => Ok(Secret { fields, lease }),
                None => Err(gone(data.metadata)
                    .unwrap_or(VaultError::NotVault { step: Step::Read, status })),
            }
        }
        (404, _) => Err(missing(mount, path, answer, secrets)),
        _ => Err(refusal(answer, Step::Read, secrets)),
    }
}

/// Says whether nothing but a person can make the server answer.
pub(crate) fn is_sealed(answer: &Response) -> bool {
    matches!(unable(answer), Some(VaultError::Sealed | VaultError::NotInitialized))
}

fn lease_of<D>(answer: &SecretAnswer<D>) -> Option<Duration> {
    // Version 1 of the store tells a lease of 32 days that means nothing: it has no id.
    answer.lease_id.as_deref().filter(|id| !id.is_empty())?;
    answer.lease_duration.map(Duration::from_secs)
}

fn gone(metadata: Option<Metadata>) -> Option<VaultError> {
    let metadata = metadata?;
    if metadata.destroyed {
        return Some(VaultError::Destroyed);
    }
    let when = metadata.deletion_time.filter(|when| !when.is_empty())?;
    Some(VaultError::Deleted { when: Said::new(&when, &[]) })
}

fn missing(
    mount: &Mount,
    path: &SecretPath,
    answer: &Response,
    secrets: &[&SecretText],
) -> VaultError {
    let versioned = parse::<SecretAnswer<Versioned>>(answer).and_then(|told| told.data);
    if let Some(error) = versioned.and_then(|data| gone(data.metadata)) {
        return error;
    }
    let Some(complaint) = complaint(answer) else {
        return VaultError::NotVault { step: Step::Read, status: answer.status };
    };
    let warnings = complaint.warnings.unwrap_or_default();
    let said = complaint.errors.unwrap_or_default();
    if said.iter().any(|said| said.contains("no handler for route")) {
        return VaultError::MountUnknown { said: shown(&said, secrets) };
    }
    if warnings.iter().any(|text| text.contains("versioned K/V secrets engine")) {
        return VaultError::VersionTwo;
    }
    let repeats_data = path.repeats_data(mount);
    VaultError::SecretMissing { warnings: shown(&warnings, secrets), repeats_data }
}

fn refusal(answer: &Response, step: Step, secrets: &[&SecretText]) -> VaultError {
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
    let Some(errors) = complaint(answer).and_then(|complaint| complaint.errors) else {
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
    let errors = complaint(answer)?.errors?;
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

fn complaint(answer: &Response) -> Option<Complaint> {
    parse(answer)
        .filter(|complaint: &Complaint| complaint.errors.is_some() || complaint.warnings.is_some())
}

fn shown(said: &[String], secrets: &[&SecretText]) -> Vec<Said> {
    said.iter().take(MOST_SAID).map(|text| Said::new(text, secrets)).collect()
}

fn parse<T: for<'de> Deserialize<'de>>(answer: &Response) -> Option<T> {
    serde_json::from_slice(answer.body()).ok()
}
