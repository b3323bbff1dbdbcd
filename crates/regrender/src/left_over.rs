//! Trees that earlier builds wrote to a folder that is nobody's output folder any more.
//!
//! They come about when `directory` changes or clusters are declared. Whoever applies them applies
//! credentials that no build renews.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use regrender_config::Config;
use regrender_render::HEADER;

use crate::enumeration::in_a_sentence;
use crate::project::{CONFIG_FILE, shown};
use crate::repository;

/// Finds the files that a build wrote below `folder`, outside of every output folder.
///
/// Those below another registries.toml are its own.
pub(crate) fn left_over(folder: &Path, config: &Config) -> Vec<PathBuf> {
    if !repository::top(folder).join(".git").exists() {
        return Vec::new();
    }
    let outputs: Vec<PathBuf> =
        config.clusters.iter().map(|cluster| folder.join(&cluster.directory)).collect();
    let manifests = repository::walk(&[folder.to_owned()], &outputs).manifests;
    let written: Vec<PathBuf> =
        manifests.into_par_iter().filter(|path| begins_with_header(path)).collect();
    let is_of_another = |path: &PathBuf| {
        let between = path.ancestors().skip(1).take_while(|above| *above != folder);
        between.into_iter().any(|above| above.join(CONFIG_FILE).exists())
    };
    written.into_iter().filter(|path| !is_of_another(path)).collect()
}

/// Says what to do with them; nothing when there are none.
pub(crate) fn warning(files: &[PathBuf], directory: &Path) -> Option<String> {
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

fn begins_with_header(path: &Path) -> bool {
    let mut beginning = Vec::new();
    // The header follows a `#`.
    let enough = HEADER.len() as u64 + 1;
    let read = File::open(path).and_then(|file| file.take(enough).read_to_end(&mut beginning));
    read.is_ok() && beginning.strip_prefix(b"#").is_some_and(|line| line == HEADER.as_bytes())
}
