//! `regrender explain`: the way from an image to its credentials, or what is behind a code.

use std::fs;
use std::path::PathBuf;

use regrender_audit::{
    AccountQuestion, Code, Declared, Explanation, Inventory, Question, Verdict, explain,
    explain_account, pods_in,
};
use regrender_image::DEFAULT_ACCOUNT;
use serde_json::json;

use crate::args::{Explain, Output, Selection};
use crate::command::verify::code;
use crate::error::{CliError, ErrorKind, Exit, Failure};
use crate::evidence::declared::declared;
use crate::evidence::exclusion::Exclusion;
use crate::evidence::opener::SecretOpener;
use crate::project::Project;
use crate::project::manifests::Manifests;
use crate::repository;
use crate::source;
use crate::unread;
use crate::world::World;

pub(crate) fn run(arguments: &Explain, world: &mut World) -> Result<Exit, Failure> {
    if let Some(page) = page(&arguments.subject) {
        world.print(&match arguments.output {
            Output::Human => page,
            Output::Json => format!("{}\n", json!({ "code": arguments.subject, "page": page })),
        })?;
        return Ok(Exit::Done);
    }
    if let Some(code) = misspelt(&arguments.subject) {
        world.note(&format!(
            "no problem is called `{}`, so it is taken for an image; did you mean \
             `regrender explain {code}`?",
            arguments.subject
        ));
    }
    let Selection { config, cluster } = &arguments.selection;
    if arguments.namespace.is_none() && (config.is_some() || !cluster.is_empty()) {
        let message = "`--config` and `--cluster` are about registries.toml, which only \
                       `--namespace` asks";
        return Err(CliError::new(ErrorKind::Usage, message)
            .with_hint("add `--namespace NAME`, or leave them out")
            .into());
    }
    if asks_nothing(arguments) {
        world.note(
            "neither a pull secret nor a namespace is named, so nothing can cover the image: \
             `--namespace NAME` asks what its pods have, `--pull-secret FILE` asks one Secret",
        );
    }
    let explanation = match &arguments.namespace {
        Some(namespace) => of_repository(arguments, namespace, world)?,
        None => of_files(arguments, world)?,
    };
    world.print(&match arguments.output {
        Output::Human => explanation.to_text(),
        Output::Json => format!("{}\n", explanation.to_json()),
    })?;
    Ok(Exit::Done)
}

/// Returns the page of a problem, a finding or a verdict, if `subject` is its name. A problem and what
/// `audit` and `verify` find may have the same name; then there are two.
fn page(subject: &str) -> Option<String> {
    let of_source = || source::page::PAGES.iter().find(|page| page.code == subject).copied();
    let of_problem = regrender_config::page(subject).or_else(of_source);
    let of_audit = Code::ALL.iter().find(|code| code.name() == subject);
    let of_verify = code::ALL.iter().find(|code| code.name == subject);
    let is_meant = |verdict: &&Verdict| verdict.name() == subject && verdict.code().is_none();
    let of_verdict = Verdict::ALL.iter().find(is_meant);
    let pages = [
        of_problem.map(regrender_config::Page::markdown),
        of_audit.map(|code| finding_page(*code)),
        of_verify.map(|code| code.page()),
        of_verdict.map(|verdict| format!("## {subject}\n\n{}\n", verdict.what())),
    ];
    let pages: Vec<String> = pages.into_iter().flatten().collect();
    (!pages.is_empty()).then(|| pages.join("\n"))
}

/// Returns the code that `subject` is a slip of. It may be an image all the same: one of Docker Hub's
/// own has neither host nor path.
fn misspelt(subject: &str) -> Option<&'static str> {
    if !subject.contains('-') || subject.contains(['/', ':', '.', '@']) {
        return None;
    }
    let of_config = regrender_config::pages().into_iter().map(|page| page.code);
    let of_source = source::page::PAGES.iter().map(|page| page.code);
    let of_audit = Code::ALL.iter().map(|code| code.name());
    let of_verify = code::ALL.iter().map(|code| code.name);
    let codes = of_config.chain(of_source).chain(of_audit).chain(of_verify);
    regrender_config::nearest(subject, codes)
}

fn finding_page(code: Code) -> String {
    let (name, severity) = (code.name(), code.severity().name());
    format!("## {name}\n\n{severity}: {}\n\nWay out: {}\n", code.what(), code.help())
}

/// Says whether an image is all that is named.
fn asks_nothing(arguments: &Explain) -> bool {
    let Explain { pull_secret, pod, service_account, namespace, .. } = arguments;
    pull_secret.is_empty() && pod.is_none() && service_account.is_none() && namespace.is_none()
}

