//! Key pairs for the cases: made by the real programs, once, and kept for the next run.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::invocation::Invocation;

use crate::peer::{self, Peer, Peers};

/// A key pair by the place it has in the cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// An age key of the owner.
    First,
    /// An age key of a colleague.
    Second,
    /// An age key of the cluster.
    Third,
    /// A post-quantum age key, which age makes since 1.3.
    PostQuantum,
    /// An SSH key of the newer kind.
    SshEd25519,
    /// An SSH key of the older kind.
    SshRsa,
}

impl Key {
    /// Says whether it is an SSH key, which sops looks for elsewhere.
    pub(super) fn is_ssh(self) -> bool {
        matches!(self, Self::SshEd25519 | Self::SshRsa)
    }

    fn file_name(self) -> &'static str {
        match self {
            Self::First => "first.txt",
            Self::Second => "second.txt",
            Self::Third => "third.txt",
            Self::PostQuantum => "post-quantum.txt",
            Self::SshEd25519 => "id_ed25519",
            Self::SshRsa => "id_rsa",
        }
    }
}

/// Both halves of a key pair.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    /// The public half, as recipients are written.
    pub(super) recipient: String,
    /// The file that holds the private half.
    pub(super) file: PathBuf,
    /// Which one it is.
    pub(super) key: Key,
}

impl Identity {
    /// Makes the pair, or takes the one that an earlier case made.
    ///
    /// # Errors
    ///
    /// The program that makes it is missing or fails.
    pub(super) fn of(key: Key, peers: &Peers) -> Result<Self> {
        let folder = peer::folder().join("keys");
        fs::create_dir_all(&folder).context("cannot make the folder of the keys")?;
        let file = folder.join(key.file_name());
        if !file.is_file() {
            make(key, &file, peers)?;
        }
        let recipient = if key.is_ssh() { ssh_recipient(&file)? } else { recipient(&file, peers)? };
        Ok(Self { recipient, file, key })
    }

    /// Returns the environment variable by which sops finds the private half.
    pub(super) fn variable(&self) -> &'static str {
        if self.key.is_ssh() { "SOPS_AGE_SSH_PRIVATE_KEY_FILE" } else { "SOPS_AGE_KEY_FILE" }
    }
}

fn make(key: Key, file: &Path, peers: &Peers) -> Result<()> {
    let kind: &[&str] = match key {
        Key::SshEd25519 => &["-t", "ed25519"],
        Key::SshRsa => &["-t", "rsa", "-b", "2048"],
        Key::First | Key::Second | Key::Third => return make_age(&[], file, peers),
        Key::PostQuantum => return make_age(&["-pq"], file, peers),
    };
    let keygen = Invocation::new(peers.path(Peer::SshKeygen)?).arguments(kind);
    keygen.arguments(["-q", "-N", "", "-C", "", "-f"]).arguments([file]).run()?.success()?;
    Ok(())
}

fn make_age(kind: &[&str], file: &Path, peers: &Peers) -> Result<()> {
    let keygen = Invocation::new(peers.path(Peer::AgeKeygen)?).arguments(kind);
    keygen.arguments(["-o"]).arguments([file]).run()?.success()?;
    Ok(())
}

fn recipient(file: &Path, peers: &Peers) -> Result<String> {
    let keygen = Invocation::new(peers.path(Peer::AgeKeygen)?).arguments(["-y"]);
    let answer = keygen.arguments([file]).run()?.success()?;
    Ok(answer.stdout_text()?.trim().to_owned())
}

fn ssh_recipient(file: &Path) -> Result<String> {
    let public = file.with_extension("pub");
    let text =
        fs::read_to_string(&public).with_context(|| format!("cannot read {}", public.display()))?;
    let words: Vec<&str> = text.split_whitespace().take(2).collect();
    Ok(words.join(" "))
}
