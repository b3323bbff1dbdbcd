//! The files that Git keeps whatever a `.gitignore` says: those in the index of the repository.

use std::fs;
use std::path::{Path, PathBuf};

use super::top;

/// What an entry begins with: times, mode, owner and size.
const FIXED: usize = 40;

/// The bytes of the flags that follow the name of the object.
const FLAGS: usize = 2;

/// Lists the files below a folder that the index of its repository holds; none where there is no
/// index, or none that can be read.
pub(crate) fn tracked(folder: &Path) -> Vec<PathBuf> {
    let Some(Index { bytes, name_length, start }) = index_of(folder) else {
        return Vec::new();
    };
    let below = |name: &[u8]| {
        let path = str::from_utf8(name).ok()?.strip_prefix(&*start)?;
        let mut file = folder.to_owned();
        file.extend(path.split('/'));
        Some(file)
    };
    let mut found = Vec::new();
    // What is damaged ends the list, and takes nothing from it.
    let _whole = each_file(&bytes, name_length, |name| found.extend(below(name)));
    found
}

/// The index of a repository.
struct Index {
    bytes: Vec<u8>,
    /// How many bytes the name of an object has.
    name_length: usize,
    /// What the paths below the folder that is asked for begin with.
    start: String,
}

/// Returns the index of the repository that a folder lies in.
fn index_of(folder: &Path) -> Option<Index> {
    let real = folder.canonicalize().ok().filter(|real| real.is_dir())?;
    let top = top(&real);
    let mut start = String::new();
    for part in real.strip_prefix(top).ok()? {
        start.push_str(part.to_str()?);
        start.push('/');
    }
    let git = top.join(".git");
    // In a further worktree and in a submodule, that is a file that says where the folder is.
    let git = match fs::read_to_string(&git) {
        Ok(text) => top.join(text.strip_prefix("gitdir: ")?.trim_end()),
        Err(_) => git,
    };
    let bytes = fs::read(git.join("index")).ok()?;
    Some(Index { bytes, name_length: name_length(&git), start })
}

/// Returns how many bytes the name of an object has: more where the repository uses SHA-256.
fn name_length(git: &Path) -> usize {
    // The folder of a further worktree names the one that has the settings of all.
    let common = fs::read_to_string(git.join("commondir"));
    let common = common.map_or_else(|_| git.to_owned(), |path| git.join(path.trim_end()));
    let settings = fs::read_to_string(common.join("config")).unwrap_or_default();
    let uses_sha256 = settings.lines().any(|line| {
        let setting = line.split_once('=').map(|(name, value)| (name.trim(), value.trim()));
        setting.is_some_and(|(name, value)| {
            name.eq_ignore_ascii_case("objectformat") && value.eq_ignore_ascii_case("sha256")
        })
    });
    if uses_sha256 { 32 } else { 20 }
}

/// Hands out the path of each file in an index; `None` if it breaks off.
fn each_file(index: &[u8], name_length: usize, mut take: impl FnMut(&[u8])) -> Option<()> {
    let flags = FIXED + name_length;
    let version = number(index.strip_prefix(b"DIRC")?)?;
    let count = number(index.get(8..)?)?;
    let mut rest = index.get(12..)?;
    let mut name = Vec::new();
    for _ in 0..count {
        let mode = number(rest.get(24..)?)?;
        let is_extended = rest.get(flags)? & 0x40 != 0;
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
        if mode >> 12 == 0o10 {
            take(&name);
        }
    }
    Some(())
}

fn number(bytes: &[u8]) -> Option<u32> {
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

    /// An index of these files; those of version 3 have further flags.
    fn index(version: u32, name_length: usize, files: &[(&str, u32)]) -> Vec<u8> {
        let mut index = b"DIRC".to_vec();
        index.extend(version.to_be_bytes());
        index.extend(u32::try_from(files.len()).unwrap().to_be_bytes());
        let mut last = "";
        for (path, mode) in files {
            let mut entry = vec![b'x'; FIXED + name_length];
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
        index(2, 20, &files)
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

    fn files(index: &[u8], name_length: usize) -> (Vec<String>, bool) {
        let mut found = Vec::new();
        let is_whole = each_file(index, name_length, |name| {
            found.push(String::from_utf8(name.to_vec()).unwrap());
        });
        (found, is_whole.is_some())
    }

    #[test]
    fn every_version_of_the_index_is_read() {
        let long = format!("b/{}", "x".repeat(300));
        let listed =
            [("a.yaml", FILE), ("a/run", 0o100_755), ("b", 0o120_000), (&long, FILE), ("c", FILE)];
        let expected = ["a.yaml", "a/run", &long, "c"];
        for (version, length) in [(2, 20), (3, 20), (4, 20), (2, 32), (3, 32), (4, 32)] {
            let (found, is_whole) = files(&index(version, length, &listed), length);
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
            let whole = index(version, 20, &[("a.yaml", FILE), ("b.yaml", FILE)]);
            for length in 0..whole.len() - 8 {
                let (found, is_whole) = files(&whole[..length], 20);
                assert!(found.len() < 2 && !is_whole, "{version} {length}");
            }
        }
        assert_eq!(files(b"", 20).0, [""; 0]);
        assert_eq!(files(b"DIRC\0\0\0\x04\xff\xff\xff\xff", 20).0, [""; 0]);
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

    /// As Git writes them, also for a further worktree.
    #[test]
    fn the_settings_say_how_long_the_name_of_an_object_is() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        fs::create_dir_all(top.join("worktrees/w")).unwrap();
        fs::write(top.join("worktrees/w/commondir"), "../..\n").unwrap();
        let lengths = || [top, &top.join("worktrees/w")].map(name_length);
        assert_eq!(lengths(), [20, 20]);
        let settings = "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = ";
        fs::write(top.join("config"), format!("{settings}sha256\n")).unwrap();
        assert_eq!(lengths(), [32, 32]);
        fs::write(top.join("config"), format!("{settings}sha1\n")).unwrap();
        assert_eq!(lengths(), [20, 20]);
    }

    #[test]
    fn paths_are_below_the_folder_and_the_index_where_git_keeps_it() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        fs::create_dir_all(top.join("apps/shop")).unwrap();
        fs::create_dir_all(top.join("kept/index-of-a-worktree")).unwrap();
        assert_eq!(tracked(top), [top; 0], "no repository");
        fs::write(top.join(".git"), "gitdir: kept/index-of-a-worktree\n").unwrap();
        assert_eq!(tracked(top), [top; 0], "no index");
        let index = index_of_files(&["a.yaml", "apps/shop/b.yaml", "apps2/c"]);
        fs::write(top.join("kept/index-of-a-worktree/index"), index).unwrap();
        assert_eq!(tracked(&top.join("apps")), [top.join("apps").join("shop").join("b.yaml")]);
        assert_eq!(tracked(top).len(), 3);
        assert_eq!(tracked(&top.join("apps/../apps/shop")).len(), 1);
        assert_eq!(tracked(&top.join("a.yaml")), [top; 0], "a file");
    }
}
