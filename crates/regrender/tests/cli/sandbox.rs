//! A folder with files, and runs in it; every run is searched for clear secrets.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io::{self, Cursor, Write};
use std::path::{MAIN_SEPARATOR, Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use regrender::{Random, Terminal, World};
use tempfile::TempDir;

/// What every secret of the tests contains.
pub(crate) const CANARY: &str = "canary-4f1d";

/// An identity of the tests; it opens nothing else.
pub(crate) const IDENTITY: &str =
    "AGE-SECRET-KEY-1XAC64NV9YGCRZTFX4MEQM4WKNCHZ3M604SX2F0VCYSW022DY20JSMWESM6";
/// Its recipient.
pub(crate) const RECIPIENT: &str = "age1afwjt8jlpw8869ev0dtxeujpehx98xnleh0s2m6qagnz0c96ec0s9408xt";
/// Another identity of the tests.
pub(crate) const OTHER_IDENTITY: &str =
    "AGE-SECRET-KEY-1KP6S4Q0M9J8GT6E6P3YR5G5RV8RK635SKWCDK6NH7G49LC3TYYHSP6DFFK";
/// Its recipient.
pub(crate) const OTHER_RECIPIENT: &str =
    "age17urzm792nkleyjd5lrnw23jeuzrjs5uv69eh3rfpvrqyp3ff4els4qtgkz";

/// A folder with files, and runs in it.
pub(crate) struct Sandbox {
    folder: TempDir,
    environment: BTreeMap<OsString, OsString>,
    stdin: String,
}

/// What a run did.
pub(crate) struct Outcome {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) status: u8,
}

impl Sandbox {
    /// Makes a folder with these files; it is the top of a Git repository.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join(".git")).unwrap();
        fs::create_dir(folder.path().join(".home")).unwrap();
        let mut sandbox = Self { folder, environment: BTreeMap::new(), stdin: String::new() };
        let home = sandbox.path(".home");
        // Where sops looks for identities on Windows.
        sandbox.environment.insert("AppData".into(), home.join(".config").into());
        sandbox.environment.insert("HOME".into(), home.into());
        for (path, text) in files {
            sandbox.write(path, text);
        }
        sandbox
    }

    /// Takes it out of its Git repository: the home folder is in it.
    pub(crate) fn unversioned(self) -> Self {
        fs::remove_dir(self.path(".git")).unwrap();
        self
    }

    /// Makes a folder with the simplest registries.toml, its password and its identity.
    pub(crate) fn simple() -> Self {
        let mut sandbox = Self::new(&[("registries.toml", &simple_config())]);
        sandbox.set("HUB_TOKEN", &format!("{CANARY}-hub"));
        sandbox.set("SOPS_AGE_KEY", IDENTITY);
        sandbox
    }

    /// Sets an environment variable for the runs that follow.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.environment.insert(name.into(), value.into());
    }

    /// Unsets an environment variable.
    pub(crate) fn unset(&mut self, name: &str) {
        self.environment.remove(&OsString::from(name));
    }

    /// Sets what the runs that follow read from standard input.
    pub(crate) fn type_in(&mut self, text: &str) {
        text.clone_into(&mut self.stdin);
    }

    /// Returns a path in the folder.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Writes a file.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Writes an index of Git's in which these stand: their paths and modes, and whether a sparse
    /// checkout leaves them out.
    pub(crate) fn write_index(&self, entries: &[(&str, u32, bool)]) {
        let mut index = b"DIRC\0\0\0\x03".to_vec();
        index.extend(u32::try_from(entries.len()).unwrap().to_be_bytes());
        for (path, mode, is_left_out) in entries {
            let mut entry = vec![0; 64];
            entry[24..28].copy_from_slice(&mode.to_be_bytes());
            entry[60] = 0x40;
            entry[62] = if *is_left_out { 0x40 } else { 0 };
            entry.extend(path.as_bytes());
            entry.resize((entry.len() + 8) & !7, 0);
            index.extend(entry);
        }
        index.extend([0; 20]);
        fs::write(self.path(".git/index"), index).unwrap();
    }

    /// Reads a file.
    #[track_caller]
    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Replaces a text in a file; it must be there.
    #[track_caller]
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} does not contain {from:?}");
        self.write(path, &text.replacen(from, to, 1));
    }

    /// Has the pull secret of the simplest registries.toml declared for an account.
    #[track_caller]
    pub(crate) fn give_to(&self, account: &str) {
        let namespaces = "namespaces = [\"team-a\"]\n";
        let accounts = format!("{namespaces}service-accounts = [\"{account}\"]\n");
        self.edit("registries.toml", namespaces, &accounts);
    }

    /// Has a second recipient declared beside the one of the tests.
    #[track_caller]
    pub(crate) fn add_recipient(&self) {
        let both = format!("[\"{RECIPIENT}\", \"{OTHER_RECIPIENT}\"]");
        self.edit("registries.toml", &format!("[\"{RECIPIENT}\"]"), &both);
    }

    /// Has the second recipient declared no more.
    #[track_caller]
    pub(crate) fn remove_recipient(&self) {
        self.edit("registries.toml", &format!(", \"{OTHER_RECIPIENT}\""), "");
    }

    /// Says whether there is such a file or folder.
    pub(crate) fn exists(&self, path: &str) -> bool {
        self.path(path).exists()
    }

    /// Lists the files below a folder, in order.
    pub(crate) fn files(&self, folder: &str) -> Vec<String> {
        let mut files = Vec::new();
        collect(&self.path(folder), &mut files);
        let top = self.folder.path();
        let mut files: Vec<String> = files
            .iter()
            .map(|file| file.strip_prefix(top).unwrap().display().to_string())
            .map(|file| file.replace(MAIN_SEPARATOR, "/"))
            .collect();
        files.sort();
        files
    }

    /// Returns the files below a folder with their texts and times.
    pub(crate) fn snapshot(&self, folder: &str) -> BTreeMap<String, (String, SystemTime)> {
        let files = self.files(folder).into_iter();
        files
            .map(|file| {
                let time = fs::metadata(self.path(&file)).unwrap().modified().unwrap();
                (file.clone(), (self.read(&file), time))
            })
            .collect()
    }

    /// Runs `regrender` with these arguments, and searches everything it made for clear secrets.
    #[track_caller]
    #[must_use = "whether it succeeded is for the test to say"]
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_in(".", arguments)
    }

    /// Does the same in a folder of the sandbox.
    #[track_caller]
    #[must_use = "whether it succeeded is for the test to say"]
    pub(crate) fn run_in(&self, folder: &str, arguments: &[&str]) -> Outcome {
        let outcome = self.start_in(folder, arguments);
        refuse_canary("stdout", &outcome.stdout);
        refuse_canary("stderr", &outcome.stderr);
        for file in self.files(".").iter().filter(|file| file.contains("pull-secrets")) {
            if self.path(file).is_file() {
                refuse_canary(file, &self.read(file));
            }
        }
        outcome
    }

    /// Runs `regrender` where a secret in clear is what was asked for.
    #[must_use = "whether it succeeded is for the test to say"]
    pub(crate) fn run_unsearched(&self, arguments: &[&str]) -> Outcome {
        self.start_in(".", arguments)
    }

    fn start_in(&self, folder: &str, arguments: &[&str]) -> Outcome {
        let stdout = Buffer::default();
        let stderr = Buffer::default();
        let mut world = World {
            directory: self.folder.path().join(folder).components().collect(),
            environment: self.environment.clone(),
            stdin: Box::new(Cursor::new(self.stdin.clone().into_bytes())),
            stdout: Box::new(stdout.clone()),
            stderr: Box::new(stderr.clone()),
            terminal: Terminal { stdin: false, stdout: false, stderr: false, width: 100 },
            now: SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_000_000),
            random: Box::new(|path| Box::new(Counting::new(path))),
        };
        let arguments = ["regrender"].iter().chain(arguments).map(OsString::from).collect();
        let status = regrender::run(arguments, &mut world);
        let place = self.folder.path().display().to_string();
        let shown = |text: &str| with_slashes(&text.replace(&place, "$FOLDER"));
        Outcome { stdout: shown(&stdout.text()), stderr: shown(&stderr.text()), status }
    }
}

