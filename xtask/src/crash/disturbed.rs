//! One build for each call it makes on files, disturbed at that call.

use anyhow::Result;

use super::Bench;
use super::call::{Call, Kind};
use super::pool::{Score, try_all};
use super::scene::Scene;
use super::tracer::Disturbance;

/// What a disk that is full, broken or closed says.
const ERRORS: &[&str] = &["ENOSPC", "EIO", "EACCES"];

/// Kills the build at each call that changes the disk.
///
/// # Errors
///
/// The calls cannot be told. What fails at one of them is in the score.
pub(super) fn kill(bench: &Bench<'_>, scene: &Scene) -> Result<Score> {
    let calls = scene.calls(bench, Kind::Changing)?;
    try_all(bench.regrender, &calls, Call::to_string, |site, call| {
        scene.set(site)?;
        drop(bench.tracer.disturb(site, &call.below(&site.repo()), Disturbance::Kill)?);
        scene.check_interrupted(site)?;
        scene.check_next_build(site)
    })
}

/// Lets each call that changes the disk fail, in each way.
///
/// # Errors
///
/// The calls cannot be told. What fails at one of them is in the score.
pub(super) fn fail(bench: &Bench<'_>, scene: &Scene) -> Result<Score> {
    fail_at(bench, scene, Kind::Changing, ERRORS)
}

/// Lets each call that reads the repository fail.
///
/// # Errors
///
/// The calls cannot be told. What fails at one of them is in the score.
pub(super) fn fail_to_read(bench: &Bench<'_>, scene: &Scene) -> Result<Score> {
    fail_at(bench, scene, Kind::Reading, &["EIO", "EACCES"])
}

fn fail_at(bench: &Bench<'_>, scene: &Scene, kind: Kind, errors: &[&'static str]) -> Result<Score> {
    let calls = scene.calls(bench, kind)?;
    let points: Vec<(&Call, &'static str)> =
        calls.iter().flat_map(|call| errors.iter().map(move |error| (call, *error))).collect();
    let what = |(call, error): &(&Call, &'static str)| format!("{error} at {call}");
    try_all(bench.regrender, &points, what, |site, (call, error)| {
        scene.set(site)?;
        let disturbance = Disturbance::Error(error);
        let answer = bench.tracer.disturb(site, &call.below(&site.repo()), disturbance)?;
        scene.check_failed(site, answer)?;
        scene.check_next_build(site)
    })
}
