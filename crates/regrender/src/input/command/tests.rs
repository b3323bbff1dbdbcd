//! How programs end, what they print until then, and what is left of them.

use super::*;

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(100);

/// The program with these arguments, and nothing else said of how it runs.
fn command<'a>(
    arguments: &'a [String],
    folder: &'a Path,
    environment: &'a BTreeMap<OsString, OsString>,
) -> Command<'a> {
    Command { arguments, folder, environment, timeout: LONG, group: Group::Own, input: "" }
}

/// An environment with PATH alone.
fn with_path() -> BTreeMap<OsString, OsString> {
    [(OsString::from("PATH"), std::env::var_os("PATH").unwrap_or_default())].into()
}

/// Runs a script of the shell in a folder of its own.
fn shell(script: &str, timeout: Duration, group: Group) -> (Outcome, Vec<u8>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["/bin/sh", "-c", script].map(str::to_owned);
    let environment = with_path();
    let command = command(&arguments, folder.path(), &environment);
    let command = Command { timeout, group, ..command };
    let mut heard = Vec::new();
    let outcome = command.run(&mut |piece| heard.extend_from_slice(piece));
    (outcome, heard, folder)
}

#[track_caller]
fn prints(script: &str, expected: &[u8]) {
    for group in [Group::Own, Group::Shared] {
        let (outcome, ..) = shell(script, LONG, group);
        match outcome.ending {
            Ending::Printed(bytes) => assert_eq!(bytes.expose(), expected),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn standard_output_is_taken_as_it_is() {
    prints("printf 'a\\nb\\0'", b"a\nb\0");
    prints("true", b"");
}

#[test]
fn standard_input_is_empty() {
    prints("cat; echo end", b"end\n");
}

#[test]
fn standard_error_is_heard_and_kept() {
    let (outcome, heard, _) = shell("echo a >&2; echo out; echo b >&2", LONG, Group::Own);
    assert_eq!(outcome.stderr.expose(), b"a\nb\n");
    assert_eq!(heard, b"a\nb\n");
    assert!(matches!(outcome.ending, Ending::Printed(_)));
}

#[test]
fn much_standard_error_does_not_block() {
    let script = "i=0; while [ $i -lt 3000 ]; do i=$((i+1)); \
                  echo 0123456789012345678901234567890123456789012345678901234567890 >&2; \
                  done; echo out";
    let (outcome, ..) = shell(script, LONG, Group::Own);
    assert!(matches!(outcome.ending, Ending::Printed(_)));
    assert!(outcome.stderr.expose().len() <= STDERR_LIMIT);
}

#[test]
fn output_at_the_limit_is_taken_and_more_is_not() {
    let print = |count: usize| {
        let script = format!("head -c {count} /dev/zero");
        shell(&script, LONG, Group::Own).0.ending
    };
    assert!(matches!(print(LIMIT), Ending::Printed(bytes) if bytes.expose().len() == LIMIT));
    assert!(matches!(print(LIMIT + 1), Ending::TooLong));
}

#[test]
fn endless_output_is_ended() {
    assert!(matches!(shell("yes", LONG, Group::Own).0.ending, Ending::TooLong));
    assert!(matches!(shell("exec yes", LONG, Group::Shared).0.ending, Ending::TooLong));
}

#[test]
fn status_and_signal_are_told() {
    let ending = |script| match shell(script, LONG, Group::Own).0.ending {
        Ending::Failed(ending) => ending,
        other => panic!("{other:?}"),
    };
    assert_eq!(ending("exit 7"), "exit status 7");
    assert_eq!(ending("kill -15 $$"), "signal 15");
}

#[test]
fn output_of_a_failed_program_is_masked() {
    let (outcome, ..) = shell("echo canary-4f1d; exit 1", LONG, Group::Own);
    assert!(!format!("{:?}", outcome.ending).contains("canary"));
    assert!(matches!(outcome.ending, Ending::Failed(_)));
    assert_eq!(outcome.printed.expose(), b"canary-4f1d\n");
}

/// Runs `cat`, or what else is named, with a text on standard input.
fn fed(program: &str, input: &str) -> Ending {
    let arguments = ["/bin/sh", "-c", program].map(str::to_owned);
    let environment = with_path();
    let command = command(&arguments, Path::new("/"), &environment);
    Command { input, ..command }.run(&mut |_| {}).ending
}

#[test]
fn standard_input_is_what_is_given_and_ends_there() {
    let Ending::Printed(bytes) = fed("cat", "https://r.io") else { panic!() };
    assert_eq!(bytes.expose(), b"https://r.io");
}

#[test]
fn a_program_that_does_not_read_standard_input_is_no_failure() {
    let Ending::Printed(bytes) = fed("exec <&-; echo out", "https://r.io") else { panic!() };
    assert_eq!(bytes.expose(), b"out\n");
}

#[test]
fn a_program_that_takes_too_long_is_ended() {
    for group in [Group::Own, Group::Shared] {
        let (outcome, ..) = shell("exec sleep 60", SHORT, group);
        assert!(matches!(outcome.ending, Ending::Timeout));
    }
}

#[test]
fn a_program_that_closed_its_output_may_still_take_too_long() {
    let (outcome, ..) = shell("exec >&- 2>&-; sleep 60", SHORT, Group::Own);
    assert!(matches!(outcome.ending, Ending::Timeout));
}

#[test]
fn what_a_program_started_is_ended_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let held = folder.path().join("held");
    assert!(std::process::Command::new("mkfifo").arg(&held).status().unwrap().success());
    let name = held.display();
    let script = format!("exec 3> '{name}'; sleep 60 > /dev/null 2>&1 & exec yes");
    // It reads to the end when both programs that hold the pipe are gone.
    let reader = thread::spawn(move || std::fs::read(held).unwrap());
    let started = Instant::now();
    let (outcome, ..) = shell(&script, LONG, Group::Own);
    assert!(matches!(outcome.ending, Ending::TooLong));
    assert!(reader.join().unwrap().is_empty());
    assert!(started.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_program_in_the_background_that_holds_standard_error_is_not_waited_for() {
    let (outcome, ..) = shell("sleep 60 > /dev/null & echo out", LONG, Group::Own);
    assert!(matches!(outcome.ending, Ending::Printed(bytes) if bytes.expose() == b"out\n"));
}

#[test]
fn a_program_in_the_background_that_holds_standard_output_is_waited_for() {
    let (outcome, ..) = shell("sleep 60 2> /dev/null & echo out", SHORT, Group::Own);
    assert!(matches!(outcome.ending, Ending::Timeout));
}

#[test]
fn a_program_is_found_from_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/bin/echo", folder.path().join("say")).unwrap();
    let arguments = ["./say", "out"].map(str::to_owned);
    let outcome = command(&arguments, folder.path(), &BTreeMap::new()).run(&mut |_| {});
    assert!(matches!(outcome.ending, Ending::Printed(bytes) if bytes.expose() == b"out\n"));
}

#[test]
fn a_program_that_lacks_its_interpreter_is_not_missing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("say");
    std::fs::write(&path, "#!/bin/sh\r\necho out\r\n").unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&path, mode).unwrap();
    let arguments = [String::from("./say")];
    let outcome = command(&arguments, folder.path(), &BTreeMap::new()).run(&mut |_| {});
    assert!(matches!(outcome.ending, Ending::NotStarted(_)));
}

#[test]
fn no_program_is_a_missing_one() {
    let outcome = command(&[], Path::new("/"), &BTreeMap::new()).run(&mut |_| {});
    assert!(matches!(outcome.ending, Ending::Missing));
}
