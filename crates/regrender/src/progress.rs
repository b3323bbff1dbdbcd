//! How far a long step has come, on a terminal.

use std::io::{Write as _, stderr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How long a step is silent.
const PATIENCE: Duration = Duration::from_secs(1);

/// How far a long step has come.
#[derive(Debug)]
pub(crate) struct Progress {
    name: &'static str,
    total: usize,
    done: AtomicUsize,
    started: Instant,
    is_shown: bool,
}

impl Progress {
    /// Starts a step of `total` parts; only a terminal is told.
    pub(crate) fn start(name: &'static str, total: usize, is_shown: bool) -> Self {
        Self { name, total, done: AtomicUsize::new(0), started: Instant::now(), is_shown }
    }

    /// Counts a part, and tells the terminal of every hundredth of the whole.
    pub(crate) fn step(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let is_told = done.is_multiple_of((self.total / 100).max(1));
        if self.is_shown && is_told && self.started.elapsed() > PATIENCE {
            drop(write!(stderr(), "\r{} {done} of {}", self.name, self.total));
        }
    }

    /// Wipes the line.
    pub(crate) fn finish(&self) {
        if self.is_shown && self.started.elapsed() > PATIENCE {
            drop(write!(stderr(), "\r\u{1b}[K"));
        }
    }
}
