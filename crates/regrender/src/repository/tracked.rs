//! What the index of a repository says of a folder: the files that Git keeps whatever a `.gitignore`
//! says, and what of it is not checked out.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::git_folder::GitFolder;
use super::split_index::{Damaged, SharedIndex};
use super::top;
use super::unseen::{Cause, Unseen};

/// What an entry begins with: times, mode, owner and size.
const FIXED: usize = 40;

/// The bytes of the flags that follow the name of the object.
const FLAGS: usize = 2;

/// What the index of a repository says of a folder.
#[derive(Debug, Default)]
pub(crate) struct Tracked {
    /// The files below it.
    pub(crate) files: Vec<PathBuf>,
    /// Submodules, and what a sparse checkout leaves out.
    pub(crate) unseen: Vec<Unseen>,
    /// The index, if it cannot be read, and why; what is damaged ends the lists, and takes nothing from
    /// them.
    pub(crate) unreadable: Option<(PathBuf, Arc<io::Error>)>,
}

/// What is said of a path.
#[derive(Clone, Copy, Debug)]
struct Entry {
    mode: u32,
    /// Whether a sparse checkout leaves it out.
    is_skipped: bool,
}

/// Looks up what the index of its repository says of a folder: nothing where there is none.
pub(crate) fn tracked(folder: &Path) -> Tracked {
    let mut found = Tracked::default();
    let Some((git, start)) = place_in_repository(folder) else { return found };
    let below = |name: &str| {
        let path = name.strip_prefix(&*start)?;
        let mut place = folder.to_owned();
        place.extend(path.split('/').filter(|part| !part.is_empty()));
        Some(place)
    };
    let take = |name: &[u8], entry: Entry| {
        let Ok(name) = str::from_utf8(name) else { return };
        let cause = match entry.mode >> 12 {
            0o10 if entry.is_skipped => Cause::SparseFile,
            0o4 => Cause::SparseFolder,
            0o10 => return found.files.extend(below(name)),
            0o16 => Cause::Submodule,
            _ => return,
        };
        let is_folder_itself = start.strip_suffix('/') == Some(name);
        let path = if is_folder_itself { Some(folder.to_owned()) } else { below(name) };
        found.unseen.extend(path.map(|path| Unseen { path, cause }));
    };
    let read = each_entry_of(&git, take);
    found.unreadable = read.err().map(|error| (git.own.join("index"), Arc::new(error)));
    found
}

/// Returns where Git keeps what belongs to the repository that a folder lies in, and what the paths
/// below the folder begin with.
fn place_in_repository(folder: &Path) -> Option<(GitFolder, String)> {
    let real = folder.canonicalize().ok().filter(|real| real.is_dir())?;
    let top = top(&real);
    let mut start = String::new();
    for part in real.strip_prefix(top).ok()? {
        start.push_str(part.to_str()?);
        start.push('/');
    }
    Some((GitFolder::of(top), start))
}

/// Hands out each entry of the index of a worktree.
fn each_entry_of(git: &GitFolder, mut take: impl FnMut(&[u8], Entry)) -> io::Result<()> {
    use io::ErrorKind::{NotADirectory, NotFound};
    let index = match fs::read(git.own.join("index")) {
        Err(error) if matches!(error.kind(), NotFound | NotADirectory) => return Ok(()),
        index => index?,
    };
    let damaged = || io::Error::new(io::ErrorKind::InvalidData, "it is damaged, or of a new kind");
    let id = git.id_length();
    // What replaces an entry of the shared index has no path.
    let mut replacements = Vec::new();
    let rest = each_entry(&index, id, |name, entry| match name {
        [] => replacements.push(entry),
        name => take(name, entry),
    });
    let rest = rest.ok_or_else(damaged)?;
    let Some(shared) = SharedIndex::find(rest, id).map_err(|Damaged| damaged())? else {
        return Ok(());
    };
    let index = fs::read(git.own.join(&shared.file))?;
    let mut replacements = replacements.into_iter();
    let mut position = 0;
    let rest = each_entry(&index, id, |name, entry| {
        let replacement = shared.is_replaced(position).then(|| replacements.next()).flatten();
        if !shared.is_gone(position) {
            take(name, replacement.unwrap_or(entry));
        }
        position += 1;
    });
    rest.map(drop).ok_or_else(damaged)
}

