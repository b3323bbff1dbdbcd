//! What Git ignores, by the rules of the repository, the machine and the user.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rayon::prelude::*;

use super::git_folder::GitFolder;
use super::tracked::tracked;
use super::{find_top, real_place};
use crate::path::{folder_of, folders_above};

/// Returns those of `files`, by their paths in `folder`, that Git ignores unless it tracks them.
pub(crate) fn ignored<'f>(folder: &Path, files: &[&'f str]) -> Vec<&'f str> {
    let Some(folder) = real_place(folder) else { return Vec::new() };
    let Some(top) = find_top(&folder) else { return Vec::new() };
    let rules = Rules::for_folder(&folder, top);
    let is_everything = rules.leave_out(&folder);
    // Each folder is asked for once, however many files are in it.
    let above: BTreeSet<&str> = files.iter().flat_map(|file| folders_above(file)).collect();
    let mut folders: BTreeMap<&str, bool> = BTreeMap::new();
    let is_ignored = |folders: &BTreeMap<&str, bool>, path: &str, is_folder| {
        let outer = folder_of(path).and_then(|outer| folders.get(outer)).copied();
        outer.unwrap_or(is_everything) || rules.match_path(&folder.join(path), is_folder)
    };
    for path in above {
        let found = is_ignored(&folders, path, true);
        folders.insert(path, found);
    }
    let ignored = files.par_iter().filter(|file| is_ignored(&folders, file, false));
    let mut ignored: Vec<&str> = ignored.copied().collect();
    if !ignored.is_empty() {
        let tracked: BTreeSet<PathBuf> = tracked(&folder).files.into_iter().collect();
        ignored.retain(|file| !tracked.contains(&folder.join(file)));
    }
    ignored
}

/// Says whether Git would ignore a file or a folder at `path`, where there is neither, in the repository
/// with this top.
pub(crate) fn would_be_ignored(path: &Path, top: &Path) -> bool {
    let Some(folder) = path.parent() else { return false };
    let rules = Rules::for_folder(folder, top);
    rules.leave_out(folder) || rules.match_path(path, false) || rules.match_path(path, true)
}

/// Rules of Git, below the top of a repository.
struct Rules<'t> {
    top: &'t Path,
    /// Those that win are first.
    all: Vec<Gitignore>,
}

impl<'t> Rules<'t> {
    /// Reads those for what lies in a folder: of each folder from there up, of the repository alone, and
    /// of the user.
    fn for_folder(folder: &Path, top: &'t Path) -> Self {
        let read = |root: &Path, file: &Path| {
            let mut builder = GitignoreBuilder::new(root);
            // A line that is no pattern ignores nothing, and a file that is not there says nothing.
            let _no_matter = builder.add(file);
            builder.build().unwrap_or_else(|_| Gitignore::empty())
        };
        let levels = folder.ancestors().take_while(|level| level.starts_with(top));
        let mut all: Vec<Gitignore> =
            levels.map(|level| read(level, &level.join(".gitignore"))).collect();
        all.push(read(top, &GitFolder::of(top).common.join("info/exclude")));
        all.push(GitignoreBuilder::new(top).build_global().0);
        all.retain(|rules| !rules.is_empty());
        Self { top, all }
    }

    /// Says whether a folder, or one that it lies in, is ignored as a whole.
    fn leave_out(&self, folder: &Path) -> bool {
        let mut levels = folder.ancestors().take_while(|level| *level != self.top);
        levels.any(|level| self.match_path(level, true))
    }

    /// Says whether the rules ignore a path, wherever it lies.
    fn match_path(&self, path: &Path, is_folder: bool) -> bool {
        let above =
            self.all.iter().filter(|rules| path != rules.path() && path.starts_with(rules.path()));
        let mut found = above.map(|rules| rules.matched(path, is_folder));
        matches!(found.find(|found| !found.is_none()), Some(Match::Ignore(_)))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::repository::tracked::tests::index_of_files;

    #[test]
    fn the_rules_are_those_of_git() {
        let top = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &[u8]| {
            let path = top.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let files =
            ["a.yaml", "m/x.secret", "m/keep.secret", "n/keep.secret", "o/a.yaml", "p/x.secret"];
        let check = |expected: &[&str]| {
            assert_eq!(ignored(&top.path().join("apps/out"), &files), expected);
        };
        write(".gitignore", b"*.secret\nn/\n");
        write("apps/.gitignore", b"!keep.secret\n/out/o\n");
        check(&[]);
        write(".git/info/exclude", b"!p/x.secret\na.yaml\n");
        check(&["a.yaml", "m/x.secret", "n/keep.secret", "o/a.yaml", "p/x.secret"]);
        write("apps/out/p/x.secret", b"");
        write(".git/index", &index_of_files(&["apps/out/p/x.secret"]));
        check(&["a.yaml", "m/x.secret", "n/keep.secret", "o/a.yaml"]);
        write("apps/out/.gitignore", b"!a.yaml\n");
        check(&["m/x.secret", "n/keep.secret", "o/a.yaml"]);
        write("apps/.gitignore", b"*\n!*.yaml\n");
        check(&["a.yaml", "m/x.secret", "m/keep.secret", "n/keep.secret", "o/a.yaml"]);
    }
}
