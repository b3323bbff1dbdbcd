//! The inventory of files and folders: every manifest read, on all cores.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use regrender_audit::{FileFacts, Inventory, SIZE_LIMIT, read_file, read_other_file};

use crate::project::shown;
use crate::repository::Walk;

/// What a file of the inventory comes to: what it declares, or its name and why it cannot be read.
type Read = Result<FileFacts, (String, String)>;

/// The most bytes of a file that is no manifest and is still searched for what leaks.
const LARGEST_OTHER: u64 = 1024 * 1024;

/// Reads the manifests of a walk; `more` is what was read elsewhere.
///
/// Files are named as seen from `base`. What cannot be read is in the inventory too, with the reason.
pub(crate) fn read(walk: &Walk, base: &Path, more: Vec<FileFacts>) -> Inventory {
    let results: Vec<Read> =
        walk.manifests.par_iter().map(|path| read_manifest(path, &shown(path, base))).collect();
    let mut facts = more;
    let mut unreadable = Vec::new();
    for result in results {
        match result {
            Ok(found) => facts.push(found),
            Err(problem) => unreadable.push(problem),
        }
    }
    let mut inventory = Inventory::from_facts(facts);
    let dangling = walk
        .dangling
        .iter()
        .map(|path| (shown(path, base), String::from("it is a symbolic link that leads nowhere")));
    for (file, reason) in unreadable.into_iter().chain(dangling) {
        inventory.add_unreadable(&file, &reason);
    }
    inventory
}

/// Searches the files of a walk that are no manifests for what leaks.
pub(crate) fn search_others(walk: &Walk, base: &Path) -> Vec<FileFacts> {
    let search = |path: &PathBuf| {
        let is_small = path.metadata().is_ok_and(|metadata| metadata.len() <= LARGEST_OTHER);
        let bytes = is_small.then(|| std::fs::read(path).ok()).flatten()?;
        read_other_file(&shown(path, base), &bytes)
    };
    walk.others.par_iter().filter_map(search).collect()
}

fn read_manifest(path: &Path, name: &str) -> Read {
    let failed = |reason: String| (name.to_owned(), reason);
    let size = path.metadata().map_err(|error| failed(error.to_string()))?.len();
    if size > SIZE_LIMIT as u64 {
        return Err(failed(format!("is larger than {} MiB", SIZE_LIMIT / 1024 / 1024)));
    }
    let bytes = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    Ok(read_file(name, &bytes))
}
