//! `regrender build`: the main job.

mod consequence;

use serde_json::{Value, json};

use crate::args::{Build, Output};
use crate::commit::Changes;
use crate::commit::staging;
use crate::enumeration::LINES;
use crate::error::{CliError, ErrorKind, Exit, Failure};
use crate::output_folder::OutputFolder;
use crate::plan::planner::{self, Request};
use crate::plan::purpose::{ChangedFile, Purpose};
use crate::plan::{self, Action, Plan, PlannedFile};
use crate::project::Project;
use crate::world::World;

pub(crate) fn run(arguments: &Build, world: &mut World) -> Result<Exit, Failure> {
    let (project, lock) = if arguments.check {
        (Project::open(&arguments.selection, world)?, None)
    } else {
        Project::open_locked(&arguments.selection, world)?
    };
    project.warn_of_absent(&arguments.only, &arguments.selection.cluster, world);
    let request = Request {
        clusters: &arguments.selection.cluster,
        only: &arguments.only,
        identities: &arguments.identities.identity,
        drop_emptied: arguments.drop_emptied,
        reach: arguments.reach.reach(),
    };
    let purpose: &dyn Purpose = if arguments.check { &Look } else { &Stage };
    let plans = planner::plan(&project, &request, purpose, world)?;
    let differs = plans.iter().any(|plan| !plan.changed.is_empty());
    if !arguments.check {
        put_in_place(&plans).inspect_err(|_| {
            for plan in &plans {
                staging::give_up(&plan.current);
            }
        })?;
    }
    drop(lock);
    if !arguments.check {
        world.warn_of(plans.iter().filter_map(consequence::ignored_by_git));
    }
    for say in consequence::ALL {
        for note in plans.iter().filter_map(say) {
            world.note(&note);
        }
    }
    let text = match arguments.output {
        Output::Human => human(&plans, arguments),
        Output::Json => format!("{}\n", json(&plans)),
    };
    world.print(&text)?;
    Ok(if arguments.check && differs { Exit::Differs } else { Exit::Done })
}

/// Writes what changes beside its place.
struct Stage;

impl Purpose for Stage {
    fn begin(&self, folder: &OutputFolder) -> Result<(), CliError> {
        staging::clear(folder)
    }

    fn change(&self, change: &ChangedFile<'_>) -> Result<Vec<String>, CliError> {
        staging::write(change.folder, change.path, change.before, change.text)?;
        Ok(Vec::new())
    }

    fn give_up(&self, folder: &OutputFolder) {
        staging::give_up(folder);
    }
}

/// Only counts what changes.
struct Look;

impl Purpose for Look {
    fn change(&self, _change: &ChangedFile<'_>) -> Result<Vec<String>, CliError> {
        Ok(Vec::new())
    }
}

fn put_in_place(plans: &[Plan]) -> Result<(), Failure> {
    check_writable(plans)?;
    for plan in plans {
        Changes::of(plan).commit()?;
    }
    Ok(())
}

/// A file that is read-only was made so by somebody: it is not replaced behind their back.
fn check_writable(plans: &[Plan]) -> Result<(), Failure> {
    let mut errors = Vec::new();
    for plan in plans {
        let is_there = |file: &&PlannedFile| file.action != Action::Create;
        for file in plan.changed.iter().filter(is_there) {
            let path = plan.current.place.join(&file.path);
            let read_only =
                path.symlink_metadata().is_ok_and(|metadata| metadata.permissions().readonly());
            if read_only {
                let message = format!(
                    "`{}/{}` is read-only and would change; nothing was written",
                    plan.shown_folder, file.path
                );
                let hint =
                    format!("make it writable: `chmod u+w {}/{}`", plan.shown_folder, file.path);
                errors.push(CliError::new(ErrorKind::Files, message).with_hint(hint));
            }
        }
    }
    Failure::of_any(errors)
}

fn human(plans: &[Plan], arguments: &Build) -> String {
    let check = arguments.check;
    let changed = plan::changes(plans);
    let mut text: String = changed.iter().take(LINES).map(|(plan, file)| file.line(plan)).collect();
    if let Some(more) = changed.len().checked_sub(LINES).filter(|more| *more > 0) {
        // Thousands of lines bury the warnings above them.
        let whole = match (check, arguments.drop_emptied) {
            (false, _) => "`git status`",
            (true, false) => "`regrender diff`",
            // `diff` drops nothing.
            (true, true) => "`--output json`",
        };
        text.extend(["… and ", &more.to_string(), " more: ", whole, " lists them\n"]);
    }
    let counts = [
        (count(plans, Action::Create), "created"),
        (count(plans, Action::Update), "updated"),
        (count(plans, Action::Remove), "removed"),
    ];
    let changed: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, done)| format!("{count} {}{done}", if check { "to be " } else { "" }))
        .collect();
    let unchanged = format!("{} unchanged", kept(plans));
    let all = changed.into_iter().chain([unchanged]).collect::<Vec<_>>().join(", ");
    text + &all + "\n"
}

fn json(plans: &[Plan]) -> Value {
    let changes = plan::changes(plans).into_iter();
    let changes: Vec<Value> = changes.map(|(plan, file)| json!(file.change(plan, None))).collect();
    json!({
        "changes": changes,
        "summary": {
            "created": count(plans, Action::Create),
            "updated": count(plans, Action::Update),
            "removed": count(plans, Action::Remove),
            "unchanged": kept(plans),
        },
    })
}

fn count(plans: &[Plan], action: Action) -> usize {
    plans.iter().map(|plan| plan.count(action)).sum()
}

fn kept(plans: &[Plan]) -> usize {
    plans.iter().map(|plan| plan.kept).sum()
}
