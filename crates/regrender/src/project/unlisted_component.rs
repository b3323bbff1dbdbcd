//! Components of patches that nothing takes: kustomize says nothing, and the pods that they are for
//! pull without credentials.

use std::collections::BTreeSet;
use std::path::PathBuf;

use regrender_audit::{Inventory, KUSTOMIZATIONS};
use regrender_config::Cluster;
use regrender_render::{Patch, PatchTarget, Placement, Surroundings, component_folder};

use crate::enumeration::in_a_sentence;
use crate::output_folder::OutputFolder;
use crate::path::without_dots;
use crate::project::Project;

/// Lists the folders that something takes as components.
pub(crate) fn taken(project: &Project, inventory: &Inventory) -> BTreeSet<PathBuf> {
    inventory.components().map(|path| place(project, &path)).collect()
}

fn place(project: &Project, path: &str) -> PathBuf {
    without_dots(&project.folder.join(path))
}

/// Tells of those in the output folder that patch what the inventory knows. The build that makes one
/// says itself where it belongs.
pub(crate) fn warning(
    project: &Project,
    cluster: &Cluster,
    inventory: &Inventory,
    folder: &OutputFolder,
    surroundings: &Surroundings,
    taken: &BTreeSet<PathBuf>,
) -> Option<String> {
    if surroundings.declared_accounts.is_empty() && surroundings.workloads.is_empty() {
        return None;
    }
    let components = folder.files.iter().filter_map(|path| component_folder(path));
    let mut components = components
        .map(|component| format!("{}/{component}", cluster.directory))
        .filter(|component| !taken.contains(&place(project, component)))
        .peekable();
    components.peek()?;
    if inventory.unreadable().iter().any(|found| is_kustomization(&found.file)) {
        return None;
    }
    let placements = Placement::of_cluster(&project.config, cluster, surroundings);
    let is_missed = |component: &String| {
        let namespace = component.rsplit('/').next().unwrap_or_default();
        let patches = placements.get(namespace).into_iter().flat_map(|one| one.patches.values());
        patches.into_iter().any(|patch| adds_something(namespace, patch, surroundings))
    };
    let missed: Vec<String> = components.filter(is_missed).collect();
    let (are, do_without, it) = match missed.len() {
        0 => return None,
        1 => ("is a component", "it patches does", "it"),
        _ => ("are components", "they patch does", "each"),
    };
    Some(format!(
        "{} {are} that nothing takes: what {do_without} without the pull secrets; list {it} under \
         `components:` in the kustomization.yaml of the overlay that owns what is patched",
        in_a_sentence(&missed)
    ))
}

fn is_kustomization(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    KUSTOMIZATIONS.contains(&name)
}

/// Says whether a patch is for a manifest of the inventory, and gives it a name that is not in it.
fn adds_something(namespace: &str, patch: &Patch, surroundings: &Surroundings) -> bool {
    let namespace = namespace.to_owned();
    let own = match &patch.target {
        PatchTarget::Account(name) => {
            surroundings.declared_accounts.get(&(namespace, name.clone()))
        }
        PatchTarget::Workload(workload) => {
            let key = (namespace, workload.kind.clone(), workload.name.clone());
            surroundings.workloads.get(&key).map(|declared| &declared.pull_secrets)
        }
    };
    own.is_some_and(|own| patch.pull_secrets.iter().any(|name| !own.contains(name)))
}
