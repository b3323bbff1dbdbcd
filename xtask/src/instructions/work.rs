//! The work that is counted: a build of many Secrets, the same build again, and an audit.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::invocation::Invocation;

const NAMESPACES: usize = 200;
const MANIFESTS: usize = 500;

const RECIPIENT: &str = "age1k88q92s2jey7euu8k660usnfslsvk8tz94rmrnl95nyf07a74sdqghg9nt";
const PASSWORD: &str = "canary-4f1d-0123456789abcdefghijklmnopqrstuv";
const FINGERPRINT_KEY: &str = "instructions-fingerprint-key-0123456789abcdef";

/// A folder with a declaration and manifests, and the binary that works on it.
#[derive(Debug)]
pub(super) struct Work {
    folder: PathBuf,
    regrender: PathBuf,
}

impl Work {
    /// Makes `folder`, empty but for what is worked on.
    ///
    /// # Errors
    ///
    /// A file cannot be written.
    pub(super) fn new(folder: &Path, regrender: PathBuf) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder).context("cannot empty the folder of the work")?;
        }
        let work = Self { folder: folder.to_path_buf(), regrender };
        work.write("build/registries.toml", &declaration())?;
        for number in 0..MANIFESTS {
            work.write(&format!("audit/apps/thing-{number}.yaml"), &manifest(number))?;
        }
        Ok(work)
    }

    /// Counts each piece of work.
    ///
    /// # Errors
    ///
    /// The binary or valgrind failed.
    pub(super) fn count_all(&self) -> Result<Vec<(&'static str, u64)>> {
        // The order matters: the second build finds what the first one wrote.
        Ok(vec![
            ("build, 200 Secrets", self.count("build", &["build"])?),
            ("build, nothing changed", self.count("build", &["build"])?),
            ("audit, 500 manifests", self.count("audit", &["audit", "--output", "json"])?),
        ])
    }

    fn count(&self, folder: &str, arguments: &[&str]) -> Result<u64> {
        let answer = Invocation::new("valgrind")
            .directory(&self.folder.join(folder))
            .without_environment()
            .variable("PATH", "/usr/local/bin:/usr/bin:/bin")
            .variable("HOME", &self.folder)
            .variable("INTERNAL_PASSWORD", PASSWORD)
            .variable("REGRENDER_FINGERPRINT_KEY", FINGERPRINT_KEY)
            // With several threads the count depends on who finds work first.
            .variable("RAYON_NUM_THREADS", "1")
            .arguments(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arguments([&self.regrender])
            .arguments(arguments)
            .run()?
            .success()?;
        let printed = String::from_utf8_lossy(&answer.stderr);
        collected(&printed).context("callgrind printed no count")
    }

    fn write(&self, path: &str, text: &str) -> Result<()> {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().context("a file lies in a folder")?)
            .context("cannot make a folder")?;
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    }
}

/// Finds the count in what callgrind prints: `==7== Collected : 123`.
fn collected(printed: &str) -> Option<u64> {
    let (_, behind) = printed.split_once("Collected : ")?;
    behind.split_whitespace().next()?.parse().ok()
}

fn declaration() -> String {
    let names: Vec<String> = (0..NAMESPACES).map(|number| format!("team-{number}")).collect();
    format!(
        "[seal]\nrecipients = [{RECIPIENT:?}]\n\
         fingerprint-key = {{ env = \"REGRENDER_FINGERPRINT_KEY\" }}\n\n\
         [registry.internal]\nhost = \"private-registry.io\"\nusername = \"registry-user\"\n\
         password = {{ env = \"INTERNAL_PASSWORD\" }}\n\n\
         [secret.regcred]\nregistries = [\"internal\"]\nnamespaces = {names:?}\n"
    )
}

fn manifest(number: usize) -> String {
    let namespace = number % 20;
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: thing-{number}\n  \
         namespace: team-{namespace}\n  labels: {{app: thing-{number}}}\nspec:\n  replicas: 2\n  \
         selector:\n    matchLabels: {{app: thing-{number}}}\n  template:\n    metadata:\n      \
         labels: {{app: thing-{number}}}\n    spec:\n      imagePullSecrets:\n      - name: regcred\n      \
         containers:\n      - name: main\n        image: private-registry.io/team/thing-{number}:1.0\n        \
         env:\n        - name: MODE\n          value: production\n        resources:\n          \
         limits: {{cpu: 500m, memory: 256Mi}}\n      - name: side\n        image: busybox:1.36\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_what_callgrind_collected() {
        let printed = "==7== \n==7== Collected : 123456\n==7== \n==7== I   refs:      123,456\n";
        assert_eq!(collected(printed), Some(123_456));
        assert_eq!(collected("==7== nothing"), None);
    }

    #[test]
    fn every_namespace_is_declared() {
        assert!(declaration().contains("\"team-199\"]"));
    }

    #[test]
    fn manifests_spread_over_namespaces() {
        assert!(manifest(21).contains("namespace: team-1\n"));
        assert!(manifest(21).contains("thing-21:1.0"));
    }
}
