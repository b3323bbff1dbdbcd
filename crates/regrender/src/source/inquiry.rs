//! Asking the outside world, each thing once: what is at hand, then programs, then Vault.
//!
//! What becomes of the answers is no matter here.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::Path;

use regrender_config::{
    Config, Credential as Declared, Registry, Source, SourceKind, Username, nearest,
};
use regrender_image::docker_config_secrets;
use regrender_render::Credential;
use regrender_seal::Identities;
use zeroize::Zeroizing;

use super::docker_config::DockerConfig;
use super::failure::SourceFailure;
use super::problem::{self, Asker};
use super::question::{Answer, Answers, Given, Question};
use super::resolution::Resolution;
use super::sealed::{Content, SealedFailure, open_age_file, open_sops};
use super::{Means, Resolved, program, vault};
use crate::input::bytes::{LIMIT, SecretBytes, read_all};
use crate::input::failure::FileFailure;
use crate::input::file::read_file;
use crate::input::mask::Mask;
use crate::reach::Reach;
use crate::world::{Terminal, World};

/// Asks what the credentials of some registries need, and keeps what is learnt on the way.
pub(crate) struct Inquiry<'a> {
    config: &'a Config,
    registries: &'a [(&'a Registry, &'a Declared)],
    /// The folder of registries.toml, which programs run in.
    base: &'a Path,
    means: Means<'a>,
    /// What is to be asked, as far as it is known.
    questions: BTreeSet<Question>,
    /// The secrets that are known so far.
    mask: Mask,
    /// What was answered so far.
    answers: Answers,
}

impl<'a> Inquiry<'a> {
    /// Begins an inquiry for the credentials of `registries` and for the key of the fingerprints.
    pub(crate) fn new(
        config: &'a Config,
        registries: &'a [(&'a Registry, &'a Declared)],
        base: &'a Path,
        means: Means<'a>,
        world: &World,
    ) -> Self {
        let (mut questions, mut mask) = (BTreeSet::new(), Mask::default());
        for source in sources(config, registries) {
            questions.extend(Question::of(source, base, world));
            if let SourceKind::Plain(secret) = &source.kind {
                mask.add(secret.expose());
            }
        }
        for (registry, declared) in registries {
            questions.extend(Question::of_whole(registry, declared, base, world));
        }
        Self { config, registries, base, means, questions, mask, answers: Answers::new() }
    }

    /// Asks what needs no program: the environment, files, standard input.
    pub(crate) fn ask_what_is_at_hand(&mut self, world: &mut World) {
        for question in self.questions.clone() {
            let answer = match &question {
                Question::Variable(name) => ask_variable(&world.environment, name),
                Question::File(path) => {
                    read_file(path).map(Given::Bytes).map_err(SourceFailure::File)
                }
                Question::DockerConfig(path) => self.read_docker_config(path),
                Question::Stdin => ask_stdin(&mut *world.stdin, world.terminal),
                Question::Sops(path) => self.open(path, open_sops),
                Question::Age(path) => self.open(path, open_age_file),
                Question::Command { .. }
                | Question::Helper { .. }
                | Question::Vault(_)
                | Question::AllOfVault => continue,
            };
            self.learn(&answer);
            self.answers.insert(question, answer);
        }
    }

    /// Runs programs: those that are declared, and those that docker configs name. What the other
    /// sources said is masked in what they say on standard error.
    pub(crate) fn ask_programs(&mut self, world: &mut World) {
        let keepers = self.keepers(world);
        self.questions.extend(keepers);
        let is_program = |question: &&Question| {
            matches!(question, Question::Command { .. } | Question::Helper { .. })
        };
        let programs: Vec<&Question> = self.questions.iter().filter(is_program).collect();
        let answered = match self.means.reach {
            Reach::Online if programs.is_empty() => Vec::new(),
            Reach::Online => {
                for pair in self.known_pairs(world) {
                    self.mask.add(&pair);
                }
                program::ask(&programs, self.base, &mut self.mask, world)
            }
            Reach::Offline => programs.into_iter().map(refused).collect(),
        };
        self.answers.extend(answered);
    }

