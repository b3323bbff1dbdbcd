//! A program that serves until its case is over.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

/// How long a server may take until it says where it listens.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that serves until it is dropped.
#[derive(Debug)]
pub(super) struct Server {
    child: Child,
}

impl Server {
    /// Starts `program` in `folder` with `input` on its standard input, and waits for the line by
    /// which it says that it is ready: the first of which `ready` makes something.
    ///
    /// # Errors
    ///
    /// It cannot be started, ends at once, or never becomes ready.
    pub(super) fn start<T>(
        program: &Path,
        arguments: &[&OsStr],
        folder: &Path,
        input: &[u8],
        ready: impl Fn(&str) -> Option<T>,
    ) -> Result<(Self, T)> {
        let shown = program.display();
        let mut child = Command::new(program)
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {shown}"))?;
        let (sender, lines) = mpsc::channel();
        pass_on(child.stdout.take(), &sender);
        pass_on(child.stderr.take(), &sender);
        drop(sender);
        let stdin = child.stdin.take();
        let server = Self { child };
        if let Some(mut stdin) = stdin {
            stdin.write_all(input).with_context(|| format!("cannot write to {shown}"))?;
        }
        let mut said = Vec::new();
        while let Ok(line) = lines.recv_timeout(PATIENCE) {
            if let Some(found) = ready(&line) {
                return Ok((server, found));
            }
            said.push(line);
        }
        bail!("{shown} did not become ready: {}", said.join("\n"));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Passes the lines of a stream on, to its end: a full pipe would stop the program.
fn pass_on(stream: Option<impl Read + Send + 'static>, sender: &mpsc::Sender<String>) {
    let sender = sender.clone();
    let Some(stream) = stream else { return };
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            // Nobody listens once it is ready.
            drop(sender.send(line));
        }
    });
}

/// Returns the address in a line such as `listening on 127.0.0.1:5000, tls`.
pub(super) fn address_in(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("listening on ")?;
    let is_part = |letter: char| letter.is_ascii_digit() || matches!(letter, '.' | ':');
    let address: String = rest.chars().take_while(|letter| is_part(*letter)).collect();
    (!address.is_empty()).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_from_a_line() {
        let line = r#"level=info msg="listening on 127.0.0.1:41449, tls""#;
        assert_eq!(address_in(line).as_deref(), Some("127.0.0.1:41449"));
        assert_eq!(address_in("listening on [::]:5000"), None);
        assert_eq!(address_in("redis not configured"), None);
    }

    #[test]
    fn a_server_that_ends_is_an_error_with_what_it_said() {
        let arguments = [OsStr::new("-c"), OsStr::new("echo no; cat")];
        let folder = Path::new("/");
        let error =
            Server::start(Path::new("/bin/sh"), &arguments, folder, b"input\n", |_| None::<()>);
        let error = error.unwrap_err().to_string();
        assert!(error.contains("no") && error.contains("input"), "{error}");
    }
}
