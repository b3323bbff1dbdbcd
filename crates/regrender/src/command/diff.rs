//! `regrender diff`: what a build would change, for people. Values are masked.

mod detail;

use serde_json::{Value, json};

use self::detail::details;
use crate::args::{Diff, Output};
use crate::error::{Exit, Failure};
use crate::plan::{Plan, PlannedFile};
use crate::planner::{self, Request};
use crate::project::Project;
use crate::sealing::Keys;
use crate::world::World;

pub(crate) fn run(arguments: &Diff, world: &mut World) -> Result<Exit, Failure> {
    let project = Project::open(&arguments.selection, world)?;
    let request = Request {
        clusters: &arguments.selection.cluster,
        only: &arguments.only,
        identities: &arguments.identities.identity,
        drop_emptied: false,
    };
    let planned = planner::plan(&project, &request, world)?;
    let changes: Vec<(&Plan, &PlannedFile)> = planned
        .plans
        .iter()
        .flat_map(|plan| plan.changed().map(move |file| (plan, file)))
        .collect();
    let text = match arguments.output {
        Output::Human => human(&changes, &planned.keys),
        Output::Json => format!("{}\n", json(&changes, &planned.keys)),
    };
    world.print(&text)?;
    Ok(if changes.is_empty() { Exit::Done } else { Exit::Differs })
}

fn human(changes: &[(&Plan, &PlannedFile)], keys: &Keys) -> String {
    let mut text = String::new();
    for (plan, file) in changes {
        text.push_str(&file.line(plan));
        for detail in details(plan, file, keys) {
            text.extend(["  ", &detail, "\n"]);
        }
    }
    if changes.is_empty() {
        text.push_str("nothing would change\n");
    }
    text
}

fn json(changes: &[(&Plan, &PlannedFile)], keys: &Keys) -> Value {
    let changes: Vec<Value> = changes
        .iter()
        .map(|(plan, file)| json!(file.change(plan, Some(details(plan, file, keys)))))
        .collect();
    json!({ "changes": changes })
}
