//! Where the manifests of a report come from: files, folders and standard input.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regrender_audit::{Content, FileFacts, SIZE_LIMIT, read_pipe};

use crate::error::{CliError, ErrorKind, Failure};
use crate::evidence::exclusion::Exclusion;
use crate::input::bytes::read_all;
use crate::path::{placed, shown};
use crate::pipe::{self, HYPHEN, STDIN, STDIN_AS_FILE};
use crate::project::manifests::Manifests;
use crate::repository::Walk;
use crate::world::World;

/// What is wrong with a path that holds no manifest, and the way out.
const NONE_THERE: (&str, &str) =
    ("holds no manifest", "name what holds manifests; what Git ignores counts only if it is named");

/// The same of a path all of whose manifests are left out.
const NONE_LEFT: (&str, &str) = (
    "holds no manifest but those that `--exclude` leaves out",
    "leave out less, or name what holds other manifests",
);

/// Where the manifests of a report come from.
pub(super) struct Sources {
    /// The files and folders.
    pub(super) roots: Vec<PathBuf>,
    /// What standard input declares, if it is among them.
    pub(super) stdin: Option<FileFacts>,
}

impl Sources {
    /// Takes the paths of a command line, all of which must be there.
    pub(super) fn of(paths: &[PathBuf], world: &mut World) -> Result<Self, Failure> {
        let is_stdin = |path: &&PathBuf| path.as_os_str() == HYPHEN;
        let asks_stdin = paths.iter().any(|path| is_stdin(&path));
        let stdin = if asks_stdin { Some(read_stdin(world)?) } else { None };
        let roots = paths.iter().filter(|path| !is_stdin(path));
        let roots: Vec<PathBuf> = roots.map(|path| placed(path, &world.directory)).collect();
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

    /// Makes sure that there is something to report on: a program before a pipe may have failed,
    /// and a path may be the wrong one. As for kubectl, that is an error.
    pub(super) fn check(
        &self,
        exclusion: &Exclusion,
        manifests: &mut Manifests,
        world: &mut World,
    ) -> Result<(), Failure> {
        let mut empty = Vec::new();
        for root in &self.roots {
            let name = format!("`{}`", shown(root, &world.directory));
            let found = Found::at(root, exclusion, manifests);
            if manifests.is_pipe(root) && manifests.content(root) == Content::Nothing {
                return Err(pipe::empty(&name).into());
            }
            // Where the run is cannot be the wrong place.
            let is_here = *root == world.directory && !found.is_left_out;
            if is_here || found.is_something(manifests) {
                continue;
            }
            let (lack, hint) = if found.is_left_out { NONE_LEFT } else { NONE_THERE };
            let message = format!("{name} {lack}");
            if found.walk.others.is_empty() {
                empty.push((message, hint));
            } else {
                world.warn(&message);
            }
        }
        if !empty.is_empty() && empty.len() == self.roots.len() && self.stdin.is_none() {
            let errors = empty.iter();
            let errors =
                errors.map(|(one, hint)| CliError::new(ErrorKind::Files, one).with_hint(*hint));
            return Failure::of_any(errors.collect());
        }
        for (message, _) in empty {
            world.warn(&message);
        }
        Ok(())
    }

    /// Lists them as an inventory calls them whose files are named from `base`.
    pub(super) fn names(&self, base: &Path) -> BTreeSet<String> {
        let stdin = self.stdin.iter().map(|_| STDIN_AS_FILE.to_owned());
        self.roots.iter().map(|root| shown(root, base)).chain(stdin).collect()
    }
}

/// What lies at a path of the command line, but for what is left out.
struct Found {
    walk: Walk,
    /// Whether manifests are left out.
    is_left_out: bool,
}

impl Found {
    /// Walks through what lies at `root`, and has its manifests read.
    fn at(root: &PathBuf, exclusion: &Exclusion, manifests: &mut Manifests) -> Self {
        let mut walk = manifests.walk(std::slice::from_ref(root));
        let count = walk.manifests.len();
        walk.manifests.retain(|file| !exclusion.leaves_out(file));
        walk.others.retain(|file| !exclusion.leaves_out(file));
        manifests.read(&walk.manifests);
        let is_left_out = walk.manifests.len() < count;
        Self { walk, is_left_out }
    }

    /// Says whether there is anything to report on.
    fn is_something(&self, manifests: &Manifests) -> bool {
        let is_content = |path: &PathBuf| manifests.content(path) != Content::Nothing;
        self.walk.manifests.iter().any(is_content) || !self.walk.unreadable.is_empty()
    }
}

fn read_stdin(world: &mut World) -> Result<FileFacts, CliError> {
    let read =
        read_all(&mut *world.stdin, SIZE_LIMIT).map_err(|error| pipe::unreadable(STDIN, error))?;
    let facts = match read {
        Some(bytes) => read_pipe(STDIN_AS_FILE, bytes.expose()),
        None => FileFacts::too_large(STDIN_AS_FILE),
    };
    if facts.content() == Content::Nothing { Err(pipe::empty(STDIN)) } else { Ok(facts) }
}
