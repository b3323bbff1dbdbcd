//! What a build changes on the disk, call by call, as strace tells it with the bytes.

use anyhow::{Context as _, Result, bail};

use super::call::opens_to_change;

/// What a call changed, by paths in the repository. The repository itself is the empty path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// A folder was made.
    MakeFolder(String),
    /// A file was made that was not there.
    MakeFile(String),
    /// This was added to the end of a file.
    Write(String, Vec<u8>),
    /// A file or folder got another name.
    Rename(String, String),
    /// A file was removed.
    RemoveFile(String),
    /// An empty folder was removed.
    RemoveFolder(String),
    /// One file or folder was flushed.
    Flush(String),
    /// Everything was flushed.
    FlushAll,
}

impl Change {
    /// Reads the trace of a build in `repo` that `strace -f -y -xx` wrote.
    ///
    /// # Errors
    ///
    /// A line is not as strace writes it, or a call is not one that this knows.
    pub(super) fn parse_all(trace: &str, repo: &str) -> Result<Vec<Self>> {
        let mut changes = Vec::new();
        for line in whole_lines(trace) {
            let change = parse(&line, repo).with_context(|| format!("strace wrote `{line}`"))?;
            changes.extend(change);
        }
        Ok(changes)
    }
}

/// Joins calls that strace told in two parts because another thread made one meanwhile. They take
/// effect when they end, without the process in front.
fn whole_lines(trace: &str) -> Vec<String> {
    let mut begun: Vec<(&str, &str)> = Vec::new();
    let mut whole = Vec::new();
    for line in trace.lines() {
        let Some((thread, call)) = line.split_once(' ') else { continue };
        let call = call.trim_start();
        if let Some(start) = call.strip_suffix("<unfinished ...>") {
            begun.push((thread, start.trim_end()));
        } else if call.starts_with("<... ") {
            let end = call.split_once("resumed>").map_or("", |(_, end)| end);
            if let Some(at) = begun.iter().position(|(begun, _)| *begun == thread) {
                whole.push(format!("{}{end}", begun.swap_remove(at).1));
            }
        } else if !call.starts_with(['-', '+', '?']) {
            whole.push(call.to_owned());
        }
    }
    whole
}

fn parse(line: &str, repo: &str) -> Result<Option<Change>> {
    let (call, answer) = line.rsplit_once(" = ").context("there is no answer")?;
    let (name, arguments) = call.split_once('(').context("there is no call")?;
    let arguments = arguments.trim_end().trim_end_matches(')');
    let opens_to_read = name.starts_with("open") && !opens_to_change(name, arguments);
    if answer.starts_with(['-', '?']) || opens_to_read {
        return Ok(None);
    }
    let arguments: Vec<&str> = arguments.split(", ").collect();
    let path = |index: usize| inside(&absolute(&arguments, index)?, repo);
    Ok(Some(match name {
        "open" | "openat" => {
            if !arguments.iter().any(|flags| flags.contains("O_EXCL")) {
                bail!("a file is opened that may be there already");
            }
            Change::MakeFile(inside(&described(answer)?, repo)?)
        }
        "write" => {
            let file = described(arguments.first().context("there is no file")?)?;
            if file.starts_with("pipe:") || file == "/dev/null" {
                return Ok(None);
            }
            let mut bytes = quoted(arguments.get(1).context("there are no bytes")?)?;
            bytes.truncate(answer.parse().context("there is no count")?);
            Change::Write(inside(&file, repo)?, bytes)
        }
        "mkdir" => Change::MakeFolder(path(0)?),
        "mkdirat" => Change::MakeFolder(path(1)?),
        "rename" => Change::Rename(path(0)?, path(1)?),
        "renameat" | "renameat2" => Change::Rename(path(1)?, path(3)?),
        "unlinkat" if line.contains("AT_REMOVEDIR") => Change::RemoveFolder(path(1)?),
        "unlinkat" => Change::RemoveFile(path(1)?),
        "unlink" => Change::RemoveFile(path(0)?),
        "rmdir" => Change::RemoveFolder(path(0)?),
        "fsync" | "fdatasync" => {
            let file = arguments.first().context("there is no file")?;
            Change::Flush(inside(&described(file)?, repo)?)
        }
        "syncfs" | "sync" => Change::FlushAll,
        _ => bail!("what `{name}` does to the disk is not known here"),
    }))
}

/// Returns the path of the argument at `index`; one that is not absolute begins at the folder of the
/// argument before.
fn absolute(arguments: &[&str], index: usize) -> Result<String> {
    let path = quoted(arguments.get(index).context("there is no path")?)?;
    let path = String::from_utf8(path).context("a path is text")?;
    if path.starts_with('/') {
        return Ok(path);
    }
    let folder = index.checked_sub(1).and_then(|before| arguments.get(before));
    Ok(format!("{}/{path}", described(folder.context("nobody knows where that is")?)?))
}

fn inside(path: &str, repo: &str) -> Result<String> {
    let rest = path.strip_prefix(repo).filter(|rest| rest.is_empty() || rest.starts_with('/'));
    let rest = rest.with_context(|| format!("{path} is outside of the repository"))?;
    Ok(rest.trim_start_matches('/').to_owned())
}

