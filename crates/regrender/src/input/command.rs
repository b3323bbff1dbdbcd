//! Running a program for what it prints: no shell, a time limit, and a limit on its output.

#[cfg(unix)]
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write as _};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::bytes::{LIMIT, PIECE, Pieces, SecretBytes, read_piece};
use super::failure::CommandFailure;
use super::lines;
use super::running::{self, Group, Running};

/// How much of standard error is kept; the rest is read and dropped. It is a piece more than is shown,
/// so that whoever shows it can tell that there is more.
const STDERR_LIMIT: usize = lines::LIMIT + PIECE;

/// How long standard error may stay open when the program has ended and standard output is closed:
/// what it started in the background may hold it open forever.
const STDERR_GRACE: Duration = Duration::from_millis(200);

/// A program to run, and how.
pub(crate) struct Command<'a> {
    /// The program and its arguments.
    pub(crate) arguments: &'a [String],
    /// The folder it runs in; a program with a slash in its name is found from there.
    pub(crate) folder: &'a Path,
    /// Its environment, complete.
    pub(crate) environment: &'a BTreeMap<OsString, OsString>,
    /// How long it may take.
    pub(crate) timeout: Duration,
    /// What it shares with the terminal.
    pub(crate) group: Group,
    /// What it reads from standard input; it is no secret, and no more than a pipe holds at once.
    pub(crate) input: &'a str,
}

/// What came of a program.
pub(crate) struct Outcome {
    /// How it ended.
    pub(crate) ending: Ending,
    /// What it printed, if it did not end well; may hold secrets.
    pub(crate) printed: SecretBytes,
    /// What it said on standard error; may hold secrets.
    pub(crate) stderr: SecretBytes,
}

/// How a program ended.
#[derive(Debug)]
pub(crate) enum Ending {
    /// Well, with this on standard output.
    Printed(SecretBytes),
    /// There is no such program.
    Missing,
    /// It cannot be started, for the reason that the system gives.
    NotStarted(String),
    /// Badly: with an exit status or a signal.
    Failed(String),
    /// It took longer than it may, and was stopped.
    Timeout,
    /// It printed more than the limit, and was stopped.
    TooLong,
}

/// What the threads that read the output tell.
enum Event {
    Stdout(Zeroizing<Vec<u8>>),
    Stderr(Zeroizing<Vec<u8>>),
}

/// Both streams of a program, as far as they have been read. An empty piece is the end of a stream.
#[derive(Default)]
struct Output {
    stdout: Pieces,
    stdout_ended: bool,
    stdout_fits: bool,
    stderr: Pieces,
    stderr_ended: bool,
}

impl Outcome {
    /// What came of a program that said nothing else.
    fn of(ending: Ending) -> Self {
        let nothing = || SecretBytes::new(&[]);
        Self { ending, printed: nothing(), stderr: nothing() }
    }

    /// Returns what is on standard output, however the program ended.
    pub(crate) fn stdout(&self) -> &SecretBytes {
        match &self.ending {
            Ending::Printed(bytes) => bytes,
            _ => &self.printed,
        }
    }
}

impl Ending {
    /// Returns what the program printed, or says why it gave nothing; `said` is what it said on standard
    /// error, fit to be shown.
    pub(crate) fn printed(self, said: Vec<String>) -> Result<SecretBytes, CommandFailure> {
        Err(match self {
            Self::Printed(bytes) => return Ok(bytes),
            Self::Missing => CommandFailure::Missing,
            Self::NotStarted(reason) => CommandFailure::NotStarted(reason),
            Self::Failed(ending) => CommandFailure::Failed { ending, said },
            Self::Timeout => CommandFailure::Timeout,
            Self::TooLong => CommandFailure::TooLong,
        })
    }
}