    /// Asks Vault, if anything is in it, and tells what is wrong with the secrets that logging in
    /// takes.
    pub(crate) fn ask_vault(&mut self, world: &World) -> Resolved {
        if self.means.reach == Reach::Offline {
            let is_vault = |question: &&Question| matches!(question, Question::Vault(_));
            self.answers.extend(self.questions.iter().filter(is_vault).map(refused));
            return Resolved::default();
        }
        let paths = self.questions.iter().filter_map(|question| match question {
            Question::Vault(path) => Some(path.as_str()),
            _ => None,
        });
        let paths: BTreeSet<&str> = paths.collect();
        if paths.is_empty() {
            return Resolved::default();
        }
        let (answered, told) = self.log_in_and_ask(&paths, world);
        self.answers.extend(answered);
        told
    }

    /// Returns all answers.
    pub(crate) fn answers(&self) -> &Answers {
        &self.answers
    }

    /// Lists the credentials both halves of which are known, as `USERNAME:PASSWORD`: their base64 is
    /// what HTTP's basic authentication shows.
    fn known_pairs(&self, world: &World) -> Vec<Zeroizing<String>> {
        let (identities, told) = (self.means.identities, Resolved::default());
        let mut known = Resolution::new(&self.answers, self.base, identities, world, told);
        for (registry, declared) in self.registries {
            known.registry(registry, declared);
        }
        // What is wrong with them is told when all is known.
        let credentials = known.into_resolved().credentials.into_values();
        let pairs = credentials.map(|Credential { username, password, .. }| {
            Zeroizing::new(format!("{username}:{}", password.expose()))
        });
        pairs.collect()
    }

    /// Returns the questions for the helpers that docker configs leave credentials to.
    fn keepers(&self, world: &World) -> Vec<Question> {
        let keepers = self.registries.iter().filter_map(|(registry, declared)| {
            let Declared::DockerConfig { path, key, timeout, .. } = declared else { return None };
            let question = Question::DockerConfig(world.resolve(self.base, path));
            match self.answers.get(&question)? {
                Ok(Given::DockerConfig(config)) => {
                    Question::of_keeper(config, registry, key.as_deref(), *timeout)
                }
                _ => None,
            }
        });
        keepers.collect()
    }

    fn log_in_and_ask(
        &self,
        paths: &BTreeSet<&str>,
        world: &World,
    ) -> (Vec<(Question, Answer)>, Resolved) {
        let declared = &self.config.vault;
        let mut told = Resolved::default();
        if declared.address.is_none() && vault::is_in_clear(world) {
            told.remarks.push(problem::vault::in_clear());
        }
        let identities = self.means.identities;
        let mut login = Resolution::new(&self.answers, self.base, identities, world, told);
        let mut values = |part, source: &Source| login.value(Asker { registry: "", part }, source);
        let answered = vault::ask(declared, paths, self.base, &mut values, world);
        (answered, login.into_resolved())
    }

    /// Parses a docker config; what is in one that cannot be read is no less secret.
    fn read_docker_config(&mut self, path: &Path) -> Answer {
        let bytes = read_file(path)?;
        self.learn_bytes(&bytes);
        let config = DockerConfig::parse(bytes.expose()).map_err(SourceFailure::DockerConfig)?;
        Ok(Given::DockerConfig(config))
    }

