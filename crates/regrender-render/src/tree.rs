//! The files that a cluster's output folder shall have.

use std::collections::BTreeMap;

use regrender_document::Document;

use crate::PullSecretFile;

/// The files that a cluster's output folder shall have, by their path in it.
#[derive(Clone, Debug, Default)]
pub struct FileTree(BTreeMap<String, WantedFile>);

/// A file that shall be there.
#[derive(Clone, Debug)]
pub enum WantedFile {
    /// A document that may be seen.
    Clear(Document),
    /// A text that is no document, and may be seen.
    Text(String),
    /// A pull secret, to be sealed.
    Sealed(PullSecretFile),
}

impl FileTree {
    pub(crate) fn insert(&mut self, path: String, file: WantedFile) {
        self.0.insert(path, file);
    }

    /// Lists the files in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &WantedFile)> {
        self.0.iter().map(|(path, file)| (path.as_str(), file))
    }

    /// Says whether a file shall be at `path`.
    #[must_use]
    pub fn contains(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }

    /// Returns the file that shall be at `path`.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&WantedFile> {
        self.0.get(path)
    }

    /// Returns how many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Says whether there is no file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
