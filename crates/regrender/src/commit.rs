//! What a build made, put in its place: all of it is there and flushed before anything is moved.
//!
//! Whenever it is interrupted each file is the old one or the new one, and what lies beside its
//! place is cleaned up by the next build. That holds when the power goes too: what must be on the disk
//! before something else is flushed before it, since not every file system keeps the order of changes
//! in different folders.

mod flush;
mod order;
pub(crate) mod staging;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use rayon::prelude::*;

use crate::commit::order::{Turn, is_top_list, may_name};
use crate::commit::staging::beside;
use crate::error::{CliError, ErrorKind};
use crate::output_folder::OutputFolder;
use crate::path::folder_of;
use crate::plan::{Action, Plan};

/// What shall happen to an output folder, by paths in it.
#[derive(Debug)]
pub(crate) struct Changes<'a> {
    folder: &'a OutputFolder,
    /// Files and folders to move: those of a wave take their places side by side, after all of the
    /// waves before.
    waves: Vec<BTreeSet<&'a str>>,
    /// Lists at the top of a consumer's folder to remove, after all others are in their places:
    /// nothing leads to what is removed then.
    remove_tops: Vec<&'a str>,
    /// Files to remove at last, in this order.
    remove: Vec<&'a str>,
}

impl<'a> Changes<'a> {
    /// Works out how `plan` is carried out.
    pub(crate) fn of(plan: &'a Plan) -> Self {
        let folder = &plan.current;
        let mut waves: BTreeMap<Turn, BTreeSet<&str>> = BTreeMap::new();
        let mut remove = Vec::new();
        for file in &plan.changed {
            match file.action {
                Action::Create | Action::Update => {
                    let moved = folder.topmost_missing(&file.path);
                    waves.entry(Turn::of(moved)).or_default().insert(moved);
                }
                Action::Remove => remove.push(file.path.as_str()),
            }
        }
        remove.sort_unstable_by_key(|path| Reverse((Turn::of(path), *path)));
        let (remove_tops, remove) = remove.into_iter().partition(|path| is_top_list(path));
        Self { folder, waves: waves.into_values().collect(), remove_tops, remove }
    }

    /// Carries the changes out.
    pub(crate) fn commit(&self) -> Result<(), CliError> {
        let place = &self.folder.place;
        // First: what is removed then takes the folders above it along only if they are empty.
        for empty in self.folder.empty_folders() {
            // Git knows nothing of it: at worst it stays.
            drop(fs::remove_dir(place.join(empty)));
        }
        if self.waves.is_empty() && self.remove_tops.is_empty() && self.remove.is_empty() {
            return Ok(());
        }
        self.put_in_place()?;
        self.remove(&self.remove_tops)?;
        if !self.remove.is_empty() {
            // From here on nothing leads to what is removed; without that a list that a power cut
            // brought back would.
            flush::names(place, self.paths())?;
            self.remove(&self.remove)?;
        }
        flush::names(place, self.paths())
    }

    fn put_in_place(&self) -> Result<(), CliError> {
        let place = &self.folder.place;
        if !self.waves.is_empty() {
            let written = self.waves.iter().flatten();
            flush::contents(place, written.map(|path| beside(self.folder, path)))?;
        }
        for (wave, is_flushed_before) in self.waves.iter().zip(self.flushed_before()) {
            if is_flushed_before {
                flush::names(place, self.paths())?;
            }
            wave.par_iter().try_for_each(|path| {
                let place = self.folder.place.join(path);
                fs::rename(beside(self.folder, path), &place)
                    .map_err(|error| half_way(&place, error))
            })?;
        }
        Ok(())
    }

