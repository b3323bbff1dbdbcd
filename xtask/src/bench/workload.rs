//! What is built: namespaces with one pull secret each.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::invocation::Invocation;
use crate::peer::{Peer, Peers};

use super::files::Files;
use super::memory;

/// How many recipients there are to choose from.
const RECIPIENTS: usize = 4;

/// Where the certificate of a controller lies.
const CERTIFICATE: &str = "sealed-secrets.pem";

const TREE: &str = "pull-secrets";
const PASSWORD: &str = "canary-4f1d-0123456789abcdefghijklmnopqrstuv";
const OTHER_PASSWORD: &str = "canary-4f1d-vutsrqponmlkjihgfedcba9876543210";
const FINGERPRINT_KEY_DECLARED: &str =
    "fingerprint-key = { env = \"REGRENDER_FINGERPRINT_KEY\" }\n";
const SEALED_KEY_DECLARED: &str = "fingerprint-key = { age = \"fingerprint.key.age\" }\n";
const SEALED_KEY: &str = "fingerprint.key.age";
const FINGERPRINT_KEY: &str = "bench-fingerprint-key-0123456789abcdef0123456789abcdef";

/// How an unchanged file is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recognise {
    /// Opened with an identity and compared.
    Identity,
    /// By its keyed fingerprint.
    Fingerprint,
    /// By its keyed fingerprint, with a key that an identity opens.
    SealedKey,
}

/// Which password the registry has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Password {
    /// The one it begins with.
    First,
    /// The one after a rotation.
    Second,
}

/// A folder with a registries.toml, and the programs that work on it.
#[derive(Debug)]
pub(super) struct Workload<'a> {
    peers: &'a Peers,
    folder: PathBuf,
    recipients: Vec<String>,
    /// The certificate of a controller of `SealedSecrets`.
    certificate: Option<PathBuf>,
    namespaces: usize,
}

