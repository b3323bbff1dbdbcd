//! `regrender audit`: which pods of this repository will fail to pull, and what leaks.

mod baseline;

use std::io::Read as _;
use std::path::PathBuf;

use regrender_audit::{AuditReport, Declared, FileFacts, Inventory, SIZE_LIMIT, audit, read_file};

use self::baseline::Baseline;
use crate::args::{Audit, AuditOutput, FailOn};
use crate::declared::declared;
use crate::error::{CliError, ErrorKind, Exit, Failure};
use crate::manifests::{Manifests, search_others};
use crate::opener::SecretOpener;
use crate::project::{Project, shown};
use crate::world::World;

/// The name of standard input among the paths.
const STDIN: &str = "-";

pub(crate) fn run(arguments: &Audit, world: &mut World) -> Result<Exit, Failure> {
    let mut manifests = Manifests::of_report(&world.directory);
    let declared = declarations(arguments, &mut manifests, world)?;
    let opener = SecretOpener::discover(&arguments.identities.identity, world)?;
    let inventory = read_inventory(arguments, manifests, world)?;
    let mut report = audit(&inventory, &declared, &|secret| opener.open(secret));
    if let Some(path) = &arguments.write_baseline {
        Baseline::of(&report).write(&world.directory.join(path))?;
        world.note(&format!("wrote the findings of today to `{}`", path.display()));
    }
    if let Some(path) = &arguments.baseline {
        Baseline::read(&world.directory.join(path))?.subtract_from(&mut report);
    }
    world.print(&printed(&report, arguments))?;
    Ok(if fails(&report, arguments.fail_on) { Exit::Differs } else { Exit::Done })
}

fn fails(report: &AuditReport, fail_on: FailOn) -> bool {
    let worst = report.worst();
    worst.is_some_and(|worst| worst <= fail_on.severity())
}

fn printed(report: &AuditReport, arguments: &Audit) -> String {
    match arguments.output {
        AuditOutput::Human => report.to_text(),
        AuditOutput::Json => format!("{}\n", report.to_json()),
        AuditOutput::Sarif => format!("{}\n", report.to_sarif(env!("CARGO_PKG_VERSION"))),
        AuditOutput::Html => report.to_page(Some(&arguments.link)),
    }
}

/// What registries.toml declares; without one, nothing is declared.
fn declarations(
    arguments: &Audit,
    manifests: &mut Manifests,
    world: &mut World,
) -> Result<Declared, Failure> {
    let selection = &arguments.selection;
    let now = Some(regrender_seal::spell_time(world.now));
    if selection.config.is_none() && !Project::is_near(world) {
        return Ok(Declared { now, ..Declared::default() });
    }
    let project = Project::open(selection, world)?;
    Ok(Declared { now, ..declared(&project, &selection.cluster, manifests)? })
}

fn read_inventory(
    arguments: &Audit,
    mut manifests: Manifests,
    world: &mut World,
) -> Result<Inventory, Failure> {
    let is_stdin = |path: &&PathBuf| path.as_os_str() == STDIN;
    let mut facts = Vec::new();
    if arguments.paths.iter().any(|path| is_stdin(&path)) {
        facts.push(read_stdin(world)?);
    }
    let roots: Vec<PathBuf> = arguments
        .paths
        .iter()
        .filter(|path| !is_stdin(path))
        .map(|path| world.directory.join(path))
        .collect();
    let missing: Vec<CliError> = roots
        .iter()
        .filter(|root| root.symlink_metadata().is_err())
        .map(|root| {
            let message = format!("`{}` does not exist", shown(root, &world.directory));
            CliError::new(ErrorKind::Files, message).with_hint("name a file, a folder, or `-`")
        })
        .collect();
    if !missing.is_empty() {
        return Err(Failure(missing));
    }
    let walk = manifests.walk(&roots);
    facts.extend(search_others(&walk, &world.directory));
    let mut inventory = manifests.into_inventory(&walk, facts);
    if let Some(namespace) = &arguments.namespace {
        inventory.assume_namespace(namespace);
    }
    Ok(inventory)
}

fn read_stdin(world: &mut World) -> Result<FileFacts, CliError> {
    let mut bytes = Vec::new();
    let limit = SIZE_LIMIT as u64 + 1;
    world.stdin.by_ref().take(limit).read_to_end(&mut bytes).map_err(|error| {
        CliError::new(ErrorKind::Files, "standard input cannot be read").with_source(error)
    })?;
    Ok(read_file("<stdin>", &bytes))
}
