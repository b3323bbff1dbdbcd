//! Which registries are asked, and for which repositories.

use std::collections::BTreeSet;
use std::path::PathBuf;

use regrender_config::{Registry, RegistryKind};
use regrender_image::{AuthKey, ImageReference};
use regrender_remote::registry::Subject;

use crate::args::Probe;
use crate::error::{CliError, ErrorKind, Failure};
use crate::evidence::exclusion::Exclusion;
use crate::path::shown;
use crate::pattern::Pattern;
use crate::project::Project;
use crate::project::manifests::Manifests;
use crate::world::World;

/// A registry, the host it is asked at, and the repositories it is asked for.
#[derive(Debug)]
pub(super) struct Chosen<'a> {
    pub(super) registry: &'a Registry,
    /// That of the registry; where that stands for several, one of them.
    pub(super) host: String,
    pub(super) subjects: Vec<Subject>,
}

/// A repository of the command line.
struct Asked<'a> {
    /// The registry it is of; none means the only one.
    owner: Option<&'a str>,
    /// Its host, as it is written before the name.
    host: Option<&'a str>,
    name: &'a str,
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
            let is_of = |one: &&Asked<'_>| one.owner.is_none_or(|owner| owner == registry.name);
            let is_here = |one: &&Asked<'_>| one.host.is_none_or(|host| host == registry.host);
            let asked = asked.iter().filter(is_of).filter(is_here).map(|one| one.name);
            let whole = declared.chain(asked).map(|name| subject(registry, name)).collect();
            Chosen { registry, host: registry.host.clone(), subjects: whole }
        })
        .collect();
    for one in &asked {
        if let (Some(owner), Some(host)) = (one.owner, one.host) {
            add_host(&mut chosen, owner, host, &subject_named(one.name));
        }
    }
    for image in &images {
        add_image(&mut chosen, image);
    }
    leave_out_patterns(&mut chosen);
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

/// Finds whose each repository of the command line is.
fn repositories<'a>(
    registries: &[&'a Registry],
    names: &'a [String],
) -> Result<Vec<Asked<'a>>, Failure> {
    let mut found = Vec::new();
    for name in names {
        let owners: Vec<Asked<'_>> = registries
            .iter()
            .filter_map(|registry| {
                let (host, rest) = name.split_once('/')?;
                let is_its = is_host_of(registry, host);
                is_its.then_some(Asked {
                    owner: Some(&registry.name),
                    host: Some(host),
                    name: rest,
                })
            })
            .collect();
        if !is_name(owners.first().map_or(name.as_str(), |one| one.name)) {
            let message = format!("`{name}` is not the name of a repository");
            let hint =
                "write lower-case words with slashes between them, and neither tag nor digest";
            return Err(CliError::new(ErrorKind::Usage, message).with_hint(hint).into());
        }
        match (owners.as_slice(), registries) {
            ([], [_]) => found.push(Asked { owner: None, host: None, name }),
            ([], _) => {
                let message = format!("`--repository {name}` may be of any of several registries");
                let hint = format!("name one registry, or write the repository as `HOST/{name}`");
                return Err(CliError::new(ErrorKind::Usage, message).with_hint(hint).into());
            }
            _ => found.extend(owners),
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
    if is_official { subject_named(&format!("library/{name}")) } else { subject_named(name) }
}

fn subject_named(name: &str) -> Subject {
    Subject { repository: name.to_owned(), reference: None }
}

/// Says whether a host is that of a registry, or one that it stands for, by the rules of the kubelet.
fn is_host_of(registry: &Registry, host: &str) -> bool {
    if !is_pattern(&registry.host) {
        return registry.host == host;
    }
    AuthKey::parse(&registry.host).is_ok_and(|key| key.covers_repository(&format!("{host}/x")))
}

fn is_pattern(host: &str) -> bool {
    host.contains('*')
}

/// Adds a repository to a registry that stands for several hosts, at the host it is asked at.
fn add_host(chosen: &mut Vec<Chosen<'_>>, registry: &str, host: &str, subject: &Subject) {
    let is_its = |one: &Chosen<'_>| one.registry.name == registry;
    if let Some(one) = chosen.iter_mut().find(|one| is_its(one) && one.host == host) {
        if is_pattern(&one.registry.host) {
            one.subjects.push(subject.clone());
        }
        return;
    }
    let Some(last) = chosen.iter().rposition(is_its) else { return };
    if let Some(registry) = chosen.get(last).map(|one| one.registry) {
        let subjects = vec![subject.clone()];
        chosen.insert(last + 1, Chosen { registry, host: host.to_owned(), subjects });
    }
}

/// Leaves out those that stand for several hosts where one of these is asked.
fn leave_out_patterns(chosen: &mut Vec<Chosen<'_>>) {
    let asked: BTreeSet<String> = chosen
        .iter()
        .filter(|one| one.host != one.registry.host)
        .map(|one| one.registry.name.clone())
        .collect();
    chosen.retain(|one| !is_pattern(&one.host) || !asked.contains(&one.registry.name));
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
    Ok(manifests.into_inventory(&walk, Vec::new()).deployed_images().collect())
}

/// Adds an image to the registries whose credential the kubelet takes for it: those of its host with
/// the longest path.
fn add_image(chosen: &mut Vec<Chosen<'_>>, image: &str) {
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
        length.filter(|_| is_host_of(registry, image.domain()))
    };
    let longest = chosen.iter().filter_map(|chosen| reach(chosen.registry)).max();
    let Some(longest) = longest else { return };
    let owners: BTreeSet<String> = chosen
        .iter()
        .filter(|chosen| reach(chosen.registry) == Some(longest))
        .map(|chosen| chosen.registry.name.clone())
        .collect();
    for owner in &owners {
        let is_its = |one: &&mut Chosen<'_>| one.registry.name == *owner;
        match chosen.iter_mut().find(is_its) {
            Some(one) if !is_pattern(&one.registry.host) => one.subjects.push(subject.clone()),
            _ => add_host(chosen, owner, image.domain(), &subject),
        }
    }
}