/// Explains from the manifests that are named.
fn of_files(arguments: &Explain, world: &mut World) -> Result<Explanation, Failure> {
    let account: Vec<PathBuf> = arguments.service_account.iter().map(PathBuf::from).collect();
    let mut errors = Vec::new();
    let mut read = |paths: &[PathBuf]| -> Vec<(String, Vec<u8>)> {
        paths.iter().filter_map(|path| read_file(path, world, &mut errors)).collect()
    };
    let pull_secrets = read(&arguments.pull_secret);
    let pod = read(arguments.pod.as_slice());
    let account = read(&account);
    Failure::of_any(errors)?;
    warn_of_others(&pull_secrets, "Secret", |inventory| inventory.secrets().count(), world);
    let accounts = |inventory: &Inventory| inventory.service_accounts().count();
    warn_of_others(&account, "ServiceAccount", accounts, world);
    let opener = SecretOpener::discover(&arguments.identities.identity, world)?;
    let pull_secrets: Vec<(&str, &[u8])> = pull_secrets.iter().map(borrowed).collect();
    let explanation = explain(&Question {
        image: &arguments.subject,
        pull_secrets: &pull_secrets,
        pod: pod.first().map(borrowed),
        service_account: account.first().map(borrowed),
        declared: &Declared::default(),
        open: &|secret| opener.open(secret),
    });
    unread::check(&explanation.unreadable, |_| true)?;
    if let Some((name, bytes)) = pod.first() {
        check_pods(name, &pods_in(bytes), world)?;
    }
    Ok(explanation)
}

/// Fails if the manifest `name` makes no pod, and notes which is taken if there are several.
fn check_pods(name: &str, pods: &[String], world: &mut World) -> Result<(), CliError> {
    match pods {
        [] => Err(CliError::new(ErrorKind::Files, format!("`{name}` is the manifest of no pod"))
            .with_hint("name one of a Pod, or of a Deployment or another workload")),
        [_] => Ok(()),
        [first, ..] => {
            let count = pods.len();
            world.note(&format!("`{name}` has {count} manifests of pods; `{first}` is taken"));
            Ok(())
        }
    }
}

/// Warns of files that hold nothing of what they are named for, a docker config for example.
fn warn_of_others(
    files: &[(String, Vec<u8>)],
    what: &str,
    count: impl Fn(&Inventory) -> usize,
    world: &mut World,
) {
    for file in files {
        let inventory = Inventory::read([borrowed(file)]);
        // What cannot be read is told as such.
        if inventory.unreadable().is_empty() && count(&inventory) == 0 {
            world.warn(&format!("`{}` is the manifest of no {what}", file.0));
        }
    }
}

/// Explains for an account of the repository, with what registries.toml declares.
fn of_repository(
    arguments: &Explain,
    namespace: &str,
    world: &mut World,
) -> Result<Explanation, Failure> {
    if !arguments.pull_secret.is_empty() || arguments.pod.is_some() {
        let message = "`--namespace` asks the repository; `--pull-secret` and `--pod` name files";
        return Err(CliError::new(ErrorKind::Usage, message)
            .with_hint("leave out one or the other")
            .into());
    }
    let selection = &arguments.selection;
    let mut manifests = Manifests::of_report(&world.directory);
    let (declared, folder) = if selection.config.is_some() || Project::is_near(world) {
        let project = Project::open(selection, world)?;
        let (declared, _) = declared(&project, &selection.cluster, &mut manifests, world)?;
        (declared, project.folder)
    } else {
        (Declared::default(), world.directory.clone())
    };
    let opener = SecretOpener::discover(&arguments.identities.identity, world)?;
    let walk = manifests.walk(&[repository::top(&folder).to_owned()]);
    let exclusion = Exclusion::of(&arguments.exclude, &world.directory);
    let walk = exclusion.apply(walk, &mut manifests, world);
    let inventory = manifests.into_inventory(&walk, Vec::new());
    if let Some(note) = unknown_namespace(namespace, &inventory, &declared) {
        world.note(&note);
    }
    Ok(explain_account(&AccountQuestion {
        image: &arguments.subject,
        namespace,
        service_account: arguments.service_account.as_deref().unwrap_or(DEFAULT_ACCOUNT),
        inventory: &inventory,
        declared: &declared,
        open: &|secret| opener.open(secret),
    }))
}

/// Says that nothing is known of `namespace`, if that is so. The cluster may have it all the same.
fn unknown_namespace(
    namespace: &str,
    inventory: &Inventory,
    declared: &Declared,
) -> Option<String> {
    let mut known = inventory.namespaces_in_use();
    known.extend(declared.pull_secrets.iter().map(|secret| secret.namespace.as_str()));
    if known.contains(namespace) {
        return None;
    }
    let guess = regrender_config::nearest(namespace, known)
        .map(|name| format!("; did you mean `{name}`?"))
        .unwrap_or_default();
    Some(format!(
        "nothing in the repository is in namespace `{namespace}`, and no pull secret is declared \
         for it{guess}"
    ))
}

fn read_file(
    path: &PathBuf,
    world: &World,
    errors: &mut Vec<CliError>,
) -> Option<(String, Vec<u8>)> {
    let name = path.display().to_string();
    match fs::read(world.directory.join(path)) {
        Ok(bytes) => Some((name, bytes)),
        Err(error) => {
            let message = format!("`{name}` cannot be read");
            errors.push(
                CliError::new(ErrorKind::Files, message)
                    .with_source(error)
                    .with_hint("name a manifest; for an account by its name, add `--namespace`"),
            );
            None
        }
    }
}

fn borrowed((name, bytes): &(String, Vec<u8>)) -> (&str, &[u8]) {
    (name, bytes)
}
