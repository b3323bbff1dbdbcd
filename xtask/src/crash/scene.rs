//! A story played once undisturbed, and what must hold after it was disturbed.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};

use crate::invocation::Answer;

use super::Bench;
use super::call::{Call, Kind};
use super::password::Password;
use super::site::{Site, check_printed};
use super::story::{Input, OUTPUT, Story};
use super::tree::{Tree, is_sealed, is_unfinished};

/// A story played once undisturbed.
#[derive(Debug)]
pub(super) struct Scene {
    /// What the build in question comes upon.
    pub(super) old: Tree,
    /// What it leaves.
    pub(super) new: Tree,
    /// Where its password is to be had.
    pub(super) password: Password,
    /// What the sealed files that it leaves hold.
    opened: BTreeMap<String, Vec<u8>>,
    /// What `verify` says of what it leaves.
    verified: (Option<i32>, Vec<u8>),
}

impl Scene {
    /// Plays `story` at `site`.
    ///
    /// # Errors
    ///
    /// A build failed, or left something in clear.
    pub(super) fn play(story: &Story, site: &mut Site<'_>) -> Result<Self> {
        let mut old = story.after.tree.clone();
        if let Some(Input { tree, password }) = &story.before {
            site.set(tree, *password)?;
            site.run(&["build"])?.success().context("the build before")?;
            let built = site.tree()?;
            old.files.extend(built.files.into_iter().filter(|(path, _)| is_output(path)));
            old.folders.extend(built.folders.into_iter().filter(|path| is_output(path)));
        }
        for (path, text) in story.lying_about {
            old.add(path, text);
        }
        let password = story.after.password;
        site.set(&old, password)?;
        site.run(&["build"])?.success().context("the undisturbed build")?;
        let new = site.tree()?;
        new.check_no_canary()?;
        let sealed = new.files.keys().filter(|path| is_sealed(path));
        let opened = sealed
            .map(|path| Ok((path.clone(), site.reveal(path)?)))
            .collect::<Result<BTreeMap<_, _>>>()?;
        if opened.is_empty() {
            bail!("nothing was sealed");
        }
        let verified = verify(site)?;
        Ok(Self { old, new, password, opened, verified })
    }

    /// Puts `site` where the build in question begins.
    ///
    /// # Errors
    ///
    /// The tree cannot be written.
    pub(super) fn set(&self, site: &mut Site<'_>) -> Result<()> {
        site.set(&self.old, self.password)
    }

    /// Lists the calls of the build in question, by where they are in the repository.
    ///
    /// # Errors
    ///
    /// The build failed, or strace did, or the build changed something elsewhere.
    pub(super) fn calls(&self, bench: &Bench<'_>, kind: Kind) -> Result<Vec<Call>> {
        let mut site = Site::new(bench.regrender, "record")?;
        self.set(&mut site)?;
        let repo = site.repo().display().to_string();
        let mut inside = Vec::new();
        for call in bench.tracer.record(&site, kind)? {
            if let Some(path) = call.path.strip_prefix(&repo) {
                inside.push(Call { path: path.to_owned(), ..call });
            } else if kind == Kind::Changing && !is_stream(&call.path) {
                bail!("a build changes something outside of its repository: {call}");
            }
        }
        if inside.is_empty() {
            bail!("a build makes no such call");
        }
        Ok(inside)
    }

    /// Checks what an interrupted build left: every file is the old one or the new one, and nothing
    /// is in clear.
    ///
    /// # Errors
    ///
    /// Says what is not.
    pub(super) fn check_interrupted(&self, site: &Site<'_>) -> Result<()> {
        let now = site.tree()?;
        now.check_no_canary()?;
        now.check_lists(OUTPUT)?;
        site.check_nothing_elsewhere()?;
        now.check_between(&self.old, &self.new, |path, bytes| match self.opened.get(path) {
            Some(opened) => Ok(site.reveal(path)? == *opened),
            None => Ok(self.new.files.get(path).is_some_and(|new| new == bytes)),
        })
    }

