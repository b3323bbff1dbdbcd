//! The key of the fingerprints: where a command takes it that asks nobody.

use std::collections::BTreeSet;

use regrender_config::SourceKind;
use regrender_document::SecretText;
use regrender_seal::{FingerprintKey, FingerprintKeyError};

use crate::error::{CliError, ErrorKind};
use crate::identity::Discovered;
use crate::project::Project;
use crate::reach::Reach;
use crate::source::{self, Means};
use crate::world::World;

/// Reads what a source has said.
pub(crate) fn parse(key: &SecretText) -> Result<FingerprintKey, CliError> {
    FingerprintKey::parse(key.expose()).map_err(weak)
}

fn weak(error: FingerprintKeyError) -> CliError {
    CliError::new(ErrorKind::Credentials, "the fingerprint key cannot be used")
        .with_source(error)
        .with_hint("make one: `head -c 32 /dev/urandom | base64`")
}

/// Returns the key, if it stands in the environment or in a file; no program is started for it, and
/// nothing is opened. That it cannot be obtained is no problem here.
pub(crate) fn at_hand(
    project: &Project,
    world: &mut World,
) -> Result<Option<FingerprintKey>, CliError> {
    let source = project.config.fingerprint_key.as_ref();
    let is_at_hand = source.is_some_and(|source| {
        let kind = &source.kind;
        matches!(kind, SourceKind::Env(_) | SourceKind::File { .. } | SourceKind::Plain(_))
    });
    if !is_at_hand {
        return Ok(None);
    }
    let nobody = Discovered::default();
    let means = Means { identities: &nobody, reach: Reach::Offline };
    let found = source::resolve(&project.config, &BTreeSet::new(), &project.folder, means, world);
    found.fingerprint_key.as_ref().map(parse).transpose()
}
