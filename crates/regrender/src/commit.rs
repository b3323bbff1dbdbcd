//! What a build made, put in its place: all of it is there and flushed before anything is moved.
//!
//! Whenever it is interrupted each file is the old one or the new one, and what lies beside its
//! place is cleaned up by the next build.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::Path;

use rayon::prelude::*;
use regrender_render::MANIFESTS;

use crate::disk::OutputFolder;
use crate::error::{CliError, ErrorKind};
use crate::plan::{Action, Plan};
use crate::staging::beside;

/// What shall happen to an output folder, by paths in it.
#[derive(Debug)]
pub(crate) struct Changes<'a> {
    folder: &'a OutputFolder,
    /// Files and folders to move: those of a wave take their places side by side, after all of the
    /// waves before.
    waves: Vec<BTreeSet<&'a str>>,
    /// Files to remove, in this order, after all others are in their places.
    remove: Vec<&'a str>,
}

/// When something takes its place: the least first. What is removed goes the other way round.
///
/// Lists come after what they name, the deepest first, so that a list that is in use never names a
/// file that is not there. The manifests name nothing outside of them, and others do name them.
type Turn = (bool, Reverse<usize>);

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
                    waves.entry(turn(moved)).or_default().insert(moved);
                }
                Action::Remove => remove.push(file.path.as_str()),
            }
        }
        remove.sort_by_key(|path| Reverse((turn(path), *path)));
        Self { folder, waves: waves.into_values().collect(), remove }
    }

    /// Carries the changes out.
    pub(crate) fn commit(&self) -> Result<(), CliError> {
        let place = &self.folder.place;
        // First: what is removed then takes the folders above it along only if they are empty.
        for empty in self.folder.empty_folders() {
            // Git knows nothing of it: at worst it stays.
            drop(fs::remove_dir(place.join(empty)));
        }
        if !self.waves.is_empty() || !self.remove.is_empty() {
            flush(place)?;
            self.put_in_place()?;
            self.remove()?;
            flush(place)?;
        }
        Ok(())
    }

    fn put_in_place(&self) -> Result<(), CliError> {
        for wave in &self.waves {
            wave.par_iter().try_for_each(|path| {
                let place = self.folder.place.join(path);
                fs::rename(beside(self.folder, path), &place)
                    .map_err(|error| half_way(&place, error))
            })?;
        }
        Ok(())
    }

    fn remove(&self) -> Result<(), CliError> {
        let top = &self.folder.place;
        for path in &self.remove {
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

fn turn(path: &str) -> Turn {
    let is_in_manifests =
        path.strip_prefix(MANIFESTS).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let nesting = match path.rsplit('/').next() {
        Some("kustomization.yaml") => path.matches('/').count(),
        // It names sealed files, and a kustomization names it.
        Some("ksops.yaml") => usize::MAX - 1,
        _ => usize::MAX,
    };
    (!is_in_manifests, Reverse(nesting))
}

/// Removes the folders above `path` that are empty, up to the output folder.
fn remove_empty_folders(path: &Path, top: &Path) {
    let mut folder = path.parent();
    while let Some(empty) = folder.filter(|folder| folder.starts_with(top)) {
        match fs::remove_dir(empty) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => break,
            _ => folder = empty.parent(),
        }
    }
}

/// Makes what was written survive a power cut.
///
/// One flush of the file system costs less than one a file as soon as there are a few of them.
#[cfg(target_os = "linux")]
fn flush(folder: &Path) -> Result<(), CliError> {
    match File::open(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        opened => opened
            .and_then(|file| rustix::fs::syncfs(&file).map_err(io::Error::from))
            .map_err(|error| not_flushed(folder, error)),
    }
}

#[cfg(not(target_os = "linux"))]
fn flush(folder: &Path) -> Result<(), CliError> {
    let mut folders = vec![folder.to_owned()];
    while let Some(path) = folders.pop() {
        let entries = fs::read_dir(&path).map_err(|error| not_flushed(&path, error))?;
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                File::open(&path)
                    .and_then(|file| file.sync_all())
                    .map_err(|error| not_flushed(&path, error))?;
            }
        }
    }
    Ok(())
}

fn not_flushed(path: &Path, error: io::Error) -> CliError {
    let message = format!("`{}` cannot be flushed to the disk", path.display());
    CliError::new(ErrorKind::Files, message).because_of(error)
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
        };
        Plan {
            cluster: None,
            shown_folder: String::from("pull-secrets"),
            changed: files.iter().map(planned).collect(),
            kept: 0,
            current: OutputFolder { folders, ..OutputFolder::default() },
            emptied_accounts: Vec::new(),
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
    fn lists_go_before_what_they_name() {
        let expected = [
            "argocd/kustomization.yaml",
            "argocd/a/kustomization.yaml",
            "argocd/a/ksops.yaml",
            "manifests/a/kustomization.yaml",
            "manifests/a/regcred.sops.yaml",
        ];
        let mut files = expected.map(|path| (path, Action::Remove));
        files.sort_by_key(|(path, _)| *path);
        let plan = plan(&["argocd", "argocd/a", "manifests", "manifests/a"], &files);
        let changes = Changes::of(&plan);
        assert_eq!(changes.remove, expected);
        assert!(changes.waves.is_empty());
    }

    #[test]
    fn a_folder_that_is_named_like_the_manifests_is_another() {
        assert!(turn("manifests") < turn("manifests-old"));
        assert!(turn("manifests/kustomization.yaml") < turn("flux/a.yaml"));
    }
}
