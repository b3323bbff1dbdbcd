//! What of an output folder Git ignores, by the rules of the repository, the machine and the user.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use super::repository::{is_top, real_place, top};

/// Returns those of `files`, by their paths in `folder`, that Git ignores unless it tracks them.
pub(crate) fn ignored<'f>(folder: &Path, files: &[&'f str]) -> Vec<&'f str> {
    let Some(folder) = real_place(folder).filter(|folder| is_top(top(folder))) else {
        return Vec::new();
    };
    let mut wanted = BTreeSet::new();
    for file in files {
        // The rules may leave out a folder above.
        wanted.extend(folder.join(file).ancestors().map(Path::to_owned));
    }
    let seen = seen(top(&folder), wanted);
    files.iter().copied().filter(|file| !seen.contains(&folder.join(file))).collect()
}

/// Lists what a walk comes by that looks for nothing but `wanted` and keeps to the rules.
fn seen(top: &Path, wanted: BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
    let walk = WalkBuilder::new(top)
        .hidden(false)
        .ignore(false)
        .filter_entry(move |entry| wanted.contains(entry.path()))
        .build();
    walk.filter_map(Result::ok).map(ignore::DirEntry::into_path).collect()
}
