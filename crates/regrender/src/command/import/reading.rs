//! What an import reads: docker configs, manifests, or what stands on standard input.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use regrender_audit::{FileFacts, Inventory, SIZE_LIMIT, read_file};

use crate::args::Import;
use crate::error::{CliError, ErrorKind, Failure};
use crate::evidence::opener::SecretOpener;
use crate::import::{Found, is_docker_config};
use crate::input::bytes::{SecretBytes, read_all};
use crate::input::failure::FileFailure;
use crate::input::file::read_file as read_secret_file;
use crate::path::{placed, shown};
use crate::pipe::{self, HYPHEN, STDIN, STDIN_AS_FILE};
use crate::project::manifests::Manifests;
use crate::unread;
use crate::world::World;

/// Reads all sources.
pub(super) fn read(arguments: &Import, world: &mut World) -> Result<Found, Failure> {
    let mut found = Found::default();
    let mut facts: Vec<FileFacts> = Vec::new();
    let mut roots = Vec::new();
    let mut errors = Vec::new();
    let mut named = BTreeSet::new();
    for source in sources(arguments, world)? {
        let is_stdin = source.as_os_str() == HYPHEN;
        let name =
            if is_stdin { STDIN_AS_FILE.to_owned() } else { shown(&source, &world.directory) };
        named.insert(name.clone());
        if is_stdin {
            let bytes = read_pipe(&mut *world.stdin, STDIN)?;
            errors.extend(take(&bytes, &name, &mut found, &mut facts));
        } else if source.is_dir() {
            roots.push(source);
        } else if source.exists() && !source.is_file() {
            // A pipe, as a shell makes one for `<(COMMAND)`: it can be read once.
            let mut pipe =
                File::open(&source).map_err(|error| CliError::unreadable(&name, error))?;
            let bytes = read_pipe(&mut pipe, &format!("`{name}`"))?;
            errors.extend(take(&bytes, &name, &mut found, &mut facts));
        } else {
            match read_secret_file(&source) {
                Ok(bytes) if is_docker_config(bytes.expose()) => {
                    errors.extend(take(&bytes, &name, &mut found, &mut facts));
                }
                // Read with the folders, so that kustomizations among them count.
                Ok(_) => roots.push(source),
                Err(_) if source.is_file() => roots.push(source),
                Err(failure) => errors.push(unreadable(&name, &failure)),
            }
        }
    }
    Failure::of_any(errors)?;
    if !facts.is_empty() || !roots.is_empty() {
        let inventory = inventory(&roots, facts, &named, world)?;
        let opener = SecretOpener::discover(&arguments.identities.identity, world)?;
        found.take_inventory(&inventory, &|secret| opener.open(secret));
    }
    Ok(found)
}

/// Reads the manifests of files and folders, beside the facts of those that came through a pipe; what
/// is `named` must be readable.
fn inventory(
    roots: &[PathBuf],
    facts: Vec<FileFacts>,
    named: &BTreeSet<String>,
    world: &mut World,
) -> Result<Inventory, Failure> {
    let mut manifests = Manifests::of_report(&world.directory);
    let walk = manifests.walk(roots);
    let inventory = manifests.into_inventory(&walk, facts);
    unread::check(inventory.unreadable(), |one| unread::is_source(one, named))?;
    for unreadable in inventory.unreadable() {
        world.warn(&format!("`{}` was not read: {}", unreadable.file, unreadable.reason));
    }
    Ok(inventory)
}

/// Lists what is read; without any named, the config that docker uses.
fn sources(arguments: &Import, world: &World) -> Result<Vec<PathBuf>, CliError> {
    if !arguments.sources.is_empty() {
        let is_stdin = |source: &PathBuf| source.as_os_str() == HYPHEN;
        let place = |source: &PathBuf| {
            if is_stdin(source) { source.clone() } else { placed(source, &world.directory) }
        };
        let mut sources: Vec<PathBuf> = arguments.sources.iter().map(place).collect();
        // It can be read once, however often it is named.
        let mut is_first = true;
        sources.retain(|source| !is_stdin(source) || std::mem::take(&mut is_first));
        return Ok(sources);
    }
    let folder = match world.variable("DOCKER_CONFIG") {
        Some(folder) => Some(world.directory.join(folder)),
        None => world.home().map(|home| home.join(".docker")),
    };
    let file = folder.map(|folder| folder.join("config.json"));
    file.map(|file| vec![file]).ok_or_else(|| {
        CliError::new(ErrorKind::Usage, "there is no home folder with a docker config")
            .with_hint("name a docker config, manifests, or `-` for standard input")
    })
}

/// Takes a docker config, or the facts of manifests.
fn take(
    bytes: &SecretBytes,
    name: &str,
    found: &mut Found,
    facts: &mut Vec<FileFacts>,
) -> Option<CliError> {
    let bytes = bytes.expose();
    if !is_docker_config(bytes) {
        facts.push(read_file(name, bytes));
        return None;
    }
    found.take_docker_config(bytes, name).err().map(|error| {
        CliError::new(ErrorKind::Credentials, format!("`{name}` is no docker config"))
            .with_source(error)
            .with_hint("log in anew, or take the entry out: docker cannot read the file either")
    })
}

fn read_pipe(pipe: &mut dyn Read, name: &str) -> Result<SecretBytes, CliError> {
    let read = read_all(pipe, SIZE_LIMIT).map_err(|error| pipe::unreadable(name, error))?;
    let bytes = read.ok_or_else(|| {
        let message = format!("{name} holds more than {} MiB", SIZE_LIMIT / 1024 / 1024);
        CliError::new(ErrorKind::Files, message).with_hint(
            "ask for pull secrets alone: `--field-selector type=kubernetes.io/dockerconfigjson`",
        )
    })?;
    if bytes.expose().trim_ascii().is_empty() { Err(pipe::empty(name)) } else { Ok(bytes) }
}

fn unreadable(name: &str, failure: &FileFailure) -> CliError {
    CliError::new(ErrorKind::Files, format!("`{name}` {failure}"))
        .with_hint("name a docker config, a file or folder with manifests, or `-`")
}
