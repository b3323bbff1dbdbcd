//! What reading costs alone: every file of a folder through a YAML reader, on all cores.

use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize as _;

use crate::invocation::Invocation;

use super::files::Files;

/// The chore that reads a folder and prints how many nanoseconds it took.
pub(crate) const PARSE_CHORE: &str = "measure-parse";

/// Reads all YAML files below the folder that the first of `flags` names.
///
/// # Errors
///
/// It names none, or a file is not YAML.
pub(crate) fn print_parse(flags: &[String]) -> Result<()> {
    let folder = Path::new(flags.first().context("which folder?")?);
    println!("{}", measure(folder)?.as_nanos());
    Ok(())
}

/// Has the program `xtask` read all YAML files below `folder`.
///
/// # Errors
///
/// It failed.
pub(super) fn ask(xtask: &Path, folder: &Path) -> Result<Duration> {
    let run = Invocation::new(xtask).arguments([PARSE_CHORE]).arguments([folder]);
    let text = run.run()?.success()?.stdout_text()?;
    Ok(Duration::from_nanos(text.trim().parse().context("the time is no number")?))
}

fn measure(folder: &Path) -> Result<Duration> {
    let start = Instant::now();
    let files = Files::below(folder)?;
    let yaml = |path: &&Path| path.extension().is_some_and(|extension| extension == "yaml");
    let paths: Vec<PathBuf> = files.paths().filter(yaml).map(|path| folder.join(path)).collect();
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let share = paths.len().div_ceil(cores).max(1);
    let mut documents = 0;
    thread::scope(|scope| -> Result<()> {
        let shares: Vec<_> =
            paths.chunks(share).map(|paths| scope.spawn(move || parse(paths))).collect();
        for share in shares {
            match share.join() {
                Ok(count) => documents += count?,
                Err(_) => bail!("a thread that reads files died"),
            }
        }
        Ok(())
    })?;
    if documents < paths.len() {
        bail!("{} files hold only {documents} documents", paths.len());
    }
    Ok(start.elapsed())
}

/// Reads every document of the files and returns how many there were.
fn parse(paths: &[PathBuf]) -> Result<usize> {
    let mut count = 0;
    for path in paths {
        let text = fs::read_to_string(path).context("cannot read a manifest")?;
        for document in serde_yaml::Deserializer::from_str(&text) {
            let value = serde_yaml::Value::deserialize(document);
            count += usize::from(!value.context("a manifest is not YAML")?.is_null());
        }
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yaml_files_are_read() {
        let folder = std::env::temp_dir().join(format!("xtask-parse-{}", std::process::id()));
        fs::create_dir_all(folder.join("a")).unwrap();
        fs::write(folder.join("a/b.yaml"), "a: 1\n---\nb: 2\n").unwrap();
        fs::write(folder.join("c.txt"), "[").unwrap();
        let right = measure(&folder);
        fs::write(folder.join("d.yaml"), "[").unwrap();
        let wrong = measure(&folder);
        fs::remove_dir_all(&folder).unwrap();
        assert!(right.is_ok() && wrong.is_err());
    }

    #[test]
    fn a_chore_without_a_folder_is_an_error() {
        assert!(print_parse(&[]).is_err());
    }
}
