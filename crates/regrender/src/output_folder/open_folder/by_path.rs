//! A folder by its path, where a system has no handles of folders to look up from.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::Kind;

#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn open(place: &Path) -> io::Result<Self> {
        fs::read_dir(place).map(|_| Self(place.to_owned()))
    }

    pub(super) fn file(&self, path: &str) -> io::Result<File> {
        File::open(self.0.join(path))
    }

    pub(super) fn entries(&self, path: &str) -> io::Result<Vec<(String, Kind)>> {
        fs::read_dir(self.0.join(path))?
            .map(|entry| {
                let entry = entry?;
                let name = entry.file_name().to_string_lossy().into_owned();
                Ok((name, kind(entry.file_type()?)))
            })
            .collect()
    }
}

fn kind(kind: fs::FileType) -> Kind {
    if kind.is_dir() {
        Kind::Folder
    } else if kind.is_symlink() {
        Kind::Link
    } else if kind.is_file() {
        Kind::File
    } else {
        Kind::Special
    }
}