/// Hands out each entry of an index, and returns what comes after them; `None` if it breaks off. `id` is
/// the length of an object's name.
fn each_entry(index: &[u8], id: usize, mut take: impl FnMut(&[u8], Entry)) -> Option<&[u8]> {
    let flags = FIXED + id;
    let version = number(index.strip_prefix(b"DIRC")?)?;
    let count = number(index.get(8..)?)?;
    let mut rest = index.get(12..)?;
    let mut name = Vec::new();
    for _ in 0..count {
        let mode = number(rest.get(24..)?)?;
        let is_extended = rest.get(flags)? & 0x40 != 0;
        let is_skipped = is_extended && rest.get(flags + FLAGS)? & 0x40 != 0;
        let mut start = flags + if is_extended { 2 * FLAGS } else { FLAGS };
        let kept = if version == 4 {
            let (cut, length) = distance(rest.get(start..)?)?;
            start += length;
            name.len().checked_sub(cut)?
        } else {
            0
        };
        name.truncate(kept);
        let length = rest.get(start..)?.iter().position(|byte| *byte == 0)?;
        name.extend_from_slice(rest.get(start..start + length)?);
        // Entries end in one to eight zeros, up to the next multiple of eight, before version 4.
        let end = start + length;
        rest = rest.get(if version == 4 { end + 1 } else { (end + 8) & !7 }..)?;
        take(&name, Entry { mode, is_skipped });
    }
    Some(rest)
}

