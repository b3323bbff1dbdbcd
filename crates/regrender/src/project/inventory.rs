//! The inventory of a cluster: its manifests, as far as a build depends on them.

use std::io;
use std::path::{Path, PathBuf};

use regrender_audit::Inventory;
use regrender_config::{Cluster, Namespaces, PullSecret};

use crate::error::{CliError, ErrorKind};
use crate::project::manifests::Manifests;
use crate::project::{Project, left_over};
use crate::repository::{self, Cause, Unseen};

/// Reads the inventory of `cluster`: its manifests, without the output folder of any cluster and
/// what earlier builds wrote elsewhere.
///
/// It stays empty when nothing that lands in the cluster depends on it. With it comes what can hold
/// manifests of it and was not walked through. The errors tell what of it cannot be read.
pub(crate) fn of(
    project: &Project,
    cluster: &Cluster,
    manifests: &mut Manifests,
) -> Result<(Inventory, Vec<Unseen>), Vec<CliError>> {
    if !project.config.secrets_of(cluster).any(depends_on_inventory) {
        return Ok((Inventory::default(), Vec::new()));
    }
    let paths: Vec<PathBuf> =
        cluster.inventory.iter().map(|path| project.folder.join(path)).collect();
    if manifests.must_be_read() {
        let missing: Vec<CliError> =
            cluster.inventory.iter().filter_map(|path| missing(project, path)).collect();
        if !missing.is_empty() {
            return Err(missing);
        }
    }
    let mut walk = manifests.walk(&paths).without(&project.outputs());
    manifests.read(&walk.manifests);
    walk.manifests.retain(|path| !left_over::is_left_over(path, project, manifests));
    let inventory = manifests.inventory(&walk);
    let refused = manifests.refused(&walk);
    if !refused.is_empty() {
        return Err(refused);
    }
    leave_out_known_targets(&mut walk.unseen, &paths, project);
    Ok((inventory, walk.unseen))
}

/// Leaves out the links that lead to nothing of the inventory, or to what is walked through anyway.
fn leave_out_known_targets(unseen: &mut Vec<Unseen>, walked: &[PathBuf], project: &Project) {
    if unseen.iter().all(|one| one.cause != Cause::Link) {
        return;
    }
    let real = |paths: &[PathBuf]| -> Vec<PathBuf> {
        paths.iter().filter_map(|path| path.canonicalize().ok()).collect()
    };
    let mut known = real(walked);
    known.extend(real(&project.outputs()));
    let top = repository::top(&project.folder).canonicalize().unwrap_or_default();
    let is_elsewhere = |link: &Path| {
        let target = link.canonicalize().unwrap_or_default();
        let can_declare = target.is_dir() || repository::is_manifest(&target);
        can_declare
            && target.starts_with(&top)
            && !known.iter().any(|folder| target.starts_with(folder))
    };
    unseen.retain(|one| one.cause != Cause::Link || is_elsewhere(&one.path));
}

/// What was declared in a folder that is not there any more would look as if it were gone.
fn missing(project: &Project, path: &str) -> Option<CliError> {
    let error = project.folder.join(path).metadata().err()?;
    if error.kind() != io::ErrorKind::NotFound {
        return None;
    }
    let message = format!("`{path}` of the inventory is not there");
    let hint = "name files and folders that are there with `inventory` in registries.toml";
    Some(CliError::new(ErrorKind::Files, message).with_hint(hint))
}

fn depends_on_inventory(secret: &PullSecret) -> bool {
    let is_listed = matches!(secret.namespaces, Namespaces::Listed(_));
    !is_listed || !secret.service_accounts.is_empty() || !secret.workloads.is_empty()
}
