//! The authorities that a registry is believed by, as its `ca` names them.

use std::fs;
use std::path::Path;

use regrender_config::Registry;

use super::selection::Chosen;
use crate::error::{CliError, ErrorKind, Failure};
use crate::http::authorities::{Authorities, AuthoritiesError};
use crate::project::Project;
use crate::world::World;

/// Reads the authorities of each registry, in the order of the registries.
pub(super) fn read_authorities(
    chosen: &[Chosen<'_>],
    project: &Project,
    world: &World,
) -> Result<Vec<Option<Authorities>>, Failure> {
    let folder = world.directory.join(&project.folder);
    let (mut all, mut errors) = (Vec::new(), Vec::new());
    for Chosen { registry, .. } in chosen {
        match read(registry, &folder, world) {
            Ok(authorities) => all.push(authorities),
            Err(error) => errors.push(error),
        }
    }
    Failure::of_any(errors)?;
    Ok(all)
}

/// Reads the authorities of one registry, if it names any.
fn read(
    registry: &Registry,
    folder: &Path,
    world: &World,
) -> Result<Option<Authorities>, CliError> {
    let Some(path) = &registry.connection.authorities else {
        return Ok(None);
    };
    let path = &path.value;
    let wrong = |what: &str| {
        let message = format!("`{path}`, the `ca` of registry `{}`, {what}", registry.name);
        CliError::new(ErrorKind::Files, message)
            .with_hint("name a PEM file with the certificates of authorities")
    };
    let pem = fs::read(world.resolve(folder, path))
        .map_err(|error| wrong("cannot be read").with_source(error))?;
    let authorities = Authorities::parse(&pem).map_err(|error| {
        wrong(match error {
            AuthoritiesError::NotPem => "is not PEM, or damaged",
            AuthoritiesError::NoCertificate => "holds no certificate",
            AuthoritiesError::PrivateKey => "holds a private key",
        })
    })?;
    Ok(Some(authorities))
}
