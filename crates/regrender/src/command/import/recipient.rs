//! The recipients of what an import seals.

use regrender_seal::{KeyKind, Recipient};

use super::NAME_A_KEY;
use crate::args::{Import, Selection};
use crate::error::{CliError, ErrorKind, Failure};
use crate::identity::{KEY, own};
use crate::project::{Project, sops_rules};
use crate::world::World;

/// The recipients of an import.
pub(super) struct Found {
    /// Those it seals for.
    pub(super) recipients: Vec<String>,
    /// Those that may be added.
    pub(super) others: Vec<String>,
}

impl Found {
    fn alone(recipients: Vec<String>) -> Self {
        Self { recipients, others: Vec::new() }
    }

    fn with_others(recipients: Vec<String>, world: &mut World) -> Self {
        let others = sops_rules::other_recipients(&world.directory, &recipients);
        sops_rules::tell(&others, world);
        Self { recipients, others }
    }
}

/// Finds out who can open what is sealed: those named, those of a registries.toml around, or whoever
/// holds the identity that sops finds.
pub(super) fn find(arguments: &Import, world: &mut World) -> Result<Found, Failure> {
    if !arguments.recipient.is_empty() {
        return Ok(Found::alone(arguments.recipient.clone()));
    }
    if Project::is_near(world) {
        let selection = Selection { config: None, cluster: Vec::new() };
        let project = Project::open(&selection, world).map_err(without_the_file)?;
        let all = project.config.clusters.iter().flat_map(|cluster| &cluster.recipients);
        let mut recipients: Vec<String> = Vec::new();
        for recipient in all {
            if !recipients.contains(&recipient.text) {
                recipients.push(recipient.text.clone());
            }
        }
        // Who has SealedSecrets alone has none.
        if !recipients.is_empty() {
            world.note(&format!("taking the recipients of `{}`", project.source.path()));
            return Ok(Found::alone(recipients));
        }
    }
    if let Some(recipient) = own::of_variable(world, KeyKind::X25519) {
        world.note(&format!("taking the recipient of the identity in `{KEY}`"));
        return Ok(Found::with_others(vec![recipient], world));
    }
    let file = own::file(world);
    let found = file.as_deref().map(|file| own::in_file(file, KeyKind::X25519));
    let found = found.transpose()?.flatten();
    if let (Some(file), Some(_)) = (&file, &found) {
        world.note(&format!("taking the recipient of the identity in `{}`", file.display()));
    }
    Ok(Found::with_others(found.into_iter().collect(), world))
}

/// Says how an import does without a registries.toml that is wrong.
fn without_the_file(mut failure: Failure) -> Failure {
    if let Some(error) = failure.0.last_mut() {
        let hint = "or name who can open what is sealed: `--recipient age1…`";
        error.hints.push(hint.to_owned());
    }
    failure
}

/// Tells of all that are no recipients. None is repeated: it may be a private key.
pub(super) fn parse(recipients: &[String]) -> Result<Vec<Recipient>, Failure> {
    let mut parsed = Vec::new();
    let mut errors = Vec::new();
    for (place, text) in recipients.iter().enumerate() {
        match Recipient::parse(text) {
            Ok(recipient) => parsed.push(recipient),
            Err(error) => errors.push(
                CliError::new(ErrorKind::Usage, format!("recipient {} is none", place + 1))
                    .with_source(error)
                    .with_hint(NAME_A_KEY),
            ),
        }
    }
    Failure::of_any(errors)?;
    Ok(parsed)
}
