//! A build that stands still: two of them at once, and what its memory still holds at the end.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::FileExt as _;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::clear::find_piece;
use crate::invocation::{Answer, Invocation};

use super::Bench;
use super::call::{Call, Kind};
use super::password::Password;
use super::pool::{Score, try_all};
use super::scene::Scene;
use super::site::Site;
use super::tracer::Disturbance;

/// How long a build may take to come to a call.
const PATIENCE: Duration = Duration::from_secs(60);

/// So many characters in a row of any spelling of a password are a find.
const PIECE: usize = 12;

/// Every so many calls a second build is let loose.
const STRIDE: usize = 5;

/// Kills a build half-way while another one waits for it.
///
/// # Errors
///
/// The calls cannot be told. What fails at one of them is in the score.
pub(super) fn two_builds(bench: &Bench<'_>, scene: &Scene) -> Result<Score> {
    let calls: Vec<Call> =
        scene.calls(bench, Kind::Changing)?.into_iter().step_by(STRIDE).collect();
    try_all(bench.regrender, &calls, Call::to_string, |site, call| {
        scene.set(site)?;
        let site = &*site;
        let call = call.below(&site.repo());
        let build = || bench.tracer.disturb(site, &call, Disturbance::Stop);
        while_stopped(site, build, |process| {
            let mut second = Command::new(bench.regrender)
                .arg("build")
                .current_dir(site.repo())
                .env_clear()
                .envs(site.variables())
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .context("cannot start a second build")?;
            let mut said = String::new();
            let stderr = second.stderr.take().context("there is no standard error")?;
            BufReader::new(stderr).read_line(&mut said).context("cannot hear a second build")?;
            kill(process)?;
            let status = second.wait().context("cannot wait for a second build")?;
            if !said.contains("waiting") || !status.success() {
                bail!("the second build ended with {status} and said: {said}");
            }
            Ok(())
        })?;
        scene.check_finished(site)
    })
}

/// Looks for the password in a build that has done its work and is about to say so. It must not be
/// there, but for one that came in the environment, which shows that the search finds it.
///
/// # Errors
///
/// The scene cannot be set. What is found is in the score.
pub(super) fn memory(bench: &Bench<'_>, scene: &Scene) -> Result<Score> {
    let at_the_end = ["at the end"];
    try_all(
        bench.regrender,
        &at_the_end,
        |point| (*point).to_owned(),
        |site, _| {
            scene.set(site)?;
            let site = &*site;
            let build = || bench.tracer.stop_at_the_end(site);
            while_stopped(site, build, |process| {
                let found = search(process, scene.password.text())?;
                kill(process)?;
                judge(found, scene.password)
            })
        },
    )
}

fn judge(found: Option<String>, password: Password) -> Result<()> {
    match (found, password) {
        (Some(place), Password::File(_)) => bail!("the password is still in memory: {place}"),
        (None, Password::Variable(_)) => bail!("the search finds nothing"),
        _ => Ok(()),
    }
}

/// Runs `build` until it stands still, and does `what` then, which is given its process id and must
/// end with its death.
fn while_stopped(
    site: &Site<'_>,
    build: impl FnOnce() -> Result<Answer> + Send,
    what: impl FnOnce(&str) -> Result<()>,
) -> Result<()> {
    drop(fs::remove_file(site.trace()));
    thread::scope(|scope| {
        let stopped = scope.spawn(build);
        let process = process_that_stopped(site)?;
        let outcome = what(&process);
        if outcome.is_err() {
            kill(&process)?;
        }
        drop(stopped.join().expect("strace's end is an answer")?);
        outcome
    })
}

fn process_that_stopped(site: &Site<'_>) -> Result<String> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        let trace = fs::read_to_string(site.trace()).unwrap_or_default();
        let stop = trace.lines().find(|line| line.contains("--- stopped by SIGSTOP"));
        if let Some(thread) = stop.and_then(|line| line.split(' ').next()) {
            return group_of(thread);
        }
        thread::yield_now();
    }
    bail!("the build did not stop")
}

/// Returns the process of a thread.
fn group_of(thread: &str) -> Result<String> {
    let status = fs::read_to_string(format!("/proc/{thread}/status")).context("it has gone")?;
    let group = status.lines().find_map(|line| line.strip_prefix("Tgid:"));
    Ok(group.context("a process has a group")?.trim().to_owned())
}

fn kill(process: &str) -> Result<()> {
    drop(Invocation::new("kill").arguments(["-KILL", process]).run()?);
    Ok(())
}

/// Says where in the memory of `process` a piece of the password is, in any spelling: the heaps and
/// the stacks of all threads, and what libraries write to.
fn search(process: &str, password: &str) -> Result<Option<String>> {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).context("no memory map")?;
    let memory = fs::File::open(format!("/proc/{process}/mem")).context("no memory")?;
    let mut seen = 0;
    for line in maps.lines() {
        let (range, rest) = line.split_once(' ').context("a memory map has ranges")?;
        let (start, end) = range.split_once('-').context("a range has an end")?;
        let start = u64::from_str_radix(start, 16).context("a range begins with a number")?;
        let end = u64::from_str_radix(end, 16).context("a range ends with a number")?;
        let mut bytes = vec![0; usize::try_from(end - start).context("a range is too long")?];
        if !rest.starts_with("rw") || memory.read_exact_at(&mut bytes, start).is_err() {
            continue;
        }
        seen += bytes.len();
        if let Some(spelling) = find_piece(&bytes, password, PIECE) {
            return Ok(Some(format!("`{spelling}` in {line}")));
        }
    }
    if seen == 0 {
        bail!("none of its memory can be read");
    }
    Ok(None)
}
