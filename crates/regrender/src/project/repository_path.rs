//! The path of an output folder from the top of the Git repository, from which Kustomizations and
//! Applications count.

use regrender_config::{Cluster, Consumer};

use crate::project::Project;
use crate::repository;

/// Returns the path for `cluster`, without the links that may lead there: Flux takes none of them
/// along.
pub(crate) fn of(project: &Project, cluster: &Cluster) -> String {
    let folder = project.folder.join(&cluster.directory);
    let top = repository::top(&project.folder);
    let [folder, top] =
        [&folder, top].map(|path| repository::real_place(path).unwrap_or_else(|| path.to_owned()));
    let path = folder.strip_prefix(top).unwrap_or(&folder);
    let parts: Vec<String> =
        path.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    parts.join("/")
}

/// Says that there is no repository from whose top the paths count: as in a container that got a
/// folder of it alone.
pub(crate) fn warning(project: &Project, cluster: &Cluster) -> Option<String> {
    let has_paths = cluster.per_namespace
        && [Consumer::Flux, Consumer::ArgoCd].iter().any(|one| cluster.consumers.contains(one));
    (has_paths && repository::find_top(&project.folder).is_none()).then(|| {
        format!(
            "the paths that `per-namespace` writes into `{}` begin at the folder of registries.toml, \
             which lies in no Git repository: run this in the whole repository, with its `.git`",
            cluster.directory
        )
    })
}
