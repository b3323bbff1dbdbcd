//! What belongs to a repository, or is led to by it, and that no walk through a folder comes by.

use std::fs;
use std::path::PathBuf;

use super::walk::is_manifest;

/// Something that belongs to a repository and that a walk through a folder does not come by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unseen {
    /// Where it is, or would be.
    pub(crate) path: PathBuf,
    /// Why the walk does not come by it.
    pub(crate) cause: Cause,
}

/// Why a walk does not come by something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// A submodule that is not checked out.
    Submodule,
    /// A file that a sparse checkout leaves out.
    SparseFile,
    /// A folder that a sparse checkout leaves out, with all that is in it.
    SparseFolder,
    /// A link, which is not followed.
    Link,
}

impl Unseen {
    /// Says whether what is committed is not there, though it can hold manifests.
    pub(super) fn is_missing(&self) -> bool {
        match self.cause {
            // Of one that is not checked out there is an empty folder at most.
            Cause::Submodule => {
                fs::read_dir(&self.path).map_or(true, |mut all| all.next().is_none())
            }
            Cause::SparseFile => is_manifest(&self.path) && !self.path.exists(),
            Cause::SparseFolder => !self.path.exists(),
            Cause::Link => true,
        }
    }
}
