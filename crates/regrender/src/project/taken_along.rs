//! Objects of Flux and Argo CD that take the output folder along, and fail at it.
//!
//! They apply a folder above it in which no kustomization says what is to be applied, as the one does
//! that `flux bootstrap` makes: sealed files as they are, and components as if they were none.

use regrender_audit::Inventory;
use regrender_config::Cluster;

use crate::path::{shown, without_dots};
use crate::project::Project;

/// Tells of each.
pub(crate) fn warnings(project: &Project, cluster: &Cluster, inventory: &Inventory) -> Vec<String> {
    let output = without_dots(&project.folder.join(&cluster.directory));
    let output = shown(&output, &project.folder);
    let tell = |(file, above): (&str, &str)| {
        format!(
            "`{file}` has all of `{above}` applied, the output folder `{output}` too, at which that \
             fails: list in `{above}/kustomization.yaml` what is to be applied, or set another \
             `directory`"
        )
    };
    inventory.taking_along(&output).into_iter().map(tell).collect()
}
