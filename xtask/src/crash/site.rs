//! The folders that one worker lets builds be interrupted in.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::clear;
use crate::invocation::{Answer, Invocation};
use crate::workspace;

use super::password::Password;
use super::tree::Tree;

/// Opens what the cases seal, and nothing else.
pub(super) const IDENTITY: &str =
    "AGE-SECRET-KEY-1XAC64NV9YGCRZTFX4MEQM4WKNCHZ3M604SX2F0VCYSW022DY20JSMWESM6";
/// Its public half.
pub(super) const RECIPIENT: &str = "age1afwjt8jlpw8869ev0dtxeujpehx98xnleh0s2m6qagnz0c96ec0s9408xt";

/// Flushing a file system in memory takes no time, whatever else this machine writes.
const IN_MEMORY: &str = "/dev/shm";

/// A repository, a home, a folder for temporary files, and the binary under test.
#[derive(Debug)]
pub(super) struct Site<'a> {
    regrender: &'a Path,
    folder: PathBuf,
    password: Password,
}

impl<'a> Site<'a> {
    /// Makes the folder `name` for it, which goes when the site goes.
    ///
    /// # Errors
    ///
    /// The folder cannot be made.
    pub(super) fn new(regrender: &'a Path, name: &str) -> Result<Self> {
        let unique = format!("regrender-crash-{}-{name}", std::process::id());
        let in_memory = Path::new(IN_MEMORY).join(&unique);
        let folder = match fs::create_dir(&in_memory) {
            Ok(()) => in_memory,
            Err(_) => workspace::root().join("target/crash").join(&unique),
        };
        Self::at(regrender, folder)
    }

    /// Takes the folder for it.
    ///
    /// # Errors
    ///
    /// The folder cannot be made.
    pub(super) fn at(regrender: &'a Path, folder: PathBuf) -> Result<Self> {
        let site = Self { regrender, folder, password: Password::Variable("") };
        for part in [site.repo(), site.home(), site.temporary()] {
            fs::create_dir_all(part).context("cannot make the folders of a site")?;
        }
        Ok(site)
    }

    /// Returns the binary under test.
    pub(super) fn regrender(&self) -> &Path {
        self.regrender
    }

    /// Returns the folder that a user would commit.
    pub(super) fn repo(&self) -> PathBuf {
        self.folder.join("repo")
    }

    fn home(&self) -> PathBuf {
        self.folder.join("home")
    }

    fn temporary(&self) -> PathBuf {
        self.folder.join("temporary")
    }

    /// Returns the file that a trace is written to.
    pub(super) fn trace(&self) -> PathBuf {
        self.folder.join("trace")
    }

    /// Returns the file that a run prints to when nobody listens.
    pub(super) fn stdout(&self) -> PathBuf {
        self.folder.join("stdout")
    }

    /// Makes the repository hold `tree`, and sets the password of the runs that follow.
    ///
    /// # Errors
    ///
    /// The tree cannot be written.
    pub(super) fn set(&mut self, tree: &Tree, password: Password) -> Result<()> {
        self.password = password;
        if let Password::File(password) = password {
            fs::write(self.folder.join("password"), password).context("cannot write a password")?;
        }
        tree.write(&self.repo())
    }

    /// Reads the repository as it is.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub(super) fn tree(&self) -> Result<Tree> {
        Tree::read(&self.repo())
    }

    /// Prepares `program` to run in the repository.
    pub(super) fn prepared(&self, program: &Path) -> Invocation {
        self.variables().into_iter().fold(
            Invocation::new(program).directory(&self.repo()).without_environment(),
            |program, (name, value)| program.variable(name, value),
        )
    }

    /// Returns the environment of every run.
    pub(super) fn variables(&self) -> Vec<(&'static str, PathBuf)> {
        let password = match self.password {
            Password::Variable(password) => password,
            Password::File(_) => "",
        };
        vec![
            ("PATH", PathBuf::from("/usr/bin:/bin")),
            ("HOME", self.home()),
            ("TMPDIR", self.temporary()),
            ("PASSWORD", PathBuf::from(password)),
            ("SOPS_AGE_KEY", PathBuf::from(IDENTITY)),
            // The same calls in the same order each time.
            ("RAYON_NUM_THREADS", PathBuf::from("1")),
        ]
    }

    /// Runs regrender; nothing it prints may hold the canary.
    ///
    /// # Errors
    ///
    /// It could not be started, or it printed the canary.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<Answer> {
        let answer = self.prepared(self.regrender).arguments(arguments).run()?;
        check_printed(&answer)?;
        Ok(answer)
    }

    /// Opens a sealed file of the repository.
    ///
    /// # Errors
    ///
    /// It does not open.
    pub(super) fn reveal(&self, path: &str) -> Result<Vec<u8>> {
        let reveal = self.prepared(self.regrender).arguments(["reveal", path]);
        Ok(reveal.run()?.success()?.stdout)
    }

    /// Checks that nothing lies in the home folder and in the one for temporary files.
    ///
    /// # Errors
    ///
    /// Something does.
    pub(super) fn check_nothing_elsewhere(&self) -> Result<()> {
        for folder in [self.home(), self.temporary()] {
            let tree = Tree::read(&folder)?;
            if tree != Tree::default() {
                bail!("{} holds {:?}", folder.display(), tree.files.keys());
            }
        }
        Ok(())
    }
}

impl Drop for Site<'_> {
    fn drop(&mut self) {
        // It is a folder of this process; what stays is in the way of nobody.
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// Looks for the canary in what a run printed.
///
/// # Errors
///
/// It is there.
pub(super) fn check_printed(answer: &Answer) -> Result<()> {
    for bytes in [&answer.printed.stdout, &answer.printed.stderr] {
        if let Some(spelling) = clear::find(bytes) {
            bail!("a run printed `{spelling}`");
        }
    }
    Ok(())
}
