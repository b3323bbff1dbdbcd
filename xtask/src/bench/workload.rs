//! What is measured: a thousand namespaces, one pull secret each, and the loop people write today.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::interop::{Peer, Peers};
use crate::invocation::Invocation;

use super::files::Files;
use super::memory;

/// How many Secrets of the loop are made; the time is scaled to all.
pub(super) const SAMPLE: usize = 20;

const TREE: &str = "pull-secrets";
const PASSWORD: &str = "canary-4f1d-0123456789abcdefghijklmnopqrstuv";
const FINGERPRINT_KEY: &str = "bench-fingerprint-key-0123456789abcdef0123456789abcdef";

/// How an unchanged file is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recognise {
    /// Opened with an identity and compared.
    Identity,
    /// By its keyed fingerprint.
    Fingerprint,
}

/// A folder with a registries.toml, and the programs that work on it.
#[derive(Debug)]
pub(super) struct Workload<'a> {
    peers: &'a Peers,
    folder: PathBuf,
    recipient: String,
    namespaces: usize,
}

impl<'a> Workload<'a> {
    /// Makes `folder`, empty, and the key.
    ///
    /// # Errors
    ///
    /// A file cannot be written, or `age-keygen` is missing.
    pub(super) fn new(peers: &'a Peers, folder: &Path, namespaces: usize) -> Result<Self> {
        let folder = folder.to_path_buf();
        if folder.exists() {
            fs::remove_dir_all(&folder).context("cannot empty the folder of the benchmark")?;
        }
        fs::create_dir_all(&folder).context("cannot make the folder of the benchmark")?;
        let identity = folder.join("identity.txt");
        let keygen = Invocation::new(peers.path(Peer::AgeKeygen)?).arguments(["-o"]);
        keygen.arguments([&identity]).run()?.success()?;
        let keygen = Invocation::new(peers.path(Peer::AgeKeygen)?).arguments(["-y"]);
        let public = keygen.arguments([&identity]).run()?.success()?.stdout_text()?;
        Ok(Self { peers, folder, recipient: public.trim().to_owned(), namespaces })
    }

    /// Writes the declaration, without a tree beside it.
    ///
    /// # Errors
    ///
    /// A file cannot be written.
    pub(super) fn reset(&self, recognise: Recognise) -> Result<()> {
        let tree = self.folder.join(TREE);
        if tree.exists() {
            fs::remove_dir_all(&tree).context("cannot remove the tree")?;
        }
        let text = declaration(&self.recipient, self.namespaces, recognise);
        fs::write(self.folder.join("registries.toml"), text).context("cannot write registries.toml")
    }

    /// Times one build.
    ///
    /// # Errors
    ///
    /// The build failed.
    pub(super) fn build(&self, recognise: Recognise) -> Result<Duration> {
        let build = self.regrender(self.peers.regrender(), recognise).arguments(["build"]);
        let start = Instant::now();
        build.run()?.success()?;
        Ok(start.elapsed())
    }

    /// Times the loop of kubectl and sops over a sample of the namespaces; returns the time of all.
    ///
    /// # Errors
    ///
    /// A program is missing or failed.
    pub(super) fn hand_made_loop(&self) -> Result<Duration> {
        let script = format!(
            "i=0; while [ $i -lt {SAMPLE} ]; do\n\
             \"$KUBECTL\" create secret docker-registry regcred -n \"team-$i\" \
             --docker-server=private-registry.io --docker-username=registry-user \
             --docker-password=\"$INTERNAL_PASSWORD\" --dry-run=client -o yaml |\n\
             \"$SOPS\" encrypt --age {} --encrypted-regex '^(data|stringData)$' \
             --filename-override x.yaml > \"loop-$i.yaml\" || exit 1\n\
             i=$((i+1)); done",
            self.recipient
        );
        let run = self
            .hermetic(Path::new("/bin/sh"))
            .variable("KUBECTL", self.peers.path(Peer::Kubectl)?)
            .variable("SOPS", self.peers.path(Peer::Sops)?)
            .arguments(["-c", &script]);
        let start = Instant::now();
        run.run()?.success()?;
        let scale = u32::try_from(self.namespaces / SAMPLE).context("too many namespaces")?;
        Ok(start.elapsed() * scale)
    }

    /// Returns the peak memory of a build that writes everything, in KiB, when GNU time is there.
    ///
    /// # Errors
    ///
    /// The build failed.
    pub(super) fn peak_memory(&self) -> Result<Option<u64>> {
        self.reset(Recognise::Identity)?;
        let start = |program: &Path| self.regrender(program, Recognise::Identity);
        memory::peak(&self.folder.join("peak"), self.peers.regrender(), start, &["build"])
    }

    /// Times how long the files of the tree take alone, on the same disk.
    ///
    /// # Errors
    ///
    /// There is no tree, or a file cannot be written.
    pub(super) fn files_alone(&self) -> Result<Duration> {
        let folder = self.folder.join("files-alone");
        if folder.exists() {
            fs::remove_dir_all(&folder).context("cannot remove the files of the round before")?;
        }
        Files::below(&self.folder.join(TREE))?.write(&folder)
    }

    /// Returns the public half of its key.
    pub(super) fn recipient(&self) -> &str {
        &self.recipient
    }

    fn regrender(&self, program: &Path, recognise: Recognise) -> Invocation {
        let run = self.hermetic(program);
        match recognise {
            Recognise::Identity => {
                run.variable("SOPS_AGE_KEY_FILE", self.folder.join("identity.txt"))
            }
            Recognise::Fingerprint => run.variable("REGRENDER_FINGERPRINT_KEY", FINGERPRINT_KEY),
        }
    }

    fn hermetic(&self, program: &Path) -> Invocation {
        Invocation::new(program)
            .directory(&self.folder)
            .without_environment()
            .variable("PATH", "/usr/local/bin:/usr/bin:/bin")
            .variable("HOME", &self.folder)
            .variable("INTERNAL_PASSWORD", PASSWORD)
    }
}

fn declaration(recipient: &str, namespaces: usize, recognise: Recognise) -> String {
    let names: Vec<String> = (0..namespaces).map(|number| format!("team-{number}")).collect();
    let key = match recognise {
        Recognise::Identity => "",
        Recognise::Fingerprint => "fingerprint-key = { env = \"REGRENDER_FINGERPRINT_KEY\" }\n",
    };
    format!(
        "[seal]\nrecipients = [{recipient:?}]\n{key}\n\
         [registry.internal]\nhost = \"private-registry.io\"\nusername = \"registry-user\"\n\
         password = {{ env = \"INTERNAL_PASSWORD\" }}\n\n\
         [secret.regcred]\nregistries = [\"internal\"]\nnamespaces = {names:?}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_namespace_is_declared_once() {
        let text = declaration("age1x", 3, Recognise::Identity);
        assert!(text.contains(r#"namespaces = ["team-0", "team-1", "team-2"]"#), "{text}");
    }

    #[test]
    fn the_fingerprint_key_is_declared_only_when_it_is_measured() {
        let declares = |recognise| declaration("age1x", 1, recognise).contains("fingerprint-key");
        assert!(declares(Recognise::Fingerprint) && !declares(Recognise::Identity));
    }
}
