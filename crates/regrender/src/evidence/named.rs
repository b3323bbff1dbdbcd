//! What kustomizations name beside what is walked through: it belongs to their builds all the same.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use regrender_audit::{KUSTOMIZATIONS, plain_path};

use crate::path::without_dots;
use crate::project::manifests::Manifests;
use crate::repository::{Walk, find_top, ignored};

/// Lists what the kustomizations among `files` name, and what those name in turn; `find` lists the
/// files behind a name that are wanted and were not found before.
pub(super) fn named(
    files: &[PathBuf],
    manifests: &mut Manifests,
    find: &mut dyn FnMut(&str) -> Vec<PathBuf>,
) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut new = files.to_vec();
    while !new.is_empty() {
        manifests.read(&new);
        let named = new.iter().flat_map(|file| manifests.named_by(file));
        let named: BTreeSet<String> = named.map(|path| plain_path(&path)).collect();
        new = named.iter().flat_map(|name| find(name)).collect();
        found.extend(new.iter().cloned());
    }
    found
}

/// Lists the files that something may be which a kustomization names: itself, or what its folder is
/// known by.
pub(super) fn as_file(name: &str) -> impl Iterator<Item = String> {
    let within = if name.is_empty() { String::new() } else { format!("{name}/") };
    let kustomizations = KUSTOMIZATIONS.map(|file| format!("{within}{file}"));
    std::iter::once(name.to_owned()).chain(kustomizations)
}

/// Adds to a walk through `roots` what its kustomizations name elsewhere in the repository, as an overlay
/// names its base; files are named from `base`.
pub(super) fn add_elsewhere(
    walk: &mut Walk,
    roots: &[PathBuf],
    manifests: &mut Manifests,
    base: &Path,
) {
    let mut elsewhere = Elsewhere { walked: &walk.manifests, roots, base, known: BTreeSet::new() };
    let found = named(&walk.manifests, manifests, &mut |name| Vec::from_iter(elsewhere.find(name)));
    walk.extend(&Walk { manifests: found, ..Walk::default() });
}

/// What of the repository a walk does not come by.
struct Elsewhere<'w> {
    /// What it comes by, in order.
    walked: &'w [PathBuf],
    roots: &'w [PathBuf],
    base: &'w Path,
    /// What it comes by without detours, and what is found elsewhere; empty until anything is.
    known: BTreeSet<OsString>,
}

impl Elsewhere<'_> {
    fn find(&mut self, name: &str) -> Option<PathBuf> {
        let files: Vec<PathBuf> = as_file(name).map(|file| self.base.join(file)).collect();
        let is_walked = |file: &PathBuf| {
            self.walked.binary_search_by(|one| one.as_os_str().cmp(file.as_os_str())).is_ok()
        };
        if files.iter().any(is_walked) {
            return None;
        }
        let file = files.into_iter().find(|file| file.is_file())?;
        let real = file.canonicalize().ok()?;
        if self.known.is_empty() {
            let plain = |file: &PathBuf| without_dots(file).into_os_string();
            self.known = self.walked.iter().map(plain).collect();
        }
        let is_new = !self.is_known(&file, &real) && self.is_in_repository(&real);
        is_new.then(|| {
            self.known.insert(real.into_os_string());
            file
        })
    }

    /// Says whether a file was come by, by whatever way: there may be links on it.
    fn is_known(&self, file: &Path, real: &Path) -> bool {
        let of_base = self.base.canonicalize().ok();
        let within = of_base.and_then(|base| Some(self.base.join(real.strip_prefix(base).ok()?)));
        let mut names = [Some(without_dots(file)), Some(real.to_owned()), within].into_iter();
        names.any(|name| name.is_some_and(|name| self.known.contains(name.as_os_str())))
    }

    /// Says whether a file belongs to the repository of what is walked through. Without one, nothing says
    /// where it ends.
    fn is_in_repository(&self, real: &Path) -> bool {
        let (Some(folder), Some(name)) = (real.parent(), real.file_name()) else { return false };
        let mut roots = self.roots.iter().filter_map(|root| root.canonicalize().ok());
        let Some(top) = find_top(folder) else {
            return roots.all(|root| find_top(&root).is_none());
        };
        roots.any(|root| root.starts_with(top))
            && name.to_str().is_some_and(|name| ignored(folder, &[name]).is_empty())
    }
}
