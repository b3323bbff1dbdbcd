//! Knows the repository as an `ApplicationSet` sees it: its folders and files, from the top.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::base::Base;
use crate::place::{folders_above, path_below};

/// Gives the bytes of a file, where it can be read.
pub(crate) type ReadFile<'f> = dyn Fn(&str) -> Option<Vec<u8>> + 'f;

/// What an `ApplicationSet` sees of a repository.
pub(in crate::kustomization) struct Repository<'f> {
    /// The file that the `ApplicationSet` stands in.
    pub(in crate::kustomization) file: &'f str,
    pub(in crate::kustomization) files: &'f BTreeSet<String>,
    pub(in crate::kustomization) folders: &'f BTreeSet<&'f str>,
    pub(in crate::kustomization) base: &'f Base,
    pub(in crate::kustomization) read: &'f ReadFile<'f>,
}

impl<'f> Repository<'f> {
    /// Lists the folders that are wanted.
    pub(super) fn folders(&self, wanted: impl Fn(&str) -> bool) -> Vec<Found<'f>> {
        self.paths(|| self.folders.iter().copied(), wanted)
    }

    /// Lists the files that are wanted.
    pub(super) fn files(&self, wanted: impl Fn(&str) -> bool) -> Vec<Found<'f>> {
        self.paths(|| self.files.iter().map(String::as_str), wanted)
    }

    /// Lists what is wanted by its path from the top of the repository.
    ///
    /// The files may be those of another one, so the outermost folder below which any is wanted is taken
    /// for its top, that of this one before all others.
    fn paths<N: Iterator<Item = &'f str>>(
        &self,
        all: impl Fn() -> N,
        wanted: impl Fn(&str) -> bool,
    ) -> Vec<Found<'f>> {
        let find = |path_of: &dyn Fn(&'f str) -> Option<Cow<'f, str>>| -> Vec<Found<'f>> {
            let found = all().filter_map(|name| Some(Found { path: path_of(name)?, name }));
            found.filter(|one| wanted(&one.path)).collect()
        };
        let here = std::iter::once_with(|| find(&|name| self.base.path_of(name)));
        // Where the base is the top, the first folder is it, too.
        let elsewhere = folders_above(self.file)
            .skip(usize::from(self.base.is_top()))
            .map(|top| find(&|name| Some(Cow::Borrowed(path_below(top, name)?))));
        here.chain(elsewhere).find(|found| !found.is_empty()).unwrap_or_default()
    }
}

/// A file or folder that was found in a repository.
pub(super) struct Found<'f> {
    /// Its path from the top.
    pub(super) path: Cow<'f, str>,
    /// What it is called here.
    pub(super) name: &'f str,
}

/// Lists the folders that files are in, and those above.
pub(in crate::kustomization) fn folders_of(files: &BTreeSet<String>) -> BTreeSet<&str> {
    let folders = files.iter().flat_map(|file| folders_above(file));
    folders.filter(|folder| !folder.is_empty()).collect()
}
