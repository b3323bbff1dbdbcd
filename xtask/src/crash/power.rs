//! A power cut: what the disk may hold then, by the calls that a build made until then.
//!
//! A killed process leaves all that it wrote. Here the calls of a build are played on a model of a
//! disk that forgets what was not flushed; what it may hold is checked as it is, and some of it is
//! put on a real disk for the next build to come upon.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hasher as _};

use anyhow::{Context as _, Result, anyhow, bail};

use super::Bench;
use super::change::Change;
use super::pool::{Score, try_all};
use super::scene::Scene;
use super::site::Site;
use super::storage::{Order, Storage};
use super::story::OUTPUT;
use super::tree::Tree;

/// How many orders of the changes are looked at after each call, where there are more.
const ORDERS: usize = 128;

/// How many states are put on a real disk for each story.
const MATERIALISED: usize = 160;

/// A build that was made with power all the time.
struct Recording {
    old: Tree,
    changes: Vec<Change>,
    new: Tree,
}

/// What a power cut may leave, and when.
struct Left {
    when: String,
    tree: Tree,
}

/// Checks everything that a power cut may leave.
///
/// # Errors
///
/// The calls cannot be told. What must not be is in the score.
pub(super) fn cut(bench: &Bench<'_>, scene: &Scene) -> Result<Score> {
    let recording = Recording::make(bench, scene)?;
    let mut score = Score::default();
    recording.visit(|left, is_done| {
        score.note(&left.when, recording.check(&left.tree, is_done));
        Ok(())
    })?;
    Ok(score)
}

/// Lets a build come upon some of what a power cut may leave.
///
/// # Errors
///
/// The calls cannot be told. What the builds make of it is in the score.
pub(super) fn next_build(bench: &Bench<'_>, scene: &Scene) -> Result<Score> {
    let recording = Recording::make(bench, scene)?;
    let mut chosen: BTreeMap<u64, Left> = BTreeMap::new();
    recording.visit(|left, _| {
        // By chance, and the same ones each time.
        chosen.insert(digest(&left.when), left);
        if chosen.len() > MATERIALISED {
            drop(chosen.pop_last());
        }
        Ok(())
    })?;
    let chosen: Vec<Left> = chosen.into_values().collect();
    try_all(
        bench.regrender,
        &chosen,
        |left| left.when.clone(),
        |site, left| {
            site.set(&left.tree, scene.password)?;
            scene.check_interrupted(site)?;
            scene.check_next_build(site)
        },
    )
}

/// Leaves out flushes of the build: the first, the last, and those in between. A check that does not
/// notice it would check nothing.
///
/// # Errors
///
/// The calls cannot be told, or the build does not flush twice. What goes unnoticed is in the score.
pub(super) fn without_a_flush(bench: &Bench<'_>, scene: &Scene) -> Result<Score> {
    let recording = Recording::make(bench, scene)?;
    let is_flush = |change: &Change| matches!(change, Change::Flush(_) | Change::FlushAll);
    let calls = recording.changes.iter().enumerate();
    let flushes: Vec<usize> =
        calls.filter(|(_, change)| is_flush(change)).map(|(at, _)| at).collect();
    let [first, between @ .., last] = flushes.as_slice() else {
        bail!("the build does not flush twice");
    };
    let mut score = Score::default();
    for left_out in [&[*first], between, &[*last]].into_iter().filter(|calls| !calls.is_empty()) {
        let worse = recording.without(left_out);
        let noticed = worse.visit(|left, is_done| worse.check(&left.tree, is_done)).is_err();
        let outcome = if noticed { Ok(()) } else { Err(anyhow!("nothing is noticed")) };
        score.note(&format!("without the flushes that are the calls {left_out:?}"), outcome);
    }
    Ok(score)
}

impl Recording {
    /// Builds once, and makes sure that the model comes to the same.
    fn make(bench: &Bench<'_>, scene: &Scene) -> Result<Self> {
        let mut site = Site::new(bench.regrender, "power")?;
        scene.set(&mut site)?;
        let old = site.tree()?;
        let changes = bench.tracer.record_changes(&site)?;
        let new = site.tree()?;
        let mut storage = Storage::holding(&old)?;
        for change in &changes {
            storage.apply(change)?;
        }
        if storage.now() != new {
            bail!("the calls in the trace do not make the tree that the build left");
        }
        Ok(Self { old, changes, new })
    }