    /// Opens a sealed file in the way of its kind, which goes by the name of the file too.
    fn open(
        &self,
        path: &Path,
        open: fn(&str, &SecretBytes, &Identities) -> Result<Content, SealedFailure>,
    ) -> Answer {
        let bytes = read_file(path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match open(&name, &bytes, &self.means.identities.identities)
            .map_err(SourceFailure::Sealed)?
        {
            Content::Bytes(bytes) => Ok(Given::Bytes(bytes)),
            content @ Content::Documents(_) => Ok(Given::Sealed(content)),
        }
    }

    /// Adds what a source said to the secrets to mask.
    fn learn(&mut self, answer: &Answer) {
        match answer {
            Ok(Given::Bytes(bytes)) => self.learn_bytes(bytes),
            Ok(Given::Sealed(content)) => {
                for secret in content.secrets() {
                    self.mask.add(secret.expose());
                }
            }
            Ok(Given::DockerConfig(_) | Given::Login(_) | Given::Secret(_)) | Err(_) => {}
        }
    }

    /// Adds all of a text to the secrets to mask, and what is in it when it is a docker config.
    fn learn_bytes(&mut self, bytes: &SecretBytes) {
        self.mask.add_bytes(bytes);
        for secret in docker_config_secrets(bytes.expose()) {
            if let Ok(text) = std::str::from_utf8(secret.expose()) {
                self.mask.add(text);
            }
        }
    }
}

/// Lists the sources of the credentials of `registries`, that of the fingerprint key, and those that
/// logging in to Vault takes if anything is in Vault.
fn sources<'a>(config: &'a Config, registries: &[(&'a Registry, &'a Declared)]) -> Vec<&'a Source> {
    let of_registries = registries.iter().flat_map(|(_, declared)| sources_of(declared));
    let mut sources: Vec<&Source> = of_registries.chain(&config.fingerprint_key).collect();
    if sources.iter().any(|source| matches!(source.kind, SourceKind::Vault { .. })) {
        sources.extend(config.vault.auth.iter().flat_map(|auth| auth.sources()));
    }
    sources
}

/// Lists the files of sops that anything in `config` comes from, as registries.toml names them.
pub(crate) fn sops_files(config: &Config) -> BTreeSet<&str> {
    let declared = config.registries.iter().filter_map(Registry::credential);
    let sources = declared.flat_map(sources_of).chain(&config.fingerprint_key);
    let sources = sources.chain(config.vault.auth.iter().flat_map(|auth| auth.sources()));
    let files = sources.filter_map(|source| match &source.kind {
        SourceKind::Sops { path, .. } => Some(path.as_str()),
        _ => None,
    });
    files.collect()
}

fn sources_of(declared: &Declared) -> Vec<&Source> {
    match declared {
        Declared::Pair { username: Username::From(username), password, .. } => {
            vec![username, password]
        }
        Declared::Pair { username: Username::Literal(_), password, .. } => vec![password],
        Declared::DockerConfig { .. } | Declared::Helper { .. } => Vec::new(),
    }
}

/// Answers a question that an offline run does not ask.
fn refused(question: &Question) -> (Question, Answer) {
    (question.clone(), Err(SourceFailure::Offline))
}

fn ask_variable(environment: &BTreeMap<OsString, OsString>, name: &str) -> Answer {
    match environment.get(OsStr::new(name)) {
        None => Err(SourceFailure::VariableUnset { similar: similar(environment, name) }),
        Some(value) if value.is_empty() => Err(SourceFailure::VariableEmpty),
        Some(value) => Ok(Given::Bytes(SecretBytes::new(value.as_encoded_bytes()))),
    }
}

/// Variables that every shell has, and nobody for a secret. Shorter ones look like anything.
const OF_SHELLS: [&str; 7] = ["HOME", "LOGNAME", "OLDPWD", "PATH", "SHELL", "TERM", "USER"];

/// Returns the name of the variable that is set and that somebody probably meant.
fn similar(environment: &BTreeMap<OsString, OsString>, name: &str) -> Option<String> {
    let set = environment.iter().filter(|(_, value)| !value.is_empty());
    let names = set.filter_map(|(name, _)| name.to_str());
    let may_be_meant = |name: &&str| name.len() >= 4 && !OF_SHELLS.contains(name);
    nearest(name, names.filter(may_be_meant)).map(str::to_owned)
}

fn ask_stdin(stdin: &mut dyn Read, terminal: Terminal) -> Answer {
    // A secret that is typed in shows on the screen.
    if terminal.stdin {
        return Err(SourceFailure::StdinIsTerminal);
    }
    let read =
        read_all(stdin, LIMIT).map_err(|error| FileFailure::Unreadable(error.to_string()))?;
    Ok(Given::Bytes(read.ok_or(FileFailure::TooLarge)?))
}
