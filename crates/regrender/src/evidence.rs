//! What a report on a repository goes by: what is declared, what the manifests say, and what opens
//! their sealed Secrets.

mod applied;
pub(crate) mod declared;
pub(crate) mod exclusion;
mod listed;
mod named;
pub(crate) mod opener;
mod source;
mod unnamed;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regrender_audit::{ClearSource, Declared, Inventory};

use crate::args::{ReportSources, Selection};
use crate::enumeration::in_a_sentence;
use crate::error::Failure;
use crate::evidence::applied::{Applied, is_second};
use crate::evidence::declared::{ClearFile, clear_files, declared};
use crate::evidence::exclusion::Exclusion;
use crate::evidence::opener::SecretOpener;
use crate::evidence::source::Sources;
use crate::path::shown;
use crate::project::manifests::{Manifests, search_others};
use crate::project::{CONFIG_FILE, Project};
use crate::repository::{self, Walk};
use crate::unread;
use crate::world::World;

/// What a report on a repository goes by.
pub(crate) struct Evidence {
    /// What registries.toml declares.
    pub(crate) declared: Declared,
    /// What the manifests declare.
    pub(crate) inventory: Inventory,
    /// What opens their sealed Secrets.
    pub(crate) opener: SecretOpener,
}

/// What becomes of files that are no manifests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Others {
    /// They are searched for what leaks.
    Search,
    /// They are left alone.
    PassOver,
}

impl Evidence {
    /// Gathers it; manifests that name no namespace are in `namespace`.
    pub(crate) fn gather(
        from: &ReportSources,
        others: Others,
        namespace: Option<&str>,
        world: &mut World,
    ) -> Result<Self, Failure> {
        let mut manifests = Manifests::of_report(&world.directory);
        let Declarations { mut declared, applied, secrets, unbuilt } =
            declarations(&from.selection, &mut manifests, world)?;
        let opener = SecretOpener::discover(&from.identities.identity, world)?;
        let sources = Sources::of(&from.paths, world)?;
        let exclusion = Exclusion::of(&from.exclude, &world.directory);
        sources.check(&exclusion, &mut manifests, world)?;
        let walk = manifests.walk(&sources.roots);
        let mut walk = exclusion.apply(walk, &mut manifests, world);
        named::add_elsewhere(&mut walk, &sources.roots, &mut manifests, &world.directory);
        if from.selection.config.is_none() && !Project::is_near(world) {
            warn_of_unread(&walk, &sources.roots, world);
        }
        unnamed::warn(&walk, &sources.roots, &manifests, &exclusion, world);
        let named = sources.names(&world.directory);
        let mut facts = Vec::from_iter(sources.stdin);
        if others == Others::Search {
            facts.extend(search_others(&walk, &world.directory));
            declared.clear_sources = clear_sources(&secrets, &walk, &world.directory);
        }
        let hand_made = if applied.is_empty() {
            BTreeSet::new()
        } else {
            hand_made(&walk, &manifests, &world.directory)
        };
        let mut inventory = manifests.into_inventory(&walk, facts);
        // What the walk finds below a folder is listed.
        unread::check(inventory.unreadable(), |one| unread::is_source(one, &named))?;
        if let Some(namespace) = namespace {
            inventory.assume_namespace(namespace);
        }
        inventory.check_entries(|entry| listed::fault(entry, &world.directory, &unbuilt));
        inventory.check_second_manifests(|landing| {
            hand_made.contains(landing.file) && is_second(landing, &applied, &world.directory)
        });
        Ok(Self { declared, inventory, opener })
    }
}

/// What registries.toml says that a report goes by.
#[derive(Default)]
struct Declarations {
    /// What it declares.
    declared: Declared,
    /// What of it is applied beside the manifests of each cluster.
    applied: Vec<Applied>,
    /// Where its secrets stand in clear.
    secrets: Vec<ClearFile>,
    /// The output folders that no build has made yet.
    unbuilt: Vec<PathBuf>,
}

/// Reads registries.toml; without one, nothing is declared.
fn declarations(
    selection: &Selection,
    manifests: &mut Manifests,
    world: &mut World,
) -> Result<Declarations, Failure> {
    let now = Some(regrender_seal::spell_time(world.now));
    if selection.config.is_none() && !Project::is_near(world) {
        let declared = Declared { now, ..Declared::default() };
        return Ok(Declarations { declared, ..Declarations::default() });
    }
    let project = Project::open(selection, world)?;
    project.warn_of_expiry(world);
    let (declared, applied) = declared(&project, &selection.cluster, manifests, world)?;
    let declared = Declared { now, ..declared };
    let secrets = clear_files(&project, world);
    Ok(Declarations { declared, applied, secrets, unbuilt: unbuilt(&project) })
}

/// Lists the output folders that are not there; the links on the way to them are followed.
fn unbuilt(project: &Project) -> Vec<PathBuf> {
    let missing = project.outputs().into_iter().filter(|folder| !folder.exists());
    missing.filter_map(|folder| repository::real_place(&folder)).collect()
}

/// Warns that nothing is declared although there are files that would declare it: they lie below the
/// folder of the run, in what is walked through or on the way to it.
fn warn_of_unread(walk: &Walk, roots: &[PathBuf], world: &mut World) {
    let files = walk.others.iter().cloned();
    let walked = files.filter(|file| file.file_name().is_some_and(|name| name == CONFIG_FILE));
    let is_below =
        |folder: &&Path| *folder != world.directory && folder.starts_with(&world.directory);
    let folders = roots.iter().flat_map(|root| root.ancestors().skip(1)).filter(is_below);
    let on_the_way = folders.map(|folder| folder.join(CONFIG_FILE)).filter(|file| file.is_file());
    let unread: BTreeSet<PathBuf> = walked.chain(on_the_way).collect();
    let unread: Vec<String> = unread.iter().map(|file| shown(file, &world.directory)).collect();
    if !unread.is_empty() {
        world.warn(&format!(
            "nothing is declared here: name a {CONFIG_FILE} with `--config`, such as {}",
            in_a_sentence(&unread)
        ));
    }
}

/// Names the manifests that no build wrote.
fn hand_made(walk: &Walk, manifests: &Manifests, base: &Path) -> BTreeSet<String> {
    let files = walk.manifests.iter().filter(|file| !manifests.is_written(file));
    files.map(|file| shown(file, base)).collect()
}

/// Picks out the files that are in the repository. Links may lead there.
fn clear_sources(secrets: &[ClearFile], walk: &Walk, base: &Path) -> Vec<ClearSource> {
    let mut sources = Vec::new();
    for ClearFile { path, what } in secrets {
        let Ok(file) = path.canonicalize() else { continue };
        let mut files = walk.manifests.iter().chain(&walk.others);
        let is_same = |found: &&PathBuf| {
            found.file_name() == file.file_name()
                && found.canonicalize().is_ok_and(|found| found == file)
        };
        if let Some(found) = files.find(is_same) {
            sources.push(ClearSource { file: shown(found, base), what: what.clone() });
        }
    }
    sources
}