/// Spells paths in the folder with slashes, on Windows too.
fn with_slashes(text: &str) -> String {
    let mut parts = text.split("$FOLDER");
    let mut spelled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(['`', '"', '\'', ' ', '\n']).unwrap_or(part.len());
        let (path, rest) = part.split_at(end);
        spelled.extend(["$FOLDER", &path.replace(MAIN_SEPARATOR, "/"), rest]);
    }
    spelled
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.stdout)?;
        if !self.stderr.is_empty() {
            write!(f, "--- stderr\n{}", self.stderr)?;
        }
        if self.status != 0 {
            writeln!(f, "--- status {}", self.status)?;
        }
        Ok(())
    }
}

impl Outcome {
    /// Asserts that the run did what was asked, and hands it on.
    #[track_caller]
    pub(crate) fn succeeded(self) -> Self {
        assert_eq!(self.status, 0, "{self}");
        self
    }

    /// Asserts that the run ended with this status, and hands it on.
    #[track_caller]
    pub(crate) fn ended_with(self, status: u8) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// Fails when the canary is in `text`, raw or in base64 at any alignment.
#[track_caller]
fn refuse_canary(place: &str, text: &str) {
    assert!(!text.contains(CANARY), "a clear secret in {place}");
    for shift in 0..3 {
        let shifted = [&b"xx"[..shift], CANARY.as_bytes()].concat();
        let encoded = STANDARD_NO_PAD.encode(shifted);
        // The characters at either end also encode what stands beside the canary.
        let inner = &encoded[4..encoded.len() - 2];
        assert!(!text.contains(inner), "a secret in base64 in {place}");
    }
}

/// Standard output or standard error, kept.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Bytes that are the same in each run and different for each file.
struct Counting(u64);

impl Counting {
    fn new(path: &str) -> Self {
        let seed = path.bytes().fold(0x9e37_79b9_u64, |seed, byte| {
            seed.wrapping_mul(0x0100_0000_01b3).wrapping_add(u64::from(byte))
        });
        Self(seed)
    }
}

impl Random for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = self.0.to_be_bytes()[0];
        }
    }
}

/// The simplest registries.toml.
pub(crate) fn simple_config() -> String {
    format!(
        r#"[seal]
recipients = ["{RECIPIENT}"]

[registry.hub]
kind = "docker-hub"
username = "acme-bot"
password = {{ env = "HUB_TOKEN" }}

[secret.regcred]
registries = ["hub"]
namespaces = ["team-a"]
"#
    )
}
