//! What a run takes from the outside world, so that a test can hand in another one.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What a run takes from the outside world.
pub struct World {
    /// The folder it runs in.
    pub directory: PathBuf,
    /// The environment variables.
    pub environment: BTreeMap<OsString, OsString>,
    /// Standard input.
    pub stdin: Box<dyn Read + Send>,
    /// Standard output: data.
    pub stdout: Box<dyn Write + Send>,
    /// Standard error: for people.
    pub stderr: Box<dyn Write + Send>,
    /// What is known of the terminal.
    pub terminal: Terminal,
    /// The time of this run.
    pub now: SystemTime,
    /// A seed that makes all randomness of this run repeatable; only tests have one.
    pub seed: Option<u64>,
}

/// What is known of the terminal.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// Whether standard output is one.
    pub stdout: bool,
    /// Whether standard error is one.
    pub stderr: bool,
    /// How many columns it has.
    pub width: usize,
}

impl World {
    /// Returns the environment variable `name`, if it is set and not empty.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&OsStr> {
        self.environment
            .get(OsStr::new(name))
            .map(OsString::as_os_str)
            .filter(|value| !value.is_empty())
    }

    /// Returns the home folder.
    #[must_use]
    pub fn home(&self) -> Option<PathBuf> {
        self.variable("HOME").or_else(|| self.variable("USERPROFILE")).map(PathBuf::from)
    }

    /// Returns the path that a person means by `path`: relative to `base`, `~/` being home.
    #[must_use]
    pub fn resolve(&self, base: &Path, path: &str) -> PathBuf {
        match (path.strip_prefix("~/"), self.home()) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => base.join(path),
        }
    }
}
