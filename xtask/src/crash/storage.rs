//! A disk that forgets: what a power cut may leave of what was not flushed.
//!
//! The bytes of a file that was not flushed may be there or not, or in part. Names in one folder
//! change in order, and a rename is there or not; whether the changes of two folders reach the disk
//! in their order is a question of the file system, so both are tried.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};

use super::change::Change;
use super::tree::Tree;

/// What of changed names reached the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// All until one of them, as in a file system with a journal.
    Journal,
    /// In each folder all until one of them, whatever the other folders have.
    Folders,
}

/// What became of the bytes of a file that was not flushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bytes {
    /// None of them.
    Empty,
    /// The first half.
    Half,
    /// As many, and all of them zero.
    Zero,
    /// All of them.
    Whole,
    /// One of these, another one for each file.
    Mixed,
}

impl Bytes {
    /// Lists all of them.
    pub(super) const ALL: [Self; 5] =
        [Self::Empty, Self::Half, Self::Zero, Self::Whole, Self::Mixed];

    fn of(self, file: usize, written: &[u8]) -> Vec<u8> {
        match self {
            Self::Empty => Vec::new(),
            Self::Half => written.iter().copied().take(written.len() / 2).collect(),
            Self::Zero => vec![0; written.len()],
            Self::Whole => written.to_vec(),
            Self::Mixed => {
                let one = Self::ALL.get(file % 4).copied().unwrap_or(Self::Whole);
                one.of(file, written)
            }
        }
    }
}

/// A file system: what is on the disk, and what has changed since.
#[derive(Clone, Debug)]
pub(super) struct Storage {
    nodes: Vec<Node>,
    /// Changes of names that were not flushed, in their order.
    pending: Vec<Renaming>,
}

/// The number of a file or folder, which its names lead to.
type Number = usize;

/// The number of the repository.
const REPO: Number = 0;

#[derive(Clone, Debug)]
enum Node {
    File { bytes: Vec<u8>, is_flushed: bool },
    Folder { flushed: BTreeMap<String, Number>, now: BTreeMap<String, Number> },
}

/// Names of one folder that change at once: what each leads to then, if it is there.
#[derive(Clone, Debug)]
struct Renaming {
    folder: Number,
    names: Vec<(String, Option<Number>)>,
}

/// Which of the pending changes reached the disk.
type Kept = Vec<bool>;

impl Storage {
    /// Puts `tree` on a disk, flushed.
    pub(super) fn holding(tree: &Tree) -> Result<Self> {
        let mut storage = Self { nodes: vec![folder()], pending: Vec::new() };
        for path in &tree.folders {
            storage.add(path, folder())?;
        }
        for (path, bytes) in &tree.files {
            storage.add(path, Node::File { bytes: bytes.clone(), is_flushed: true })?;
        }
        storage.flush();
        Ok(storage)
    }

    /// Carries out a change.
    ///
    /// # Errors
    ///
    /// It cannot be, which means that the trace was read wrongly, or a file goes to another folder.
    pub(super) fn apply(&mut self, change: &Change) -> Result<()> {
        match change {
            Change::MakeFolder(path) => self.add(path, folder())?,
            Change::MakeFile(path) => {
                self.add(path, Node::File { bytes: Vec::new(), is_flushed: false })?;
            }
            Change::Write(path, more) => {
                let Some(Node::File { bytes, is_flushed }) = self.node_mut(path)? else {
                    bail!("{path} is no file");
                };
                bytes.extend_from_slice(more);
                *is_flushed = false;
            }
            Change::Rename(from, to) => {
                let (folder, old) = self.place(from)?;
                let (other, new) = self.place(to)?;
                if folder != other {
                    bail!("{from} goes to another folder");
                }
                let number = self.number(from)?;
                self.rename(folder, vec![(old, None), (new, Some(number))])?;
            }
            Change::RemoveFile(path) | Change::RemoveFolder(path) => {
                self.number(path)?;
                let (folder, name) = self.place(path)?;
                self.rename(folder, vec![(name, None)])?;
            }
            Change::Flush(path) => self.flush_one(path)?,
            Change::FlushAll => self.flush(),
        }
        Ok(())
    }

    /// Returns what is there as long as there is power.
    pub(super) fn now(&self) -> Tree {
        self.after(&vec![true; self.pending.len()], Bytes::Whole)
    }

    /// Lists what a power cut may leave; of very many possibilities about `limit` are drawn, always
    /// the same ones.
    pub(super) fn after_power_cut(&self, order: Order, limit: usize) -> Vec<Tree> {
        let kept = match order {
            Order::Journal => self.prefixes(),
            Order::Folders => self.prefixes_of_folders(limit),
        };
        let all_flushed = self.nodes.iter().all(
            |node| !matches!(node, Node::File { is_flushed: false, bytes } if !bytes.is_empty()),
        );
        let bytes = if all_flushed { &[Bytes::Whole][..] } else { &Bytes::ALL };
        kept.iter().flat_map(|kept| bytes.iter().map(|bytes| self.after(kept, *bytes))).collect()
    }

