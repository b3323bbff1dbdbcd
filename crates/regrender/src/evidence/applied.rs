//! What a build writes for a cluster, and beside which manifests it is applied.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regrender_audit::Landing;

use crate::path::without_dots;
use crate::plan::ground::Ground;
use crate::project::Project;

/// The pull secrets of one cluster, and its manifests.
#[derive(Debug)]
pub(crate) struct Applied {
    /// Where its own manifests are.
    inventory: Vec<PathBuf>,
    /// The Secrets that a build seals for it, by namespace and name.
    secrets: BTreeSet<(String, String)>,
}

impl Applied {
    /// Lists what a build writes for the cluster of `ground`.
    pub(crate) fn of(project: &Project, ground: &Ground<'_>) -> Self {
        let config = &project.config;
        let inventory = &ground.cluster.inventory;
        let inventory = inventory.iter().map(|path| without_dots(&project.folder.join(path)));
        let mut secrets = BTreeSet::new();
        for secret in config.secrets_of(ground.cluster).filter(|one| config.is_sealed(one)) {
            let namespaces = ground.surroundings.namespaces.get(&secret.name).into_iter().flatten();
            secrets.extend(
                namespaces.map(|namespace| (namespace.clone(), secret.secret_name.clone())),
            );
        }
        Self { inventory: inventory.collect(), secrets }
    }

    fn is_beside(&self, top: &Path) -> bool {
        self.inventory.iter().any(|folder| top.starts_with(folder))
    }
}

/// Says whether a build writes a Secret to where one of a manifest lands.
///
/// What belongs to the inventories of several clusters may be for any of them, so each has to have
/// the Secret.
pub(crate) fn is_second(landing: Landing<'_>, applied: &[Applied], directory: &Path) -> bool {
    let top = without_dots(&directory.join(landing.top));
    let address = (landing.namespace.to_owned(), landing.name.to_owned());
    let mut beside = applied.iter().filter(|one| one.is_beside(&top)).peekable();
    beside.peek().is_some() && beside.all(|one| one.secrets.contains(&address))
}
