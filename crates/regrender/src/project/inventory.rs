//! The inventory of a cluster: its manifests, as far as a build depends on them.

use std::io;
use std::path::PathBuf;

use regrender_audit::Inventory;
use regrender_config::{Cluster, Namespaces, PullSecret};

use crate::error::{CliError, ErrorKind};
use crate::project::manifests::Manifests;
use crate::project::{Project, left_over};

/// Reads the inventory of `cluster`: its manifests, without the output folder of any cluster and
/// what earlier builds wrote elsewhere.
///
/// It stays empty when nothing that lands in the cluster depends on it. The errors tell what of it
/// cannot be read.
pub(crate) fn of(
    project: &Project,
    cluster: &Cluster,
    manifests: &mut Manifests,
) -> (Inventory, Vec<CliError>) {
    if !project.config.secrets_of(cluster).any(depends_on_inventory) {
        return (Inventory::default(), Vec::new());
    }
    let paths: Vec<PathBuf> =
        cluster.inventory.iter().map(|path| project.folder.join(path)).collect();
    if manifests.must_be_read() {
        let missing: Vec<CliError> =
            cluster.inventory.iter().filter_map(|path| missing(project, path)).collect();
        if !missing.is_empty() {
            return (Inventory::default(), missing);
        }
    }
    let mut walk = manifests.walk(&paths).without(&project.outputs());
    manifests.read(&walk.manifests);
    walk.manifests.retain(|path| !left_over::is_left_over(path, project, manifests));
    (manifests.inventory(&walk), manifests.refused(&walk))
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
