//! Many small trials on all cores, each in a folder of its own.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::Result;

use super::site::Site;

/// How many failures of one case are told; the rest is counted.
const SHOWN: usize = 8;

/// How the trials of one case went.
#[derive(Debug, Default)]
pub(super) struct Score {
    /// How many there were.
    pub(super) trials: usize,
    /// What went wrong.
    pub(super) failures: Vec<String>,
}

impl Score {
    /// Takes the outcome of a trial.
    pub(super) fn note(&mut self, what: &str, outcome: Result<()>) {
        self.trials += 1;
        if let Err(error) = outcome {
            self.failures.push(format!("{what}: {error:#}"));
        }
    }

    /// Adds those of another case.
    pub(super) fn add(&mut self, other: Self) {
        self.trials += other.trials;
        self.failures.extend(other.failures);
    }

    /// Returns the lines that tell of the failures.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.failures.iter().take(SHOWN).cloned().collect();
        if let Some(more) = self.failures.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            lines.push(format!("… and {more} more"));
        }
        lines
    }
}

/// Tries every point; `what` says in words which one it is.
///
/// # Errors
///
/// The folders of a worker cannot be made.
pub(super) fn try_all<T: Sync>(
    regrender: &Path,
    points: &[T],
    what: impl Fn(&T) -> String + Sync,
    trial: impl Fn(&mut Site<'_>, &T) -> Result<()> + Sync,
) -> Result<Score> {
    let next = AtomicUsize::new(0);
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let work = |worker: usize| -> Result<Score> {
        let mut site = Site::new(regrender, &format!("worker-{worker}"))?;
        let mut score = Score::default();
        while let Some(point) = points.get(next.fetch_add(1, Ordering::Relaxed)) {
            let outcome = trial(&mut site, point);
            score.note(&what(point), outcome);
        }
        Ok(score)
    };
    thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> =
            (0..workers).map(|worker| scope.spawn(move || work(worker))).collect();
        let mut score = Score::default();
        for thread in threads {
            score.add(thread.join().expect("a trial returns its error")?);
        }
        Ok(score)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_is_tried_once_and_failures_are_told_in_words() {
        let points: Vec<usize> = (0..50).collect();
        let trial = |_: &mut Site<'_>, point: &usize| {
            anyhow::ensure!(!point.is_multiple_of(5), "no");
            Ok(())
        };
        let score =
            try_all(Path::new("unused"), &points, |point| format!("point {point}"), trial).unwrap();
        assert_eq!((score.trials, score.failures.len()), (50, 10));
        assert!(score.failures.contains(&"point 45: no".to_owned()));
        assert_eq!(score.lines().last().unwrap(), "… and 2 more");
    }
}
