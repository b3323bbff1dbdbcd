//! What a report on a repository works on: what is declared, and the manifests that are named.

use std::io::Read as _;
use std::path::PathBuf;

use regrender_audit::{Declared, FileFacts, SIZE_LIMIT, read_file};

use crate::args::Selection;
use crate::declared::declared;
use crate::error::{CliError, ErrorKind, Failure};
use crate::manifests::Manifests;
use crate::project::{Project, shown};
use crate::world::World;

/// The name of standard input among the paths.
const STDIN: &str = "-";

/// What registries.toml declares; without one, nothing is declared.
pub(crate) fn declarations(
    selection: &Selection,
    manifests: &mut Manifests,
    world: &mut World,
) -> Result<Declared, Failure> {
    let now = Some(regrender_seal::spell_time(world.now));
    if selection.config.is_none() && !Project::is_near(world) {
        return Ok(Declared { now, ..Declared::default() });
    }
    let project = Project::open(selection, world)?;
    Ok(Declared { now, ..declared(&project, &selection.cluster, manifests)? })
}

/// Where the manifests of a report come from.
#[derive(Debug)]
pub(crate) struct Sources {
    /// The files and folders.
    pub(crate) roots: Vec<PathBuf>,
    /// What standard input declares, if it is among them.
    pub(crate) stdin: Option<FileFacts>,
}

impl Sources {
    /// Takes the paths of a command line, all of which must be there.
    pub(crate) fn of(paths: &[PathBuf], world: &mut World) -> Result<Self, Failure> {
        let is_stdin = |path: &&PathBuf| path.as_os_str() == STDIN;
        let asks_stdin = paths.iter().any(|path| is_stdin(&path));
        let stdin = if asks_stdin { Some(read_stdin(world)?) } else { None };
        let roots = paths.iter().filter(|path| !is_stdin(path));
        let roots: Vec<PathBuf> = roots.map(|path| world.directory.join(path)).collect();
        let missing: Vec<CliError> = roots
            .iter()
            .filter(|root| root.symlink_metadata().is_err())
            .map(|root| {
                let message = format!("`{}` does not exist", shown(root, &world.directory));
                CliError::new(ErrorKind::Files, message).with_hint("name a file, a folder, or `-`")
            })
            .collect();
        Failure::of_any(missing)?;
        Ok(Self { roots, stdin })
    }
}

fn read_stdin(world: &mut World) -> Result<FileFacts, CliError> {
    let mut bytes = Vec::new();
    let limit = SIZE_LIMIT as u64 + 1;
    world.stdin.by_ref().take(limit).read_to_end(&mut bytes).map_err(|error| {
        CliError::new(ErrorKind::Files, "standard input cannot be read").with_source(error)
    })?;
    Ok(read_file("<stdin>", &bytes))
}
