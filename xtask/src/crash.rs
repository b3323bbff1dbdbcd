//! Crash: builds that are killed, run out of disk or meet its errors, at every call they make.

mod call;
mod change;
mod disturbed;
mod full;
mod password;
mod pool;
mod power;
mod scene;
mod site;
mod stopped;
mod storage;
mod story;
mod tracer;
mod tree;

use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use crate::options::Options;
use crate::workspace::{self, Profile};

pub(crate) use full::{FULL_CHORE, run_inside};

use pool::Score;
use scene::Scene;
use site::Site;
use story::Story;
use tracer::Tracer;

/// What every case works with.
#[derive(Debug)]
struct Bench<'a> {
    regrender: &'a Path,
    tracer: &'a Tracer,
}

/// Disturbs builds, and counts.
///
/// # Errors
///
/// A disturbed build left what it must not, or strace is missing where it is required.
pub(crate) fn run(flags: &[String]) -> Result<()> {
    let mut options = Options::new(flags);
    let requires_all = options.flag("--require-all");
    let binary = options.path("--binary")?;
    let filter = options.words()?.join(" ");
    let regrender = match binary {
        Some(path) => path,
        None => workspace::build("regrender", Profile::Dev)?,
    };
    let Some(tracer) = Tracer::find() else {
        if requires_all {
            bail!("strace not found");
        }
        println!("skipped: strace not found");
        return Ok(());
    };
    if let Some(refusal) = tracer.refusal()? {
        println!("skipped: strace may not look into processes here: {refusal}");
        return Ok(());
    }
    let bench = Bench { regrender: &regrender, tracer: &tracer };
    let mut total = Score::default();
    for (stories, cases) in [
        (story::all(), AT_EVERY_CHANGE),
        (vec![story::rotation()], AT_EVERY_LOOK),
        (story::fetched(), AT_THE_END),
        (vec![story::in_environment()], AT_THE_END_FOR_CONTROL),
    ] {
        let wanted = || cases.iter().filter(|(title, _)| title.contains(&filter));
        for story in stories.into_iter().filter(|_| wanted().next().is_some()) {
            let scene = Scene::play(&story, &mut Site::new(&regrender, "undisturbed")?)?;
            for (title, case) in wanted() {
                total.add(tell(&story, title, || case(&bench, &scene))?);
            }
        }
    }
    println!("{} trials, {} failed", total.trials, total.failures.len());
    let is_wanted = full::TITLE.contains(&filter);
    let on_full_disk = if is_wanted { full::in_namespace(&regrender) } else { Ok(()) };
    if !total.failures.is_empty() {
        bail!("a disturbed build left what it must not");
    }
    on_full_disk
}

type Case = fn(&Bench<'_>, &Scene) -> Result<Score>;

const AT_EVERY_CHANGE: &[(&str, Case)] = &[
    ("killed at every change", disturbed::kill),
    ("an error at every change", disturbed::fail),
    ("killed while another build waits", stopped::two_builds),
    ("what a power cut may leave", power::cut),
    ("the next build after a power cut", power::next_build),
    ("a flush left out is noticed", power::without_a_flush),
];

const AT_EVERY_LOOK: &[(&str, Case)] = &[("an error at every look", disturbed::fail_to_read)];

const AT_THE_END: &[(&str, Case)] = &[("not in memory any more", stopped::memory)];

const AT_THE_END_FOR_CONTROL: &[(&str, Case)] = &[("still in memory", stopped::memory)];

fn tell(story: &Story, title: &str, case: impl FnOnce() -> Result<Score>) -> Result<Score> {
    let start = Instant::now();
    let score = case().with_context(|| format!("{}, {title}", story.title))?;
    let verdict = if score.failures.is_empty() { "ok  " } else { "FAIL" };
    let took = start.elapsed().as_secs_f64();
    println!("{verdict} {:>4} trials {took:>6.1} s  {}, {title}", score.trials, story.title);
    for line in score.lines() {
        println!("    {}", line.replace('\n', "\n    "));
    }
    Ok(score)
}
