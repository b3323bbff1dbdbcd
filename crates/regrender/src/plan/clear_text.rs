//! The text of a file of the tree that may be seen, and whether a file has it.

use regrender_document::{Document, Spelling};
use regrender_render::WantedFile;

/// Says whether a file that may be seen is as it shall be. Git gives it the line ends of Windows when
/// it checks it out there (`core.autocrlf`), and takes them away again.
pub(crate) fn is_same_text(current: &str, wanted: &str) -> bool {
    current == wanted || current.replace("\r\n", "\n") == wanted
}

/// Spells a file of the tree that may be seen.
pub(crate) fn clear_text(file: &WantedFile) -> Option<String> {
    match file {
        WantedFile::Clear(document) => Some(emit(document)),
        WantedFile::Text(text) => Some(text.clone()),
        WantedFile::Sealed(_) => None,
    }
}

/// Spells a document of the tree that may be seen.
pub(crate) fn emit(document: &Document) -> String {
    document.emit(Spelling::Kustomize).expect("a clear document of the tree holds no secret")
}
