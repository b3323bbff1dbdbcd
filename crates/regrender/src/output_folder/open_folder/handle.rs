//! A folder by its handle: the system looks up what is asked for from there.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, DirEntry, FileType, Mode, OFlags, openat, statat};

use super::Kind;

const FILE: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC);
const FOLDER: OFlags = FILE.union(OFlags::DIRECTORY);

#[derive(Debug)]
pub(super) struct Folder(OwnedFd);

impl Folder {
    pub(super) fn open(place: &Path) -> io::Result<Self> {
        Ok(Self(openat(CWD, place, FOLDER, Mode::empty())?))
    }

    pub(super) fn file(&self, path: &str) -> io::Result<File> {
        Ok(File::from(openat(&self.0, path, FILE, Mode::empty())?))
    }

    pub(super) fn entries(&self, path: &str) -> io::Result<Vec<(String, Kind)>> {
        let path = if path.is_empty() { "." } else { path };
        let mut folder = Dir::new(openat(&self.0, path, FOLDER, Mode::empty())?)?;
        let mut entries = Vec::new();
        while let Some(entry) = folder.read() {
            let entry = entry?;
            if !matches!(entry.file_name().to_bytes(), b"." | b"..") {
                let name = entry.file_name().to_string_lossy().into_owned();
                entries.push((name, kind(&folder, &entry)?));
            }
        }
        Ok(entries)
    }
}

fn kind(folder: &Dir, entry: &DirEntry) -> io::Result<Kind> {
    let kind = match entry.file_type() {
        // Some file systems do not say.
        FileType::Unknown => {
            let told = statat(folder.fd()?, entry.file_name(), AtFlags::SYMLINK_NOFOLLOW)?;
            FileType::from_raw_mode(told.st_mode)
        }
        kind => kind,
    };
    Ok(match kind {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Folder,
        FileType::Symlink => Kind::Link,
        _ => Kind::Special,
    })
}
