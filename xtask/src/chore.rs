//! Which word starts which chore.

use anyhow::{Result, bail};

use crate::usage::USAGE;
use crate::{bench, ci, crash, fuzz, instructions, interop, reproduce, sbom, tidy};

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
