//! Which registries are asked, and for which repositories.

use std::collections::BTreeSet;
use std::path::PathBuf;

use regrender_audit::Inventory;
use regrender_config::{Registry, RegistryKind};
use regrender_image::ImageReference;
use regrender_remote::registry::Subject;

use crate::args::Probe;
use crate::error::{CliError, ErrorKind, Failure};
use crate::evidence::exclusion::Exclusion;
use crate::path::shown;
use crate::pattern::Pattern;
use crate::project::Project;
use crate::project::manifests::Manifests;
use crate::world::World;

/// A registry, and the repositories it is asked for.
#[derive(Debug)]
pub(super) struct Chosen<'a> {
    pub(super) registry: &'a Registry,
    pub(super) subjects: Vec<Subject>,
}

/// Chooses registries and repositories by the command line, in the order of registries.toml.
pub(super) fn choose<'a>(
    project: &'a Project,
    arguments: &Probe,
    world: &mut World,
) -> Result<Vec<Chosen<'a>>, Failure> {
    let registries = registries(project, &arguments.registries)?;
    let asked = repositories(&registries, &arguments.repository)?;
    let images = match &arguments.from_audit {
        None => BTreeSet::new(),
        Some(paths) => images(paths, &arguments.exclude, world)?,
    };
    let mut chosen: Vec<Chosen<'a>> = registries
        .iter()
        .map(|registry| {
            let declared = registry.repositories.iter().map(String::as_str);
            let asked = asked
                .iter()
                .filter(|(of, _)| of.is_none_or(|of| of == registry.name))
                .map(|(_, repository)| *repository);
            let whole = declared.chain(asked).map(|name| subject(registry, name)).collect();
            Chosen { registry, subjects: whole }
        })
        .collect();
    for image in &images {
        add_image(&mut chosen, image);
    }
    for Chosen { subjects, .. } in &mut chosen {
        each_once(subjects);
    }
    Ok(chosen)
}

/// Leaves out what is asked for twice. A repository of which an image is asked for needs no question of
/// its own.
fn each_once(subjects: &mut Vec<Subject>) {
    let mut seen = BTreeSet::new();
    subjects.retain(|subject| seen.insert(subject.clone()));
    let with_image: BTreeSet<String> = subjects
        .iter()
        .filter(|subject| subject.reference.is_some())
        .map(|subject| subject.repository.clone())
        .collect();
    subjects
        .retain(|subject| subject.reference.is_some() || !with_image.contains(&subject.repository));
}

fn registries<'a>(project: &'a Project, names: &[String]) -> Result<Vec<&'a Registry>, Failure> {
    let mut all: Vec<&Registry> = project.config.registries.iter().collect();
    all.sort_unstable_by_key(|registry| registry.span.start);
    let known: Vec<&str> = all.iter().map(|registry| registry.name.as_str()).collect();
    Failure::of_any(project.undeclared("registry", names, &known))?;
    all.retain(|registry| names.is_empty() || names.contains(&registry.name));
    Ok(all)
}

/// Finds whose each repository of the command line is; none means that of the only registry.
fn repositories<'a>(
    registries: &[&'a Registry],
    names: &'a [String],
) -> Result<Vec<(Option<&'a str>, &'a str)>, Failure> {
    let mut found = Vec::new();
    for name in names {
        let owners: Vec<(&str, &str)> = registries
            .iter()
            .filter_map(|registry| {
                let rest = name.strip_prefix(&registry.host)?.strip_prefix('/')?;
                Some((registry.name.as_str(), rest))
            })
            .collect();
        if !is_name(owners.first().map_or(name.as_str(), |(_, rest)| rest)) {
            let message = format!("`{name}` is not the name of a repository");
            let hint =
                "write lower-case words with slashes between them, and neither tag nor digest";
            return Err(CliError::new(ErrorKind::Usage, message).with_hint(hint).into());
        }
        match (owners.as_slice(), registries) {
            ([], [_]) => found.push((None, name.as_str())),
            ([], _) => {
                let message = format!("`--repository {name}` may be of any of several registries");
                let hint = format!("name one registry, or write the repository as `HOST/{name}`");
                return Err(CliError::new(ErrorKind::Usage, message).with_hint(hint).into());
            }
            (owners, _) => found.extend(owners.iter().map(|(owner, rest)| (Some(*owner), *rest))),
        }
    }
    Ok(found)
}

fn is_name(name: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte)
            })
            && part.bytes().any(|byte| byte.is_ascii_alphanumeric())
    };
    name.split('/').all(is_part)
}

fn subject(registry: &Registry, name: &str) -> Subject {
    let is_official = registry.kind == RegistryKind::DockerHub && !name.contains('/');
    let repository = if is_official { format!("library/{name}") } else { name.to_owned() };
    Subject { repository, reference: None }
}

fn images(
    paths: &[PathBuf],
    exclude: &[Pattern],
    world: &mut World,
) -> Result<BTreeSet<String>, Failure> {
    let directory = world.directory.clone();
    let roots: Vec<PathBuf> = paths.iter().map(|path| directory.join(path)).collect();
    let missing: Vec<CliError> = roots
        .iter()
        .filter(|root| root.symlink_metadata().is_err())
        .map(|root| {
            let message = format!("`{}` does not exist", shown(root, &directory));
            CliError::new(ErrorKind::Files, message).with_hint("name a file or a folder")
        })
        .collect();
    Failure::of_any(missing)?;
    let mut manifests = Manifests::of_report(&directory);
    let walk = manifests.walk(&roots);
    let walk = Exclusion::of(exclude, &directory).apply(walk, &mut manifests, world);
    Ok(images_of(&manifests.into_inventory(&walk, Vec::new())))
}

fn images_of(inventory: &Inventory) -> BTreeSet<String> {
    inventory
        .workloads()
        .flat_map(|workload| &workload.images)
        .map(|found| found.image.clone())
        .collect()
}

/// Adds an image to the registries whose credential the kubelet takes for it: those of its host with
/// the longest path.
fn add_image(chosen: &mut [Chosen<'_>], image: &str) {
    // What is wrong with an image is what `audit` tells.
    let Ok(image) = ImageReference::parse(image) else { return };
    let reference = image.digest().or(image.effective_tag()).map(str::to_owned);
    let subject = Subject { repository: image.path().to_owned(), reference };
    let reach = |registry: &Registry| {
        let longest = registry
            .paths
            .iter()
            .filter(|path| image.path().starts_with(path.as_str()))
            .map(String::len)
            .max();
        let length = if registry.paths.is_empty() { Some(0) } else { longest };
        length.filter(|_| registry.host == image.domain())
    };
    let longest = chosen.iter().filter_map(|chosen| reach(chosen.registry)).max();
    let Some(longest) = longest else { return };
    for chosen in chosen.iter_mut().filter(|chosen| reach(chosen.registry) == Some(longest)) {
        chosen.subjects.push(subject.clone());
    }
}
