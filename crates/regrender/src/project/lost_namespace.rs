//! A namespace that a build wrote pull secrets for, and that is lost with a manifest nobody can read.
//!
//! A slip of the pen or the markers of a merge in the manifest of a Namespace would otherwise look as
//! if it were gone, and its pull secrets with it.

use std::collections::{BTreeMap, BTreeSet};

use regrender_config::{Cluster, Config, Namespaces};
use regrender_render::pull_secret_of_path;

use crate::error::CliError;
use crate::output_folder::OutputFolder;
use crate::project::Project;
use crate::project::unread_manifest::{self, Lost, Unread};

/// The word that the manifest of a namespace cannot do without.
const NAMESPACE: &str = "Namespace";

/// Tells of the manifests that cannot be read, or are not there, and could be those of namespaces that are gone.
pub(crate) fn errors(
    project: &Project,
    cluster: &Cluster,
    unread: Unread<'_>,
    folder: &OutputFolder,
    namespaces: &BTreeMap<String, Vec<String>>,
) -> Vec<CliError> {
    if !asks_inventory(&project.config, cluster) {
        return Vec::new();
    }
    let wanted: BTreeSet<&str> = namespaces.values().flatten().map(String::as_str).collect();
    let sealed = folder.files.iter().filter_map(|path| pull_secret_of_path(path));
    let written: BTreeSet<&str> = sealed.map(|(namespace, _)| namespace).collect();
    let lost = written.difference(&wanted).map(|name| Lost {
        shown: (*name).to_owned(),
        kind: NAMESPACE.to_owned(),
        // It may stand there without the prefix that kustomize gives it.
        name: None,
    });
    unread_manifest::errors(project, unread, &lost.collect::<Vec<Lost>>())
}

/// Says whether the namespaces of any pull secret come from the inventory.
fn asks_inventory(config: &Config, cluster: &Cluster) -> bool {
    let mut secrets = config.secrets_of(cluster);
    secrets.any(|secret| matches!(secret.namespaces, Namespaces::Inventory { .. }))
}
