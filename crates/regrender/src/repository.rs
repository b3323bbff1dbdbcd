//! The Git repository around a registries.toml: its top, and the manifests in it.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

/// Names of files that hold credentials in JSON and do not end like it.
const DOCKER_CONFIG_FILES: [&str; 2] = [".dockerconfigjson", ".dockercfg"];

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
    pub(crate) unreadable: Vec<(PathBuf, io::Error)>,
}

/// Returns the top of the Git repository that `folder` lies in, or `folder` itself.
pub(crate) fn top(folder: &Path) -> &Path {
    folder.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(folder)
}

/// Walks through `paths`, leaving out what lies below `except`.
///
/// What Git ignores is no part of the repository, unless it is named. Links are not followed: where
/// they lead inside of the repository is walked through anyway.
pub(crate) fn walk(paths: &[PathBuf], except: &[PathBuf]) -> Walk {
    let mut found = Walk::default();
    let except: BTreeSet<PathBuf> = except.iter().cloned().collect();
    for path in paths {
        let except = except.clone();
        let walk = WalkBuilder::new(path)
            .hidden(false)
            .require_git(false)
            .filter_entry(move |entry| {
                entry.file_name() != ".git" && !except.contains(entry.path())
            })
            .build();
        for entry in walk {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    found.unreadable.extend(unreadable(error, path));
                    continue;
                }
            };
            let is_named = entry.depth() == 0;
            let path = entry.path();
            let Some(kind) = entry.file_type() else { continue };
            if kind.is_symlink() {
                if !path.exists() {
                    found.dangling.push(entry.into_path());
                } else if is_named && path.is_file() {
                    found.manifests.push(entry.into_path());
                }
            } else if kind.is_file() {
                let is_manifest = is_named || is_manifest(path);
                let files = if is_manifest { &mut found.manifests } else { &mut found.others };
                files.push(entry.into_path());
            }
        }
    }
    for paths in [&mut found.manifests, &mut found.others, &mut found.dangling] {
        paths.sort();
        paths.dedup();
    }
    found
}

/// Returns what cannot be looked at; what is gone in the meantime does not matter.
fn unreadable(error: ignore::Error, walked: &Path) -> Option<(PathBuf, io::Error)> {
    let place = place(&error).unwrap_or(walked).to_owned();
    let error = error.into_io_error()?;
    (error.kind() != io::ErrorKind::NotFound).then_some((place, error))
}

fn place(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } => place(err),
        _ => None,
    }
}

fn is_manifest(path: &Path) -> bool {
    let is_named =
        path.file_name().is_some_and(|name| DOCKER_CONFIG_FILES.iter().any(|known| name == *known));
    let has_ending = path.extension().is_some_and(|extension| {
        ["yaml", "yml", "json"].iter().any(|known| extension.eq_ignore_ascii_case(known))
    });
    is_named || has_ending
}
