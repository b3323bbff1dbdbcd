//! The inventory of files and folders: every manifest read, on all cores.

use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use regrender_audit::{FileFacts, Inventory, SIZE_LIMIT, read_file, read_other_file};

use crate::error::{CliError, ErrorKind};
use crate::project::shown;
use crate::repository::Walk;

/// What a file of the inventory comes to: what it declares, or why that cannot be known.
type Read = Result<FileFacts, Unread>;

/// A file or folder of the inventory that cannot be read.
struct Unread {
    file: String,
    reason: Reason,
}

/// Why it cannot be read.
enum Reason {
    /// It is no file of a size that a manifest has.
    Unfit(String),
    /// The system does not read it, though it may well be a manifest.
    Refused(io::Error),
}

/// The most bytes of a file that is no manifest and is still searched for what leaks.
const LARGEST_OTHER: u64 = 1024 * 1024;

/// Reads the manifests of a walk; `more` is what was read elsewhere.
///
/// Files are named as seen from `base`. What cannot be read is in the inventory too, with the reason.
pub(crate) fn read(walk: Walk, base: &Path, more: Vec<FileFacts>) -> Inventory {
    let (mut facts, unread) = read_all(walk, base);
    facts.extend(more);
    let mut inventory = Inventory::from_facts(facts);
    for Unread { file, reason } in unread {
        let reason = match reason {
            Reason::Unfit(reason) => reason,
            Reason::Refused(error) => error.to_string(),
        };
        inventory.add_unreadable(&file, &reason);
    }
    inventory
}

/// Reads the manifests of a walk for a build, and lists what the system does not let it read: it may
/// declare what the build would take for gone.
pub(crate) fn read_whole(walk: Walk, base: &Path) -> (Inventory, Vec<CliError>) {
    let (facts, unread) = read_all(walk, base);
    let refused = unread.into_iter().filter_map(|Unread { file, reason }| match reason {
        Reason::Unfit(_) => None,
        Reason::Refused(error) => {
            let message = format!("`{file}` of the inventory cannot be read");
            let hint = "leave it out if it declares nothing: with `inventory` in registries.toml, \
                        or in .gitignore";
            Some(CliError::new(ErrorKind::Files, message).because_of(error).with_hint(hint))
        }
    });
    (Inventory::from_facts(facts), refused.collect())
}

fn read_all(walk: Walk, base: &Path) -> (Vec<FileFacts>, Vec<Unread>) {
    let results: Vec<Read> =
        walk.manifests.par_iter().map(|path| read_manifest(path, &shown(path, base))).collect();
    let mut facts = Vec::new();
    let mut unread = Vec::new();
    for result in results {
        match result {
            Ok(found) => facts.push(found),
            Err(problem) => unread.push(problem),
        }
    }
    unread.extend(walk.dangling.iter().map(|path| Unread {
        file: shown(path, base),
        reason: Reason::Unfit(String::from("it is a symbolic link that leads nowhere")),
    }));
    unread.extend(
        walk.unreadable.into_iter().map(|(path, error)| Unread {
            file: shown(&path, base),
            reason: Reason::Refused(error),
        }),
    );
    (facts, unread)
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
    let failed = |reason| Unread { file: name.to_owned(), reason };
    let size = path.metadata().map_err(|error| failed(Reason::Refused(error)))?.len();
    if size > SIZE_LIMIT as u64 {
        let reason = format!("is larger than {} MiB", SIZE_LIMIT / 1024 / 1024);
        return Err(failed(Reason::Unfit(reason)));
    }
    let bytes = std::fs::read(path).map_err(|error| failed(Reason::Refused(error)))?;
    Ok(read_file(name, &bytes))
}
