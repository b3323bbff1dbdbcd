//! The credentials that a run needs: each source is asked once, and every problem is told.

mod docker_config;
mod failure;
mod helper;
mod hub;
mod inquiry;
pub(crate) mod page;
mod problem;
mod program;
mod question;
mod resolution;
pub(crate) mod sealed;
pub(crate) mod token;
mod validity;
pub(crate) mod value;
mod vault;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::Path;

use regrender_config::{Config, Credential as Declared, Registry};
use regrender_diagnostic::{Diagnostic, SourceText};
use regrender_document::SecretText;
use regrender_render::Credentials;

use self::inquiry::Inquiry;
pub(crate) use self::inquiry::sops_files;
pub(crate) use self::problem::expiry;
use self::resolution::Resolution;
use crate::error::{CliError, ErrorKind};
use crate::identity::Discovered;
use crate::reach::Reach;
use crate::world::World;

/// With what credentials are resolved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Means<'a> {
    /// The identities of the run, which open sealed sources.
    pub(crate) identities: &'a Discovered,
    /// Whether programs may be started and the network may be used.
    pub(crate) reach: Reach,
}

/// The credentials of a run, and what to tell of them.
#[derive(Debug, Default)]
pub(crate) struct Resolved {
    /// The credentials, by the name of their registry.
    pub(crate) credentials: Credentials,
    /// The key of the fingerprints, if the file declares one.
    pub(crate) fingerprint_key: Option<SecretText>,
    /// Why a credential cannot be obtained; with any of these nothing may be written.
    pub(crate) problems: Vec<Diagnostic>,
    /// How many of them are those of the fingerprint key alone.
    pub(crate) problems_of_fingerprint_key: usize,
    /// Warnings and notes.
    pub(crate) remarks: Vec<Diagnostic>,
}

impl Resolved {
    /// Shows what there is to tell of the credentials that registries.toml, `source`, declares. Where one
    /// cannot be obtained, returns the error of the run, which says what was not done for it.
    pub(crate) fn tell(
        &self,
        not_done: &str,
        source: &SourceText,
        world: &mut World,
    ) -> Option<CliError> {
        for diagnostic in self.remarks.iter().chain(&self.problems) {
            world.show(diagnostic, source);
        }
        let of_key = self.problems_of_fingerprint_key;
        let things = match (self.problems.len() - of_key, of_key) {
            (0, 0) => return None,
            (0, _) => "the fingerprint key",
            (1, 0) => "a credential",
            (_, 0) => "credentials",
            (1, _) => "a credential and the fingerprint key",
            (_, _) => "credentials and the fingerprint key",
        };
        let message = format!("{things} cannot be obtained; {not_done}");
        Some(CliError::new(ErrorKind::Credentials, message).with_problems(&self.problems, source))
    }
}

/// Resolves the credentials of the registries named in `needed`, and the key of the fingerprints.
///
/// `base` is the folder of registries.toml. Registries without a credential are passed over. The
/// order of all that is returned is that of the file.
pub(crate) fn resolve(
    config: &Config,
    needed: &BTreeSet<&str>,
    base: &Path,
    means: Means<'_>,
    world: &mut World,
) -> Resolved {
    let base = world.directory.join(base);
    let registries: Vec<(&Registry, &Declared)> = config
        .registries
        .iter()
        .filter(|registry| needed.contains(registry.name.as_str()))
        .filter_map(|registry| Some((registry, registry.credential()?)))
        .collect();
    let mut inquiry = Inquiry::new(config, &registries, &base, means, world);
    inquiry.ask_what_is_at_hand(world);
    inquiry.ask_programs(world);
    // Last, because logging in to Vault may take what the others say.
    let told = inquiry.ask_vault(world);
    let mut resolution = Resolution::new(inquiry.answers(), &base, means.identities, world, told);
    for (registry, declared) in &registries {
        resolution.registry(registry, declared);
    }
    resolution.fingerprint_key(config);
    resolution.into_resolved()
}
