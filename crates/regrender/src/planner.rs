//! From a project to the plans of its clusters. Everything that can be wrong is found on the way.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regrender_config::{Access, Cluster};
use regrender_document::{Document, Spelling};
use regrender_render::{
    Contents, Credentials, FileTree, RenderError, Rendered, Surroundings, WantedFile,
};
use regrender_seal::{FingerprintKey, FingerprintKeyError};

use crate::disk::{Obstacle, OutputFolder};
use crate::error::{CliError, ErrorKind, Failure};
use crate::identity::Commands;
use crate::manifests::Manifests;
use crate::plan::{Action, Plan, PlannedFile};
use crate::project::Project;
use crate::sealing::{Keys, Sealer};
use crate::world::World;
use crate::{identity, left_over, reason, repository, source, surroundings};

/// What a plan is asked for.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    /// The clusters; none named means all.
    pub(crate) clusters: &'a [String],
    /// The pull secrets; none named means all.
    pub(crate) only: &'a [String],
    /// Files with identities.
    pub(crate) identities: &'a [PathBuf],
    /// Whether accounts that an earlier build emptied are removed.
    pub(crate) drop_emptied: bool,
}

/// The part of a cluster that needs neither a credential nor a key.
#[derive(Debug)]
pub(crate) struct Ground<'a> {
    /// The cluster.
    pub(crate) cluster: &'a Cluster,
    /// Its output folder.
    pub(crate) path: PathBuf,
    /// What is in it.
    pub(crate) folder: OutputFolder,
    /// What the repository around it says.
    pub(crate) surroundings: Surroundings,
}

/// The plans of a run, and the keys that they were made with.
#[derive(Debug)]
pub(crate) struct Planned {
    /// One a cluster.
    pub(crate) plans: Vec<Plan>,
    /// The keys.
    pub(crate) keys: Keys,
}

/// Plans the clusters that were asked for.
pub(crate) fn plan(
    project: &Project,
    request: &Request<'_>,
    world: &mut World,
) -> Result<Planned, Failure> {
    project.check_secrets(request.only)?;
    let mut errors = Vec::new();
    let mut manifests = Manifests::of_build(project);
    let grounds =
        survey(project, request.clusters, request.drop_emptied, &mut manifests, &mut errors);
    world.warn_of(left_over::warning(project, &mut manifests, &world.directory));
    drop(manifests);
    let only: Option<BTreeSet<String>> =
        (!request.only.is_empty()).then(|| request.only.iter().cloned().collect());
    let Gathered { credentials, keys, passed_over } =
        gather(project, request, &grounds, only.as_ref(), world, &mut errors);
    if !errors.is_empty() {
        return Err(Failure(errors));
    }
    let contents = Contents::Resolved { credentials: &credentials, only: only.as_ref() };
    let rendered = render(project, &grounds, contents)?;
    for (ground, rendered) in grounds.iter().zip(&rendered) {
        errors.extend(obstacles(ground, &rendered.tree));
    }
    if !errors.is_empty() {
        return Err(Failure(errors));
    }
    let plans = seal(grounds, rendered, &keys, world)?;
    world.warn_of(reason::warnings(&plans));
    if reason::not_comparable(&plans) > 0 {
        // What was passed over may be the identity that is missing.
        for note in &passed_over {
            world.note(note);
        }
    }
    Ok(Planned { plans, keys })
}

/// Everything that is secret.
struct Gathered {
    credentials: Credentials,
    keys: Keys,
    /// Identities that were passed over, and why.
    passed_over: Vec<String>,
}

