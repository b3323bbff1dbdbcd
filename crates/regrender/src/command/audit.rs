//! `regrender audit`: which pods of this repository will fail to pull, and what leaks.

mod baseline;

use regrender_audit::{AuditReport, Inventory, audit};

use self::baseline::Baseline;
use crate::args::{Audit, AuditOutput, FailOn};
use crate::error::{Exit, Failure};
use crate::manifests::{Manifests, search_others};
use crate::opener::SecretOpener;
use crate::report::{Sources, declarations};
use crate::world::World;

pub(crate) fn run(arguments: &Audit, world: &mut World) -> Result<Exit, Failure> {
    let mut manifests = Manifests::of_report(&world.directory);
    let declared = declarations(&arguments.selection, &mut manifests, world)?;
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

fn read_inventory(
    arguments: &Audit,
    mut manifests: Manifests,
    world: &mut World,
) -> Result<Inventory, Failure> {
    let sources = Sources::of(&arguments.paths, world)?;
    let walk = manifests.walk(&sources.roots);
    let mut facts = Vec::from_iter(sources.stdin);
    facts.extend(search_others(&walk, &world.directory));
    let mut inventory = manifests.into_inventory(&walk, facts);
    if let Some(namespace) = &arguments.namespace {
        inventory.assume_namespace(namespace);
    }
    Ok(inventory)
}
