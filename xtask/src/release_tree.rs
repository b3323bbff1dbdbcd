//! What the released binary is built from: crates, their versions, licences and checksums.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context as _, Result, bail};

use crate::workspace;

/// Where every crate of others comes from.
pub(crate) const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// The crate that the binary is.
pub(crate) const ROOT: &str = "regrender";

/// A crate in one version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
}

/// What is known of a crate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Its licence, as an SPDX expression.
    pub(crate) license: String,
    /// The crates it depends on.
    pub(crate) dependencies: BTreeSet<Package>,
    /// Where Cargo.lock says it comes from; nothing for a crate of this workspace.
    pub(crate) source: Option<String>,
    /// The SHA-256 of its archive.
    pub(crate) checksum: Option<String>,
}

/// All crates of the released binary for all platforms, those that run while it is built too.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ReleaseTree(pub(crate) BTreeMap<Package, Facts>);

impl ReleaseTree {
    /// Asks cargo, and Cargo.lock.
    ///
    /// # Errors
    ///
    /// Cargo fails, or says what is not understood here.
    pub(crate) fn read() -> Result<Self> {
        let tree = workspace::cargo()
            .arguments(["tree", "--locked", "--package", ROOT, "--edges", "normal,build"])
            .arguments(["--target", "all", "--prefix", "depth", "--format", " {p}|{l}"])
            .run()?
            .success()?;
        let lock = fs::read_to_string(workspace::root().join("Cargo.lock"))
            .context("cannot read Cargo.lock")?;
        Self::parse(&tree.stdout_text()?, &lock)
    }

    fn parse(tree: &str, lock: &str) -> Result<Self> {
        let mut packages: BTreeMap<Package, Facts> = BTreeMap::new();
        let mut parents: Vec<Package> = Vec::new();
        for line in tree.lines().filter(|line| !line.is_empty()) {
            let (depth, package, license) =
                parse_line(line).with_context(|| format!("cargo tree: `{line}`"))?;
            packages.entry(package.clone()).or_default().license = license;
            parents.truncate(depth);
            if let Some(parent) = parents.last() {
                let facts = packages.entry(parent.clone()).or_default();
                facts.dependencies.insert(package.clone());
            }
            parents.push(package);
        }
        for (package, source, checksum) in locked(lock) {
            if let Some(facts) = packages.get_mut(&package) {
                (facts.source, facts.checksum) = (source, checksum);
            }
        }
        if packages.is_empty() {
            bail!("cargo tree lists nothing");
        }
        Ok(Self(packages))
    }

    /// Lists one crate a line: name, version, licence.
    pub(crate) fn to_text(&self) -> String {
        let lines = self.0.iter().flat_map(|(package, facts)| {
            [&*package.name, " ", &*package.version, "  ", &*facts.license, "\n"]
        });
        lines.collect()
    }
}

/// Reads `2 serde v1.0.0 (proc-macro)|MIT OR Apache-2.0 (*)`.
fn parse_line(line: &str) -> Option<(usize, Package, String)> {
    let (depth, rest) = line.split_once(' ')?;
    let (described, license) = rest.split_once('|')?;
    let mut words = described.split(' ');
    let name = words.next()?.to_owned();
    let version = words.next()?.strip_prefix('v')?.to_owned();
    let license = license.trim_end_matches(" (*)").trim().to_owned();
    Some((depth.parse().ok()?, Package { name, version }, license))
}

/// Lists the packages of a Cargo.lock with source and checksum.
fn locked(lock: &str) -> impl Iterator<Item = (Package, Option<String>, Option<String>)> {
    lock.split("[[package]]\n").skip(1).filter_map(|block| {
        let value = |key: &str| {
            let lines = block.lines().take_while(|line| !line.is_empty());
            let mut values = lines.filter_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
            values.next().map(|value| value.trim_matches('"').to_owned())
        };
        let package = Package { name: value("name")?, version: value("version")? };
        Some((package, value("source"), value("checksum")))
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    const TREE: &str = "0 regrender v0.1.0 (/somewhere)|MIT OR Apache-2.0\n\
        1 serde v1.0.0|MIT\n2 serde_derive v1.0.0 (proc-macro)|MIT\n1 zeroize v1.9.1|Apache-2.0\n\
        2 serde v1.0.0|MIT (*)\n";
    const LOCK: &str = "version = 4\n\n[[package]]\nname = \"regrender\"\nversion = \"0.1.0\"\n\
        dependencies = [\n \"serde\",\n]\n\n[[package]]\nname = \"serde\"\nversion = \"1.0.0\"\n\
        source = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"abc\"\n";

    /// A tree of three crates below ours.
    pub(crate) fn small() -> ReleaseTree {
        ReleaseTree::parse(TREE, LOCK).unwrap()
    }

    fn package(name: &str, version: &str) -> Package {
        Package { name: name.to_owned(), version: version.to_owned() }
    }

    #[test]
    fn depth_makes_the_tree() {
        let tree = small();
        assert_eq!(tree.0.len(), 4);
        let below = |name, version| tree.0[&package(name, version)].dependencies.clone();
        let serde = package("serde", "1.0.0");
        let zeroize = package("zeroize", "1.9.1");
        assert_eq!(below("regrender", "0.1.0"), BTreeSet::from([serde.clone(), zeroize]));
        assert_eq!(below("serde", "1.0.0"), BTreeSet::from([package("serde_derive", "1.0.0")]));
        assert_eq!(below("zeroize", "1.9.1"), BTreeSet::from([serde]));
    }

    #[test]
    fn checksums_come_from_the_lock_file() {
        let tree = small();
        let facts = &tree.0[&package("serde", "1.0.0")];
        assert_eq!(facts.checksum.as_deref(), Some("abc"));
        assert_eq!(facts.source.as_deref(), Some(CRATES_IO));
        assert_eq!(tree.0[&package("regrender", "0.1.0")].source, None);
    }

    #[test]
    fn the_list_has_a_line_for_each() {
        assert!(
            small().to_text().ends_with("serde_derive 1.0.0  MIT\nzeroize 1.9.1  Apache-2.0\n")
        );
    }

    #[test]
    fn output_that_is_not_understood_is_an_error() {
        assert!(ReleaseTree::parse("regrender\n", LOCK).is_err());
        assert!(ReleaseTree::parse("", LOCK).is_err());
    }
}
