//! What is told when the program itself is wrong: a panic ends it with an exit code of its own.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::Write as _;
use std::panic::{self, PanicHookInfo};
use std::{io, process};

/// The exit code of a bug.
const EXIT_CODE: i32 = 70;

/// From now on a panic says where it happened and how to go on, and ends the program.
pub fn tell_of_bugs() {
    panic::set_hook(Box::new(|bug| {
        let text = told(bug, &Backtrace::capture());
        drop(io::stderr().write_all(text.as_bytes()));
        end()
    }));
}

/// What is told of `bug`.
///
/// Its message may hold what the program was working on, and that may be secret: it is shown to
/// those who ask for a backtrace.
fn told(bug: &PanicHookInfo<'_>, backtrace: &Backtrace) -> String {
    let place = bug.location().map_or_else(String::new, |place| format!(" ({place})"));
    let mut text = format!(
        "error: regrender stopped because of a bug in it{place}\n  \
         help: report it with the command and this line\n  \
         help: with `RUST_BACKTRACE=1` it says more, which may include a secret\n  \
         help: what is in place is whole, and the next build removes what this run left\n"
    );
    if backtrace.status() == BacktraceStatus::Captured {
        text = format!("{text}{bug}\n{backtrace}\n");
    }
    text
}

#[expect(clippy::exit, reason = "no other way out of a panic has an exit code")]
fn end() -> ! {
    process::exit(EXIT_CODE)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// Set in the process that has the bug.
    const HAS_A_BUG: &str = "REGRENDER_TEST_HAS_A_BUG";

    /// Fails with an error that shows what was read.
    fn number(text: &str) -> Result<u8, String> {
        text.parse().ok().ok_or_else(|| text.to_owned())
    }

    /// Runs the test named in a process of its own, where it panics.
    fn end_of(test: &str, backtrace: &str) -> (Option<i32>, String) {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(HAS_A_BUG, "yes")
            .env("RUST_BACKTRACE", backtrace)
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    }

    #[test]
    fn bug_ends_the_program_with_its_own_code_and_shows_no_secret() {
        if std::env::var_os(HAS_A_BUG).is_some() {
            tell_of_bugs();
            // On a thread that seals, for instance.
            std::thread::spawn(|| number("canary-4f1d").unwrap()).join().unwrap();
        }
        let test = "bug::tests::bug_ends_the_program_with_its_own_code_and_shows_no_secret";
        let (code, told) = end_of(test, "0");
        assert_eq!(code, Some(70), "{told}");
        assert!(told.contains("because of a bug in it (crates/regrender/src/bug.rs:"), "{told}");
        assert!(!told.contains("canary"), "{told}");
        let (code, told) = end_of(test, "1");
        assert_eq!(code, Some(70), "{told}");
        assert!(told.contains("canary-4f1d") && told.contains("bug::tests::"), "{told}");
    }
}
