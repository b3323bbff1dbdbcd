//! What Vault's answers mean.

use std::collections::BTreeMap;
use std::time::Duration;

use regrender_document::SecretText;
use serde::Deserialize;

use super::complaint::{Complaint, refusal, shown};
use super::error::{Step, VaultError};
use super::path::{KvVersion, Mount, SecretPath};
use super::secret::Secret;
use crate::field::Field;
use crate::{Response, Said};

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
    let login: LoginAnswer = answer.json().ok_or_else(not_vault)?;
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
        404 if Complaint::of(answer).is_some() => return Ok(path.first_as_mount(KvVersion::One)),
        _ => return Err(refusal(answer, Step::Mount, secrets)),
    }
    let not_vault = || VaultError::NotVault { step: Step::Mount, status: answer.status };
    let MountAnswer { data } = answer.json().ok_or_else(not_vault)?;
    let version = data.options.as_ref().and_then(|options| options.get("version"));
    let version = match version.map(String::as_str) {
        Some("2") => KvVersion::Two,
        _ => KvVersion::One,
    };
    if data.path.trim_matches('/') == path.to_string() {
        return Err(VaultError::OnlyMount);
    }
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
    let not_vault = || VaultError::NotVault { step: Step::Read, status: answer.status };
    match (answer.status, mount.version) {
        (200, KvVersion::One) => {
            let told: SecretAnswer<BTreeMap<String, Field>> =
                answer.json().ok_or_else(not_vault)?;
            let lease = lease_of(&told);
            let fields = told.data.ok_or_else(not_vault)?;
            Ok(Secret { fields, lease })
        }
        (200, KvVersion::Two) => {
            let told: SecretAnswer<Versioned> = answer.json().ok_or_else(not_vault)?;
            let lease = lease_of(&told);
            let Versioned { data, metadata } = told.data.ok_or_else(not_vault)?;
            let fields = data.ok_or_else(|| gone(metadata).unwrap_or_else(not_vault))?;
            Ok(Secret { fields, lease })
        }
        (404, _) => Err(missing(mount, path, answer, secrets)),
        _ => Err(refusal(answer, Step::Read, secrets)),
    }
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
    let versioned = answer.json::<SecretAnswer<Versioned>>().and_then(|told| told.data);
    if let Some(error) = versioned.and_then(|data| gone(data.metadata)) {
        return error;
    }
    let Some(complaint) = Complaint::of(answer) else {
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
