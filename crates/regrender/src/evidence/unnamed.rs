//! What objects of Flux and Argo CD here apply, and no path of a report names: it has a build of its
//! own, and an audit that does not see it finds nothing wrong in it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::enumeration::in_a_sentence;
use crate::evidence::exclusion::Exclusion;
use crate::path::{placed, shown, without_dots};
use crate::project::manifests::Manifests;
use crate::repository::{self, Walk};
use crate::world::World;

/// Warns of the folders that objects in a walk through `roots` apply and that it does not come by.
pub(super) fn warn(
    walk: &Walk,
    roots: &[PathBuf],
    manifests: &Manifests,
    exclusion: &Exclusion,
    world: &mut World,
) {
    let top = repository::top(&world.directory);
    let roots: Vec<PathBuf> = roots.iter().map(|root| without_dots(root)).collect();
    let applied = walk.manifests.iter().flat_map(|file| manifests.applied_by(file));
    let folders: BTreeSet<PathBuf> = applied
        .map(|path| without_dots(&placed(Path::new(path.trim_start_matches('/')), top)))
        .filter(|folder| folder.starts_with(top) && folder.is_dir() && !is_walked(folder, &roots))
        .filter(|folder| !exclusion.leaves_out(&folder.join("kustomization.yaml")))
        .collect();
    if folders.is_empty() {
        return;
    }
    let base = repository::base(&world.directory);
    let names: Vec<String> =
        folders.iter().map(|folder| base.name_of(&shown(folder, top))).collect();
    world.warn(&format!(
        "objects of Flux or Argo CD here apply what is not among the paths: {}; name it too",
        in_a_sentence(&names)
    ));
}

/// Says whether a walk through `roots` comes by a folder, or by a part of it.
fn is_walked(folder: &Path, roots: &[PathBuf]) -> bool {
    roots.iter().any(|root| folder.starts_with(root) || root.starts_with(folder))
}