    /// Says before which waves all that was moved until then is flushed: those that may name what is
    /// new in another folder.
    fn flushed_before(&self) -> Vec<bool> {
        let mut folders_with_news = BTreeSet::new();
        let is_flushed_before = |wave: &BTreeSet<&'a str>| {
            let is_flushed = wave.iter().any(|path| may_name(path, &folders_with_news));
            if is_flushed {
                folders_with_news.clear();
            }
            let new = wave.iter().filter(|path| !self.folder.files.contains(**path));
            folders_with_news.extend(new.map(|path| folder_of(path).unwrap_or_default()));
            is_flushed
        };
        self.waves.iter().map(is_flushed_before).collect()
    }

    /// Lists what takes its place or goes.
    fn paths(&self) -> impl Iterator<Item = &str> {
        let removed = self.remove_tops.iter().chain(&self.remove);
        self.waves.iter().flatten().chain(removed).copied()
    }

    fn remove(&self, paths: &[&str]) -> Result<(), CliError> {
        let top = &self.folder.place;
        for path in paths {
            let place = top.join(path);
            match fs::remove_file(&place) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(half_way(&place, error));
                }
                _ => remove_empty_folders(&place, top),
            }
        }
        Ok(())
    }
}

/// Removes the folders above `path` that are empty, up to the output folder.
fn remove_empty_folders(path: &Path, top: &Path) {
    for folder in path.ancestors().skip(1).take_while(|folder| folder.starts_with(top)) {
        // One that is not empty stays, and so do those above it.
        drop(fs::remove_dir(folder));
    }
}

