//! What is there before anything secret is asked for: the inventory and the output folder of each
//! cluster.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regrender_audit::Inventory;
use regrender_config::Cluster;
use regrender_render::Surroundings;

use crate::error::{CliError, ErrorKind};
use crate::output_folder::OutputFolder;
use crate::project::manifests::Manifests;
use crate::project::stranger::KnownNamespaces;
use crate::project::unread_manifest::Unread;
use crate::project::{
    Project, inventory, left_over, lost_namespace, lost_target, repository_path, second_manifest,
    stranger, surroundings, taken_along, unlisted_component, written_name,
};
use crate::repository::{self, Unseen};
use crate::world::World;

/// The part of a cluster that needs neither a credential nor a key.
#[derive(Debug)]
pub(crate) struct Ground<'a> {
    /// The cluster.
    pub(crate) cluster: &'a Cluster,
    /// Its output folder.
    pub(crate) folder: OutputFolder,
    /// What the repository around it says.
    pub(crate) surroundings: Surroundings,
    /// What there goes badly with registries.toml; for a report only what it cannot see itself.
    pub(crate) warnings: BTreeSet<String>,
    /// The folders that something takes as components.
    pub(crate) taken_components: BTreeSet<PathBuf>,
}

/// Reads what is there: the inventory and the output folder of each cluster.
pub(crate) fn survey<'a>(
    project: &'a Project,
    clusters: &'a [String],
    drop_emptied: bool,
    manifests: &mut Manifests,
    errors: &mut Vec<CliError>,
) -> Vec<Ground<'a>> {
    let mut grounds: Vec<Ground<'_>> = Vec::new();
    let mut namespaces = Vec::new();
    errors.extend(shared_folder(project));
    for cluster in project.clusters(clusters) {
        let (mut ground, inventory, unseen) = match read(project, cluster, drop_emptied, manifests)
        {
            Ok(found) => found,
            Err(found) => {
                errors.extend(found);
                continue;
            }
        };
        ground.warnings.extend(unlisted(project, &ground, &inventory));
        // A report has findings of its own.
        if manifests.must_be_read() {
            errors.extend(lost(project, &ground, &inventory, &unseen));
            ground.warnings.extend(warnings(project, &ground, &inventory));
            namespaces.push(KnownNamespaces::of(&inventory, &ground.surroundings));
        }
        grounds.push(ground);
    }
    for (ground, known) in grounds.iter_mut().zip(&namespaces) {
        let Ground { cluster, surroundings, warnings, .. } = ground;
        warnings.extend(stranger::warnings(project, cluster, surroundings, known, &namespaces));
    }
    grounds
}

/// Reads what is there, and tells whoever builds or checks a project what goes badly with it.
pub(crate) fn survey_and_tell<'a>(
    project: &'a Project,
    clusters: &'a [String],
    drop_emptied: bool,
    errors: &mut Vec<CliError>,
    world: &mut World,
) -> Vec<Ground<'a>> {
    let mut manifests = Manifests::of_build(project);
    let grounds = survey(project, clusters, drop_emptied, &mut manifests, errors);
    world.warn_of(left_over::warning(project, &mut manifests, &world.directory));
    for ground in &grounds {
        world.warn_of(ground.warnings.iter().cloned());
    }
    grounds
}

/// Reads what is there of one cluster.
fn read<'a>(
    project: &'a Project,
    cluster: &'a Cluster,
    drop_emptied: bool,
    manifests: &mut Manifests,
) -> Result<(Ground<'a>, Inventory, Vec<Unseen>), Vec<CliError>> {
    let path = project.folder.join(&cluster.directory);
    if let Some(error) = outside_of_repository(project, cluster, &path) {
        return Err(vec![error]);
    }
    let folder = OutputFolder::list(&path).map_err(|error| vec![error])?;
    let (inventory, unseen) = inventory::of(project, cluster, manifests)?;
    let surroundings =
        surroundings::surroundings(project, cluster, &inventory, &folder, drop_emptied)?;
    let taken_components = unlisted_component::taken(project, &inventory);
    let warnings = BTreeSet::new();
    let ground = Ground { cluster, folder, surroundings, warnings, taken_components };
    Ok((ground, inventory, unseen))
}

/// Tells of what looks gone only because a manifest cannot be read, or is not there.
fn lost(
    project: &Project,
    ground: &Ground<'_>,
    inventory: &Inventory,
    unseen: &[Unseen],
) -> Vec<CliError> {
    let Ground { cluster, folder, surroundings, .. } = ground;
    let unread = Unread { inventory, unseen };
    let mut errors =
        lost_namespace::errors(project, cluster, unread, folder, &surroundings.namespaces);
    errors.extend(lost_target::errors(project, cluster, unread, folder, surroundings));
    errors
}

/// Tells of what goes badly with registries.toml in the manifests of one cluster.
fn warnings(project: &Project, ground: &Ground<'_>, inventory: &Inventory) -> BTreeSet<String> {
    let Ground { cluster, folder, surroundings, .. } = ground;
    let mut warnings = written_name::warnings(project, cluster, surroundings);
    warnings.extend(second_manifest::warnings(project, cluster, inventory, surroundings));
    warnings.extend(repository_path::warning(project, cluster));
    warnings.extend(lost_target::warnings(project, cluster, inventory, folder, surroundings));
    warnings.extend(taken_along::warnings(project, cluster, inventory));
    warnings
}

/// Tells of components that nothing takes, on which a report goes as if they were taken.
fn unlisted(project: &Project, ground: &Ground<'_>, inventory: &Inventory) -> Option<String> {
    let Ground { cluster, folder, surroundings, taken_components: taken, .. } = ground;
    unlisted_component::warning(project, cluster, inventory, folder, surroundings, taken)
}

/// Links may lead from the output folders of two clusters to one, in which each build would take away
/// what is for the other.
fn shared_folder(project: &Project) -> Option<CliError> {
    let places = project.config.clusters.iter().filter_map(|cluster| {
        let place = project.folder.join(&cluster.directory).canonicalize().ok()?;
        Some((place, &cluster.directory))
    });
    let mut places: Vec<_> = places.collect();
    places.sort_unstable();
    let neighbours = places.iter().zip(places.iter().skip(1));
    let ((above, one), (_, other)) =
        neighbours.into_iter().find(|((above, _), (below, _))| below.starts_with(above))?;
    let message = format!(
        "output folders `{one}` and `{other}` of two clusters both lead to `{}`",
        above.display()
    );
    let hint = "put a folder in the place of a link, or set another `directory`";
    Some(CliError::new(ErrorKind::Files, message).with_hint(hint))
}

/// A link in the way to the output folder may lead anywhere; nothing outside of the repository is
/// ever written.
fn outside_of_repository(project: &Project, cluster: &Cluster, path: &Path) -> Option<CliError> {
    let real = repository::real_place(path)?;
    let top = repository::top(&project.folder).canonicalize().ok()?;
    if real.starts_with(&top) {
        return None;
    }
    let message = format!(
        "output folder `{}` leads to `{}`, outside of `{}`",
        cluster.directory,
        real.display(),
        top.display()
    );
    let hint = "put a folder in the place of the link, or set another `directory`";
    Some(CliError::new(ErrorKind::Files, message).with_hint(hint))
}
