//! Everything a change must pass, in one command.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::options::Options;
use crate::{crash, fuzz, instructions, interop, reproduce, tidy, workspace};

type Step = (&'static str, fn() -> Result<()>);

const STEPS: &[Step] = &[
    ("cargo fmt --all --check", || cargo(&["fmt", "--all", "--check"])),
    ("cargo clippy", || {
        cargo(&["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"])
    }),
    ("cargo test", || cargo(&["test", "--locked", "--workspace"])),
    ("cargo doc", document),
    ("cargo xtask tidy", || tidy::run(&[])),
];

const INTEROP: Step =
    ("cargo xtask interop --require-all", || interop::run(&["--require-all".to_owned()]));

const CRASH: Step =
    ("cargo xtask crash --require-all", || crash::run(&["--require-all".to_owned()]));

const THOROUGH: &[Step] = &[
    ("cargo xtask instructions", || instructions::run(&[])),
    ("cargo xtask fuzz", || fuzz::run(&[])),
    ("cargo xtask reproduce", || reproduce::run(&[])),
];

const CLEAN: Step = ("git status --porcelain is empty", workspace::check_clean);

/// Runs all steps, the failing ones too, and says how long each took.
///
/// # Errors
///
/// A step failed.
pub(crate) fn run(flags: &[String]) -> Result<()> {
    let mut options = Options::new(flags);
    let all = options.flag("--all");
    options.close()?;
    let mut steps = STEPS.to_vec();
    if workspace::is_in_ci() || all {
        steps.extend([CRASH, INTEROP]);
        steps.extend_from_slice(THOROUGH);
    }
    steps.push(CLEAN);
    let outcomes: Vec<Outcome> = steps.into_iter().map(take).collect();
    println!("\n{}", summary(&outcomes));
    if outcomes.iter().any(|outcome| !outcome.passed) {
        bail!("ci failed");
    }
    Ok(())
}

struct Outcome {
    title: &'static str,
    passed: bool,
    took: Duration,
}

fn take((title, step): Step) -> Outcome {
    println!("\n==> {title}");
    let start = Instant::now();
    let result = step();
    if let Err(error) = &result {
        eprintln!("{title}: {error:#}");
    }
    Outcome { title, passed: result.is_ok(), took: start.elapsed() }
}

fn summary(outcomes: &[Outcome]) -> String {
    let line = |outcome: &Outcome| {
        let verdict = if outcome.passed { "ok" } else { "FAIL" };
        format!("{verdict:<4} {:>6.1} s  {}\n", outcome.took.as_secs_f64(), outcome.title)
    };
    outcomes.iter().map(line).collect()
}

fn cargo(arguments: &[&str]) -> Result<()> {
    workspace::cargo().arguments(arguments).run_visibly()
}

fn document() -> Result<()> {
    workspace::cargo()
        .variable("RUSTDOCFLAGS", "-D warnings")
        .arguments(["doc", "--locked", "--workspace", "--no-deps", "--document-private-items"])
        .run_visibly()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_has_a_line_for_each_step() {
        let outcomes = [
            Outcome { title: "one", passed: true, took: Duration::from_millis(1250) },
            Outcome { title: "two", passed: false, took: Duration::from_secs(120) },
        ];
        assert_eq!(summary(&outcomes), "ok      1.2 s  one\nFAIL  120.0 s  two\n");
    }

    #[test]
    fn a_failing_step_is_an_outcome() {
        let outcome = take(("fails", || bail!("no")));
        assert!(!outcome.passed);
    }
}
