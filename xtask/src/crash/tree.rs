//! A folder with everything in it, in memory: to set it up, and to compare what became of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::clear;

/// How a build ends the name of a file or folder that is not in its place yet.
const UNFINISHED: &str = ".regrender-unfinished";

/// The mode of every file of a tree, under the usual mask.
const MODE: u32 = 0o644;

/// A folder with everything in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Tree {
    /// The files, by their path in the folder.
    pub(super) files: BTreeMap<String, Vec<u8>>,
    /// The folders in it.
    pub(super) folders: BTreeSet<String>,
}

impl Tree {
    /// Reads `folder`; one that is not there is empty.
    ///
    /// # Errors
    ///
    /// Something cannot be read, or is neither a file nor a folder, or has an unusual mode.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let mut tree = Self::default();
        if folder.exists() {
            tree.collect(folder, "")?;
        }
        Ok(tree)
    }

    fn collect(&mut self, folder: &Path, prefix: &str) -> Result<()> {
        let listing =
            fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
        for entry in listing {
            let path = entry.context("cannot list a folder")?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let relative = format!("{prefix}{name}");
            let metadata = path.symlink_metadata().context("cannot look at a file")?;
            if metadata.is_dir() {
                self.collect(&path, &format!("{relative}/"))?;
                self.folders.insert(relative);
            } else if metadata.is_file() {
                let mode = metadata.mode() & 0o777;
                if mode != MODE {
                    bail!("{relative} has the mode {mode:o}, not {MODE:o}");
                }
                let bytes = fs::read(&path).with_context(|| format!("cannot read {relative}"))?;
                self.files.insert(relative, bytes);
            } else {
                bail!("{relative} is neither a file nor a folder");
            }
        }
        Ok(())
    }

    /// Adds a file and the folders it needs.
    pub(super) fn add(&mut self, path: &str, text: &str) {
        let folders = path.match_indices('/').filter_map(|(end, _)| path.get(..end));
        self.folders.extend(folders.map(str::to_owned));
        self.files.insert(path.to_owned(), text.as_bytes().to_vec());
    }

    /// Makes `folder` hold this and nothing else.
    ///
    /// # Errors
    ///
    /// Something cannot be removed or written.
    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        if folder.exists() {
            fs::remove_dir_all(folder).context("cannot empty a folder")?;
        }
        fs::create_dir_all(folder).context("cannot make a folder")?;
        for path in &self.folders {
            fs::create_dir_all(folder.join(path)).with_context(|| format!("cannot make {path}"))?;
        }
        for (path, bytes) in &self.files {
            let file = folder.join(path);
            fs::write(&file, bytes).with_context(|| format!("cannot write {path}"))?;
            fs::set_permissions(&file, fs::Permissions::from_mode(MODE))
                .with_context(|| format!("cannot set the mode of {path}"))?;
        }
        Ok(())
    }

    /// Looks for the canary in every file.
    ///
    /// # Errors
    ///
    /// A file holds it.
    pub(super) fn check_no_canary(&self) -> Result<()> {
        for (path, bytes) in &self.files {
            if let Some(spelling) = clear::find(bytes) {
                bail!("{path} holds `{spelling}`");
            }
        }
        Ok(())
    }

    /// Checks that each file is that of `old` or the new one, and that what both have is there;
    /// `is_new` judges what is not as in `old`.
    ///
    /// # Errors
    ///
    /// Names a file that is neither, or is lost.
    pub(super) fn check_between(
        &self,
        old: &Self,
        new: &Self,
        is_new: impl Fn(&str, &[u8]) -> Result<bool>,
    ) -> Result<()> {
        for (path, bytes) in self.files.iter().filter(|(path, _)| !is_unfinished(path)) {
            if old.files.get(path) != Some(bytes) && !is_new(path, bytes)? {
                bail!("{path} is neither the old file nor the new one");
            }
        }
        let mut stay = old.files.keys().filter(|path| new.files.contains_key(*path));
        match stay.find(|path| !self.files.contains_key(*path)) {
            Some(lost) => bail!("{lost} is not there any more"),
            None => Ok(()),
        }
    }

    /// Checks that what can be reached from the lists of the tops is there: whoever applies the
    /// tree now must not come by a name that leads nowhere.
    ///
    /// # Errors
    ///
    /// A list names what is not there.
    pub(super) fn check_lists(&self, output: &str) -> Result<()> {
        let tops = self.folders.iter().filter(|folder| {
            let rest = folder.strip_prefix(output).filter(|rest| rest.matches('/').count() == 1);
            rest.is_some() && !is_unfinished(folder)
        });
        let mut lists: Vec<String> = tops.map(|folder| list_of(folder)).collect();
        let mut seen = BTreeSet::new();
        while let Some(list) = lists.pop() {
            let Some(bytes) = self.files.get(&list) else { continue };
            if !seen.insert(list.clone()) {
                continue;
            }
            for name in names_in(&String::from_utf8_lossy(bytes)) {
                let target = join(&list, name);
                if self.files.contains_key(&target) {
                    lists.push(target);
                } else if self.files.contains_key(&list_of(&target)) {
                    lists.push(list_of(&target));
                } else {
                    bail!("{list} names `{name}`, which is not there");
                }
            }
        }
        Ok(())
    }
}