    /// Builds once more, undisturbed, and checks that the tree is what it would have been.
    ///
    /// # Errors
    ///
    /// Says what differs.
    pub(super) fn check_next_build(&self, site: &Site<'_>) -> Result<()> {
        site.run(&["build"])?.success().context("the next build")?;
        self.check_finished(site)
    }

    /// Checks that a build finished.
    ///
    /// # Errors
    ///
    /// Says what is not as an undisturbed build leaves it.
    pub(super) fn check_finished(&self, site: &Site<'_>) -> Result<()> {
        let now = site.tree()?;
        now.check_no_canary()?;
        site.check_nothing_elsewhere()?;
        let paths = |tree: &Tree| -> Vec<String> {
            tree.folders
                .iter()
                .map(|path| format!("{path}/"))
                .chain(tree.files.keys().cloned())
                .collect()
        };
        let (found, wanted) = (paths(&now), paths(&self.new));
        if let Some(path) = found.iter().find(|path| !wanted.contains(path)) {
            bail!("{path} is left over");
        }
        if let Some(path) = wanted.iter().find(|path| !found.contains(path)) {
            bail!("{path} is missing");
        }
        let clear = now.files.iter().filter(|(path, _)| !is_sealed(path));
        for (path, bytes) in clear {
            if self.new.files.get(path) != Some(bytes) {
                bail!("{path} has another text than an undisturbed build writes");
            }
        }
        site.run(&["build", "--check"])?.success()?;
        if verify(site)? != self.verified {
            bail!("`verify` says something else than after an undisturbed build");
        }
        Ok(())
    }

    /// Checks a build in which a call failed: it told which file and what to do and left each file
    /// whole, or it went round it and finished.
    ///
    /// # Errors
    ///
    /// Says what is not so.
    pub(super) fn check_failed(&self, site: &Site<'_>, answer: Answer) -> Result<()> {
        check_printed(&answer)?;
        if answer.code == Some(0) {
            return self.check_finished_but_for_folders(site);
        }
        let printed = answer.ended_with(1)?;
        let said = String::from_utf8_lossy(&printed.stderr).into_owned();
        if !said.contains("  help: ") {
            bail!("the message has no way out:\n{said}");
        }
        let files = [OUTPUT, "registries.toml", "cluster", ".git/index"];
        if !files.iter().any(|name| said.contains(name)) {
            bail!("the message names no file:\n{said}");
        }
        self.check_interrupted(site)?;
        let is_half_way = said.contains("files before it were") || said.contains("flushed");
        if !is_half_way && without_unfinished(site.tree()?) != without_unfinished(self.old.clone())
        {
            bail!("something was changed, and the message does not say so:\n{said}");
        }
        Ok(())
    }

    /// An empty folder may stay until the next build: Git does not know it.
    fn check_finished_but_for_folders(&self, site: &Site<'_>) -> Result<()> {
        self.check_interrupted(site)?;
        let now = site.tree()?;
        if now.files.keys().ne(self.new.files.keys()) {
            bail!("the build says that it is done, and it is not");
        }
        Ok(())
    }
}

fn without_unfinished(mut tree: Tree) -> Tree {
    tree.files.retain(|path, _| !is_unfinished(path));
    let files: Vec<&String> = tree.files.keys().collect();
    // What an earlier build left goes with its folder.
    tree.folders.retain(|folder| {
        let holds = |path: &&&String| {
            path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'))
        };
        folder == ".git" || files.iter().any(|path| holds(&path))
    });
    tree
}

fn verify(site: &Site<'_>) -> Result<(Option<i32>, Vec<u8>)> {
    let answer = site.run(&["verify"])?;
    Ok((answer.code, answer.printed.stdout))
}

fn is_output(path: &str) -> bool {
    path.split('/').next() == Some(OUTPUT)
}

/// Says whether a path is where a build prints.
fn is_stream(path: &str) -> bool {
    path.starts_with("pipe:") || path == "/dev/null"
}
