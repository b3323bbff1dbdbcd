//! What a command wants of the files that do not stay as they are: a build writes them, a diff
//! describes them.

use regrender_render::WantedFile;
use regrender_seal::Reason;

use crate::error::CliError;
use crate::output_folder::OutputFolder;
use crate::plan::sealing::Keys;

/// What a command does about the files that do not stay as they are.
pub(crate) trait Purpose: Sync {
    /// Makes an output folder ready for it.
    fn begin(&self, _folder: &OutputFolder) -> Result<(), CliError> {
        Ok(())
    }

    /// Deals with a file while its text is at hand, and describes what changes in it.
    fn change(&self, change: &ChangedFile<'_>) -> Result<Vec<String>, CliError>;

    /// Undoes what it did to an output folder, since something is wrong.
    fn give_up(&self, _folder: &OutputFolder) {}
}

/// A file that does not stay as it is.
pub(crate) struct ChangedFile<'a> {
    /// The output folder.
    pub(crate) folder: &'a OutputFolder,
    /// Its path in the folder.
    pub(crate) path: &'a str,
    /// What it shall be.
    pub(crate) wanted: &'a WantedFile,
    /// What it holds, if it is there.
    pub(crate) current: Option<&'a str>,
    /// What it shall hold.
    pub(crate) text: &'a str,
    /// The path of a file of the folder that was dealt with before: mostly of the last one.
    pub(crate) before: Option<&'a str>,
    /// Why, if it is a sealed file.
    pub(crate) reasons: &'a [Reason],
    /// The keys of the run.
    pub(crate) keys: &'a Keys,
}
