//! Trees that earlier builds wrote to a folder that is nobody's output folder any more.
//!
//! They come about when `directory` changes or clusters are declared. Whoever applies them applies
//! credentials that no build renews.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use regrender_config::Cluster;

use crate::enumeration::in_a_sentence;
use crate::path::shown;
use crate::project::manifests::Manifests;
use crate::project::{CONFIG_FILE, LARGEST_CONFIG, Project};
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
    let mut left_over: Vec<PathBuf> = walk
        .manifests
        .into_par_iter()
        .filter(|path| is_left_over(path, project, manifests))
        .collect();
    if !left_over.is_empty() {
        let others = neighbours(project);
        left_over.retain(|path| !others.iter().any(|folder| path.starts_with(folder)));
    }
    told(&left_over, directory)
}

/// Lists the output folders of other configurations beside registries.toml: what is in them is theirs.
fn neighbours(project: &Project) -> Vec<PathBuf> {
    let entries = fs::read_dir(&project.folder).into_iter().flatten().flatten();
    let files = entries.map(|entry| entry.path()).filter(|path| {
        path.extension().is_some_and(|ending| ending == "toml") && *path != project.file
    });
    let configs = files.filter_map(|file| {
        let is_small =
            file.metadata().is_ok_and(|found| found.is_file() && found.len() <= LARGEST_CONFIG);
        let text = is_small.then(|| fs::read_to_string(file).ok()).flatten()?;
        regrender_config::parse(&text).config
    });
    let folder = |cluster: &Cluster| project.folder.join(&cluster.directory);
    configs.flat_map(|config| config.clusters.iter().map(folder).collect::<Vec<_>>()).collect()
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
