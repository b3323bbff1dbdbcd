//! What a run takes from the outside world, so that a test can hand in another one.

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, BufWriter, IsTerminal as _, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use regrender_seal::Random;

use crate::randomness::OsRandom;

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
    /// Makes the randomness that the file at a path is sealed with.
    pub random: Box<RandomOfPath>,
}

/// Makes the randomness that the file at a path is sealed with.
pub type RandomOfPath = dyn Fn(&str) -> Box<dyn Random> + Send + Sync;

/// What is known of the terminal.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// Whether standard input is one.
    pub stdin: bool,
    /// Whether standard output is one.
    pub stdout: bool,
    /// Whether standard error is one.
    pub stderr: bool,
    /// How many columns it has.
    pub width: usize,
}

impl Terminal {
    /// How many columns to assume where nobody says.
    const WIDTH: usize = 100;

    fn detect() -> Self {
        let width = terminal_size::terminal_size().map_or(Self::WIDTH, |(width, _)| width.0.into());
        Self {
            stdin: io::stdin().is_terminal(),
            stdout: io::stdout().is_terminal(),
            stderr: io::stderr().is_terminal(),
            width,
        }
    }
}

impl World {
    /// The world this process lives in.
    #[must_use]
    pub fn real() -> Self {
        Self {
            directory: env::current_dir().unwrap_or_default(),
            environment: env::vars_os().collect(),
            stdin: Box::new(io::stdin()),
            stdout: Box::new(BufWriter::new(io::stdout())),
            stderr: Box::new(io::stderr()),
            terminal: Terminal::detect(),
            now: SystemTime::now(),
            random: Box::new(|_| Box::new(OsRandom)),
        }
    }

    /// A world for tests: nothing comes in but the environment, what goes out is lost, and it is 1970.
    #[cfg(test)]
    pub(crate) fn silent(directory: &Path, environment: BTreeMap<OsString, OsString>) -> Self {
        Self {
            directory: directory.to_owned(),
            environment,
            stdin: Box::new(io::empty()),
            stdout: Box::new(io::sink()),
            stderr: Box::new(io::sink()),
            terminal: Terminal { stdin: false, stdout: false, stderr: false, width: 100 },
            now: SystemTime::UNIX_EPOCH,
            random: Box::new(|_| Box::new(OsRandom)),
        }
    }

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
