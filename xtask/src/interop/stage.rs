//! The folder and the environment that one case plays in.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::invocation::{Answer, Invocation};

use super::declaration::{
    Declaration, EMAIL, FINGERPRINT_VARIABLE, HOST, PASSWORD_VARIABLE, USERNAME,
};
use super::identity::{Identity, Key};
use super::manifest;
use crate::clear::{self, PASSWORD};
use crate::peer::{self, Peer, Peers};

const FINGERPRINT_KEY: &str = "interop-fingerprint-key-0123456789abcdef";

/// An empty repository, an empty home and the programs.
#[derive(Debug)]
pub(super) struct Stage<'a> {
    peers: &'a Peers,
    folder: PathBuf,
}

impl<'a> Stage<'a> {
    /// Makes the folder `name`, without what an earlier run left there.
    ///
    /// # Errors
    ///
    /// The folder cannot be made.
    pub(super) fn new(peers: &'a Peers, name: &str) -> Result<Self> {
        let folder = peer::folder().join("work").join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).context("cannot empty the folder of the case")?;
        }
        let stage = Self { peers, folder };
        for part in ["home", "repo/.git", "plain", "bin"] {
            fs::create_dir_all(stage.folder.join(part)).context("cannot make the stage")?;
        }
        Ok(stage)
    }

    /// Returns the folder that a user would commit.
    pub(super) fn repo(&self) -> PathBuf {
        self.folder.join("repo")
    }

    /// Returns a place outside the repository for what is in clear.
    pub(super) fn plain(&self, name: &str) -> PathBuf {
        self.folder.join("plain").join(name)
    }

    /// Returns the home folder.
    pub(super) fn home(&self) -> PathBuf {
        self.folder.join("home")
    }

    /// Puts `script` on `PATH` as the program `name`, before any other of that name.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub(super) fn install(&self, name: &str, script: &str) -> Result<()> {
        let path = self.bin().join(name);
        fs::write(&path, script).with_context(|| format!("cannot write {name}"))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))
            .with_context(|| format!("cannot make {name} executable"))
    }

    fn bin(&self) -> PathBuf {
        self.folder.join("bin")
    }

    /// Reads a file of the repository.
    ///
    /// # Errors
    ///
    /// It is not there.
    pub(super) fn read(&self, path: &str) -> Result<String> {
        fs::read_to_string(self.repo().join(path)).with_context(|| format!("cannot read {path}"))
    }

    /// Reads a file of the repository that need not be text.
    ///
    /// # Errors
    ///
    /// It is not there.
    pub(super) fn read_bytes(&self, path: &str) -> Result<Vec<u8>> {
        fs::read(self.repo().join(path)).with_context(|| format!("cannot read {path}"))
    }

    /// Writes a file of the repository.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub(super) fn write(&self, path: &str, content: impl AsRef<[u8]>) -> Result<()> {
        let target = self.repo().join(path);
        let folder = target.parent().unwrap_or(&target);
        fs::create_dir_all(folder).with_context(|| format!("cannot make the folder of {path}"))?;
        fs::write(&target, content).with_context(|| format!("cannot write {path}"))
    }

    /// Returns the key pairs of `keys`.
    ///
    /// # Errors
    ///
    /// One cannot be made.
    pub(super) fn identities(&self, keys: &[Key]) -> Result<Vec<Identity>> {
        keys.iter().map(|key| self.identity(*key)).collect()
    }

    /// Returns the key pair of `key`.
    ///
    /// # Errors
    ///
    /// It cannot be made.
    pub(super) fn identity(&self, key: Key) -> Result<Identity> {
        Identity::of(key, self.peers)
    }

    /// Prepares a real program.
    ///
    /// # Errors
    ///
    /// It is missing.
    pub(super) fn peer(&self, peer: Peer) -> Result<Invocation> {
        Ok(self.hermetic(self.peers.path(peer)?))
    }

    /// Returns where a real program lies.
    ///
    /// # Errors
    ///
    /// It is missing.
    pub(super) fn peer_path(&self, peer: Peer) -> Result<&Path> {
        self.peers.path(peer)
    }

    fn hermetic(&self, program: &Path) -> Invocation {
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", self.bin().display());
        Invocation::new(program)
            .directory(&self.repo())
            .without_environment()
            .variable("PATH", path)
            .variable("HOME", self.home())
    }

    /// Runs regrender with the password in its environment, and an identity when there is one.
    /// Nothing it prints may hold the canary.
    ///
    /// # Errors
    ///
    /// It could not be started, or it printed the canary.
    pub(super) fn regrender(
        &self,
        arguments: &[&str],
        identity: Option<&Identity>,
    ) -> Result<Answer> {
        checked(self.prepared(arguments, identity).run()?, arguments)
    }

    /// Runs regrender with `input` on its standard input. Nothing it prints may hold the canary.
    ///
    /// # Errors
    ///
    /// It could not be started, or it printed the canary.
    pub(super) fn regrender_reading(
        &self,
        arguments: &[&str],
        input: impl Into<Vec<u8>>,
    ) -> Result<Answer> {
        checked(self.prepared(arguments, None).input(input).run()?, arguments)
    }

    /// Runs regrender with more environment variables. Nothing it prints may hold the canary.
    ///
    /// # Errors
    ///
    /// It could not be started, or it printed the canary.
    pub(super) fn regrender_with(
        &self,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Result<Answer> {
        let start = self.prepared(arguments, None);
        let run = variables.iter().fold(start, |run, (name, value)| run.variable(name, value));
        checked(run.run()?, arguments)
    }

    fn prepared(&self, arguments: &[&str], identity: Option<&Identity>) -> Invocation {
        let run = self
            .hermetic(self.peers.regrender())
            .arguments(arguments)
            .variable(PASSWORD_VARIABLE, PASSWORD)
            // Used only where the declaration asks for it.
            .variable(FINGERPRINT_VARIABLE, FINGERPRINT_KEY);
        match identity {
            Some(identity) => run.variable(identity.variable(), &identity.file),
            None => run,
        }
    }

    /// Opens `file` with regrender, the only command that may print a secret.
    ///
    /// # Errors
    ///
    /// It could not be opened.
    pub(super) fn reveal(&self, file: &str, identity: &Identity) -> Result<Vec<u8>> {
        Ok(self.try_reveal(file, identity)?.success()?.stdout)
    }

    /// Lets regrender try to open `file`.
    ///
    /// # Errors
    ///
    /// It could not be started.
    pub(super) fn try_reveal(&self, file: &str, identity: &Identity) -> Result<Answer> {
        self.prepared(&["reveal", file], Some(identity)).run()
    }

    /// Writes `declaration` and builds its tree.
    ///
    /// # Errors
    ///
    /// The build failed or showed the canary.
    pub(super) fn build(&self, declaration: &Declaration) -> Result<()> {
        self.write("registries.toml", declaration.to_toml())?;
        self.regrender(&["build"], None)?.success()?;
        Ok(())
    }

    /// Opens `file` with sops.
    ///
    /// # Errors
    ///
    /// sops is missing or cannot be started.
    pub(super) fn sops_open(&self, sops: Peer, file: &str, identity: &Identity) -> Result<Answer> {
        let open = self.peer(sops)?.variable(identity.variable(), &identity.file);
        open.arguments(["-d", file]).run()
    }

    /// Returns the Secret that kubectl makes of the declared credential.
    ///
    /// # Errors
    ///
    /// kubectl is missing or refuses.
    pub(super) fn kubectl_secret(&self, namespace: &str) -> Result<Value> {
        let answer = self
            .peer(Peer::Kubectl)?
            .arguments(["create", "secret", "docker-registry", "regcred", "--dry-run=client"])
            .arguments(["-o", "json", "-n", namespace])
            .arguments([format!("--docker-server={HOST}"), format!("--docker-email={EMAIL}")])
            .arguments([format!("--docker-username={USERNAME}")])
            .arguments([format!("--docker-password={PASSWORD}")])
            .run()?
            .success()?;
        serde_json::from_slice(&answer.stdout).context("kubectl printed no JSON")
    }

    /// Compares the one document in `opened` with the Secret that kubectl makes.
    ///
    /// # Errors
    ///
    /// They differ in kind, place or data.
    pub(super) fn check_secret(&self, opened: &[u8], namespace: &str) -> Result<()> {
        let text = std::str::from_utf8(opened).context("what was opened is not UTF-8")?;
        let secret = manifest::only_document(text)?;
        let expected = self.kubectl_secret(namespace)?;
        for pointer in
            ["/apiVersion", "/kind", "/type", "/metadata/name", "/metadata/namespace", "/data"]
        {
            let (found, wanted) = (secret.pointer(pointer), expected.pointer(pointer));
            if found != wanted {
                bail!("{pointer} differs from kubectl's: {found:?}, not {wanted:?}");
            }
        }
        Ok(())
    }

    /// Looks for the canary in every file of the repository.
    ///
    /// # Errors
    ///
    /// A file holds it, or a folder cannot be listed.
    pub(super) fn check_no_canary(&self) -> Result<()> {
        for path in files_below(&self.repo())? {
            let bytes =
                fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            if let Some(spelling) = clear::find(&bytes) {
                bail!("{} holds `{spelling}`", path.display());
            }
        }
        Ok(())
    }
}

fn checked(answer: Answer, arguments: &[&str]) -> Result<Answer> {
    for (name, bytes) in [("stdout", &answer.printed.stdout), ("stderr", &answer.printed.stderr)] {
        if let Some(spelling) = clear::find(bytes) {
            bail!("`regrender {}` shows `{spelling}` on {name}", arguments.join(" "));
        }
    }
    Ok(answer)
}

/// Lists all files below `folder`.
///
/// # Errors
///
/// A folder cannot be listed.
pub(super) fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let listing =
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in listing {
        let path = entry.context("cannot list a folder")?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
