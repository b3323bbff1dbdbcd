//! What to ask the outside world for the sources of a run, and asking it: each thing once.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use regrender_config::{Source, SourceKind};
use regrender_image::docker_config_secrets;

use super::bytes::{SecretBytes, read_all};
use super::command::{Command, Ending, Group, Outcome};
use super::failure::Failure;
use super::file::read_file;
use super::lines::Lines;
use super::mask::Mask;
use crate::{Terminal, World};

/// How many commands run side by side.
const SIDE_BY_SIDE: usize = 8;

/// How many lines of standard error a failed command is quoted with.
const QUOTED: usize = 10;

/// What to ask the outside world. Equal questions are asked once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Question {
    /// An environment variable.
    Variable(String),
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
    /// A command.
    Command {
        /// The program and its arguments.
        arguments: Vec<String>,
        /// How long it may take.
        timeout: Duration,
    },
}

/// What a question was answered.
pub(crate) type Answer = Result<SecretBytes, Failure>;

/// What all questions of a run were answered.
pub(crate) type Answers = BTreeMap<Question, Answer>;

impl Question {
    /// Returns the question to ask for `source`; a value in the file itself needs none.
    pub(crate) fn of(source: &Source, base: &Path, world: &World) -> Option<Self> {
        match &source.kind {
            SourceKind::Plain(_) => None,
            SourceKind::Env(name) => Some(Self::Variable(name.clone())),
            SourceKind::File { path, .. } => Some(Self::File(world.resolve(base, path))),
            SourceKind::Stdin { .. } => Some(Self::Stdin),
            SourceKind::Command { arguments, timeout, .. } => {
                Some(Self::Command { arguments: arguments.clone(), timeout: *timeout })
            }
        }
    }
}

/// Asks all `questions`. Commands run in `folder`, side by side, and come last: what the other
/// sources said is masked in what they say on standard error, as are the secrets in `mask`.
pub(crate) fn ask(
    questions: &BTreeSet<Question>,
    folder: &Path,
    mut mask: Mask,
    world: &mut World,
) -> Answers {
    let mut answers = Answers::new();
    let mut commands = Vec::new();
    for question in questions {
        let answer = match question {
            Question::Variable(name) => ask_variable(&world.environment, name),
            Question::File(path) => read_file(path),
            Question::Stdin => ask_stdin(&mut *world.stdin, world.terminal),
            Question::Command { .. } => {
                commands.push(question);
                continue;
            }
        };
        if let Ok(bytes) = &answer {
            learn(&mut mask, bytes);
        }
        answers.insert(question.clone(), answer);
    }
    answers.extend(ask_commands(&commands, folder, mask, world));
    answers
}

/// Adds what a source said to the secrets to mask: all of it, and what is in it when it is a docker
/// config.
fn learn(mask: &mut Mask, bytes: &SecretBytes) {
    mask.add_bytes(bytes);
    for secret in docker_config_secrets(bytes.expose()) {
        if let Ok(text) = std::str::from_utf8(secret.expose()) {
            mask.add(text);
        }
    }
}

fn ask_variable(environment: &BTreeMap<OsString, OsString>, name: &str) -> Answer {
    match environment.get(OsStr::new(name)) {
        None => Err(Failure::VariableUnset),
        Some(value) if value.is_empty() => Err(Failure::VariableEmpty),
        Some(value) => Ok(SecretBytes::new(value.as_encoded_bytes())),
    }
}

fn ask_stdin(stdin: &mut dyn Read, terminal: Terminal) -> Answer {
    // A secret that is typed in shows on the screen.
    if terminal.stdin {
        return Err(Failure::StdinIsTerminal);
    }
    let read = read_all(stdin).map_err(|error| Failure::Unreadable(error.to_string()))?;
    read.ok_or(Failure::TooLarge)
}

