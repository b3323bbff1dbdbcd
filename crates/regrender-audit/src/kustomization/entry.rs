//! Knows the entries of a kustomization that name files and folders, and what is wrong where those are
//! not there.

use crate::finding::{Code, Finding};
use crate::manifest::Node;
use crate::place::Place;

/// An entry of a kustomization that names a file or folder beside it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The kustomization, and where the entry stands in it.
    pub place: Place,
    /// The path, relative to the folder of the kustomization.
    pub path: String,
    /// What may stand there.
    pub kind: EntryKind,
    /// The list that it is in.
    list: &'static str,
}

/// What an entry may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A file, or a folder with a kustomization.
    Any,
    /// A folder with a kustomization.
    Folder,
    /// A file.
    File,
}

/// What is wrong with what an entry names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is there.
    Missing,
    /// It is a folder without a kustomization.
    NoKustomization,
    /// It is a file, and should be a folder.
    NotFolder,
    /// It is a folder, and should be a file.
    NotFile,
}

/// What follows from any fault.
pub(super) const OUTCOME: &str = "so kustomize builds nothing";

/// The lists, and what their entries may name.
const LISTS: [(&str, EntryKind); 9] = [
    ("resources", EntryKind::Any),
    ("bases", EntryKind::Any),
    ("components", EntryKind::Folder),
    ("generators", EntryKind::Any),
    ("transformers", EntryKind::Any),
    ("validators", EntryKind::Any),
    ("configurations", EntryKind::File),
    ("crds", EntryKind::File),
    ("patchesStrategicMerge", EntryKind::File),
];

impl Entry {
    /// Reads the entries of a kustomization that kustomize looks for beside it.
    pub(super) fn read_all(root: &Node<'_>, place: &Place) -> Vec<Self> {
        let mut entries = Vec::new();
        for (list, kind) in LISTS {
            for node in root.items_of(list) {
                entries.extend(Self::new(node, list, kind, place));
            }
        }
        for list in ["patches", "patchesJson6902", "replacements"] {
            for node in root.items_of(list).iter().filter_map(|one| one.get("path")) {
                entries.extend(Self::new(node, list, EntryKind::File, place));
            }
        }
        if let Some(node) = root.at(&["openapi", "path"]) {
            entries.extend(Self::new(node, "openapi", EntryKind::File, place));
        }
        entries
    }

    fn new(node: &Node<'_>, list: &'static str, kind: EntryKind, place: &Place) -> Option<Self> {
        let path = node.string().filter(|path| is_local(path))?;
        Some(Self { place: place.of(node), path: path.to_owned(), kind, list })
    }

    /// Says what is wrong.
    pub(crate) fn finding(&self, fault: Fault) -> Finding {
        let what = match fault {
            Fault::Missing => "which is not there",
            Fault::NoKustomization => "which is a folder without a kustomization.yaml",
            Fault::NotFolder => "which is a file and not a folder",
            Fault::NotFile => "which is a folder and not a file",
        };
        let Self { list, path, place, .. } = self;
        let message = format!("`{list}` names `{path}`, {what}, {OUTCOME}");
        let finding = Finding::new(Code::BrokenKustomization, place, message);
        Finding { shared: Some(OUTCOME.to_owned()), ..finding }
    }
}

/// Tells whether kustomize looks for a path beside the kustomization, and nobody writes it anew before.
///
/// It clones what has a scheme, a user or GitHub's host. Older ones clone more, so whatever could be
/// an address is taken for one. What is absolute is of one machine, a variable is filled in by
/// somebody else, and text of several lines is an object.
pub(super) fn is_local(path: &str) -> bool {
    const REMOTE: [&str; 8] = ["://", "?", "@", "//", ".git/", "_git/", "git::", "github.com"];
    const FILLED_IN: [&str; 3] = ["$", "{", "<"];
    let closed = format!("{}/", path.trim_end_matches('/').to_ascii_lowercase());
    let is_remote = REMOTE.iter().any(|part| closed.contains(part));
    let is_open = FILLED_IN.iter().any(|part| path.contains(part));
    let is_object = path.contains(['\n', ':']);
    !path.is_empty() && !path.starts_with('/') && !is_remote && !is_open && !is_object
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_beside_the_kustomization_is_local() {
        for path in ["web.yaml", "../base", "./a/b/", "..", ".", "a b.yaml", "gitlab.com/x"] {
            assert!(is_local(path), "{path}");
        }
    }

    #[test]
    fn addresses_variables_and_objects_are_not() {
        for path in [
            "",
            "/etc/base",
            "https://example.com/a.yaml",
            "HTTPS://example.com/a.yaml",
            "ssh://git@example.com/a",
            "git@github.com:a/b.git",
            "github.com/a/b//c?ref=v1",
            "github.com/a/b",
            "GitHub.com/a/b?ref=v1",
            "git::https://example.com/a",
            "gitlab.com/a/b//c",
            "gitlab.com/a/b.git",
            "example.com/a/b.git/c",
            "dev.azure.com/a/_git/b",
            "bitbucket.org/a/b?ref=v1",
            "file:///a/b",
            "host:a/b",
            "$CLUSTER/a",
            "../${CLUSTER}",
            "$(A)/b",
            "{{ .name }}/a",
            "<name>.yaml",
            "apiVersion: v1\nkind: x\n",
        ] {
            assert!(!is_local(path), "{path}");
        }
    }
}
