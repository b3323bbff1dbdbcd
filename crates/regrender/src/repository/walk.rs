//! A walk through files and folders: what can be manifests, and what else is there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use ignore::WalkBuilder;

use super::tracked::tracked;
use super::unseen::{Cause, Unseen};

/// Names of manifests that do not end like one: what holds credentials in JSON, and a kustomization.
const OTHER_NAMES: [&str; 3] = [".dockerconfigjson", ".dockercfg", "Kustomization"];

/// What a walk through files and folders came by.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    /// Files that can be manifests, in order.
    pub(crate) manifests: Vec<PathBuf>,
    /// All other files, in order.
    pub(crate) others: Vec<PathBuf>,
    /// Symbolic links that lead nowhere.
    pub(crate) dangling: Vec<PathBuf>,
    /// Folders and files that cannot be looked at, and why.
    pub(crate) unreadable: Vec<(PathBuf, Arc<io::Error>)>,
    /// Indexes of Git that cannot be read, and why: what is committed all the same may be missing.
    pub(crate) indexes: Vec<(PathBuf, Arc<io::Error>)>,
    /// What can hold manifests and was not walked through.
    pub(crate) unseen: Vec<Unseen>,
}

impl Walk {
    /// Adds what another walk came by; nothing is in it twice.
    pub(crate) fn extend(&mut self, other: &Self) {
        for (paths, more) in [
            (&mut self.manifests, &other.manifests),
            (&mut self.others, &other.others),
            (&mut self.dangling, &other.dangling),
        ] {
            let is_first = paths.is_empty();
            paths.extend_from_slice(more);
            if !is_first {
                in_order(paths);
            }
        }
        for (errors, more) in
            [(&mut self.unreadable, &other.unreadable), (&mut self.indexes, &other.indexes)]
        {
            errors.extend_from_slice(more);
            errors.dedup_by(|one, next| one.0 == next.0);
        }
        self.unseen.extend_from_slice(&other.unseen);
        self.unseen.dedup();
    }

    /// Adds the files below `root` that are committed though a `.gitignore` is about them, and what is
    /// committed and not there.
    fn take_committed(&mut self, root: &Path, except: &BTreeSet<PathBuf>) {
        let tracked = tracked(root);
        self.indexes.extend(tracked.unreadable);
        let is_left_out = |path: &Path| path.ancestors().any(|above| except.contains(above));
        let unseen = tracked.unseen.into_iter();
        self.unseen.extend(unseen.filter(|one| one.is_missing() && !is_left_out(&one.path)));
        for file in tracked.files {
            let is_manifest = is_manifest(&file);
            let files = if is_manifest { &mut self.manifests } else { &mut self.others };
            let place = files.binary_search_by(|one| one.as_os_str().cmp(file.as_os_str()));
            let is_file = || fs::symlink_metadata(&file).is_ok_and(|found| found.is_file());
            if let Err(place) = place
                && !is_left_out(&file)
                && is_file()
            {
                files.insert(place, file);
            }
        }
    }

    /// Leaves out what lies below `folders`.
    pub(crate) fn without(mut self, folders: &[PathBuf]) -> Self {
        for paths in [&mut self.manifests, &mut self.others, &mut self.dangling] {
            paths.retain(|path| !folders.iter().any(|folder| path.starts_with(folder)));
        }
        self.unreadable.retain(|(path, _)| !folders.iter().any(|folder| path.starts_with(folder)));
        self.unseen.retain(|one| !folders.iter().any(|folder| one.path.starts_with(folder)));
        self
    }
}

