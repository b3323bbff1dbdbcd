//! strace: it tells the calls of a build, and ends the build or lets a call fail at one of them.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::invocation::{Answer, Invocation};

use super::call::{CHANGING, Call, Kind, READING};
use super::change::Change;
use super::site::Site;

/// As many bytes of a write are told; more than a file of the cases has.
const LONGEST_WRITE: &str = "1048576";

/// What happens at a call instead of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Disturbance {
    /// The process is killed, as by the system when memory runs out.
    Kill,
    /// The process is stopped until it is killed.
    Stop,
    /// The call fails with this error.
    Error(&'static str),
}

/// strace, where it is.
#[derive(Debug)]
pub(super) struct Tracer {
    program: PathBuf,
}

impl Tracer {
    /// Finds strace on `PATH`.
    pub(super) fn find() -> Option<Self> {
        let path = std::env::var_os("PATH")?;
        let mut programs = std::env::split_paths(&path).map(|folder| folder.join("strace"));
        programs.find(|program| program.is_file()).map(|program| Self { program })
    }

    /// Says why this machine does not let strace look into processes, if it does not.
    ///
    /// # Errors
    ///
    /// strace cannot be started.
    pub(super) fn refusal(&self) -> Result<Option<String>> {
        let answer =
            Invocation::new(&self.program).arguments(["-f", "-o", "/dev/null", "true"]).run()?;
        let said = String::from_utf8_lossy(&answer.printed.stderr).trim().to_owned();
        Ok((answer.code != Some(0)).then_some(said))
    }

    /// Builds at `site` and returns the calls of this kind, in their order.
    ///
    /// # Errors
    ///
    /// The build failed, or strace did.
    pub(super) fn record(&self, site: &Site<'_>, kind: Kind) -> Result<Vec<Call>> {
        let wanted = if kind == Kind::Changing { CHANGING } else { READING };
        let arguments = ["-y", "-s", "0", "-e", &format!("trace={wanted}")];
        self.run(site, &arguments, &build(site))?.success()?;
        Call::parse_all(&read(&site.trace())?, kind)
    }

    /// Builds at `site` and returns what its calls changed on the disk, in their order.
    ///
    /// # Errors
    ///
    /// The build failed, or strace did, or a call changes the disk in a way that is not known.
    pub(super) fn record_changes(&self, site: &Site<'_>) -> Result<Vec<Change>> {
        let wanted = format!("trace={CHANGING}");
        let arguments = ["-y", "-xx", "-s", LONGEST_WRITE, "-e", &wanted];
        self.run(site, &arguments, &build(site))?.success()?;
        Change::parse_all(&read(&site.trace())?, &site.repo().to_string_lossy())
    }

    /// Builds at `site`; at `call` comes the disturbance.
    ///
    /// # Errors
    ///
    /// strace failed, or the build never came to that call.
    pub(super) fn disturb(
        &self,
        site: &Site<'_>,
        call: &Call,
        disturbance: Disturbance,
    ) -> Result<Answer> {
        let Call { name, path, time } = call;
        let what = match disturbance {
            Disturbance::Kill => "signal=KILL".to_owned(),
            Disturbance::Stop => "signal=STOP".to_owned(),
            Disturbance::Error(error) => format!("error={error}"),
        };
        let mut arguments = vec!["-e".to_owned(), format!("trace={name}")];
        if !path.is_empty() {
            arguments.extend(["-P".to_owned(), path.clone()]);
        }
        arguments.push(format!("--inject={name}:{what}:when={time}"));
        if matches!(disturbance, Disturbance::Error(_)) {
            // Only the calls in question stop for strace; signals do not come through this way.
            arguments.push("--seccomp-bpf".to_owned());
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let answer = self.run(site, &arguments, &build(site))?;
        let came_to_it = match disturbance {
            Disturbance::Error(_) => read(&site.trace())?.contains("(INJECTED)"),
            Disturbance::Kill | Disturbance::Stop => answer.code.is_none(),
        };
        if !came_to_it {
            bail!("the build never came to {call}");
        }
        Ok(answer)
    }

    /// Builds at `site`; when all is done and the build prints that, it is stopped until it is killed.
    ///
    /// # Errors
    ///
    /// strace failed.
    pub(super) fn stop_at_the_end(&self, site: &Site<'_>) -> Result<Answer> {
        let stdout = site.stdout().into_os_string();
        let mut arguments = vec![OsString::from("-e"), "trace=write".into(), "-P".into()];
        arguments.extend([stdout.clone(), "--inject=write:signal=STOP:when=1".into()]);
        let script = OsString::from("exec \"$0\" build > \"$1\"");
        let regrender = site.regrender().as_os_str().to_owned();
        self.run(site, &arguments, &["/bin/sh".into(), "-c".into(), script, regrender, stdout])
    }

    fn run(
        &self,
        site: &Site<'_>,
        arguments: &[impl AsRef<OsStr>],
        program: &[OsString],
    ) -> Result<Answer> {
        site.prepared(&self.program)
            .arguments(["-f", "-qq", "-o"])
            .arguments([site.trace()])
            .arguments(arguments)
            .arguments(program)
            .run()
    }
}

fn build(site: &Site<'_>) -> [OsString; 2] {
    [site.regrender().as_os_str().to_owned(), "build".into()]
}

fn read(trace: &Path) -> Result<String> {
    fs::read_to_string(trace).context("cannot read what strace wrote")
}
