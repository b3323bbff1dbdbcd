//! `regrender diff`: what a build would change, for people. Values are masked.

mod detail;

use regrender_audit::visible;
use serde_json::{Value, json};

use self::detail::details;
use crate::args::{Diff, Output};
use crate::error::{CliError, Exit, Failure};
use crate::plan::planner::{self, Request};
use crate::plan::purpose::{ChangedFile, Purpose};
use crate::plan::{self, Plan, PlannedFile};
use crate::project::Project;
use crate::world::World;

pub(crate) fn run(arguments: &Diff, world: &mut World) -> Result<Exit, Failure> {
    let project = Project::open(&arguments.selection, world)?;
    project.warn_of_absent(&arguments.only, &arguments.selection.cluster, world);
    let request = Request {
        clusters: &arguments.selection.cluster,
        only: &arguments.only,
        identities: &arguments.identities.identity,
        drop_emptied: false,
        reach: arguments.reach.reach(),
    };
    let plans = planner::plan(&project, &request, &Describe, world)?;
    let changes = plan::changes(&plans);
    let text = match arguments.output {
        Output::Human => human(&changes),
        Output::Json => format!("{}\n", json(&changes)),
    };
    world.print(&text)?;
    Ok(if changes.is_empty() { Exit::Done } else { Exit::Differs })
}

/// Describes what changes.
struct Describe;

impl Purpose for Describe {
    fn change(&self, change: &ChangedFile<'_>) -> Result<Vec<String>, CliError> {
        Ok(details(change))
    }
}

fn human(changes: &[(&Plan, &PlannedFile)]) -> String {
    let mut text = String::new();
    for (plan, file) in changes {
        text.push_str(&file.line(plan));
        for detail in &file.details {
            // What is on disk may hold anything.
            text.extend(["  ", &visible(detail), "\n"]);
        }
    }
    if changes.is_empty() {
        text.push_str("nothing would change\n");
    }
    text
}

fn json(changes: &[(&Plan, &PlannedFile)]) -> Value {
    let changes: Vec<Value> =
        changes.iter().map(|(plan, file)| json!(file.change(plan, Some(&file.details)))).collect();
    json!({ "changes": changes })
}
