//! Where Git keeps what belongs to a repository.

use std::fs;
use std::path::{Path, PathBuf};

/// The folders in which Git keeps what belongs to a repository.
#[derive(Debug)]
pub(crate) struct GitFolder {
    /// That of this worktree alone: its index, and what of it is checked out.
    pub(crate) own: PathBuf,
    /// That of all its worktrees: what of them is ignored.
    pub(crate) common: PathBuf,
}

impl GitFolder {
    /// Finds those of the repository with this top.
    pub(crate) fn of(top: &Path) -> Self {
        let git = top.join(".git");
        // In a further worktree and in a submodule, that is a file that says where the folder is.
        let text = fs::read_to_string(&git).unwrap_or_default();
        let elsewhere = text.strip_prefix("gitdir: ").map(|place| top.join(place.trim_end()));
        let own = elsewhere.unwrap_or(git);
        let common = match fs::read_to_string(own.join("commondir")) {
            Ok(text) => own.join(text.trim_end()),
            Err(_) => own.clone(),
        };
        Self { own, common }
    }

    /// Returns how many bytes the name of an object has: more where the repository uses SHA-256.
    pub(crate) fn id_length(&self) -> usize {
        let settings = fs::read_to_string(self.common.join("config")).unwrap_or_default();
        let uses_sha256 = settings.lines().any(|line| {
            let setting = line.split_once('=').map(|(name, value)| (name.trim(), value.trim()));
            setting.is_some_and(|(name, value)| {
                name.eq_ignore_ascii_case("objectformat") && value.eq_ignore_ascii_case("sha256")
            })
        });
        if uses_sha256 { 32 } else { 20 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worktree_shares_a_folder_and_a_submodule_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        let write = |path: &str, text: &str| {
            let path = top.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let check = |of: &str, own: &str, common: &str| {
            let found = GitFolder::of(&top.join(of));
            assert_eq!(found.own.canonicalize().unwrap(), top.join(own).canonicalize().unwrap());
            let common = top.join(common).canonicalize().unwrap();
            assert_eq!(found.common.canonicalize().unwrap(), common);
        };
        write(".git/worktrees/w/commondir", "../..\n");
        write("w/.git", "gitdir: ../.git/worktrees/w\n");
        write(".git/modules/s/HEAD", "");
        write("s/.git", "gitdir: ../.git/modules/s\n");
        check(".", ".git", ".git");
        check("w", ".git/worktrees/w", ".git");
        check("s", ".git/modules/s", ".git/modules/s");
    }

    /// As Git writes them, also for a further worktree.
    #[test]
    fn the_settings_say_how_long_the_name_of_an_object_is() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        fs::create_dir_all(top.join(".git/worktrees/w")).unwrap();
        fs::create_dir(top.join("w")).unwrap();
        fs::write(top.join(".git/worktrees/w/commondir"), "../..\n").unwrap();
        fs::write(top.join("w/.git"), "gitdir: ../.git/worktrees/w\n").unwrap();
        let lengths = || [top, &top.join("w")].map(|top| GitFolder::of(top).id_length());
        assert_eq!(lengths(), [20, 20]);
        let settings = "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = ";
        fs::write(top.join(".git/config"), format!("{settings}sha256\n")).unwrap();
        assert_eq!(lengths(), [32, 32]);
        fs::write(top.join(".git/config"), format!("{settings}sha1\n")).unwrap();
        assert_eq!(lengths(), [20, 20]);
    }
}