    fn without(&self, calls: &[usize]) -> Self {
        let kept = self.changes.iter().enumerate().filter(|(at, _)| !calls.contains(at));
        let changes = kept.map(|(_, change)| change.clone()).collect();
        Self { old: self.old.clone(), changes, new: self.new.clone() }
    }

    /// Hands out each state that a power cut may leave once, and whether the build was done then.
    fn visit(&self, mut with: impl FnMut(Left, bool) -> Result<()>) -> Result<()> {
        let mut storage = Storage::holding(&self.old)?;
        let mut seen = BTreeSet::new();
        for (at, change) in self.changes.iter().enumerate() {
            storage.apply(change).with_context(|| format!("call no. {at}"))?;
            let is_done = at + 1 == self.changes.len();
            for order in [Order::Journal, Order::Folders] {
                let states = storage.after_power_cut(order, ORDERS);
                for (index, tree) in states.into_iter().enumerate() {
                    if seen.insert((digest(&tree), is_done)) {
                        let when =
                            format!("power cut after call no. {at}, {order:?}, state {index}");
                        with(Left { when, tree }, is_done)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn check(&self, left: &Tree, is_done: bool) -> Result<()> {
        left.check_no_canary()?;
        left.check_lists(OUTPUT)?;
        left.check_between(&self.old, &self.new, |path, bytes| {
            Ok(self.new.files.get(path).is_some_and(|new| new == bytes))
        })?;
        if is_done && *left != self.new {
            bail!("the build said that it is done, and not all of it is there");
        }
        Ok(())
    }
}

fn digest(value: &impl std::hash::Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "pull-secrets/manifests/kustomization.yaml";
    const SECRET: &str = "pull-secrets/manifests/apps/regcred.age";

    fn owned(text: &str) -> String {
        text.to_owned()
    }

    /// A build that makes a file and the list that names it.
    fn recording(flush_before: bool, flush_between: bool) -> Recording {
        let mut old = Tree::default();
        old.add("pull-secrets/manifests/apps/notes.txt", "");
        old.add(LIST, "resources: []\n");
        let named = "resources:\n- apps/regcred.age\n";
        let beside = |path: &str| format!("{path}.regrender-unfinished");
        let mut new = old.clone();
        new.add(LIST, named);
        new.add(SECRET, "sealed");
        let mut changes = Vec::new();
        for (path, text) in [(SECRET, "sealed"), (LIST, named)] {
            changes.push(Change::MakeFile(beside(path)));
            changes.push(Change::Write(beside(path), text.as_bytes().to_vec()));
        }
        changes.extend(flush_before.then_some(Change::FlushAll));
        changes.push(Change::Rename(beside(SECRET), owned(SECRET)));
        changes.extend(flush_between.then_some(Change::FlushAll));
        changes.push(Change::Rename(beside(LIST), owned(LIST)));
        changes.push(Change::FlushAll);
        Recording { old, changes, new }
    }

    fn check(recording: &Recording) -> Result<()> {
        recording.visit(|left, is_done| recording.check(&left.tree, is_done))
    }

    #[test]
    fn everything_flushed_in_its_turn_holds() {
        check(&recording(true, true)).unwrap();
    }

    #[test]
    fn bytes_that_are_moved_unflushed_are_noticed() {
        let error = check(&recording(false, true)).unwrap_err().to_string();
        assert!(error.ends_with("is neither the old file nor the new one"), "{error}");
    }

    #[test]
    fn a_list_that_may_come_before_what_it_names_is_noticed() {
        let error = check(&recording(true, false)).unwrap_err().to_string();
        assert_eq!(error, format!("{LIST} names `apps/regcred.age`, which is not there"));
    }

    #[test]
    fn an_end_that_may_be_undone_is_noticed() {
        let mut recording = recording(true, true);
        drop(recording.changes.pop());
        let error = check(&recording).unwrap_err().to_string();
        assert_eq!(error, "the build said that it is done, and not all of it is there");
    }
}
