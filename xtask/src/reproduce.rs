//! Whether the release binary depends on where it is built, and whether it is as small as promised: it
//! is built twice, in two folders.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::invocation::Invocation;
use crate::options::Options;
use crate::side_by_side::each;
use crate::workspace;

/// The most bytes that the stripped binary may have.
const LARGEST_BINARY: usize = 8 << 20;

/// Copies what Git knows into two folders, builds both, and compares the binaries byte for byte.
///
/// # Errors
///
/// A build fails, the binaries differ, or they are larger than 8 MiB.
pub(crate) fn run(flags: &[String]) -> Result<()> {
    Options::new(flags).close()?;
    let folder = workspace::root().join("target/reproduce");
    // Of different length, so that nothing with a path in it has the same size by chance. The last
    // step of a build takes one core.
    let mut binaries = Vec::new();
    let names = ["one", "another/place"];
    for (name, binary) in names.iter().zip(each(&names, |name| build(&folder.join(name)))) {
        let binary = binary?;
        let bytes =
            fs::read(&binary).with_context(|| format!("cannot read {}", binary.display()))?;
        if contains(&bytes, folder.to_string_lossy().as_bytes()) {
            bail!("the binary built in {name} names its folder");
        }
        println!("{} bytes, built in {name}", bytes.len());
        if bytes.len() > LARGEST_BINARY {
            bail!("the binary may have {LARGEST_BINARY} bytes");
        }
        binaries.push(bytes);
    }
    fs::remove_dir_all(&folder).context("cannot remove the builds")?;
    binaries.dedup();
    if binaries.len() != 1 {
        bail!("the binaries differ");
    }
    println!("the binaries are the same");
    Ok(())
}

/// Builds the release binary from a copy of the sources in `folder`.
fn build(folder: &Path) -> Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(folder).context("cannot empty the folder of the build")?;
    }
    for path in workspace::files()? {
        let target = folder.join(&path);
        let parent = target.parent().context("a file lies in a folder")?;
        fs::create_dir_all(parent).context("cannot make a folder of the copy")?;
        fs::copy(workspace::root().join(&path), &target)
            .with_context(|| format!("cannot copy {}", path.display()))?;
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    Invocation::new(cargo)
        .directory(folder)
        .variable("CARGO_TARGET_DIR", folder.join("target"))
        .without_variable("CARGO_ENCODED_RUSTFLAGS")
        .without_variable("RUSTFLAGS")
        .arguments(["build", "--quiet", "--release", "--locked", "--package", "regrender"])
        .arguments(["--config", &remapping(folder)?])
        .run_visibly()?;
    Ok(folder.join("target/release/regrender"))
}

/// What a release adds to cargo's configuration: no path of the machine ends up in a panic message.
fn remapping(folder: &Path) -> Result<String> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let home = home.context("nobody knows where cargo keeps its crates")?;
    let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    let flags = serde_json::to_string(&[remap(folder, "regrender"), remap(&home, "cargo")])?;
    // Beside the flags that the workspace's own configuration has; the environment's replace them.
    Ok(format!("target.'cfg(all())'.rustflags={flags}"))
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_get_names_that_are_the_same_everywhere() {
        let flags = remapping(Path::new("/build/one")).unwrap();
        assert!(flags.contains("[\"--remap-path-prefix=/build/one=regrender\","), "{flags}");
        assert!(flags.ends_with("=cargo\"]"), "{flags}");
    }

    #[test]
    fn a_part_is_found_anywhere() {
        assert!(contains(b"abc", b"bc"));
        assert!(!contains(b"abc", b"cb"));
    }
}