impl<'a> Workload<'a> {
    /// Makes `folder`, empty, and the keys.
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
        let mut recipients = Vec::new();
        for number in 0..RECIPIENTS {
            let identity = folder.join(format!("identity-{number}.txt"));
            let keygen = Invocation::new(peers.path(Peer::AgeKeygen)?).arguments(["-o"]);
            keygen.arguments([&identity]).run()?.success()?;
            let keygen = Invocation::new(peers.path(Peer::AgeKeygen)?).arguments(["-y"]);
            let public = keygen.arguments([&identity]).run()?.success()?.stdout_text()?;
            recipients.push(public.trim().to_owned());
        }
        if let Some(recipient) = recipients.first() {
            let seal = Invocation::new(peers.path(Peer::Age)?).arguments(["-r", recipient, "-o"]);
            let seal = seal.arguments([&folder.join(SEALED_KEY)]);
            seal.input(FINGERPRINT_KEY).run()?.success()?;
        }
        let mut workload = Self { peers, folder, recipients, certificate: None, namespaces };
        workload.certificate = workload.make_certificate();
        Ok(workload)
    }

    /// Makes a certificate as the controller of `SealedSecrets` does: RSA with 4096 bits. There is
    /// none where openssl cannot be had.
    fn make_certificate(&self) -> Option<PathBuf> {
        let certificate = self.folder.join(CERTIFICATE);
        let openssl = self
            .hermetic(Path::new("openssl"))
            .arguments(["req", "-x509", "-newkey", "rsa:4096", "-nodes", "-days", "365"])
            .arguments(["-subj", "/CN=sealed-secrets", "-keyout", "controller.key", "-out"])
            .arguments([&certificate]);
        openssl.run().ok()?.success().ok()?;
        Some(certificate)
    }

    /// Removes the tree.
    ///
    /// # Errors
    ///
    /// It cannot be removed.
    pub(super) fn clear(&self) -> Result<()> {
        let tree = self.folder.join(TREE);
        if tree.exists() {
            fs::remove_dir_all(&tree).context("cannot remove the tree")?;
        }
        Ok(())
    }

    /// Writes the declaration for the first `count` recipients.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub(super) fn declare(&self, recognise: Recognise, count: usize) -> Result<()> {
        let recipients: Vec<&String> = self.recipients.iter().take(count).collect();
        let key = match recognise {
            Recognise::Identity => "",
            Recognise::Fingerprint => FINGERPRINT_KEY_DECLARED,
            Recognise::SealedKey => SEALED_KEY_DECLARED,
        };
        self.write_declaration(&format!("recipients = {recipients:?}\n{key}"))
    }

    /// Writes the declaration for the controller whose certificate is there.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub(super) fn declare_controller(&self) -> Result<()> {
        self.write_declaration(&format!(
            "format = \"sealed-secrets\"\ncertificate = {CERTIFICATE:?}\n{FINGERPRINT_KEY_DECLARED}"
        ))
    }

    fn write_declaration(&self, seal: &str) -> Result<()> {
        let text = declaration(seal, self.namespaces);
        fs::write(self.folder.join("registries.toml"), text).context("cannot write registries.toml")
    }

    /// Times one build.
    ///
    /// # Errors
    ///
    /// The build failed.
    pub(super) fn build(&self, recognise: Recognise, password: Password) -> Result<Duration> {
        let build = self.regrender(self.peers.regrender(), recognise);
        let password = match password {
            Password::First => PASSWORD,
            Password::Second => OTHER_PASSWORD,
        };
        let build = build.variable("INTERNAL_PASSWORD", password).arguments(["build"]);
        let start = Instant::now();
        build.run()?.success()?;
        Ok(start.elapsed())
    }

    /// Times how long `cat` takes for the files of the tree, found by `find`.
    ///
    /// # Errors
    ///
    /// A program failed.
    pub(super) fn cat(&self) -> Result<Duration> {
        let script = format!("find {TREE} -type f -exec cat {{}} + > /dev/null");
        let run = self.hermetic(Path::new("/bin/sh")).arguments(["-c", &script]);
        let start = Instant::now();
        run.run()?.success()?;
        Ok(start.elapsed())
    }

    /// Returns the peak memory of a build that writes everything, in KiB, when GNU time is there.
    ///
    /// # Errors
    ///
    /// The build failed.
    pub(super) fn peak_memory(&self) -> Result<Option<u64>> {
        self.clear()?;
        self.declare(Recognise::Identity, 1)?;
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

    /// Returns the recipients.
    pub(super) fn recipients(&self) -> &[String] {
        &self.recipients
    }

    /// Returns the certificate of a controller, if one could be made.
    pub(super) fn certificate(&self) -> Option<&Path> {
        self.certificate.as_deref()
    }

    /// Returns how many namespaces it has.
    pub(super) fn namespaces(&self) -> usize {
        self.namespaces
    }

    /// Returns the programs.
    pub(super) fn peers(&self) -> &Peers {
        self.peers
    }

    /// Returns the folder it lies in.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the sealed file of a namespace.
    pub(super) fn sealed_file(&self, number: usize) -> PathBuf {
        self.folder.join(format!("{TREE}/manifests/team-{number}/regcred.sops.yaml"))
    }

    fn regrender(&self, program: &Path, recognise: Recognise) -> Invocation {
        let run = self.hermetic(program);
        match recognise {
            Recognise::Identity | Recognise::SealedKey => {
                run.variable("SOPS_AGE_KEY_FILE", self.folder.join("identity-0.txt"))
            }
            Recognise::Fingerprint => run.variable("REGRENDER_FINGERPRINT_KEY", FINGERPRINT_KEY),
        }
    }

    /// Prepares a program that sees nothing but the workload.
    pub(super) fn hermetic(&self, program: &Path) -> Invocation {
        Invocation::new(program)
            .directory(&self.folder)
            .without_environment()
            .variable("PATH", "/usr/local/bin:/usr/bin:/bin")
            .variable("HOME", &self.folder)
            .variable("INTERNAL_PASSWORD", PASSWORD)
    }
}

fn declaration(seal: &str, namespaces: usize) -> String {
    let names: Vec<String> = (0..namespaces).map(|number| format!("team-{number}")).collect();
    format!(
        "[seal]\n{seal}\n\
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
        let text = declaration("recipients = [\"age1x\"]\n", 3);
        assert!(text.starts_with("[seal]\nrecipients = [\"age1x\"]\n\n[registry."), "{text}");
        assert!(text.contains(r#"namespaces = ["team-0", "team-1", "team-2"]"#), "{text}");
    }
}