impl Command<'_> {
    /// Runs the program; `hear` gets each piece of its standard error as it comes.
    pub(crate) fn run(&self, hear: &mut dyn FnMut(&[u8])) -> Outcome {
        let (mut child, running, stdout, stderr) = match self.start() {
            Ok(started) => started,
            Err(ending) => return Outcome::of(ending),
        };
        let (sender, receiver) = sync_channel(16);
        pump(stdout, sender.clone(), Event::Stdout);
        pump(stderr, sender, Event::Stderr);
        let mut output = Output { stdout_fits: true, ..Output::default() };
        let waited = self.wait(&mut child, &receiver, &mut output, hear);
        if !matches!(waited, Waited::Ended(_)) {
            self.end(&mut child);
        }
        drop(running);
        let (printed, stderr) = (output.stdout.join(), output.stderr.join());
        let ending = match waited {
            Waited::Ended(status) if status.success() => {
                return Outcome { stderr, ..Outcome::of(Ending::Printed(printed)) };
            }
            Waited::Ended(status) => Ending::Failed(describe(status)),
            Waited::Timeout => Ending::Timeout,
            Waited::TooLong => Ending::TooLong,
            Waited::Lost(error) => Ending::NotStarted(error.to_string()),
        };
        Outcome { ending, printed, stderr }
    }

    fn start(&self) -> Result<(Child, Running, ChildStdout, ChildStderr), Ending> {
        let Some((program, arguments)) = self.arguments.split_first() else {
            return Err(Ending::Missing);
        };
        let mut command = std::process::Command::new(self.program(program));
        command
            .args(arguments)
            .current_dir(self.folder)
            .env_clear()
            .envs(self.environment)
            .stdin(if self.input.is_empty() { Stdio::null() } else { Stdio::piped() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        #[cfg(unix)]
        if self.group == Group::Own {
            std::os::unix::process::CommandExt::process_group(&mut command, 0);
        }
        let started = running::start(&mut command, self.group);
        let (mut child, running) = started.map_err(|error| match error.kind() {
            // With the line ends of Windows, `#!/bin/sh` names a program that nobody has.
            io::ErrorKind::NotFound if self.is_there(program) => Ending::NotStarted(String::from(
                "the program that its first line names, or its loader, is not there",
            )),
            io::ErrorKind::NotFound => Ending::Missing,
            _ => Ending::NotStarted(error.to_string()),
        })?;
        if let Some(mut stdin) = child.stdin.take() {
            // A program that does not read it may still print what is wanted.
            drop(stdin.write_all(self.input.as_bytes()));
        }
        let pipes = child.stdout.take().zip(child.stderr.take());
        let (stdout, stderr) = pipes.expect("both streams were asked to be pipes");
        Ok((child, running, stdout, stderr))
    }

    /// Returns the program to start. Systems differ in whether a relative path is looked up before
    /// or after the change of folder, so it is made whole.
    fn program(&self, program: &str) -> OsString {
        if program.contains(std::path::is_separator) {
            return self.folder.join(program).into_os_string();
        }
        OsStr::new(program).to_owned()
    }

    /// Says whether a program that is named by its path is there.
    fn is_there(&self, program: &str) -> bool {
        program.contains(std::path::is_separator) && self.folder.join(program).is_file()
    }

    fn wait(
        &self,
        child: &mut Child,
        receiver: &Receiver<Event>,
        output: &mut Output,
        hear: &mut dyn FnMut(&[u8]),
    ) -> Waited {
        let deadline = Instant::now() + self.timeout;
        let mut pause = Duration::from_millis(1);
        let mut ended: Option<(ExitStatus, Instant)> = None;
        loop {
            if !output.stdout_fits {
                return Waited::TooLong;
            }
            // Standard output is read to its end: half a password is worse than none.
            if output.stdout_ended && ended.is_none() {
                match child.try_wait() {
                    Ok(status) => ended = status.map(|status| (status, Instant::now())),
                    Err(error) => return Waited::Lost(error),
                }
            }
            let now = Instant::now();
            let until = match ended {
                Some((status, at)) if output.stderr_ended || now >= at + STDERR_GRACE => {
                    return Waited::Ended(status);
                }
                Some((_, at)) => at + STDERR_GRACE,
                None if now >= deadline => return Waited::Timeout,
                None if output.stdout_ended => {
                    pause = (pause * 2).min(Duration::from_millis(50));
                    deadline.min(now + pause)
                }
                None => deadline,
            };
            output.receive(receiver, until.saturating_duration_since(now), hear);
        }
    }

    /// Ends the program, and what it started as far as that can be told.
    fn end(&self, child: &mut Child) {
        #[cfg(unix)]
        if self.group == Group::Own {
            let group = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
            if let Some(group) = group {
                // It fails when nobody is left, which is what is wanted.
                let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
            }
        }
        // As above.
        drop(child.kill());
        drop(child.wait());
    }
}

/// What waiting for a program came to.
enum Waited {
    Ended(ExitStatus),
    Timeout,
    TooLong,
    Lost(io::Error),
}

impl Output {
    fn receive(&mut self, events: &Receiver<Event>, wait: Duration, hear: &mut dyn FnMut(&[u8])) {
        match events.recv_timeout(wait) {
            Ok(Event::Stdout(piece)) if piece.is_empty() => self.stdout_ended = true,
            Ok(Event::Stdout(piece)) => self.stdout_fits = self.stdout.push(piece, LIMIT),
            Ok(Event::Stderr(piece)) if piece.is_empty() => self.stderr_ended = true,
            Ok(Event::Stderr(piece)) => {
                hear(&piece);
                self.stderr.push(piece, STDERR_LIMIT);
            }
            Err(RecvTimeoutError::Timeout) => {}
            // Both streams have ended, so nothing will wake this thread before the time is up.
            Err(RecvTimeoutError::Disconnected) => thread::sleep(wait),
        }
    }
}

/// Reads `pipe` to its end in a thread of its own, which is left behind when a program that runs
/// on in the background never closes the pipe.
fn pump(
    mut pipe: impl Read + Send + 'static,
    sender: SyncSender<Event>,
    event: fn(Zeroizing<Vec<u8>>) -> Event,
) {
    thread::spawn(move || {
        loop {
            // A pipe that cannot be read has ended.
            let piece = read_piece(&mut pipe).unwrap_or_default();
            let is_last = piece.is_empty();
            if sender.send(event(piece)).is_err() || is_last {
                return;
            }
        }
    });
}

fn describe(status: ExitStatus) -> String {
    if let Some(code) = status.code() {
        return format!("exit status {code}");
    }
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("signal {signal}");
    }
    String::from("an unknown status")
}
