//! Trees that earlier builds wrote to a folder that is nobody's output folder any more.
//!
//! They come about when `directory` changes or clusters are declared. Whoever applies them applies
//! credentials that no build renews.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::enumeration::in_a_sentence;
use crate::path::shown;
use crate::project::manifests::Manifests;
use crate::project::{CONFIG_FILE, Project};
use crate::repository;

/// Says what to do with the files of a project that are left over; nothing when there are none.
///
/// Without a Git repository nobody knows how far below its folder the project goes.
pub(crate) fn warning(
    project: &Project,
    manifests: &mut Manifests,
    directory: &Path,
) -> Option<String> {
    repository::find_top(&project.folder)?;
    let walk = manifests.walk(std::slice::from_ref(&project.folder)).without(&project.outputs());
    let manifests = &*manifests;
    let left_over: Vec<PathBuf> = walk
        .manifests
        .into_par_iter()
        .filter(|path| is_left_over(path, project, manifests))
        .collect();
    told(&left_over, directory)
}

/// Says whether a file outside of every output folder is what an earlier build wrote there. Those
/// below another registries.toml are its own.
pub(crate) fn is_left_over(path: &Path, project: &Project, manifests: &Manifests) -> bool {
    let mut between = path.ancestors().skip(1).take_while(|above| *above != project.folder);
    path.starts_with(&project.folder)
        && manifests.is_written(path)
        && !between.any(|above| above.join(CONFIG_FILE).exists())
}

fn told(files: &[PathBuf], directory: &Path) -> Option<String> {
    let folders: BTreeSet<&Path> = files.iter().filter_map(|file| file.parent()).collect();
    let tops: Vec<String> = folders
        .iter()
        .filter(|folder| !folder.ancestors().skip(1).any(|above| folders.contains(above)))
        .map(|folder| shown(folder, directory))
        .collect();
    let count = match files.len() {
        0 => return None,
        1 => String::from("1 file that a build wrote lies"),
        count => format!("{count} files that a build wrote lie"),
    };
    Some(format!(
        "{count} outside of every output folder, in {}: no build renews them; when nothing applies \
         them any more, remove them",
        in_a_sentence(&tops)
    ))
}