/// Walks through `root`, leaving out what lies below `except`.
///
/// What Git ignores is no part of the repository, unless it is named or committed all the same, and a
/// further worktree below is the repository once more. Links are not followed: where they lead is walked
/// through anyway, or it is no part of what the walk is for.
pub(crate) fn walk(root: &Path, except: &[PathBuf]) -> Walk {
    let mut found = Walk::default();
    let except: Arc<BTreeSet<PathBuf>> = Arc::new(except.iter().cloned().collect());
    let left_out = Arc::clone(&except);
    let walk = WalkBuilder::new(root)
        .hidden(false)
        .ignore(false)
        .require_git(false)
        .filter_entry(move |entry| {
            let is_below = entry.depth() > 0 && entry.file_type().is_some_and(|kind| kind.is_dir());
            entry.file_name() != ".git"
                && !except.contains(entry.path())
                && !(is_below && is_worktree(entry.path()))
        })
        .build();
    for entry in walk {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                found.unreadable.extend(unreadable(error, root));
                continue;
            }
        };
        let is_named = entry.depth() == 0;
        let path = entry.path();
        let Some(kind) = entry.file_type() else { continue };
        if kind.is_symlink() {
            if !path.exists() {
                found.dangling.push(entry.into_path());
            } else if is_named && !path.is_dir() {
                found.manifests.push(entry.into_path());
            } else if !is_named {
                found.unseen.push(Unseen { path: entry.into_path(), cause: Cause::Link });
            }
        } else if kind.is_file() {
            let is_manifest = is_named || is_manifest(path);
            let files = if is_manifest { &mut found.manifests } else { &mut found.others };
            files.push(entry.into_path());
        } else if is_named && !kind.is_dir() {
            // A pipe, as a shell makes one for `<(COMMAND)`.
            found.manifests.push(entry.into_path());
        }
    }
    for paths in [&mut found.manifests, &mut found.others, &mut found.dangling] {
        in_order(paths);
    }
    found.take_committed(root, &left_out);
    found
}

/// Says whether a folder is what `git worktree add` makes.
fn is_worktree(folder: &Path) -> bool {
    let file = fs::read_to_string(folder.join(".git")).unwrap_or_default();
    // A submodule has such a file too, and no common folder.
    file.trim_end()
        .strip_prefix("gitdir: ")
        .is_some_and(|kept| folder.join(kept).join("commondir").exists())
}

/// Sorts by the bytes of whole paths, which is much faster than part by part.
fn in_order(paths: &mut Vec<PathBuf>) {
    paths.sort_unstable_by(|one, other| one.as_os_str().cmp(other.as_os_str()));
    paths.dedup_by(|one, other| one.as_os_str() == other.as_os_str());
}

/// Returns what cannot be looked at; what is gone in the meantime does not matter.
fn unreadable(error: ignore::Error, walked: &Path) -> Option<(PathBuf, Arc<io::Error>)> {
    let place = place(&error).unwrap_or(walked).to_owned();
    let error = as_the_system_said(error.into_io_error()?);
    (error.kind() != io::ErrorKind::NotFound).then(|| (place, Arc::new(error)))
}

/// Takes off what the walk adds: the path, which is told anyway.
fn as_the_system_said(error: io::Error) -> io::Error {
    let inner = error.get_ref().and_then(|outer| outer.source()?.downcast_ref::<io::Error>());
    inner.and_then(io::Error::raw_os_error).map_or(error, io::Error::from_raw_os_error)
}

fn place(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } => place(err),
        _ => None,
    }
}

/// Says whether a file can be a manifest, by its name.
pub(crate) fn is_manifest(path: &Path) -> bool {
    let is_named =
        path.file_name().is_some_and(|name| OTHER_NAMES.iter().any(|known| name == *known));
    let has_ending = path.extension().is_some_and(|extension| {
        ["yaml", "yml", "json"].iter().any(|known| extension.eq_ignore_ascii_case(known))
    });
    is_named || has_ending
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worktree_below_is_left_out_and_a_submodule_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(".git/worktrees/w/commondir", "../..\n");
        write("w/.git", "gitdir: ../.git/worktrees/w\n");
        write("w/a.yaml", "");
        write(".git/modules/worktrees/s/HEAD", "");
        write("worktrees/s/.git", "gitdir: ../../.git/modules/worktrees/s\n");
        write("worktrees/s/a.yaml", "");
        let found = |root: &str| walk(&folder.path().join(root), &[]).manifests;
        assert_eq!(found(""), [folder.path().join("worktrees/s/a.yaml")]);
        assert_eq!(found("w"), [folder.path().join("w/a.yaml")]);
    }

    #[cfg(unix)]
    #[test]
    fn what_cannot_be_looked_at_is_told_without_its_path() {
        let long = "x".repeat(300);
        let walked = walk(&std::env::temp_dir().join(&long), &[]);
        let [(place, error)] = walked.unreadable.as_slice() else { panic!("{walked:?}") };
        assert!(place.ends_with(&long));
        assert!(!error.to_string().contains(&long), "{error}");
        assert_eq!(error.kind(), io::ErrorKind::InvalidFilename);
    }
}
