//! The programs that sources are asked of: commands and credential helpers, several side by side.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use zeroize::Zeroizing;

use super::failure::SourceFailure;
use super::helper::{HelperFailure, read_answer, says_not_found};
use super::question::{Answer, Given, Question};
use crate::input::bytes::SecretBytes;
use crate::input::command::{Command, Ending, Outcome};
use crate::input::lines::Lines;
use crate::input::mask::Mask;
use crate::input::running::Group;
use crate::side_by_side::side_by_side;
use crate::world::World;

/// How many programs run side by side.
const AT_ONCE: usize = 8;

/// How many lines of standard error a failed program is quoted with.
const QUOTED: usize = 10;

/// Asks `questions`, all of which are for programs, and adds what they said to `mask`.
pub(crate) fn ask(
    questions: &[&Question],
    folder: &Path,
    mask: &mut Mask,
    world: &mut World,
) -> Vec<(Question, Answer)> {
    let desk = Desk {
        folder,
        environment: &world.environment,
        stderr: Mutex::new(&mut *world.stderr),
        person_watches: world.terminal.stderr,
    };
    let known = &*mask;
    let outcomes =
        side_by_side(questions, AT_ONCE, |question| desk.run((*question).clone(), known));
    let outcomes: Vec<_> = outcomes.into_iter().flatten().collect();
    for (question, outcome) in &outcomes {
        // One that fails may have printed the secret all the same.
        learn(mask, question, outcome.stdout());
    }
    let answered = outcomes.into_iter().map(|(question, outcome)| {
        let answer = desk.answer(&question, outcome, mask);
        (question, answer)
    });
    answered.collect()
}

fn learn(mask: &mut Mask, question: &Question, bytes: &SecretBytes) {
    mask.add_bytes(bytes);
    if matches!(question, Question::Helper { .. })
        && let Ok(login) = read_answer(bytes)
    {
        let (username, password) = (&login.username, login.password.expose());
        mask.add(password);
        // The base64 of both is what HTTP's basic authentication shows.
        mask.add(&Zeroizing::new(format!("{username}:{password}")));
    }
}

/// Where programs run, and where what they say on standard error is shown with their name before it.
///
/// A person at the terminal sees it as it comes, because it may tell what to do. A log keeps what it
/// is given, so there it comes when all programs have ended and what they printed can be masked too.
struct Desk<'a> {
    folder: &'a Path,
    environment: &'a BTreeMap<OsString, OsString>,
    stderr: Mutex<&'a mut (dyn Write + Send)>,
    person_watches: bool,
}

impl Desk<'_> {
    fn run(&self, question: Question, mask: &Mask) -> Option<(Question, Outcome)> {
        let outcome = match &question {
            Question::Command { arguments, timeout } => {
                self.start(arguments, "", *timeout, &question, mask)
            }
            Question::Helper { program, servers, timeout } => {
                let arguments = [program.clone(), String::from("get")];
                let ask = |server| self.start(&arguments, server, *timeout, &question, mask);
                let (last, before) = servers.split_last()?;
                let found =
                    before.iter().map(|server| ask(server)).find(|outcome| !is_not_found(outcome));
                found.unwrap_or_else(|| ask(last))
            }
            _ => return None,
        };
        Some((question, outcome))
    }

    fn start(
        &self,
        arguments: &[String],
        input: &str,
        timeout: Duration,
        question: &Question,
        mask: &Mask,
    ) -> Outcome {
        // A program on the terminal may have to ask for a PIN, which one in a process group of its
        // own cannot.
        let group = if self.person_watches { Group::Shared } else { Group::Own };
        let command = Command {
            arguments,
            folder: self.folder,
            environment: self.environment,
            timeout,
            group,
            input,
        };
        let mut lines = Lines::default();
        let outcome = command.run(&mut |piece| {
            for line in lines.push(piece).iter().filter(|_| self.person_watches) {
                self.say(question, &mask.apply(line));
            }
        });
        for line in lines.finish().iter().filter(|_| self.person_watches) {
            self.say(question, &mask.apply(line));
        }
        outcome
    }

    /// Makes an answer of what came of a program; a failed one is quoted in its problem.
    fn answer(&self, question: &Question, outcome: Outcome, mask: &Mask) -> Answer {
        let is_helper = matches!(question, Question::Helper { .. });
        if is_helper && is_not_found(&outcome) {
            return Err(SourceFailure::Helper(HelperFailure::NotFound));
        }
        let mut said = if self.person_watches { Vec::new() } else { mask.lines(&outcome.stderr) };
        if matches!(outcome.ending, Ending::Failed(_)) {
            said.drain(..said.len().saturating_sub(QUOTED));
        } else {
            said.drain(..).for_each(|line| self.say(question, &line));
        }
        let bytes = outcome.ending.printed(said).map_err(SourceFailure::Command)?;
        if is_helper {
            return read_answer(&bytes).map(Given::Login).map_err(SourceFailure::Helper);
        }
        Ok(Given::Bytes(bytes))
    }

    /// Writes a line of a program for a person.
    fn say(&self, question: &Question, line: &str) {
        let program = match question {
            Question::Command { arguments, .. } => arguments.first().map_or("", String::as_str),
            Question::Helper { program, .. } => program,
            _ => "",
        };
        let name = Path::new(program).file_name().and_then(OsStr::to_str).unwrap_or(program);
        let mut stderr = self.stderr.lock().unwrap_or_else(PoisonError::into_inner);
        // When nobody can be told, the credential is still worth having.
        drop(writeln!(stderr, "{name}: {line}"));
    }
}

/// Says whether a credential helper has no credential for the server it was asked for.
fn is_not_found(outcome: &Outcome) -> bool {
    match &outcome.ending {
        Ending::Failed(_) => says_not_found(&outcome.printed),
        Ending::Printed(bytes) => {
            says_not_found(bytes) || matches!(read_answer(bytes), Err(HelperFailure::NotFound))
        }
        _ => false,
    }
}
