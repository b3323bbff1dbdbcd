//! System calls that a build makes on files, as strace tells them.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

/// Calls that change the disk. A question mark: not every architecture has it.
pub(super) const CHANGING: &str = "?open,openat,?openat2,?creat,write,pwrite64,writev,?pwritev,\
    ?mkdir,mkdirat,?rename,?renameat,renameat2,?unlink,unlinkat,?rmdir,?link,linkat,?symlink,\
    symlinkat,?chmod,fchmod,fchmodat,?chown,fchown,fchownat,truncate,ftruncate,fallocate,fsync,\
    fdatasync,syncfs,sync,?utimensat,copy_file_range,?sendfile,?mknod,mknodat,setxattr,fsetxattr";

/// Calls that read what is on the disk.
pub(super) const READING: &str = "?open,openat,?openat2,read,pread64,getdents64,statx,\
    ?newfstatat,?stat,?lstat,flock";

/// A system call on a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// Its name.
    pub(super) name: String,
    /// The file, spelled as the program spells it.
    pub(super) path: String,
    /// How many times a thread made this call on this file until then, itself included.
    pub(super) time: usize,
}

/// What of a trace is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Calls that change the disk.
    Changing,
    /// Calls that read it.
    Reading,
}

impl Call {
    /// Reads the trace that `strace -f -y` wrote.
    ///
    /// # Errors
    ///
    /// A line is not as strace writes it.
    pub(super) fn parse_all(trace: &str, kind: Kind) -> Result<Vec<Self>> {
        let mut calls: Vec<Self> = Vec::new();
        let mut counts = BTreeMap::new();
        for line in trace.lines() {
            let Some((name, path)) =
                parse(line, kind).with_context(|| format!("strace wrote `{line}`"))?
            else {
                continue;
            };
            let thread = line.split(' ').next().unwrap_or_default();
            let count: &mut usize = counts.entry((thread, name, path)).or_default();
            *count += 1;
            let call = Self { name: name.to_owned(), path: path.to_owned(), time: *count };
            // strace counts by thread: what happens to the second thread's happens to both.
            if !calls.contains(&call) {
                calls.push(call);
            }
        }
        Ok(calls)
    }
}

impl Call {
    /// Returns the call that a build in `repo` makes, whose file is named from there.
    pub(super) fn below(&self, repo: &Path) -> Self {
        Self { path: format!("{}{}", repo.display(), self.path), ..self.clone() }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, path, time } = self;
        write!(f, "{name} no. {time} of {path}")
    }
}

/// Says whether a call that opens a file may change it.
pub(super) fn opens_to_change(name: &str, arguments: &str) -> bool {
    let flags = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"];
    name == "creat" || flags.iter().any(|flag| arguments.contains(flag))
}

/// Returns name and file of the call on a line; nothing when it is of another kind.
fn parse(line: &str, kind: Kind) -> Result<Option<(&str, &str)>> {
    let line = line.split_once(' ').context("there is no process")?.1.trim_start();
    // The end of a call that was told before, a signal, the end of a process, or a thread that ended
    // with it before strace saw what it called.
    if ["<...", "---", "+++", "???("].iter().any(|start| line.starts_with(start)) {
        return Ok(None);
    }
    let (name, arguments) = line.split_once('(').context("there is no call")?;
    let opens = name.starts_with("open") || name == "creat";
    if opens && opens_to_change(name, arguments) != (kind == Kind::Changing) {
        return Ok(None);
    }
    let first = arguments.split_once(", ").map_or(arguments, |(first, _)| first);
    let quoted = arguments.split('"').nth(1).filter(|path| !path.is_empty());
    let described = first.split_once('<').map(|(_, rest)| rest.trim_end_matches([')', '>']));
    // `write(4</a/b>, "…"`, where strace was told to show nothing of the text.
    let is_on_descriptor = first.starts_with(|letter: char| letter.is_ascii_digit());
    match if is_on_descriptor { described } else { quoted } {
        Some(path) => Ok(Some((name, path.split('>').next().unwrap_or(path)))),
        None if name == "sync" => Ok(Some((name, ""))),
        None => bail!("there is no file"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: Kind, trace: &str, expected: &[(&str, &str, usize)]) {
        let calls = Call::parse_all(trace, kind).unwrap();
        let found: Vec<_> =
            calls.iter().map(|call| (&*call.name, &*call.path, call.time)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_file_is_named_or_behind_a_descriptor() {
        let trace = r#"7  openat(AT_FDCWD</r>, "/r/x", O_WRONLY|O_CREAT|O_CLOEXEC, 0666 <unfinished ...>
8  write(4</r/x>, ""..., 180) = 180
7  <... openat resumed>)             = 4</r/x>
7  syncfs(4</r>) = 0
7  syncfs(4</r> <unfinished ...>
8  rename("/r/x", "/r/y") = 0
9  ???( <detached ...>
7  +++ exited with 0 +++
"#;
        check(
            Kind::Changing,
            trace,
            &[
                ("openat", "/r/x", 1),
                ("write", "/r/x", 1),
                ("syncfs", "/r", 1),
                ("syncfs", "/r", 2),
                ("rename", "/r/x", 1),
            ],
        );
    }

    #[test]
    fn opening_to_read_is_no_change() {
        let trace = r#"7 openat(AT_FDCWD</r>, "/r/x", O_RDONLY|O_CLOEXEC) = 3</r/x>
7 openat(AT_FDCWD</r>, "/r/y", O_RDWR|O_CLOEXEC) = 3</r/y>
"#;
        check(Kind::Changing, trace, &[("openat", "/r/y", 1)]);
        check(Kind::Reading, trace, &[("openat", "/r/x", 1)]);
    }

    #[test]
    fn what_is_no_trace_is_an_error() {
        assert!(Call::parse_all("7 what\n", Kind::Changing).is_err());
        assert!(Call::parse_all("7 rename(1, 2) = 0\n", Kind::Changing).is_err());
    }
}
