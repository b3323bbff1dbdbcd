//! The Git repository around a folder: where its top is, and which files in it count.

mod git_folder;
mod ignored;
mod split_index;
mod tracked;
mod unseen;
mod walk;

use std::path::{Path, PathBuf};

use regrender_audit::Base;

use crate::path::shown;

pub(crate) use self::git_folder::GitFolder;
pub(crate) use self::ignored::{ignored, would_be_ignored};
pub(crate) use self::tracked::tracked;
pub(crate) use self::unseen::{Cause, Unseen};
pub(crate) use self::walk::{Walk, is_manifest, walk};

/// Returns the top of the Git repository that `folder` lies in, if it lies in one.
pub(crate) fn find_top(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| folder.join(".git").exists())
}

/// Returns the top of the Git repository that `folder` lies in, or `folder` itself.
pub(crate) fn top(folder: &Path) -> &Path {
    find_top(folder).unwrap_or(folder)
}

/// Says where in its Git repository `folder` lies, for files that are named from there.
pub(crate) fn base(folder: &Path) -> Base {
    Base::new(&shown(folder, top(folder)))
}

/// Follows the links on the way to `path`; what is not there yet keeps its name.
pub(crate) fn real_place(path: &Path) -> Option<PathBuf> {
    let existing = path.ancestors().find(|above| above.exists())?;
    let mut real = existing.canonicalize().ok()?;
    real.extend(path.strip_prefix(existing).ok()?);
    Some(real)
}
