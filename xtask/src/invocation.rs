//! One run of another program: what it is given and what it answers.

use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context as _, Result, bail};

/// A program about to be run.
#[derive(Debug)]
pub(crate) struct Invocation {
    command: Command,
    shown: String,
    input: Vec<u8>,
}

impl Invocation {
    /// Prepares `program` without arguments and without anything on its standard input.
    pub(crate) fn new(program: impl Into<OsString>) -> Self {
        let program = program.into();
        let shown = Path::new(&program)
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        Self { command: Command::new(program), shown, input: Vec::new() }
    }

    /// Adds `arguments`.
    pub(crate) fn arguments<A: AsRef<OsStr>>(
        mut self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        for argument in arguments {
            self.shown.push(' ');
            self.shown.push_str(&argument.as_ref().to_string_lossy());
            self.command.arg(argument);
        }
        self
    }

    /// Runs it in `directory`.
    pub(crate) fn directory(mut self, directory: &Path) -> Self {
        self.command.current_dir(directory);
        self
    }

    /// Takes this process's environment away from it.
    pub(crate) fn without_environment(mut self) -> Self {
        self.command.env_clear();
        self
    }

    /// Sets an environment variable.
    pub(crate) fn variable(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Takes an environment variable away from it.
    pub(crate) fn without_variable(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Puts `input` on its standard input.
    pub(crate) fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = input.into();
        self
    }

    /// Runs it to its end and collects what it prints.
    ///
    /// # Errors
    ///
    /// It could not be started or waited for. A program that fails is an answer, not an error.
    pub(crate) fn run(mut self) -> Result<Answer> {
        let shown = self.shown;
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start `{shown}`"))?;
        let stdin = child.stdin.take();
        let input = self.input;
        // A program that never reads, or prints before it reads all, must not block this one.
        let writer = thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&input)));
        let output =
            child.wait_with_output().with_context(|| format!("cannot wait for `{shown}`"))?;
        // A closed pipe only says that the program did not want all of it.
        drop(writer.join());
        let printed = Printed { shown, stdout: output.stdout, stderr: output.stderr };
        Ok(Answer { code: output.status.code(), printed })
    }

    /// Runs it with this process's output as its own.
    ///
    /// # Errors
    ///
    /// It could not be started, or it failed.
    pub(crate) fn run_visibly(mut self) -> Result<()> {
        let shown = self.shown;
        let status = self
            .command
            .stdin(Stdio::null())
            .status()
            .with_context(|| format!("cannot start `{shown}`"))?;
        if !status.success() {
            bail!("`{shown}` failed: {status}");
        }
        Ok(())
    }
}

/// How a program ended, and what it printed until then.
#[derive(Debug)]
#[must_use]
pub(crate) struct Answer {
    /// The exit code; none when a signal ended it.
    pub(crate) code: Option<i32>,
    /// What it printed.
    pub(crate) printed: Printed,
}

impl Answer {
    /// Insists on exit code 0.
    ///
    /// # Errors
    ///
    /// It ended otherwise; the message has the end of what it printed.
    pub(crate) fn success(self) -> Result<Printed> {
        self.ended_with(0)
    }

    /// Insists on exit code `code`.
    ///
    /// # Errors
    ///
    /// It ended otherwise; the message has the end of what it printed.
    pub(crate) fn ended_with(self, code: i32) -> Result<Printed> {
        if self.code == Some(code) {
            return Ok(self.printed);
        }
        let ending = self.code.map_or_else(|| "a signal".to_owned(), |code| code.to_string());
        let Printed { shown, .. } = &self.printed;
        bail!("`{shown}` ended with {ending}, not {code}{}", self.printed.tail());
    }
}

/// What a program printed.
#[derive(Debug)]
pub(crate) struct Printed {
    shown: String,
    /// Its standard output.
    pub(crate) stdout: Vec<u8>,
    /// Its standard error.
    pub(crate) stderr: Vec<u8>,
}

impl Printed {
    /// Returns the standard output as text.
    ///
    /// # Errors
    ///
    /// It is not UTF-8.
    pub(crate) fn stdout_text(&self) -> Result<String> {
        String::from_utf8(self.stdout.clone())
            .with_context(|| format!("`{}` printed what is not UTF-8", self.shown))
    }

    fn tail(&self) -> String {
        const LINES: usize = 12;
        const WIDTH: usize = 1000;
        let text =
            [String::from_utf8_lossy(&self.stdout), String::from_utf8_lossy(&self.stderr)].join("");
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        let start = lines.len().saturating_sub(LINES);
        let shown = lines.iter().skip(start);
        shown.flat_map(|line| "\n    | ".chars().chain(line.chars().take(WIDTH))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Invocation {
        Invocation::new("/bin/sh").arguments(["-c", script])
    }

    #[test]
    fn input_comes_back_from_cat() {
        let answer = shell("cat").input("one\n").run().unwrap().success().unwrap();
        assert_eq!(answer.stdout_text().unwrap(), "one\n");
    }

    #[test]
    fn more_input_than_a_pipe_holds_does_not_block() {
        let large = vec![b'x'; 1 << 20];
        let answer = shell("cat").input(large.clone()).run().unwrap();
        assert!(answer.printed.stdout == large);
    }

    #[test]
    fn a_program_that_does_not_read_is_no_error() {
        assert_eq!(shell("exit 0").input(vec![b'x'; 1 << 20]).run().unwrap().code, Some(0));
    }

    #[test]
    fn a_failure_shows_the_end_of_what_was_printed() {
        let error = shell("echo out; echo err >&2; exit 3").run().unwrap().success().unwrap_err();
        let expected =
            "`sh -c echo out; echo err >&2; exit 3` ended with 3, not 0\n    | out\n    | err";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn a_failure_shows_only_the_beginning_of_a_long_line() {
        let error = shell("head -c 100000 /dev/zero | tr '\\0' x; exit 3").run().unwrap();
        assert!(error.success().unwrap_err().to_string().len() < 1200);
    }

    #[test]
    fn the_environment_can_be_taken_away() {
        let answer = shell("/usr/bin/env").without_environment().variable("A", "b").run().unwrap();
        let text = answer.printed.stdout_text().unwrap();
        assert!(text.contains("A=b") && !text.contains("CARGO"), "{text}");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = Invocation::new("/nowhere/sopps").run().unwrap_err();
        assert_eq!(error.to_string(), "cannot start `sopps`");
    }
}
