//! The recipient of the identity that sops finds: whoever begins seals for themselves.

use std::path::{Path, PathBuf};
use std::{fs, io};

use regrender_seal::{Identities, KeyKind};
use zeroize::Zeroizing;

use super::keys_file::{Platform, keys_file};
use super::{KEY, KEY_FILE};
use crate::error::{CliError, ErrorKind};
use crate::world::World;

/// Returns the recipient of the first identity in the environment variable where sops looks first.
pub(crate) fn of_variable(world: &World, kind: KeyKind) -> Option<String> {
    let recipients = recipients_of_lines(world.variable(KEY)?.to_str()?);
    recipients.into_iter().find(|one| is_of_kind(one, kind))
}

/// Returns the file where sops finds identities, and people expect to find theirs.
pub(crate) fn file(world: &World) -> Option<PathBuf> {
    match world.variable(KEY_FILE) {
        Some(path) => Some(world.directory.join(path)),
        None => keys_file(Platform::current(), world),
    }
}

/// Returns the recipient of the first identity in the file where sops finds identities too. Any of
/// age's own is of the usual kind.
pub(crate) fn in_file(keys: &Path, kind: KeyKind) -> Result<Option<String>, CliError> {
    let Some(recipients) = read_recipients(keys)? else { return Ok(None) };
    let first = recipients.into_iter().find(|one| is_of_kind(one, kind));
    first.map(Some).ok_or_else(|| no_identity(keys, kind))
}

fn is_of_kind(recipient: &str, kind: KeyKind) -> bool {
    kind == KeyKind::X25519 || KeyKind::of(recipient) == Some(kind)
}

/// Lists the recipients of the identities in a file, if it is there.
fn read_recipients(keys: &Path) -> Result<Option<Vec<String>>, CliError> {
    let text = match fs::read_to_string(keys) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(CliError::unreadable(&keys.display().to_string(), error));
        }
    };
    Ok(Some(recipients_of_lines(&text)))
}

/// Lists the recipients of the identities that stand on these lines. What else stands there is not
/// asked about.
fn recipients_of_lines(text: &str) -> Vec<String> {
    let identities = text.lines().filter_map(|line| Identities::parse(line).ok());
    let of_line = |identities: Identities| -> Vec<String> {
        identities.recipients().map(str::to_owned).collect()
    };
    identities.flat_map(of_line).collect()
}

fn no_identity(keys: &Path, kind: KeyKind) -> CliError {
    let keys = keys.display();
    let name = match kind {
        KeyKind::X25519 => "age",
        KeyKind::PostQuantum => "post-quantum",
    };
    CliError::new(ErrorKind::Credentials, format!("`{keys}` holds no {name} identity"))
        .with_hint(format!("add one to it: `{} >> {keys}`", keygen(kind)))
}

/// What makes an identity of a kind.
pub(crate) fn keygen(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::X25519 => "age-keygen",
        KeyKind::PostQuantum => "age-keygen -pq",
    }
}
