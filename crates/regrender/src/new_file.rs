//! A file that a command makes for a person: one that is there already is left as it is.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use crate::error::{CliError, ErrorKind};

/// Who can read a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Whoever can read new files of this user.
    Usual,
    /// Nobody but its owner.
    OwnerAlone,
}

/// Makes the file, and the folder that it lies in.
pub(crate) fn create(path: &Path, bytes: &[u8], readers: Readers) -> Result<(), CliError> {
    let folder = path.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(folder).and_then(|()| write(path, bytes, readers)).map_err(|error| {
        CliError::new(ErrorKind::Files, format!("`{}` cannot be written", path.display()))
            .because_of(error)
    })
}

fn write(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    restrict(&mut options, readers);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(unix)]
fn restrict(options: &mut OpenOptions, readers: Readers) {
    use std::os::unix::fs::OpenOptionsExt as _;
    if readers == Readers::OwnerAlone {
        options.mode(0o600);
    }
}

/// On Windows it is the folder that says who can read what is in it.
#[cfg(not(unix))]
fn restrict(_options: &mut OpenOptions, _readers: Readers) {}
