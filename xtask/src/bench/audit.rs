//! How long an audit of a large repository takes, beside a search and beside reading alone.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::invocation::Invocation;
use crate::workspace;

use super::files::Files;
use super::memory;
use super::spread::Spread;
use super::{parse, repository};

const MANIFESTS: usize = 10_000;
const EXPLANATIONS: usize = 50;
const IMAGE: &str = "private-registry.io/team/thing-0:1.0";

/// The times of one round.
#[derive(Clone, Copy, Debug)]
pub(super) struct AuditRound {
    /// `regrender audit`.
    pub(super) audit: Duration,
    /// `grep -r image:`.
    pub(super) grep: Duration,
    /// A YAML reader alone.
    pub(super) parse: Duration,
    /// `regrender explain IMAGE --namespace NAME`, which looks through the repository.
    pub(super) explain: Duration,
}

impl fmt::Display for AuditRound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { audit, grep, parse, explain } = self;
        write!(
            f,
            "audit {audit:.3?}, grep {grep:.3?}, parse {parse:.3?}, explain with a namespace \
             {explain:.3?}"
        )
    }
}

/// Everything that was measured of a repository.
#[derive(Debug)]
pub(super) struct AuditFigures {
    /// How many files it has.
    pub(super) files: usize,
    /// Bytes of all files.
    pub(super) bytes: u64,
    /// The rounds, in the order they were run.
    pub(super) rounds: Vec<AuditRound>,
    /// KiB that an audit takes at most.
    pub(super) peak_memory: Option<u64>,
    /// Milliseconds that `regrender explain IMAGE` takes.
    pub(super) explain: Spread,
}

impl AuditFigures {
    /// Makes the repository and measures `rounds` rounds.
    ///
    /// # Errors
    ///
    /// Something failed.
    pub(super) fn measure(
        regrender: &Path,
        xtask: &Path,
        recipient: &str,
        rounds: usize,
    ) -> Result<Self> {
        let bench = Bench { regrender, folder: workspace::root().join("target/bench/repository") };
        repository::write(&bench.folder, MANIFESTS, recipient)?;
        let files = Files::below(&bench.folder)?;
        let mut measured = Vec::new();
        for number in 1..=rounds {
            let round = bench.round(xtask)?;
            println!("repository, round {number} of {rounds}: {round}");
            measured.push(round);
        }
        Ok(Self {
            files: files.count(),
            bytes: files.bytes(),
            rounds: measured,
            peak_memory: bench.peak_memory()?,
            explain: bench.explanations()?,
        })
    }
}

struct Bench<'a> {
    regrender: &'a Path,
    folder: PathBuf,
}

impl Bench<'_> {
    fn round(&self, xtask: &Path) -> Result<AuditRound> {
        let grep = self.hermetic(Path::new("grep")).arguments(["-r", "image:", "."]);
        let start = Instant::now();
        grep.run()?.success()?;
        let grep = start.elapsed();
        let parse = parse::ask(xtask, &self.folder)?;
        let start = Instant::now();
        // Images without a credential are warnings, which do not change the exit code.
        let report = self.audit(self.regrender).run()?.success()?.stdout;
        let audit = start.elapsed();
        check_report(&report)?;
        let explain = self.hermetic(self.regrender).arguments(["explain", IMAGE]);
        let start = Instant::now();
        explain.arguments(["--namespace", "team-0"]).run()?.success()?;
        Ok(AuditRound { audit, grep, parse, explain: start.elapsed() })
    }

    fn peak_memory(&self) -> Result<Option<u64>> {
        let figure = workspace::root().join("target/bench/audit-peak");
        memory::peak(&figure, self.regrender, |program| self.hermetic(program), &AUDIT)
    }

    fn explanations(&self) -> Result<Spread> {
        let mut times = Vec::new();
        for _ in 0..EXPLANATIONS {
            let explain = self.hermetic(self.regrender).arguments(["explain", IMAGE]);
            let start = Instant::now();
            explain.run()?.success()?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        Spread::of(times).context("nothing was explained")
    }

    fn audit(&self, program: &Path) -> Invocation {
        self.hermetic(program).arguments(AUDIT)
    }

    fn hermetic(&self, program: &Path) -> Invocation {
        Invocation::new(program)
            .directory(&self.folder)
            .without_environment()
            .variable("PATH", "/usr/local/bin:/usr/bin:/bin")
            .variable("LC_ALL", "C")
            .variable("HOME", &self.folder)
    }
}

const AUDIT: [&str; 3] = ["audit", "--output", "json"];

/// A fast audit that finds nothing would be no audit.
fn check_report(report: &[u8]) -> Result<()> {
    let report: serde_json::Value =
        serde_json::from_slice(report).context("audit printed no JSON")?;
    let images = report.pointer("/summary/images").and_then(serde_json::Value::as_u64);
    let expected = u64::try_from(MANIFESTS / 10 * 2)?;
    anyhow::ensure!(images == Some(expected), "audit found {images:?} images, not {expected}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audit_that_missed_images_is_no_audit() {
        assert!(check_report(br#"{"summary": {"images": 2000}}"#).is_ok());
        assert!(check_report(br#"{"summary": {"images": 1999}}"#).is_err());
    }
}
