//! Fuzzing: hostile input for everything that reads what others wrote.
//!
//! The targets are a workspace of their own in `fuzz/`, built as `cargo fuzz` builds them. libFuzzer
//! needs flags that a stable compiler only takes with `RUSTC_BOOTSTRAP`.

mod outcome;
mod seed;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::invocation::Invocation;
use crate::options::Options;
use crate::side_by_side::each;
use crate::workspace;

use outcome::Outcome;

const CARGO_FUZZ: &str = "0.13.2";

/// What a run without `--seconds` may take for each target; the first limit reached counts.
const EXECUTIONS: u64 = 20_000;
const SECONDS: u64 = 8;

/// Inputs that take longer than this, or need more memory, are findings.
const SLOWEST_SECONDS: u64 = 20;
const MEMORY_MEBIBYTES: u64 = 2048;
const LONGEST_INPUT: u64 = 4096;

/// Builds the targets, gives each a corpus, and runs as many at once as there are cores.
///
/// # Errors
///
/// Something does not build, or a target found something.
pub(crate) fn run(flags: &[String]) -> Result<()> {
    let mut options = Options::new(flags);
    let seconds = options.value("--seconds", "a number")?;
    let names = options.words()?;
    let is_wanted = |name: &String| names.is_empty() || names.contains(name);
    let targets: Vec<String> = targets()?.into_iter().filter(is_wanted).collect();
    if targets.is_empty() {
        bail!("no target has this name");
    }
    cargo_fuzz(&["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"])?.run_visibly()?;
    let tool = install()?;
    let build = folder().join("build");
    start(&tool, "build")?.arguments([Path::new("--target-dir"), &build]).run_visibly()?;
    let mut findings = 0_usize;
    let run = |target: &String| -> Result<Outcome> {
        let corpus = seed::fill(target, &folder().join("corpus").join(target))?;
        fuzz(&tool, target, &corpus, seconds)
    };
    for (target, outcome) in targets.iter().zip(each(&targets, run)) {
        let outcome = outcome?;
        println!("{target:<16} {outcome}");
        findings += usize::from(outcome.is_finding());
    }
    if findings > 0 {
        bail!("{findings} targets found something; the inputs are below target/fuzz/artifacts");
    }
    Ok(())
}

/// Runs `target` for so many seconds, or for a number of executions.
fn fuzz(tool: &Path, target: &str, corpus: &Path, seconds: Option<u64>) -> Result<Outcome> {
    let artifacts = folder().join("artifacts").join(target);
    fs::create_dir_all(&artifacts)
        .with_context(|| format!("cannot make {}", artifacts.display()))?;
    let limits = match seconds {
        Some(seconds) => vec![format!("-max_total_time={seconds}")],
        // The same executions every time, as far as the clock allows.
        None => vec![
            format!("-runs={EXECUTIONS}"),
            format!("-max_total_time={SECONDS}"),
            String::from("-seed=1"),
        ],
    };
    let answer = start(tool, "run")?
        .arguments([Path::new("--target-dir"), &folder().join("build")])
        .arguments([Path::new(target), corpus, Path::new("--")])
        .arguments(limits)
        .arguments([
            format!("-artifact_prefix={}/", artifacts.display()),
            format!("-timeout={SLOWEST_SECONDS}"),
            format!("-rss_limit_mb={MEMORY_MEBIBYTES}"),
            format!("-max_len={LONGEST_INPUT}"),
            String::from("-print_final_stats=1"),
        ])
        .run()?;
    Ok(Outcome::of(&answer))
}

/// Begins `cargo fuzz CHORE`. No sanitizer: all code is safe Rust but for what libraries vouch for.
fn start(tool: &Path, chore: &str) -> Result<Invocation> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folder = tool.parent().context("the tool lies in a folder")?;
    let folders = [folder.to_path_buf()].into_iter().chain(std::env::split_paths(&path));
    let invocation = cargo_fuzz(&["fuzz", chore, "--sanitizer", "none"])?;
    Ok(invocation.variable("PATH", std::env::join_paths(folders)?))
}

fn cargo_fuzz(arguments: &[&str]) -> Result<Invocation> {
    fs::create_dir_all(folder()).context("cannot make the folder for fuzzing")?;
    Ok(workspace::cargo().arguments(arguments).variable("RUSTC_BOOTSTRAP", "1"))
}

/// Installs cargo-fuzz where it is only for this workspace, unless it is there already.
fn install() -> Result<PathBuf> {
    let root = folder().join("tools");
    let tool = root.join("bin/cargo-fuzz");
    if !tool.is_file() {
        let install = ["install", "--quiet", "--locked", "cargo-fuzz", "--version", CARGO_FUZZ];
        workspace::cargo()
            .arguments(install)
            .arguments([Path::new("--root"), &root])
            .run_visibly()?;
    }
    Ok(tool)
}

fn folder() -> PathBuf {
    workspace::root().join("target/fuzz")
}

/// Lists the targets: each is a file.
fn targets() -> Result<Vec<String>> {
    let sources = workspace::root().join("fuzz/fuzz_targets");
    let mut names = Vec::new();
    for entry in fs::read_dir(&sources).context("cannot list the targets")? {
        let path = entry?.path();
        names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_declared_and_has_seeds() {
        let manifest = fs::read_to_string(workspace::root().join("fuzz/Cargo.toml")).unwrap();
        let names = targets().unwrap();
        assert!(names.len() >= 15, "{names:?}");
        for name in names {
            assert!(manifest.contains(&format!("name = \"{name}\"\n")), "{name}");
            assert!(!seed::seeds(&name).unwrap().is_empty(), "{name} has no seeds");
        }
    }
}