/// Asks for everything that is secret: the credentials, the identities, the fingerprint key.
fn gather(
    project: &Project,
    request: &Request<'_>,
    grounds: &[Ground<'_>],
    only: Option<&BTreeSet<String>>,
    world: &mut World,
    errors: &mut Vec<CliError>,
) -> Gathered {
    let needed = needed_registries(project, grounds, only);
    let resolved = source::resolve(&project.config, &needed, &project.folder, world);
    for diagnostic in resolved.remarks.iter().chain(&resolved.problems) {
        world.show(diagnostic, &project.source);
    }
    if !resolved.problems.is_empty() {
        let count = resolved.problems.len();
        let things = if count == 1 { "a credential" } else { "credentials" };
        let message = format!("{things} cannot be had; nothing was written");
        errors.push(
            CliError::new(ErrorKind::Credentials, message)
                .with_problems(&resolved.problems, &project.source),
        );
    }
    let discovered = identity::discover(world, request.identities, Commands::Start);
    world.warn_of(discovered.warnings);
    errors.extend(discovered.problems);
    let fingerprint_key = resolved.fingerprint_key.and_then(|key| {
        let parsed = FingerprintKey::parse(key.expose());
        parsed.map_err(|error| errors.push(weak_fingerprint_key(error))).ok()
    });
    Gathered {
        credentials: resolved.credentials,
        keys: Keys { identities: discovered.identities, fingerprint_key },
        passed_over: discovered.passed_over,
    }
}

fn weak_fingerprint_key(error: FingerprintKeyError) -> CliError {
    CliError::new(ErrorKind::Credentials, "the fingerprint key cannot be used")
        .with_source(error)
        .with_hint("make one: `head -c 32 /dev/urandom | base64`")
}

/// Reads what is there: the inventory and the output folder of each cluster.
pub(crate) fn survey<'a>(
    project: &'a Project,
    clusters: &'a [String],
    drop_emptied: bool,
    manifests: &mut Manifests,
    errors: &mut Vec<CliError>,
) -> Vec<Ground<'a>> {
    let mut grounds = Vec::new();
    for cluster in project.clusters(clusters) {
        let path = project.folder.join(&cluster.directory);
        if let Some(error) = outside_of_repository(project, cluster, &path) {
            errors.push(error);
            continue;
        }
        let folder = match OutputFolder::read(&path) {
            Ok(folder) => folder,
            Err(error) => {
                errors.push(error);
                continue;
            }
        };
        let (inventory, unread) = surroundings::inventory_of(project, cluster, manifests);
        if !unread.is_empty() {
            errors.extend(unread);
            continue;
        }
        let written = surroundings::written_accounts(&folder, drop_emptied);
        match surroundings::surroundings(project, cluster, &inventory, written) {
            Ok(surroundings) => grounds.push(Ground { cluster, path, folder, surroundings }),
            Err(found) => errors.extend(found),
        }
    }
    grounds
}

/// A link in the way to the output folder may lead anywhere; nothing outside of the repository is
/// ever written.
fn outside_of_repository(project: &Project, cluster: &Cluster, path: &Path) -> Option<CliError> {
    let existing = path.ancestors().find(|path| path.exists())?;
    let real = existing.canonicalize().ok()?;
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

/// Lists the registries whose credentials the run needs: those of the pull secrets it renders.
fn needed_registries<'a>(
    project: &'a Project,
    grounds: &[Ground<'a>],
    only: Option<&BTreeSet<String>>,
) -> BTreeSet<&'a str> {
    let config = &project.config;
    let secrets = grounds.iter().flat_map(|ground| {
        config.secrets_of(ground.cluster).filter(|secret| {
            ground.surroundings.namespaces.get(&secret.name).is_some_and(|list| !list.is_empty())
        })
    });
    secrets
        .filter(|secret| only.is_none_or(|only| only.contains(&secret.name)))
        .flat_map(|secret| &secret.registries)
        .filter(|name| {
            let registry = config.registry(name);
            registry.is_some_and(|registry| matches!(registry.access, Access::Credential(_)))
        })
        .map(String::as_str)
        .collect()
}