/// Returns the path of a descriptor: `4<\x2f\x61>`.
fn described(descriptor: &str) -> Result<String> {
    let (_, path) = descriptor.split_once('<').context("a descriptor has no path")?;
    String::from_utf8(unescape(path.trim_end_matches('>'))?).context("a path is text")
}

/// Returns the bytes of a string: `"\x2f\x61"`.
fn quoted(argument: &str) -> Result<Vec<u8>> {
    let inside = argument.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    unescape(inside.context("this is no whole string")?)
}

fn unescape(text: &str) -> Result<Vec<u8>> {
    if !text.starts_with("\\x") {
        // What is no file has a plain name: `pipe:[123]`.
        return Ok(text.as_bytes().to_vec());
    }
    let bytes = text.split("\\x").skip(1);
    bytes.map(|byte| u8::from_str_radix(byte, 16).context("this is no byte")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> String {
        text.bytes()
            .flat_map(|byte| format!("\\x{byte:02x}").into_bytes())
            .map(char::from)
            .collect()
    }

    #[track_caller]
    fn check(trace: &str, expected: &[Change]) {
        // As readable as strace without -xx: what stands between quotes or brackets is escaped.
        let mut escaped = String::new();
        let mut plain = true;
        for part in trace.split_inclusive(['"', '<', '>']) {
            let (text, end) = part.split_at(part.len() - 1);
            let is_path = !plain || (text.starts_with('/') && end == ">");
            escaped += &if is_path { hex(text) } else { text.to_owned() };
            escaped += end;
            plain = if end == "\"" { !plain } else { plain };
        }
        assert_eq!(Change::parse_all(&escaped, "/r").unwrap(), expected);
    }

    fn owned(text: &str) -> String {
        text.to_owned()
    }

    #[test]
    fn calls_are_changes_by_paths_in_the_repository() {
        let trace = r#"7 mkdir("/r/a", 0777) = 0
7 openat(AT_FDCWD</r>, "/r/a/x", O_RDWR|O_CREAT|O_EXCL|O_CLOEXEC, 0666) = 4</r/a/x>
7 write(4</r/a/x>, "text", 4) = 4
7 fsync(4</r/a/x>) = 0
7 syncfs(4</r>)                     = 0
7 rename("/r/a", "/r/b") = 0
7 unlinkat(5</r/b>, "x", 0) = 0
7 rmdir("/r/b") = 0
"#;
        let changes = [
            Change::MakeFolder(owned("a")),
            Change::MakeFile(owned("a/x")),
            Change::Write(owned("a/x"), b"text".to_vec()),
            Change::Flush(owned("a/x")),
            Change::FlushAll,
            Change::Rename(owned("a"), owned("b")),
            Change::RemoveFile(owned("b/x")),
            Change::RemoveFolder(owned("b")),
        ];
        check(trace, &changes);
    }

    #[test]
    fn what_fails_or_only_reads_or_prints_changes_nothing() {
        let trace = r#"7 mkdir("/r/a", 0777) = -1 EEXIST (File exists)
7 openat(AT_FDCWD</r>, "/r/x", O_RDONLY|O_CLOEXEC) = 3</r/x>
7 --- SIGCHLD {si_signo=SIGCHLD} ---
7 rename("/r/a", "/r/b") = ?
8 ???( <detached ...>
7 +++ exited with 0 +++
"#;
        check(trace, &[]);
        let printed = format!("7 write(1<pipe:[1]>, \"{}\", 2) = 2\n", hex("ok"));
        assert_eq!(Change::parse_all(&printed, "/r").unwrap(), []);
    }

    #[test]
    fn a_call_takes_effect_when_it_ends() {
        let trace = r#"7 mkdir("/r/a", 0777 <unfinished ...>
8 rmdir("/r/b") = 0
7 <... mkdir resumed>) = 0
"#;
        let expected = [Change::RemoveFolder(owned("b")), Change::MakeFolder(owned("a"))];
        let lines = whole_lines(trace);
        assert_eq!(lines, ["rmdir(\"/r/b\") = 0", "mkdir(\"/r/a\", 0777) = 0"]);
        let changes: Vec<_> = lines.iter().filter_map(|line| parse(line, "/r").unwrap()).collect();
        assert_eq!(changes, expected);
    }

    #[test]
    fn half_a_write_is_as_much_as_was_taken() {
        let trace = "7 write(4</r/x>, \"text\", 4) = 2\n";
        check(trace, &[Change::Write(owned("x"), b"te".to_vec())]);
    }

    #[test]
    fn what_is_not_known_is_an_error() {
        for line in [
            "7 ftruncate(4</r/x>, 0) = 0",
            "7 mkdir(\"/elsewhere\", 0777) = 0",
            "7 openat(AT_FDCWD</r>, \"/r/x\", O_WRONLY|O_TRUNC) = 4</r/x>",
            "7 write(4</r/x>, \"te\"..., 4) = 4",
        ] {
            assert!(Change::parse_all(line, "/r").is_err(), "{line}");
        }
    }
}
