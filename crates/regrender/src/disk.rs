//! An output folder as it is on disk: which files are ours, which are not, and what is in the way.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use rayon::prelude::*;
use regrender_render::HEADER;

use crate::error::{CliError, ErrorKind};

/// The end of the name of a file that a build is about to put in its place.
pub(crate) const UNFINISHED: &str = ".regrender-unfinished";

/// The most bytes of a file in the output folder that are read.
const LARGEST_FILE: u64 = 16 * 1024 * 1024;

/// An output folder as it is on disk.
#[derive(Debug, Default)]
pub(crate) struct OutputFolder {
    /// The files that begin with the header, or are marked as ours, by their path in the folder.
    pub(crate) ours: BTreeMap<String, String>,
    /// Everything else that is no folder: other people's files, links, what cannot be read.
    pub(crate) foreign: BTreeMap<String, Foreign>,
    /// The folders in it.
    pub(crate) folders: BTreeSet<String>,
    /// What an interrupted build left.
    pub(crate) unfinished: Vec<String>,
}

/// Something in the output folder that is not ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Foreign {
    /// A file without the header, and its text if it is one.
    File(Option<String>),
    /// A symbolic link.
    Link,
    /// Neither a file nor a folder.
    Special,
}

/// Something in the output folder that keeps a file from being written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Obstacle {
    /// Where it is in the folder.
    pub(crate) place: String,
    /// What it is.
    pub(crate) what: &'static str,
}

impl OutputFolder {
    /// Reads the folder; one that does not exist is empty.
    pub(crate) fn read(folder: &Path) -> Result<Self, CliError> {
        let mut found = Self::default();
        match fs::symlink_metadata(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
            Err(error) => return Err(unreadable(folder, error)),
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) if folder.is_dir() => {}
            Ok(_) => {
                let message = format!("output folder `{}` is not a folder", folder.display());
                let hint = "move it away, or set `directory` in registries.toml";
                return Err(CliError::new(ErrorKind::Files, message).with_hint(hint));
            }
        }
        let mut files = Vec::new();
        let mut folders = vec![(folder.to_owned(), String::new())];
        while let Some((path, prefix)) = folders.pop() {
            let entries = fs::read_dir(&path).map_err(|error| unreadable(&path, error))?;
            for entry in entries {
                let entry = entry.map_err(|error| unreadable(&path, error))?;
                let name = entry.file_name().to_string_lossy().into_owned();
                let relative = format!("{prefix}{name}");
                let kind = entry.file_type().map_err(|error| unreadable(&entry.path(), error))?;
                if kind.is_dir() {
                    folders.push((entry.path(), format!("{relative}/")));
                    found.folders.insert(relative);
                } else if kind.is_symlink() {
                    found.foreign.insert(relative, Foreign::Link);
                } else if !kind.is_file() {
                    found.foreign.insert(relative, Foreign::Special);
                } else if name.ends_with(UNFINISHED) {
                    found.unfinished.push(relative);
                } else {
                    files.push((entry.path(), relative));
                }
            }
        }
        found.unfinished.sort();
        let texts: Vec<Text> =
            files.par_iter().map(|(path, _)| read_text(path)).collect::<Result<_, _>>()?;
        for ((_, relative), text) in files.into_iter().zip(texts) {
            match text {
                Text::Ours(text) => drop(found.ours.insert(relative, text)),
                Text::Foreign(text) => drop(found.foreign.insert(relative, Foreign::File(text))),
            }
        }
        Ok(found)
    }

    /// Lists the folders without a file in them or below, the deepest first.
    pub(crate) fn empty_folders(&self) -> impl Iterator<Item = &String> {
        let holds_file = |folder: &str| {
            let inside = format!("{folder}/");
            let ours = self.ours.range(inside.clone()..).next().map(|(path, _)| path);
            let foreign = self.foreign.range(inside.clone()..).next().map(|(path, _)| path);
            let unfinished = self.unfinished.iter().find(|path| path.starts_with(&inside));
            [ours, foreign, unfinished].into_iter().flatten().any(|path| path.starts_with(&inside))
        };
        self.folders.iter().rev().filter(move |folder| !holds_file(folder))
    }

    /// Returns what keeps a file from being written to `path`.
    pub(crate) fn obstacle(&self, path: &str) -> Option<Obstacle> {
        let obstacle = |place: &str, what| Some(Obstacle { place: place.to_owned(), what });
        if self.folders.contains(path) {
            return obstacle(path, "is a folder");
        }
        let parents = path.match_indices('/').filter_map(|(end, _)| path.get(..end));
        for place in parents.chain([path]) {
            match self.foreign.get(place) {
                Some(Foreign::Link) => return obstacle(place, "is a symbolic link"),
                Some(Foreign::Special) => {
                    return obstacle(place, "is neither a file nor a folder");
                }
                Some(Foreign::File(_)) => {
                    return obstacle(place, "does not begin with the header of a generated file");
                }
                None if place != path && self.ours.contains_key(place) => {
                    return obstacle(place, "is a file");
                }
                None => {}
            }
        }
        None
    }
}

/// What a file in the folder holds.
enum Text {
    /// What a build wrote.
    Ours(String),
    /// Something else; no text, or too much of it, is none.
    Foreign(Option<String>),
}

fn read_text(path: &Path) -> Result<Text, CliError> {
    let metadata = fs::metadata(path).map_err(|error| unreadable(path, error))?;
    if metadata.len() > LARGEST_FILE {
        return Ok(Text::Foreign(None));
    }
    let bytes = fs::read(path).map_err(|error| unreadable(path, error))?;
    Ok(match String::from_utf8(bytes) {
        Ok(text) if is_ours(&text) => Text::Ours(text),
        Ok(text) => Text::Foreign(Some(text)),
        Err(_) => Text::Foreign(None),
    })
}

/// Says whether a file was written by a build.
fn is_ours(text: &str) -> bool {
    let first_line = text.strip_prefix('\u{feff}').unwrap_or(text).lines().next().unwrap_or("");
    let headed = first_line.strip_prefix('#').is_some_and(|line| line.trim_end() == HEADER);
    headed || regrender_seal::inspect_age(text).is_ok_and(|inspection| inspection.is_marked())
}

fn unreadable(path: &Path, error: io::Error) -> CliError {
    CliError::new(ErrorKind::Files, format!("`{}` cannot be read", path.display()))
        .with_source(error)
        .with_hint("the output folder must be readable before anything is written to it")
}