/// Renders the tree of each cluster.
pub(crate) fn render(
    project: &Project,
    grounds: &[Ground<'_>],
    contents: Contents<'_>,
) -> Result<Vec<Rendered>, Failure> {
    let mut all = Vec::new();
    let mut errors = Vec::new();
    for ground in grounds {
        let rendered = regrender_render::render(
            &project.config,
            ground.cluster,
            &ground.surroundings,
            contents,
        );
        match rendered {
            Ok(rendered) => all.push(rendered),
            Err(found) => errors.extend(found.iter().map(too_large)),
        }
    }
    if errors.is_empty() { Ok(all) } else { Err(Failure(errors)) }
}

fn too_large(error: &RenderError) -> CliError {
    CliError::new(ErrorKind::Config, error.to_string())
        .with_hint("split it: give some of its registries to a second pull secret")
}

/// Lists what lies in the way of the files that shall be written.
fn obstacles(ground: &Ground<'_>, tree: &FileTree) -> Vec<CliError> {
    let directory = &ground.cluster.directory;
    // One link or file can be in the way of many files.
    let found: BTreeSet<Obstacle> =
        tree.iter().filter_map(|(path, _)| ground.folder.obstacle(path)).collect();
    let in_the_way = |Obstacle { place, what }| {
        let message = format!("`{directory}/{place}` is in the way: it {what}");
        CliError::new(ErrorKind::Files, message)
            .with_hint("move it away, or remove it, and build again")
    };
    let mut errors: Vec<CliError> = found.into_iter().map(in_the_way).collect();
    for (path, file) in tree.iter() {
        if let WantedFile::Sealed(file) = file
            && file.payload.is_none()
            && !ground.folder.ours.contains_key(path)
        {
            let message =
                format!("`{directory}/{path}` does not exist yet, and other files would name it");
            let hint = format!("build `{}` first, or build without `--only`", file.name);
            errors.push(CliError::new(ErrorKind::Files, message).with_hint(hint));
        }
    }
    errors
}

/// Seals what has to be sealed, and compares everything with what is there.
fn seal(
    grounds: Vec<Ground<'_>>,
    rendered: Vec<Rendered>,
    keys: &Keys,
    world: &mut World,
) -> Result<Vec<Plan>, Failure> {
    let mut plans = Vec::new();
    let mut errors = Vec::new();
    for (ground, rendered) in grounds.into_iter().zip(rendered) {
        match seal_cluster(ground, rendered, keys, world) {
            Ok(plan) => plans.push(plan),
            Err(found) => errors.extend(found),
        }
    }
    if errors.is_empty() { Ok(plans) } else { Err(Failure(errors)) }
}

fn seal_cluster(
    ground: Ground<'_>,
    rendered: Rendered,
    keys: &Keys,
    world: &mut World,
) -> Result<Plan, Vec<CliError>> {
    let sealer = Sealer::new(ground.cluster, keys).map_err(|error| vec![error])?;
    let secrets = sealer.seal_tree(&rendered.tree, &ground.folder, world)?;
    let mut files = Vec::new();
    for (path, wanted) in rendered.tree.iter() {
        files.push(match wanted {
            WantedFile::Sealed(_) => continue,
            WantedFile::Text(text) => compare(path, text.clone(), &ground.folder),
            WantedFile::Clear(document) => compare(path, emit(document), &ground.folder),
        });
    }
    files.extend(secrets);
    let left_over = ground.folder.ours.keys().filter(|path| !rendered.tree.contains(path));
    files.extend(left_over.map(|path| PlannedFile {
        path: path.clone(),
        action: Action::Remove,
        reasons: Vec::new(),
    }));
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(Plan {
        cluster: ground.cluster.name.clone(),
        folder: ground.path,
        shown_folder: ground.cluster.directory.clone(),
        files,
        current: ground.folder,
        tree: rendered.tree,
        emptied_accounts: rendered.emptied_accounts,
    })
}

fn compare(path: &str, text: String, folder: &OutputFolder) -> PlannedFile {
    let action = match folder.ours.get(path) {
        None => Action::Create(text),
        Some(current) if *current == text => Action::Keep,
        Some(_) => Action::Update(text),
    };
    PlannedFile { path: path.to_owned(), action, reasons: Vec::new() }
}

/// Spells a document of the tree that may be seen.
pub(crate) fn emit(document: &Document) -> String {
    document.emit(Spelling::Kustomize).expect("a clear document of the tree holds no secret")
}