pub(super) fn number(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

/// Reads how much of the last path goes, and how long the number is.
fn distance(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0_usize;
    for (position, byte) in bytes.iter().take(5).enumerate() {
        value = (value << 7) + usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, position + 1));
        }
        value += 1;
    }
    None
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::repository::walk;

    const FILE: u32 = 0o100_644;

    /// How long the name of an object mostly is.
    const ID: usize = 20;

    /// An index of these files; those of version 3 have further flags.
    fn index(version: u32, id: usize, files: &[(&str, u32)]) -> Vec<u8> {
        let mut index = b"DIRC".to_vec();
        index.extend(version.to_be_bytes());
        index.extend(u32::try_from(files.len()).unwrap().to_be_bytes());
        let mut last = "";
        for (path, mode) in files {
            let mut entry = vec![b'x'; FIXED + id];
            entry[24..28].copy_from_slice(&mode.to_be_bytes());
            entry.extend([if version == 3 { 0x40 } else { 0 }, 1]);
            entry.extend(if version == 3 { &b"\0\0"[..] } else { b"" });
            if version == 4 {
                let same = last.bytes().zip(path.bytes()).take_while(|(a, b)| a == b).count();
                entry.extend(spelled(last.len() - same));
                entry.extend(&path.as_bytes()[same..]);
                entry.push(0);
            } else {
                entry.extend(path.as_bytes());
                entry.resize((entry.len() + 8) & !7, 0);
            }
            index.extend(entry);
            last = path;
        }
        index.extend(b"TREE\0\0\0\0");
        index
    }

    /// An index of the usual version.
    pub(in crate::repository) fn index_of_files(paths: &[&str]) -> Vec<u8> {
        let files: Vec<(&str, u32)> = paths.iter().map(|path| (*path, FILE)).collect();
        index(2, ID, &files)
    }

    /// Spells a distance as Git does.
    fn spelled(mut value: usize) -> Vec<u8> {
        let mut bytes = vec![u8::try_from(value & 0x7f).unwrap()];
        while value > 0x7f {
            value = (value >> 7) - 1;
            bytes.insert(0, u8::try_from(value & 0x7f).unwrap() | 0x80);
        }
        bytes
    }

    fn files(index: &[u8], id: usize) -> (Vec<String>, bool) {
        let mut found = Vec::new();
        let rest = each_entry(index, id, |name, entry| {
            if entry.mode >> 12 == 0o10 {
                found.push(String::from_utf8(name.to_vec()).unwrap());
            }
        });
        (found, rest.is_some())
    }

    #[test]
    fn every_version_of_the_index_is_read() {
        let long = format!("b/{}", "x".repeat(300));
        let listed =
            [("a.yaml", FILE), ("a/run", 0o100_755), ("b", 0o120_000), (&long, FILE), ("c", FILE)];
        let expected = ["a.yaml", "a/run", &long, "c"];
        for (version, id) in [(2, 20), (3, 20), (4, 20), (2, 32), (3, 32), (4, 32)] {
            let (found, is_whole) = files(&index(version, id, &listed), id);
            assert_eq!(
                (found, is_whole),
                (expected.map(str::to_owned).to_vec(), true),
                "{version}"
            );
        }
    }

    #[test]
    fn an_index_that_breaks_off_is_read_as_far_as_it_goes() {
        for version in [2, 3, 4] {
            let whole = index(version, ID, &[("a.yaml", FILE), ("b.yaml", FILE)]);
            for length in 0..whole.len() - 8 {
                let (found, is_whole) = files(&whole[..length], ID);
                assert!(found.len() < 2 && !is_whole, "{version} {length}");
            }
        }
        assert_eq!(files(b"", ID).0, [""; 0]);
        assert_eq!(files(b"DIRC\0\0\0\x04\xff\xff\xff\xff", ID).0, [""; 0]);
    }

    #[test]
    fn what_is_committed_is_walked_through_whatever_gitignore_says() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        let path = |name: &str| top.join(name);
        for name in ["out/a.yaml", "out/a.txt", "out/not.yaml", "left/b.yaml", "c.yaml", "d.yaml"] {
            fs::create_dir_all(path(name).parent().unwrap()).unwrap();
            fs::write(path(name), "").unwrap();
        }
        fs::write(path(".gitignore"), "out/\nleft/\nc.yaml\n").unwrap();
        // Not a file of Git's.
        fs::write(path(".ignore"), "d.yaml\n").unwrap();
        let index = index_of_files(&["gone.yaml", "left/b.yaml", "out/a.txt", "out/a.yaml"]);
        fs::create_dir(path(".git")).unwrap();
        fs::write(path(".git/index"), index).unwrap();
        let walk = walk(top, &[path("left")]);
        assert_eq!(walk.manifests, [path("d.yaml"), path("out/a.yaml")]);
        assert_eq!(walk.others, [path(".gitignore"), path(".ignore"), path("out/a.txt")]);
    }

    #[test]
    fn paths_are_below_the_folder_and_the_index_where_git_keeps_it() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        fs::create_dir_all(top.join("apps/shop")).unwrap();
        fs::create_dir_all(top.join("kept/index-of-a-worktree")).unwrap();
        let tracked_files = |folder: &Path| {
            let found = tracked(folder);
            assert!(found.unseen.is_empty() && found.unreadable.is_none(), "{found:?}");
            found.files
        };
        assert_eq!(tracked_files(top), [top; 0], "no repository");
        fs::write(top.join(".git"), "gitdir: kept/index-of-a-worktree\n").unwrap();
        assert_eq!(tracked_files(top), [top; 0], "no index");
        let index = index_of_files(&["a.yaml", "apps/shop/b.yaml", "apps2/c"]);
        fs::write(top.join("kept/index-of-a-worktree/index"), index).unwrap();
        assert_eq!(
            tracked_files(&top.join("apps")),
            [top.join("apps").join("shop").join("b.yaml")]
        );
        assert_eq!(tracked_files(top).len(), 3);
        assert_eq!(tracked_files(&top.join("apps/../apps/shop")).len(), 1);
        assert_eq!(tracked_files(&top.join("a.yaml")), [top; 0], "a file");
    }

    const SUBMODULE: u32 = 0o160_000;

    /// Writes an index of these entries into a folder of Git's, and returns what it says of `folder`.
    fn tracked_in(top: &Path, folder: &str, index: &[u8]) -> Tracked {
        fs::create_dir_all(top.join(".git")).unwrap();
        fs::create_dir_all(top.join(folder)).unwrap();
        fs::write(top.join(".git/index"), index).unwrap();
        tracked(&top.join(folder))
    }

    #[test]
    fn what_is_not_checked_out_is_known() {
        let top = tempfile::tempdir().unwrap();
        let top = top.path();
        let mut listed = index(3, ID, &[("a/x.yaml", FILE), ("b/", 0o40_000), ("s", SUBMODULE)]);
        // The flag of the first two that a sparse checkout leaves them out.
        let further = FIXED + ID + FLAGS;
        listed[12 + further] = 0x40;
        let second = 12 + ((further + FLAGS + "a/x.yaml".len() + 8) & !7);
        listed[second + further] = 0x40;
        let unseen = |path: &str, cause| Unseen { path: top.join(path), cause };
        let found = tracked_in(top, "a", &listed);
        assert_eq!(found.unseen, [unseen("a/x.yaml", Cause::SparseFile)]);
        let found = tracked_in(top, ".", &listed);
        let in_top = |path: &str, cause| Unseen { path: top.join(".").join(path), cause };
        let all = [
            in_top("a/x.yaml", Cause::SparseFile),
            in_top("b", Cause::SparseFolder),
            in_top("s", Cause::Submodule),
        ];
        assert_eq!(found.unseen, all);
        assert_eq!(found.files, [top; 0]);
        assert_eq!(tracked_in(top, "s", &listed).unseen, [unseen("s", Cause::Submodule)]);
    }

    #[test]
    fn an_index_that_cannot_be_read_is_told() {
        let top = tempfile::tempdir().unwrap();
        let whole = index_of_files(&["a.yaml", "b.yaml"]);
        let found = tracked_in(top.path(), ".", &whole[..whole.len() / 2]);
        let (path, error) = found.unreadable.unwrap();
        assert!(path.ends_with(".git/index") && error.kind() == io::ErrorKind::InvalidData);
        fs::remove_file(top.path().join(".git/index")).unwrap();
        fs::create_dir(top.path().join(".git/index")).unwrap();
        assert!(tracked(top.path()).unreadable.is_some(), "a folder");
    }

    #[test]
    fn a_split_index_is_put_together() {
        let top = tempfile::tempdir().unwrap();
        let top = top.path();
        let shared = index_of_files(&["a.yaml", "b.yaml", "c.yaml"]);
        // The second entry is replaced by a submodule, the third is gone, and another one is new.
        let mut own = index(2, ID, &[("", SUBMODULE), ("d.yaml", FILE)]);
        own.truncate(own.len() - 8);
        let bitmap = |word: u64| -> Vec<u8> {
            let words = [1_u64 << 33, word].map(u64::to_be_bytes).concat();
            [&[0, 0, 0, 3, 0, 0, 0, 2][..], &words, &[0; 4]].concat()
        };
        let link = [&[0xab; ID][..], &bitmap(0b100), &bitmap(0b010)].concat();
        own.extend(b"link");
        own.extend(u32::try_from(link.len()).unwrap().to_be_bytes());
        own.extend(link);
        own.extend([0; ID]);
        assert!(tracked_in(top, ".", &own).unreadable.is_some(), "nothing is shared");
        fs::write(top.join(format!(".git/sharedindex.{}", "ab".repeat(ID))), shared).unwrap();
        let found = tracked(top);
        assert_eq!(found.files, [top.join("d.yaml"), top.join("a.yaml")]);
        let submodule = Unseen { path: top.join("b.yaml"), cause: Cause::Submodule };
        assert_eq!(found.unseen, [submodule]);
        assert!(found.unreadable.is_none());
    }
}
