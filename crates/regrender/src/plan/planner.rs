//! From a project to the plans of its clusters. Everything that can be wrong is found on the way.

use std::collections::BTreeSet;
use std::path::PathBuf;

use regrender_render::{Contents, Credentials, LongPolicy, RenderError, Rendered};
use regrender_seal::Certificate;

use crate::error::{CliError, ErrorKind, Failure};
use crate::plan::comparison::{Compared, Comparison};
use crate::plan::ground::{Ground, survey_and_tell};
use crate::plan::only::{self, Only};
use crate::plan::purpose::Purpose;
use crate::plan::sealing::{self, Keys, Sealer};
use crate::plan::{Action, Plan, clear_secret, reason, sealed_source};
use crate::progress::Progress;
use crate::project::Project;
use crate::reach::Reach;
use crate::source::Means;
use crate::world::World;
use crate::{certificate, fingerprint, identity, source};

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
    /// Whether programs may be started and the network may be used.
    pub(crate) reach: Reach,
}

/// Plans the clusters that were asked for, for `purpose`.
pub(crate) fn plan(
    project: &Project,
    request: &Request<'_>,
    purpose: &dyn Purpose,
    world: &mut World,
) -> Result<Vec<Plan>, Failure> {
    project.check_secrets(request.only)?;
    let mut errors = Vec::new();
    let grounds =
        survey_and_tell(project, request.clusters, request.drop_emptied, &mut errors, world);
    let certificates = certificates(project, &grounds, &mut errors, world);
    if request.reach == Reach::Offline {
        errors.extend(grounds.iter().flat_map(|ground| sealing::programs_needed(ground.cluster)));
    }
    let only: Option<BTreeSet<String>> =
        (!request.only.is_empty()).then(|| request.only.iter().cloned().collect());
    let Gathered { credentials, keys, passed_over } =
        gather(project, request, &grounds, only.as_ref(), world, &mut errors);
    Failure::of_any(errors)?;
    let contents = Contents::Resolved { credentials: &credentials, only: only.as_ref() };
    let rendered = render(project, &grounds, contents)?;
    world.warn_of(long_policies(&grounds, &rendered));
    let trees = grounds.iter().zip(&rendered).zip(&certificates);
    let trees = trees.map(|((ground, rendered), certificate)| Tree {
        ground,
        rendered,
        certificate: certificate.as_ref(),
        only: only.as_ref().map(|names| Only::of(names, rendered)),
    });
    let trees: Vec<Tree<'_>> = trees.collect();
    let compared = compare(&trees, &keys, purpose, world).inspect_err(|_| {
        for ground in &grounds {
            purpose.give_up(&ground.folder);
        }
    })?;
    let emptied: Vec<Emptied> = trees.iter().map(Emptied::of).collect();
    drop(trees);
    drop(rendered);
    let plans = of_compared(grounds, compared, emptied);
    tell(project, &plans, &passed_over, world);
    Ok(plans)
}

/// The tree that a cluster shall have, and what it takes to compare it with what is there.
struct Tree<'a> {
    ground: &'a Ground<'a>,
    rendered: &'a Rendered<'a>,
    /// That of the cluster's controller, if it has one.
    certificate: Option<&'a Certificate>,
    /// The pull secrets that the run is for, if it is not for all.
    only: Option<Only<'a>>,
}

/// What a tree has no more entries in.
struct Emptied {
    /// Accounts, by namespace and name, whose list a build empties.
    accounts: Vec<(String, String)>,
    /// The lists of all namespaces.
    roots: Vec<String>,
}

impl Emptied {
    /// A build for some pull secrets leaves all other accounts alone.
    fn of(tree: &Tree<'_>) -> Self {
        let accounts = tree.rendered.emptied_accounts();
        Self {
            accounts: if tree.only.is_some() { Vec::new() } else { accounts },
            roots: tree.rendered.empty_roots(),
        }
    }
}

