//! `regrender audit`: which pods of this repository will fail to pull, and what leaks.

mod baseline;

use std::path::Path;

use regrender_audit::{AuditReport, audit};

use self::baseline::Baseline;
use crate::args::{Audit, AuditOutput, FailOn};
use crate::error::{Exit, Failure};
use crate::evidence::{Evidence, Others};
use crate::repository;
use crate::world::World;

pub(crate) fn run(arguments: &Audit, world: &mut World) -> Result<Exit, Failure> {
    let namespace = arguments.namespace.as_deref();
    let Evidence { declared, inventory, opener } =
        Evidence::gather(&arguments.sources, Others::Search, namespace, world)?;
    let mut report = audit(&inventory, &declared, &|secret| opener.open(secret));
    if let Some(path) = &arguments.write_baseline {
        Baseline::of(&report).write(&world.directory.join(path))?;
        world.note(&format!("wrote the findings of today to `{}`", path.display()));
    }
    if let Some(path) = &arguments.baseline {
        Baseline::read(&world.directory.join(path))?.subtract_from(&mut report);
    }
    world.print(&printed(&report, arguments, &world.directory))?;
    Ok(if fails(&report, arguments.fail_on) { Exit::Differs } else { Exit::Done })
}

fn fails(report: &AuditReport, fail_on: FailOn) -> bool {
    let worst = report.worst();
    worst.is_some_and(|worst| worst <= fail_on.severity())
}

fn printed(report: &AuditReport, arguments: &Audit, directory: &Path) -> String {
    match arguments.output {
        AuditOutput::Human => report.to_text(),
        AuditOutput::Json => format!("{}\n", report.to_json()),
        AuditOutput::Sarif => {
            let base = repository::base(directory);
            format!("{}\n", report.to_sarif(env!("CARGO_PKG_VERSION"), &base))
        }
        AuditOutput::Html => report.to_page(Some(&arguments.link)),
    }
}
