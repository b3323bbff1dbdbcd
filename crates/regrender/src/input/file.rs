//! Reading a secret from a file.

use std::fs::File;
use std::io;
use std::path::Path;

use super::bytes::{LIMIT, SecretBytes, read_all};
use super::failure::FileFailure;

/// Reads all of a file.
///
/// # Errors
///
/// Says what is in the way.
pub(crate) fn read_file(path: &Path) -> Result<SecretBytes, FileFailure> {
    // Asked beforehand, because opening a folder fails on one system and reading it on the other.
    if path.is_dir() {
        return Err(FileFailure::IsFolder);
    }
    let mut file = File::open(path).map_err(|error| failure(&error))?;
    read_all(&mut file, LIMIT).map_err(|error| failure(&error))?.ok_or(FileFailure::TooLarge)
}

fn failure(error: &io::Error) -> FileFailure {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => FileFailure::Missing,
        _ => FileFailure::Unreadable(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &[u8]) -> Result<SecretBytes, FileFailure> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        std::fs::write(&path, text).unwrap();
        read_file(&path)
    }

    #[test]
    fn a_file_is_read_to_its_end() {
        assert_eq!(written(b"canary-4f1d\n").unwrap().expose(), b"canary-4f1d\n");
    }

    #[test]
    fn a_missing_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read_file(&folder.path().join("none")).unwrap_err(), FileFailure::Missing);
    }

    #[test]
    fn a_path_through_a_file_is_missing_too() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), "").unwrap();
        let path = folder.path().join("file").join("password");
        assert_eq!(read_file(&path).unwrap_err(), FileFailure::Missing);
    }

    #[test]
    fn a_folder_is_told() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read_file(folder.path()).unwrap_err(), FileFailure::IsFolder);
    }

    #[test]
    fn a_file_over_the_limit_is_told() {
        assert_eq!(written(&vec![b'a'; LIMIT + 1]).unwrap_err(), FileFailure::TooLarge);
        assert!(written(&vec![b'a'; LIMIT]).is_ok());
    }
}
