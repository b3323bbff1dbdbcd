//! The Git repository around a registries.toml: its top, and the manifests in it.

use std::fs;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

/// The most bytes of a manifest that are read.
const LARGEST_MANIFEST: u64 = 16 * 1024 * 1024;

/// Returns the top of the Git repository that `folder` lies in, or `folder` itself.
pub(crate) fn top(folder: &Path) -> &Path {
    folder.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(folder)
}

/// Lists the manifests below `paths` in order, without those below `except`.
///
/// What Git ignores is no part of the repository. Links are not followed.
pub(crate) fn manifests(paths: &[PathBuf], except: &[PathBuf]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in paths {
        let except = except.to_vec();
        let walk = WalkBuilder::new(path)
            .hidden(true)
            .require_git(false)
            .sort_by_file_name(Ord::cmp)
            .filter_entry(move |entry| !except.iter().any(|folder| entry.path() == folder))
            .build();
        let found = walk.flatten().filter(|entry| {
            entry.file_type().is_some_and(|kind| kind.is_file()) && is_manifest(entry.path())
        });
        files.extend(found.map(ignore::DirEntry::into_path));
    }
    files.sort();
    files.dedup();
    files
}

/// Reads a manifest; one that cannot be read or is enormous says nothing.
pub(crate) fn read(path: &Path) -> Option<Vec<u8>> {
    let metadata = fs::metadata(path).ok()?;
    if metadata.len() > LARGEST_MANIFEST {
        return None;
    }
    fs::read(path).ok()
}

fn is_manifest(path: &Path) -> bool {
    path.extension().is_some_and(|extension| {
        ["yaml", "yml", "json"].iter().any(|known| extension.eq_ignore_ascii_case(known))
    })
}