    fn prefixes(&self) -> Vec<Kept> {
        let count = self.pending.len();
        (0..=count).map(|kept| (0..count).map(|at| at < kept).collect()).collect()
    }

    fn prefixes_of_folders(&self, limit: usize) -> Vec<Kept> {
        let mut counts: BTreeMap<Number, usize> = BTreeMap::new();
        for renaming in &self.pending {
            *counts.entry(renaming.folder).or_default() += 1;
        }
        let product = counts.values().try_fold(1_usize, |all, count| all.checked_mul(count + 1));
        let all = product.filter(|all| *all <= limit);
        let mut random = Random(1);
        let draws = (0..all.unwrap_or(limit)).map(|draw| {
            let mut rest = draw;
            let kept: BTreeMap<Number, usize> = counts
                .iter()
                .map(|(folder, count)| {
                    let choices = count + 1;
                    let choice = if all.is_some() { rest } else { random.next() } % choices;
                    rest /= choices;
                    (*folder, choice)
                })
                .collect();
            self.keeping(kept)
        });
        draws.collect()
    }

    fn keeping(&self, mut left: BTreeMap<Number, usize>) -> Kept {
        let keep = |renaming: &Renaming| {
            let Some(left) = left.get_mut(&renaming.folder).filter(|left| **left > 0) else {
                return false;
            };
            *left -= 1;
            true
        };
        self.pending.iter().map(keep).collect()
    }

    fn after(&self, kept: &Kept, bytes: Bytes) -> Tree {
        let mut names: BTreeMap<Number, BTreeMap<String, Number>> = BTreeMap::new();
        for (number, node) in self.nodes.iter().enumerate() {
            if let Node::Folder { flushed, .. } = node {
                names.insert(number, flushed.clone());
            }
        }
        for (renaming, _) in self.pending.iter().zip(kept).filter(|(_, kept)| **kept) {
            let folder = names.entry(renaming.folder).or_default();
            change_names(folder, &renaming.names);
        }
        let mut tree = Tree::default();
        self.collect(&names, REPO, "", bytes, &mut tree);
        tree
    }

    fn collect(
        &self,
        names: &BTreeMap<Number, BTreeMap<String, Number>>,
        folder: Number,
        prefix: &str,
        bytes: Bytes,
        tree: &mut Tree,
    ) {
        for (name, number) in names.get(&folder).into_iter().flatten() {
            let path = format!("{prefix}{name}");
            if let Some(Node::File { bytes: written, is_flushed }) = self.nodes.get(*number) {
                let is_whole = *is_flushed || written.is_empty();
                let left = if is_whole { written.clone() } else { bytes.of(*number, written) };
                tree.files.insert(path, left);
            } else {
                self.collect(names, *number, &format!("{path}/"), bytes, tree);
                tree.folders.insert(path);
            }
        }
    }

    fn add(&mut self, path: &str, node: Node) -> Result<()> {
        let (folder, name) = self.place(path)?;
        if self.number(path).is_ok() {
            bail!("{path} is there already");
        }
        let number = self.nodes.len();
        self.nodes.push(node);
        self.rename(folder, vec![(name, Some(number))])
    }

    fn rename(&mut self, folder: Number, names: Vec<(String, Option<Number>)>) -> Result<()> {
        let Some(Node::Folder { now, .. }) = self.nodes.get_mut(folder) else {
            bail!("a name is in no folder");
        };
        change_names(now, &names);
        self.pending.push(Renaming { folder, names });
        Ok(())
    }

    fn flush_one(&mut self, path: &str) -> Result<()> {
        let number = self.number(path)?;
        self.pending.retain(|renaming| renaming.folder != number);
        match self.nodes.get_mut(number) {
            Some(Node::File { is_flushed, .. }) => *is_flushed = true,
            Some(Node::Folder { flushed, now }) => flushed.clone_from(now),
            None => {}
        }
        Ok(())
    }

    fn flush(&mut self) {
        self.pending.clear();
        for node in &mut self.nodes {
            match node {
                Node::File { is_flushed, .. } => *is_flushed = true,
                Node::Folder { flushed, now } => flushed.clone_from(now),
            }
        }
    }

    fn node_mut(&mut self, path: &str) -> Result<Option<&mut Node>> {
        let number = self.number(path)?;
        Ok(self.nodes.get_mut(number))
    }

    /// Returns the folder of `path` and its name there.
    fn place(&self, path: &str) -> Result<(Number, String)> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        Ok((self.number(folder)?, name.to_owned()))
    }

    fn number(&self, path: &str) -> Result<Number> {
        path.split('/').filter(|name| !name.is_empty()).try_fold(REPO, |folder, name| {
            let Some(Node::Folder { now, .. }) = self.nodes.get(folder) else {
                bail!("{path} is below a file");
            };
            now.get(name).copied().with_context(|| format!("{path} is not there"))
        })
    }
}

fn folder() -> Node {
    Node::Folder { flushed: BTreeMap::new(), now: BTreeMap::new() }
}

fn change_names(folder: &mut BTreeMap<String, Number>, names: &[(String, Option<Number>)]) {
    for (name, number) in names {
        match number {
            Some(number) => drop(folder.insert(name.clone(), *number)),
            None => drop(folder.remove(name)),
        }
    }
}

