//! What a registry was found to do.

use std::time::Duration;

use super::Subject;
use super::fault::Fault;
use crate::{Response, Said};

/// What a registry was found to do.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How it wants the credential; unknown if it could not be asked.
    pub authentication: Option<Authentication>,
    /// Whether it asks for the credential where it has the images, and not at its top: containerd
    /// shows it then, docker and CRI-O do not.
    pub asks_late: bool,
    /// By how many seconds its clock is ahead of the one here.
    pub skew: Option<i64>,
    /// How long its tokens live.
    pub token_life: Option<Duration>,
    /// Why it could not be asked any further.
    pub fault: Option<Fault>,
    /// The repositories, in the order they were asked for.
    pub repositories: Vec<RepositoryReport>,
    /// How many pulls are left.
    pub rate_limit: Option<RateLimit>,
}

/// How a registry wants the credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// Not at all.
    Nothing,
    /// With every request.
    Basic,
    /// Once, for a token.
    Bearer {
        /// The host that makes the tokens.
        server: String,
        /// Whether that is another host than the registry.
        is_elsewhere: bool,
    },
}

/// What was found of a repository.
#[derive(Clone, Debug)]
pub struct RepositoryReport {
    /// Its name.
    pub repository: String,
    /// The tag or digest that was asked for.
    pub reference: Option<String>,
    /// Whether it can be pulled from.
    pub pull: Pull,
    /// Whether more can be done.
    pub more: More,
}

/// Whether a repository can be pulled from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pull {
    /// It can.
    Allowed,
    /// It cannot.
    Denied {
        /// The status.
        status: u16,
        /// What was said.
        said: Option<Said>,
    },
    /// It is not there, or is hidden.
    NotFound {
        /// Whether other things in the repository can be asked for, so that only the image is not
        /// there.
        repository_is_there: bool,
    },
    /// Another host has it, and does not give it.
    Elsewhere {
        /// The other host.
        host: String,
        /// What it answered.
        status: u16,
    },
    /// That could not be found out.
    Unknown(Fault),
}

/// Whether more than pulling can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum More {
    /// Nobody asked.
    NotAsked,
    /// Nothing more.
    PullOnly(How),
    /// More.
    Can {
        /// What.
        actions: Vec<String>,
        /// How that is known.
        how: How,
        /// An upload that was begun could not be given up; registries drop it after a time.
        is_upload_left: bool,
    },
    /// That could not be found out.
    Unknown {
        /// The status that says neither.
        status: Option<u16>,
    },
}

/// How a permission is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The token says so.
    Token,
    /// It was tried.
    Trial,
}

/// How many pulls are allowed and left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// How many in a window.
    pub limit: u64,
    /// How many are left.
    pub remaining: Option<u64>,
    /// How long the window is.
    pub window: Option<Duration>,
}

impl RepositoryReport {
    /// Begins with what is known of pulling alone.
    pub(super) fn new(subject: &Subject, pull: Pull) -> Self {
        Self {
            repository: subject.repository.clone(),
            reference: subject.reference.clone(),
            pull,
            more: More::NotAsked,
        }
    }
}

/// Reads how many pulls are left: `ratelimit-limit: 100;w=21600`, `ratelimit-remaining: 76;w=21600`.
#[must_use]
pub fn read_rate_limit(answer: &Response) -> Option<RateLimit> {
    let (limit, window) = counted(answer.header("RateLimit-Limit")?)?;
    let remaining = answer.header("RateLimit-Remaining").and_then(counted).map(|(left, _)| left);
    Some(RateLimit { limit, remaining, window })
}

fn counted(text: &str) -> Option<(u64, Option<Duration>)> {
    let mut parts = text.split(';').map(str::trim);
    let count = parts.next()?.parse().ok()?;
    let window = parts.find_map(|part| part.strip_prefix("w=")?.parse().ok());
    Some((count, window.map(Duration::from_secs)))
}