/// Reads the certificate of each cluster, and tells of those that are over, or soon.
fn certificates(
    project: &Project,
    grounds: &[Ground<'_>],
    errors: &mut Vec<CliError>,
    world: &mut World,
) -> Vec<Option<Certificate>> {
    let certificates = certificate::read_all(project, grounds, errors);
    errors.extend(certificate::expired(grounds, &certificates, world.now));
    world.warn_of(certificate::warnings(grounds, &certificates, world.now));
    certificates
}

/// Tells what a person should know of the plans besides their files.
fn tell(project: &Project, plans: &[Plan], passed_over: &[String], world: &mut World) {
    world.warn_of(reason::warnings(plans));
    world.warn_of(clear_secret::warnings(plans));
    world.warn_of(sealed_source::warnings(project, plans, world));
    if let Some(note) = only::note(plans) {
        world.note(&note);
    }
    if reason::not_comparable(plans) > 0 {
        // What was passed over may be the identity that is missing.
        for note in passed_over {
            world.note(note);
        }
    }
}

/// Makes the plans of what a comparison came to.
fn of_compared(
    grounds: Vec<Ground<'_>>,
    compared: Vec<Compared>,
    emptied: Vec<Emptied>,
) -> Vec<Plan> {
    let all = grounds.into_iter().zip(compared).zip(emptied);
    let plan = |((ground, compared), emptied): ((Ground<'_>, Compared), Emptied)| {
        let Compared { changed, kept, left, .. } = compared;
        let untouched = left.iter().filter(|(action, _)| *action != Action::Create);
        Plan {
            cluster: ground.cluster.name.clone(),
            shown_folder: ground.cluster.directory.clone(),
            changed,
            kept: kept.len() + untouched.count(),
            left,
            current: ground.folder,
            emptied_accounts: emptied.accounts,
            empty_roots: emptied.roots,
            taken_components: ground.taken_components,
        }
    };
    all.map(plan).collect()
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
    // First, because they open sealed sources too.
    let discovered = identity::discover_within(world, request.identities, request.reach);
    let means = Means { identities: &discovered, reach: request.reach };
    let resolved = source::resolve(&project.config, &needed, &project.folder, means, world);
    errors.extend(resolved.tell("nothing was written", &project.source, world));
    world.warn_of(discovered.warnings);
    errors.extend(discovered.problems);
    let fingerprint_key = resolved
        .fingerprint_key
        .and_then(|key| fingerprint::parse(&key).map_err(|error| errors.push(error)).ok());
    Gathered {
        credentials: resolved.credentials,
        keys: Keys { identities: discovered.identities, fingerprint_key },
        passed_over: discovered.passed_over,
    }
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
    let sealed = secrets
        .filter(|secret| only.is_none_or(|only| only.contains(&secret.name)))
        .flat_map(|secret| config.sealed_registries_of(secret));
    // Those of the nodes are in no pull secret.
    let of_nodes = config.registries.iter().filter(|registry| {
        only.is_none() && registry.sealed_credential().is_none() && registry.credential().is_some()
    });
    sealed.chain(of_nodes).map(|registry| registry.name.as_str()).collect()
}

/// Renders the tree of each cluster.
pub(crate) fn render<'a>(
    project: &'a Project,
    grounds: &'a [Ground<'a>],
    contents: Contents<'_>,
) -> Result<Vec<Rendered<'a>>, Failure> {
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
    Failure::of_any(errors)?;
    Ok(all)
}

/// Says which policies IAM may refuse for their length.
fn long_policies(grounds: &[Ground<'_>], rendered: &[Rendered<'_>]) -> Vec<String> {
    let all = grounds.iter().zip(rendered).flat_map(|(ground, rendered)| {
        rendered.long_policies().into_iter().map(|policy| (&ground.cluster.directory, policy))
    });
    let told = all.map(|(folder, LongPolicy { path, length, limit, of })| {
        format!(
            "`{folder}/{path}` has {length} characters, and IAM takes {limit} in {of}: divide the \
             accounts or repositories among several roles, each with a registry of its own"
        )
    });
    told.collect()
}

fn too_large(error: &RenderError) -> CliError {
    CliError::new(ErrorKind::Config, error.to_string())
        .with_hint("split it: give some of its registries to a second pull secret")
}

/// Seals what has to be sealed, and compares everything with what is there.
fn compare(
    trees: &[Tree<'_>],
    keys: &Keys,
    purpose: &dyn Purpose,
    world: &World,
) -> Result<Vec<Compared>, Failure> {
    let sealers: Vec<Sealer<'_>> = trees
        .iter()
        .map(|tree| Sealer::new(tree.ground.cluster, tree.certificate, keys, world))
        .collect::<Result<_, _>>()?;
    for tree in trees {
        purpose.begin(&tree.ground.folder)?;
    }
    let sealed = trees.iter().map(|tree| tree.rendered.sealed_count()).sum();
    let progress = Progress::start("sealing", sealed, world.terminal.stderr);
    let mut all = Vec::new();
    let mut errors = Vec::new();
    for (Tree { ground, rendered, only, .. }, sealer) in trees.iter().zip(&sealers) {
        let comparison = Comparison {
            folder: &ground.folder,
            shown_folder: &ground.cluster.directory,
            sealer,
            keys,
            purpose,
            progress: &progress,
            only: only.as_ref(),
        };
        match comparison.run(rendered) {
            Ok(compared) => all.push(compared),
            Err(found) => errors.extend(found),
        }
    }
    progress.finish();
    Failure::of_any(errors)?;
    Ok(all)
}