/// Runs the commands.
fn ask_commands(
    commands: &[&Question],
    folder: &Path,
    mut mask: Mask,
    world: &mut World,
) -> Vec<(Question, Answer)> {
    let desk = Desk {
        folder,
        environment: &world.environment,
        stderr: Mutex::new(&mut *world.stderr),
        person_watches: world.terminal.stderr,
    };
    let mut outcomes = Vec::new();
    for some in commands.chunks(SIDE_BY_SIDE) {
        thread::scope(|scope| {
            let start = |question: &&Question| {
                let question = (*question).clone();
                scope.spawn(|| desk.run(question, &mask))
            };
            let started: Vec<_> = some.iter().map(start).collect();
            let joined = started.into_iter().map(|thread| {
                thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            });
            outcomes.extend(joined.flatten());
        });
    }
    for (_, outcome) in &outcomes {
        if let Ending::Printed(bytes) = &outcome.ending {
            mask.add_bytes(bytes);
        }
    }
    let answered = outcomes.into_iter().map(|(question, outcome)| {
        let answer = desk.answer(&question, outcome, &mask);
        (question, answer)
    });
    answered.collect()
}

/// Where commands run, and where what they say on standard error is shown with their name before it.
///
/// A person at the terminal sees it as it comes, because it may tell what to do. A log keeps what it
/// is given, so there it comes when all commands have ended and what they printed can be masked too.
struct Desk<'a> {
    folder: &'a Path,
    environment: &'a BTreeMap<OsString, OsString>,
    stderr: Mutex<&'a mut (dyn Write + Send)>,
    person_watches: bool,
}

impl Desk<'_> {
    fn run(&self, question: Question, mask: &Mask) -> Option<(Question, Outcome)> {
        let Question::Command { arguments, timeout } = &question else {
            return None;
        };
        // A program on the terminal may have to ask for a PIN, which one in a process group of its
        // own cannot.
        let group = if self.person_watches { Group::Shared } else { Group::Own };
        let command = Command {
            arguments,
            folder: self.folder,
            environment: self.environment,
            timeout: *timeout,
            group,
        };
        let mut lines = Lines::default();
        let outcome = command.run(&mut |piece| {
            for line in lines.push(piece).iter().filter(|_| self.person_watches) {
                self.say(&question, &mask.apply(line));
            }
        });
        for line in lines.finish().iter().filter(|_| self.person_watches) {
            self.say(&question, &mask.apply(line));
        }
        Some((question, outcome))
    }

    /// Makes an answer of what came of a command; a failed one is quoted in its problem.
    fn answer(&self, question: &Question, outcome: Outcome, mask: &Mask) -> Answer {
        let said = if self.person_watches { Vec::new() } else { outcome.stderr.lines(mask) };
        let answer = match outcome.ending {
            Ending::Failed(ending) => {
                let skipped = said.len().saturating_sub(QUOTED);
                let said = said.into_iter().skip(skipped).collect();
                return Err(Failure::CommandFailed { ending, said });
            }
            Ending::Printed(bytes) => Ok(bytes),
            Ending::Missing => Err(Failure::CommandMissing),
            Ending::NotStarted(reason) => Err(Failure::CommandNotStarted(reason)),
            Ending::Timeout => Err(Failure::CommandTimeout),
            Ending::TooLong => Err(Failure::CommandTooLong),
        };
        for line in said {
            self.say(question, &line);
        }
        answer
    }

    /// Writes a line of a command for a person.
    fn say(&self, question: &Question, line: &str) {
        let program = match question {
            Question::Command { arguments, .. } => arguments.first().map_or("", String::as_str),
            _ => "",
        };
        let name = Path::new(program).file_name().and_then(OsStr::to_str).unwrap_or(program);
        let mut stderr = self.stderr.lock().unwrap_or_else(PoisonError::into_inner);
        // When nobody can be told, the credential is still worth having.
        drop(writeln!(stderr, "{name}: {line}"));
    }
}