/// Numbers that look random and are the same each time (xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn disk(files: &[(&str, &str)], changes: &[Change]) -> Storage {
        let mut tree = Tree::default();
        for (path, text) in files {
            tree.add(path, text);
        }
        let mut storage = Storage::holding(&tree).unwrap();
        for change in changes {
            storage.apply(change).unwrap();
        }
        storage
    }

    fn owned(text: &str) -> String {
        text.to_owned()
    }

    /// The files that may be left, each state as `path=text` joined by spaces.
    fn left(storage: &Storage, order: Order) -> BTreeSet<String> {
        let spell = |tree: &Tree| {
            let files = tree.files.iter();
            let files = files.map(|(path, bytes)| {
                format!("{path}={}", String::from_utf8_lossy(bytes).replace('\0', "0"))
            });
            files.collect::<Vec<_>>().join(" ")
        };
        storage.after_power_cut(order, 1000).iter().map(spell).collect()
    }

    #[track_caller]
    fn check(storage: &Storage, order: Order, expected: &[&str]) {
        assert_eq!(left(storage, order), expected.iter().copied().map(owned).collect());
    }

    #[test]
    fn bytes_that_were_not_flushed_may_be_lost_in_part() {
        let write = Change::Write(owned("x"), b"text".to_vec());
        let written = [Change::MakeFile(owned("x")), write, Change::Rename(owned("x"), owned("y"))];
        let storage = disk(&[("y", "old")], &written);
        let expected = [
            "y=old",
            "x= y=old",
            "x=te y=old",
            "x=0000 y=old",
            "x=text y=old",
            "y=",
            "y=te",
            "y=0000",
            "y=text",
        ];
        check(&storage, Order::Journal, &expected);
        assert_eq!(storage.now().files["y"], b"text");
    }

    #[test]
    fn what_was_flushed_is_the_old_or_the_new_one() {
        let written = [
            Change::MakeFile(owned("x")),
            Change::Write(owned("x"), b"text".to_vec()),
            Change::FlushAll,
            Change::Rename(owned("x"), owned("y")),
        ];
        let mut storage = disk(&[("y", "old")], &written);
        check(&storage, Order::Journal, &["x=text y=old", "y=text"]);
        storage.apply(&Change::FlushAll).unwrap();
        check(&storage, Order::Journal, &["y=text"]);
    }

    #[test]
    fn two_folders_may_lose_their_order() {
        let removed = [Change::RemoveFile(owned("a/x")), Change::RemoveFile(owned("b/y"))];
        let storage = disk(&[("a/x", ""), ("b/y", "")], &removed);
        check(&storage, Order::Journal, &["a/x= b/y=", "b/y=", ""]);
        check(&storage, Order::Folders, &["a/x= b/y=", "a/x=", "b/y=", ""]);
    }

    #[test]
    fn names_of_one_folder_keep_their_order() {
        let removed = [Change::RemoveFile(owned("a/x")), Change::RemoveFile(owned("a/y"))];
        let storage = disk(&[("a/x", ""), ("a/y", "")], &removed);
        check(&storage, Order::Folders, &["a/x= a/y=", "a/y=", ""]);
    }

    #[test]
    fn a_flushed_file_in_a_folder_that_was_not_is_lost_with_it() {
        let made = [
            Change::MakeFolder(owned("a")),
            Change::MakeFile(owned("a/x")),
            Change::Write(owned("a/x"), b"text".to_vec()),
            Change::Flush(owned("a/x")),
        ];
        let mut storage = disk(&[], &made);
        check(&storage, Order::Folders, &["", "a/x=text"]);
        storage.apply(&Change::Flush(owned("a"))).unwrap();
        check(&storage, Order::Folders, &["", "a/x=text"]);
        storage.apply(&Change::Flush(String::new())).unwrap();
        check(&storage, Order::Folders, &["a/x=text"]);
    }

    #[test]
    fn what_is_too_much_is_drawn() {
        let files: Vec<String> = (0..12).map(|folder| format!("{folder}/x")).collect();
        let removed: Vec<Change> = files.iter().cloned().map(Change::RemoveFile).collect();
        let files: Vec<(&str, &str)> = files.iter().map(|path| (path.as_str(), "")).collect();
        let storage = disk(&files, &removed);
        let count = |limit| {
            let trees = storage.after_power_cut(Order::Folders, limit);
            trees.into_iter().collect::<BTreeSet<_>>().len()
        };
        assert_eq!(count(4096), 4096);
        assert!((400..=500).contains(&count(500)));
    }

    #[test]
    fn what_cannot_be_is_an_error() {
        for change in [
            Change::RemoveFile(owned("gone")),
            Change::MakeFile(owned("a/x")),
            Change::MakeFile(owned("gone/x")),
            Change::Rename(owned("a/x"), owned("x")),
            Change::Write(owned("a"), Vec::new()),
        ] {
            assert!(disk(&[("a/x", "")], &[]).apply(&change).is_err(), "{change:?}");
        }
    }
}