fn half_way(path: &Path, error: io::Error) -> CliError {
    let message = format!("`{}` cannot be replaced; files before it were", path.display());
    CliError::new(ErrorKind::Files, message)
        .because_of(error)
        .with_hint("build again then: it goes on where this one stopped")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::PlannedFile;

    /// A plan for a folder with these folders in it.
    fn plan(folders: &[&str], files: &[(&str, Action)]) -> Plan {
        let folders = folders.iter().copied().map(str::to_owned).collect();
        let planned = |(path, action): &(&str, Action)| PlannedFile {
            path: (*path).to_owned(),
            action: *action,
            reasons: Vec::new(),
            details: Vec::new(),
            clear_secrets: Vec::new(),
        };
        Plan {
            cluster: None,
            shown_folder: String::from("pull-secrets"),
            changed: files.iter().map(planned).collect(),
            kept: 0,
            left: Vec::new(),
            current: OutputFolder { folders, ..OutputFolder::default() },
            emptied_accounts: Vec::new(),
            empty_roots: Vec::new(),
            taken_components: BTreeSet::new(),
        }
    }

    #[track_caller]
    fn check_waves(plan: &Plan, expected: &[&[&str]]) {
        let waves: Vec<Vec<&str>> =
            Changes::of(plan).waves.iter().map(|wave| wave.iter().copied().collect()).collect();
        assert_eq!(waves, expected);
    }

    #[test]
    fn a_new_folder_takes_its_place_as_a_whole_after_the_manifests() {
        let plan = plan(
            &[],
            &[
                ("argocd/a/ksops.yaml", Action::Create),
                ("argocd/kustomization.yaml", Action::Create),
                ("manifests/a/regcred.sops.yaml", Action::Create),
                ("manifests/kustomization.yaml", Action::Create),
            ],
        );
        check_waves(&plan, &[&["manifests"], &["argocd"]]);
    }

    #[test]
    fn lists_come_after_what_they_name() {
        let plan = plan(
            &["argocd", "argocd/a", "manifests", "manifests/a"],
            &[
                ("argocd/a/ksops.yaml", Action::Update),
                ("argocd/a/kustomization.yaml", Action::Update),
                ("argocd/b/ksops.yaml", Action::Create),
                ("argocd/kustomization.yaml", Action::Update),
                ("manifests/a/regcred.sops.yaml", Action::Update),
                ("manifests/b/kustomization.yaml", Action::Create),
                ("manifests/b/regcred.sops.yaml", Action::Create),
                ("manifests/kustomization.yaml", Action::Update),
            ],
        );
        check_waves(
            &plan,
            &[
                &["manifests/a/regcred.sops.yaml", "manifests/b"],
                &["manifests/kustomization.yaml"],
                &["argocd/b"],
                &["argocd/a/ksops.yaml"],
                &["argocd/a/kustomization.yaml"],
                &["argocd/kustomization.yaml"],
            ],
        );
    }

    #[test]
    fn what_is_new_is_flushed_before_another_folder_may_name_it() {
        let mut plan = plan(
            &["argocd", "argocd/a", "manifests", "manifests/a"],
            &[
                ("argocd/a/ksops.yaml", Action::Update),
                ("argocd/a/kustomization.yaml", Action::Update),
                ("argocd/b/ksops.yaml", Action::Create),
                ("argocd/kustomization.yaml", Action::Update),
                ("manifests/a/regcred.sops.yaml", Action::Update),
                ("manifests/b/regcred.sops.yaml", Action::Create),
                ("manifests/kustomization.yaml", Action::Update),
            ],
        );
        for file in plan.changed.iter().filter(|file| file.action == Action::Update) {
            plan.current.files.insert(file.path.clone());
        }
        let changes = Changes::of(&plan);
        let flushed: Vec<&str> = changes
            .waves
            .iter()
            .zip(changes.flushed_before())
            .filter(|(_, is_flushed)| *is_flushed)
            .filter_map(|(wave, _)| wave.first().copied())
            .collect();
        // The first that may name `manifests/b`.
        assert_eq!(flushed, ["argocd/a/ksops.yaml"]);
    }

    #[test]
    fn a_new_password_is_flushed_once_before_it_is_moved() {
        let mut plan = plan(
            &["manifests", "manifests/a", "manifests/b"],
            &[
                ("manifests/a/regcred.sops.yaml", Action::Update),
                ("manifests/b/regcred.sops.yaml", Action::Update),
                ("manifests/kustomization.yaml", Action::Update),
            ],
        );
        let paths = plan.changed.iter().map(|file| file.path.clone());
        plan.current.files = paths.collect();
        assert_eq!(Changes::of(&plan).flushed_before(), [false, false]);
    }

    #[test]
    fn lists_go_before_what_they_name() {
        let tops = ["argocd/kustomization.yaml", "manifests/kustomization.yaml"];
        let expected = [
            "argocd/a/kustomization.yaml",
            "argocd/a/ksops.yaml",
            "manifests/a/kustomization.yaml",
            "manifests/a/regcred.sops.yaml",
        ];
        let mut files: Vec<(&str, Action)> =
            tops.iter().chain(&expected).map(|path| (*path, Action::Remove)).collect();
        files.sort_by_key(|(path, _)| *path);
        let plan = plan(&["argocd", "argocd/a", "manifests", "manifests/a"], &files);
        let changes = Changes::of(&plan);
        assert_eq!(changes.remove_tops, tops);
        assert_eq!(changes.remove, expected);
        assert!(changes.waves.is_empty());
    }

    /// A plan that removes these files of the folder at `place`.
    fn removal(place: &Path, files: &[&str]) -> Plan {
        let files: Vec<(&str, Action)> = files.iter().map(|path| (*path, Action::Remove)).collect();
        Plan { current: OutputFolder::list(place).unwrap(), ..plan(&[], &files) }
    }

    #[test]
    fn folders_that_become_empty_go_too_and_others_stay() {
        let top = tempfile::tempdir().unwrap();
        let place = top.path().join("out");
        for folder in ["a/b", "a/c"] {
            fs::create_dir_all(place.join(folder)).unwrap();
            fs::write(place.join(folder).join("x"), "").unwrap();
        }
        Changes::of(&removal(&place, &["a/b/x"])).commit().unwrap();
        assert!(!place.join("a/b").exists() && place.join("a/c/x").exists());
        Changes::of(&removal(&place, &["a/c/x"])).commit().unwrap();
        assert!(!place.exists() && top.path().exists());
    }

    #[test]
    fn what_somebody_else_removed_meanwhile_is_gone() {
        let top = tempfile::tempdir().unwrap();
        fs::write(top.path().join("mine"), "").unwrap();
        Changes::of(&removal(top.path(), &["a/kustomization.yaml", "a/x"])).commit().unwrap();
        assert!(top.path().join("mine").exists());
    }

    #[test]
    fn what_cannot_be_removed_is_an_error() {
        let top = tempfile::tempdir().unwrap();
        fs::create_dir_all(top.path().join("a/x")).unwrap();
        fs::write(top.path().join("a/x/y"), "").unwrap();
        assert!(Changes::of(&removal(top.path(), &["a/x"])).commit().is_err());
        assert!(top.path().join("a/x/y").exists());
    }
}
