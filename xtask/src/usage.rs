//! The command line of the chores: which word starts which chore.

use anyhow::{Result, bail};

use crate::{bench, ci, crash, fuzz, instructions, interop, reproduce, sbom, tidy};

const USAGE: &str = "\
usage: cargo xtask CHORE

  ci [--all]                       everything a change must pass; --all adds what only CI
                                   does otherwise
  interop [WORDS]                  the real programs open, build and judge what regrender writes;
                                   WORDS picks the cases whose title contains them
    --require-all                  a missing program is a failure, as in CI
    --binary PATH                  put this regrender to the test instead of building one
  crash [--require-all] [--binary PATH] [WORDS]
                                   kills a build at every call that changes the disk, lets the disk
                                   fail at each, and cuts the power; WORDS picks the cases
  bench [--write]                  how fast, how big; --write updates docs/performance.md
  fuzz [--seconds N] [TARGETS]     hostile input for what reads; some executions of each target,
                                   or N seconds each
  instructions [--write]           instruction counts of fixed work beside the committed ones;
                                   --write renews them
  reproduce                        builds the release twice, in two folders, and compares
  sbom [--output FILE]             the bill of materials of the release, as CycloneDX 1.5
  tidy [--write]                   rules that no compiler checks; --write renews the list of
                                   dependencies";

/// Runs the chore that `arguments` name.
///
/// # Errors
///
/// The chore found something, or there is no such chore.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let Some((chore, flags)) = arguments.split_first() else {
        bail!("no chore given\n\n{USAGE}");
    };
    match chore.as_str() {
        "ci" => ci::run(flags),
        "interop" => interop::run(flags),
        "crash" => crash::run(flags),
        "bench" => bench::run(flags),
        "fuzz" => fuzz::run(flags),
        "instructions" => instructions::run(flags),
        "reproduce" => reproduce::run(flags),
        "sbom" => sbom::run(flags),
        "tidy" => tidy::run(flags),
        interop::KSOPS_CHORE => interop::emulate_ksops(),
        crash::FULL_CHORE => crash::run_inside(flags),
        bench::FLOOR_CHORE => bench::print_floor(flags),
        bench::PARSE_CHORE => bench::print_parse(flags),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        other => bail!("no chore is called `{other}`\n\n{USAGE}"),
    }
}

/// Says that no chore knows `argument`, and what they know.
pub(crate) fn unknown(argument: &str) -> String {
    format!("unknown argument `{argument}`\n\n{USAGE}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(arguments: &[&str], expected: &str) {
        let arguments: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
        let message = run(&arguments).unwrap_err().to_string();
        assert!(message.starts_with(expected), "{message}");
    }

    #[test]
    fn no_chore_shows_the_usage() {
        check(&[], "no chore given");
    }

    #[test]
    fn a_misspelt_chore_is_named() {
        check(&["interopp"], "no chore is called `interopp`");
    }

    #[test]
    fn an_unknown_flag_is_named() {
        check(&["tidy", "--fix"], "unknown argument `--fix`");
        check(&["ci", "--al"], "unknown argument `--al`");
        check(&["bench", "--wirte"], "unknown argument `--wirte`");
    }
}
