//! Whether what kustomizations name is there: kustomize builds nothing where it is not.
//!
//! Only what is missing for everybody counts. What Git ignores, and what lies in a submodule or in a
//! part of the repository that is not checked out, may be there elsewhere.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use regrender_audit::{Entry, EntryKind, Fault, KUSTOMIZATIONS};

use crate::path::without_dots;
use crate::repository::{Cause, GitFolder, find_top, tracked, would_be_ignored};

/// Looks at what an entry names; kustomizations are named from `base`, and what lies in `unbuilt`
/// is there after a build.
pub(crate) fn fault(entry: &Entry, base: &Path, unbuilt: &[PathBuf]) -> Option<Fault> {
    let file = base.join(&*entry.place.file);
    let folder = file.parent()?;
    let fault = fault_at(&folder.join(&entry.path), entry.kind)?;
    // As kustomize does: first the links on the way to the folder, then the dots of the path.
    let target = without_dots(&folder.canonicalize().ok()?.join(&entry.path));
    let is_excused = fault_at(&target, entry.kind).is_none()
        || unbuilt.iter().any(|folder| target.starts_with(folder))
        || is_elsewhere(&target, top_of(folder, base).as_deref()?);
    (!is_excused).then_some(fault)
}

fn fault_at(target: &Path, kind: EntryKind) -> Option<Fault> {
    let metadata = match fs::metadata(target) {
        Ok(metadata) => metadata,
        Err(error) if is_absence(&error) => return Some(Fault::Missing),
        // Nobody here may look.
        Err(_) => return None,
    };
    match kind {
        EntryKind::Folder if !metadata.is_dir() => Some(Fault::NotFolder),
        EntryKind::File if metadata.is_dir() => Some(Fault::NotFile),
        EntryKind::Any | EntryKind::Folder if metadata.is_dir() => {
            let has_any = KUSTOMIZATIONS.iter().any(|name| target.join(name).exists());
            (!has_any).then_some(Fault::NoKustomization)
        }
        EntryKind::Any | EntryKind::Folder | EntryKind::File => None,
    }
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Returns the top of the repository that `folder` lies in, or the folder of the run if it lies in
/// none.
fn top_of(folder: &Path, base: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    find_top(&folder).map(Path::to_owned).or_else(|| base.canonicalize().ok())
}

/// Says whether something that is not in the repository may be there in another place or at another
/// time.
fn is_elsewhere(target: &Path, top: &Path) -> bool {
    !target.starts_with(top)
        || is_sparse(target, top)
        || is_in_empty_folder(target, top)
        || would_be_ignored(target, top)
}

/// Says whether something is committed at a path, and a sparse checkout leaves it out.
fn is_sparse(target: &Path, top: &Path) -> bool {
    // It stays when the whole repository is checked out again; without it, nothing is left out.
    if !GitFolder::of(top).own.join("info/sparse-checkout").exists() {
        return false;
    }
    let tracked = tracked(top);
    let is_left_out = tracked.unseen.iter().any(|one| match one.cause {
        Cause::SparseFile => one.path.starts_with(target),
        Cause::SparseFolder => one.path.starts_with(target) || target.starts_with(&one.path),
        Cause::Submodule | Cause::Link => false,
    });
    is_left_out || tracked.unreadable.is_some()
}

/// Git knows no empty folder: one is a submodule that is not checked out.
fn is_in_empty_folder(target: &Path, top: &Path) -> bool {
    let mut above = target.ancestors().take_while(|folder| folder.starts_with(top));
    let nearest = above.find(|folder| folder.is_dir());
    nearest
        .and_then(|folder| fs::read_dir(folder).ok())
        .is_some_and(|mut found| found.next().is_none())
}
