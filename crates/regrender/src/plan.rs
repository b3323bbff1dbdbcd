//! What a build would do to each file: the one thing that build, check and diff share.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::PathBuf;

use regrender_render::FileTree;
use regrender_seal::Reason;
use serde::Serialize;

use crate::commit::Changes;
use crate::disk::OutputFolder;
use crate::reason;

/// What a build would do to the output folder of one cluster.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The cluster's name, if it has one.
    pub(crate) cluster: Option<String>,
    /// The output folder.
    pub(crate) folder: PathBuf,
    /// The output folder as the file names it.
    pub(crate) shown_folder: String,
    /// Every file that is there or shall be, in the order of their paths.
    pub(crate) files: Vec<PlannedFile>,
    /// What is in the folder.
    pub(crate) current: OutputFolder,
    /// What shall be in the folder.
    pub(crate) tree: FileTree,
    /// The accounts, by namespace and name, whose list is empty since nothing declares them.
    pub(crate) emptied_accounts: Vec<(String, String)>,
}

/// What a build would do to one file.
#[derive(Debug)]
pub(crate) struct PlannedFile {
    /// Its path in the output folder.
    pub(crate) path: String,
    /// What happens to it.
    pub(crate) action: Action,
    /// Why, if it is a sealed file.
    pub(crate) reasons: Vec<Reason>,
}

/// What happens to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// It is new, with this text.
    Create(String),
    /// It gets this text.
    Update(String),
    /// It stays as it is.
    Keep,
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
    details: Option<Vec<String>>,
}

impl Action {
    /// Returns the word for it.
    pub(crate) fn verb(&self) -> &'static str {
        match self {
            Self::Create(_) => "create",
            Self::Update(_) => "update",
            Self::Keep => "keep",
            Self::Remove => "remove",
        }
    }
}

impl Plan {
    /// Lists the files that do not stay as they are.
    pub(crate) fn changed(&self) -> impl Iterator<Item = &PlannedFile> {
        self.files.iter().filter(|file| file.action != Action::Keep)
    }

    /// Counts the files with which `action` happens.
    pub(crate) fn count(&self, verb: &str) -> usize {
        self.files.iter().filter(|file| file.action.verb() == verb).count()
    }

    /// Returns what is to be done on disk. Lists of files take their places last, the deepest first,
    /// and go before what they name, so that no list that is in use names a file that is not there.
    pub(crate) fn changes(&self) -> Changes {
        let mut waves: BTreeMap<Reverse<usize>, Vec<(PathBuf, String)>> = BTreeMap::new();
        let mut remove = Vec::new();
        for file in &self.files {
            let path = self.folder.join(&file.path);
            match &file.action {
                Action::Create(text) | Action::Update(text) => {
                    waves.entry(Reverse(file.wave())).or_default().push((path, text.clone()));
                }
                Action::Remove => remove.push((file.wave(), path)),
                Action::Keep => {}
            }
        }
        remove.sort();
        let unfinished = self.current.unfinished.iter().map(|path| self.folder.join(path));
        Changes {
            waves: waves.into_values().collect(),
            remove: remove.into_iter().map(|(_, path)| path).chain(unfinished).collect(),
            empty: self.current.empty_folders().map(|path| self.folder.join(path)).collect(),
        }
    }
}

impl PlannedFile {
    /// Says in one line what happens to the file.
    pub(crate) fn line(&self, plan: &Plan) -> String {
        let why = self.why().map(|why| format!("  ({why})")).unwrap_or_default();
        format!("{} {}/{}{why}\n", self.action.verb(), plan.shown_folder, self.path)
    }

    /// Says for programs what happens to the file.
    pub(crate) fn change<'a>(&self, plan: &'a Plan, details: Option<Vec<String>>) -> Change<'a> {
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

    /// When the file takes its place: the greatest first; when it goes, it is the other way round.
    fn wave(&self) -> usize {
        match self.path.rsplit('/').next() {
            Some("kustomization.yaml") => self.path.matches('/').count(),
            // It names sealed files, and a kustomization names it.
            Some("ksops.yaml") => usize::MAX - 1,
            _ => usize::MAX,
        }
    }
}
