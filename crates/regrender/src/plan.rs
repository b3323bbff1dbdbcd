//! What a build would do to each file: the one thing that build, check and diff share.

pub(crate) mod clear_secret;
pub(crate) mod clear_text;
mod comparison;
mod dead_stack;
pub(crate) mod ground;
pub(crate) mod only;
pub(crate) mod planner;
pub(crate) mod purpose;
mod reason;
mod sealed_source;
pub(crate) mod sealing;

use std::collections::BTreeSet;
use std::path::PathBuf;

use regrender_seal::Reason;
use serde::Serialize;

use crate::output_folder::OutputFolder;

/// What a build would do to the output folder of one cluster.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The cluster's name, if it has one.
    pub(crate) cluster: Option<String>,
    /// The output folder as the file names it.
    pub(crate) shown_folder: String,
    /// The files that do not stay as they are, in the order of their paths.
    pub(crate) changed: Vec<PlannedFile>,
    /// How many files stay as they are.
    pub(crate) kept: usize,
    /// What is not done, since `--only` names no pull secret that needs it, by path.
    pub(crate) left: Vec<(Action, String)>,
    /// What is in the folder.
    pub(crate) current: OutputFolder,
    /// The accounts, by namespace and name, whose list is empty since nothing declares them.
    pub(crate) emptied_accounts: Vec<(String, String)>,
    /// The kustomizations, by path, that stay though they list nothing.
    pub(crate) empty_roots: Vec<String>,
    /// The folders that something takes as components.
    pub(crate) taken_components: BTreeSet<PathBuf>,
}

/// What a build would do to a file that does not stay as it is.
#[derive(Debug)]
pub(crate) struct PlannedFile {
    /// Its path in the output folder.
    pub(crate) path: String,
    /// What happens to it.
    pub(crate) action: Action,
    /// Why, if it is a sealed file.
    pub(crate) reasons: Vec<Reason>,
    /// What changes in it, if that is asked for.
    pub(crate) details: Vec<String>,
    /// The names of Secrets in clear that go with what it held.
    pub(crate) clear_secrets: Vec<String>,
}

/// What happens to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// It is new.
    Create,
    /// It gets another text.
    Update,
    /// It goes.
    Remove,
}

/// What happens to a file, as programs read it.
#[derive(Debug, Serialize)]
pub(crate) struct Change<'a> {
    path: String,
    cluster: Option<&'a str>,
    action: &'static str,
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<&'a [String]>,
}

impl Action {
    /// Says what is done.
    pub(crate) fn verb(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Remove => "remove",
        }
    }
}

impl Plan {
    /// Counts the files with which `action` happens.
    pub(crate) fn count(&self, action: Action) -> usize {
        self.changed.iter().filter(|file| file.action == action).count()
    }
}

/// Lists the files that do not stay as they are, each with its plan.
pub(crate) fn changes(plans: &[Plan]) -> Vec<(&Plan, &PlannedFile)> {
    plans.iter().flat_map(|plan| plan.changed.iter().map(move |file| (plan, file))).collect()
}

impl PlannedFile {
    /// Says in one line what happens to the file.
    pub(crate) fn line(&self, plan: &Plan) -> String {
        let why = self.why().map(|why| format!("  ({why})")).unwrap_or_default();
        format!("{} {}/{}{why}\n", self.action.verb(), plan.shown_folder, self.path)
    }

    /// Says for programs what happens to the file.
    pub(crate) fn change<'a>(
        &'a self,
        plan: &'a Plan,
        details: Option<&'a [String]>,
    ) -> Change<'a> {
        Change {
            path: format!("{}/{}", plan.shown_folder, self.path),
            cluster: plan.cluster.as_deref(),
            action: self.action.verb(),
            reason: self.why(),
            details,
        }
    }

    /// Says why a sealed file is written.
    fn why(&self) -> Option<String> {
        let reasons: Vec<String> = self.reasons.iter().filter_map(reason::describe).collect();
        (!reasons.is_empty()).then(|| reasons.join(", "))
    }
}
