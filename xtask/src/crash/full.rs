//! A disk that is really full: a small file system in memory, in a mount namespace of its own.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::invocation::{Answer, Invocation};
use crate::workspace;

use super::pool::Score;
use super::scene::Scene;
use super::site::Site;
use super::story;

/// The hidden chore that runs inside of the namespace.
pub(crate) const FULL_CHORE: &str = "crash-on-a-full-disk";

/// What the cases are about.
pub(super) const TITLE: &str = "on a disk that is full";

/// With how many bytes and files the file system begins.
const OPTIONS: &str = "size=512k,nr_inodes=512,mode=755";

const PAGE: u64 = 4096;

/// More room than any build of the cases needs: so many pages, so many files.
const ENOUGH: u64 = 200;

/// Runs the cases in a namespace of their own and says how they went; nothing when this machine
/// lets nobody mount.
///
/// # Errors
///
/// The namespace cannot be entered, or a case failed.
pub(super) fn in_namespace(regrender: &Path) -> Result<()> {
    let place = workspace::root().join("target/crash/full");
    fs::create_dir_all(&place).context("cannot make a place to mount at")?;
    let own = std::env::current_exe().context("a program knows where it lies")?;
    let enter = |flags: &[&str]| Invocation::new("unshare").arguments(flags).arguments(["--mount"]);
    let mount = |flags: &[&str]| -> Result<Answer> {
        let mount = ["mount", "-t", "tmpfs", "-o", OPTIONS, "regrender-crash"];
        enter(flags).arguments(mount).arguments([&place]).run()
    };
    for flags in [&[][..], &["--map-root-user"]] {
        match mount(flags) {
            Ok(Answer { code: Some(0), .. }) => {
                let inside = enter(flags).arguments([&own]).arguments([FULL_CHORE]);
                return inside.arguments([regrender, &place]).run_visibly();
            }
            Ok(_) => {}
            Err(error) => {
                println!("skipped: a full disk: {error:#}");
                return Ok(());
            }
        }
    }
    println!("skipped: a full disk: nobody may mount a file system here");
    Ok(())
}

/// Runs the cases inside of the namespace: `arguments` are the binary under test and the place.
///
/// # Errors
///
/// Something cannot be mounted or written, or a case failed.
pub(crate) fn run_inside(arguments: &[String]) -> Result<()> {
    let [regrender, place] = arguments else {
        bail!("a binary and a place are needed");
    };
    let (regrender, place) = (Path::new(regrender), PathBuf::from(place));
    let mut failed = false;
    for story in story::all() {
        let scene = Scene::play(&story, &mut Site::new(regrender, "roomy")?)?;
        failed |= !super::tell(&story, TITLE, || {
            let mut score = Score::default();
            for filling in [Filling::Bytes, Filling::Files] {
                score.add(fill(&scene, regrender, &place, filling)?);
            }
            Ok(score)
        })?
        .failures
        .is_empty();
    }
    if failed {
        bail!("a build on a full disk left what it must not");
    }
    Ok(())
}

/// What there is no more room for.
#[derive(Clone, Copy, Debug)]
enum Filling {
    Bytes,
    Files,
}

/// Builds with room for nothing, for one page or file, for two, until there is enough.
fn fill(scene: &Scene, regrender: &Path, place: &Path, filling: Filling) -> Result<Score> {
    let mut score = Score::default();
    for room in 0..ENOUGH {
        mount(place)?;
        let mut site = Site::at(regrender, place.join("site"))?;
        scene.set(&mut site)?;
        let stuffing = place.join("stuffing");
        match filling {
            Filling::Bytes => fill_with_bytes(&stuffing, room)?,
            Filling::Files => fill_with_files(&stuffing, room)?,
        }
        let answer = site.run(&["build"])?;
        let has_failed = answer.code != Some(0);
        let outcome = scene.check_failed(&site, answer).and_then(|()| {
            if stuffing.is_dir() {
                fs::remove_dir_all(&stuffing)
            } else {
                fs::remove_file(&stuffing)
            }
            .context("cannot make room")?;
            scene.check_next_build(&site)
        });
        score.note(&format!("room for {room} more, {filling:?}"), outcome);
        drop(site);
        Invocation::new("umount").arguments([place]).run()?.success()?;
        if !has_failed {
            return Ok(score);
        }
    }
    bail!("no room was enough")
}

fn mount(place: &Path) -> Result<()> {
    let mount = ["-t", "tmpfs", "-o", OPTIONS, "regrender-crash"];
    Invocation::new("mount").arguments(mount).arguments([place]).run()?.success()?;
    Ok(())
}

/// Fills the file system but for `room` pages.
fn fill_with_bytes(stuffing: &Path, room: u64) -> Result<()> {
    let mut file = File::create(stuffing).context("cannot make the stuffing")?;
    match io::copy(&mut io::repeat(0), &mut file) {
        Err(error) if error.kind() == io::ErrorKind::StorageFull => {}
        Err(error) => return Err(error).context("cannot write the stuffing"),
        Ok(_) => bail!("zeros ended"),
    }
    let length = file.metadata().context("cannot look at the stuffing")?.len();
    let kept = length.div_ceil(PAGE).saturating_sub(room);
    file.set_len(kept * PAGE).context("cannot cut the stuffing")
}

/// Fills the table of files but for `room` of them.
fn fill_with_files(stuffing: &Path, room: u64) -> Result<()> {
    fs::create_dir(stuffing).context("cannot make the stuffing")?;
    let mut count = 0;
    let last = loop {
        match File::create(stuffing.join(u64::to_string(&count))) {
            Ok(_) => count += 1,
            Err(error) => break error,
        }
    };
    if last.kind() != io::ErrorKind::StorageFull {
        return Err(last).context("cannot write the stuffing");
    }
    for index in count.saturating_sub(room)..count {
        fs::remove_file(stuffing.join(index.to_string())).context("cannot cut the stuffing")?;
    }
    Ok(())
}