/// Says whether a file at `path` waits to be put in its place, alone or with its folder.
pub(super) fn is_unfinished(path: &str) -> bool {
    path.split('/').any(|part| part.ends_with(UNFINISHED))
}

/// Says whether the file at `path` is sealed, so that each build writes another text.
pub(super) fn is_sealed(path: &str) -> bool {
    [".sops.yaml", ".age"].iter().any(|ending| path.ends_with(ending))
}

fn list_of(folder: &str) -> String {
    format!("{folder}/kustomization.yaml")
}

/// Lists what a kustomization or a KSOPS generator names.
fn names_in(text: &str) -> impl Iterator<Item = &str> {
    let items = text.lines().filter_map(|line| line.trim_start().strip_prefix("- "));
    items.map(|item| item.strip_prefix("path: ").unwrap_or(item)).filter(|item| !item.contains(' '))
}

/// Returns the path that `name` means in the file at `path`.
fn join(path: &str, name: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in name.split('/') {
        match part {
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        let mut tree = Tree::default();
        for (path, text) in files {
            tree.add(path, text);
        }
        tree
    }

    #[test]
    fn a_name_that_leads_nowhere_is_found_through_other_lists() {
        let mut tree = tree(&[
            ("out/manifests/kustomization.yaml", "resources:\n- apps\n"),
            ("out/manifests/apps/kustomization.yaml", "resources:\n- s.age\n- ../../b.yaml\n"),
            ("out/manifests/apps/s.age", ""),
        ]);
        let error = tree.check_lists("out").unwrap_err().to_string();
        let expected =
            "out/manifests/apps/kustomization.yaml names `../../b.yaml`, which is not there";
        assert_eq!(error, expected);
        tree.add("out/b.yaml", "");
        tree.check_lists("out").unwrap();
    }

    #[test]
    fn a_list_that_nothing_names_may_lead_nowhere() {
        let tree = tree(&[("out/manifests/apps/kustomization.yaml", "resources:\n- s.age\n")]);
        tree.check_lists("out").unwrap();
    }

    #[test]
    fn each_file_is_the_old_or_the_new_one() {
        let (old, new) = (tree(&[("a", "1"), ("b", "1")]), tree(&[("b", "2"), ("c", "2")]));
        let check = |files: &[(&str, &str)]| {
            let is_new =
                |path: &str, bytes: &[u8]| Ok(new.files.get(path).is_some_and(|new| new == bytes));
            tree(files).check_between(&old, &new, is_new).map_err(|error| error.to_string())
        };
        check(&[("a", "1"), ("b", "1")]).unwrap();
        check(&[("b", "2"), ("c.regrender-unfinished", "")]).unwrap();
        let torn = check(&[("b", "")]).unwrap_err();
        assert_eq!(torn, "b is neither the old file nor the new one");
        assert_eq!(check(&[("a", "1")]).unwrap_err(), "b is not there any more");
    }

    #[test]
    fn the_canary_is_named_with_its_file() {
        let error = tree(&[("a/b", "x canary-4f1d")]).check_no_canary().unwrap_err();
        assert_eq!(error.to_string(), "a/b holds `canary-4f1d`");
    }

    #[test]
    fn a_tree_comes_back_as_it_was_written() {
        let folder = std::env::temp_dir().join(format!("crash-tree-{}", std::process::id()));
        let written = tree(&[("a/b/c", "text"), ("d", "")]);
        written.write(&folder).unwrap();
        assert_eq!(Tree::read(&folder).unwrap(), written);
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(Tree::read(&folder).unwrap(), Tree::default());
    }
}
