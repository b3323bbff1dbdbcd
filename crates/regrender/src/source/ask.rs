//! Asking the outside world: each thing once, what is at hand first, programs side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::Path;

use regrender_image::docker_config_secrets;
use regrender_seal::Identities;

use super::bytes::{SecretBytes, read_all};
use super::failure::Failure;
use super::file::read_file;
use super::mask::Mask;
use super::program;
use super::question::{Answer, Answers, Given, Question};
use super::sealed::{Content, open_age_file, open_sops};
use crate::reach::Reach;
use crate::{Terminal, World};

/// Asks questions, and keeps what is learnt on the way.
pub(crate) struct Inquiry<'a> {
    /// The folder that programs run in.
    folder: &'a Path,
    /// What opens sealed files.
    identities: &'a Identities,
    /// Whether programs may be started at all.
    reach: Reach,
    /// The secrets that are known so far.
    mask: Mask,
    /// What was answered so far.
    answers: Answers,
}

impl<'a> Inquiry<'a> {
    /// Begins an inquiry that knows the secrets in `mask` beforehand.
    pub(crate) fn new(
        folder: &'a Path,
        identities: &'a Identities,
        reach: Reach,
        mask: Mask,
    ) -> Self {
        Self { folder, identities, reach, mask, answers: Answers::new() }
    }

    /// Asks what needs no program: the environment, files, standard input.
    pub(crate) fn ask_what_is_at_hand(
        &mut self,
        questions: &BTreeSet<Question>,
        world: &mut World,
    ) {
        for question in questions {
            let answer = match question {
                Question::Variable(name) => ask_variable(&world.environment, name),
                Question::File(path) => read_file(path).map(Given::Bytes),
                Question::Stdin => ask_stdin(&mut *world.stdin, world.terminal),
                Question::Sops(path) => self.open(path, |bytes, identities| {
                    let name = path.file_name().unwrap_or_default().to_string_lossy();
                    open_sops(&name, bytes, identities).map_err(Failure::Sealed)
                }),
                Question::Age(path) => self.open(path, |bytes, identities| {
                    open_age_file(bytes, identities).map_err(Failure::Sealed)
                }),
                Question::Command { .. }
                | Question::Helper { .. }
                | Question::Vault(_)
                | Question::AllOfVault => continue,
            };
            self.learn(&answer);
            self.answers.insert(question.clone(), answer);
        }
    }

    /// Runs programs. What the other sources said is masked in what they say on standard error.
    pub(crate) fn ask_programs(&mut self, questions: &BTreeSet<Question>, world: &mut World) {
        let is_new = |question: &&Question| {
            matches!(question, Question::Command { .. } | Question::Helper { .. })
                && !self.answers.contains_key(question)
        };
        let programs: Vec<&Question> = questions.iter().filter(is_new).collect();
        let answered = match self.reach {
            Reach::Online => program::ask(&programs, self.folder, &mut self.mask, world),
            Reach::Offline => {
                let refuse = |question: &&Question| ((*question).clone(), Err(Failure::Offline));
                programs.iter().map(refuse).collect()
            }
        };
        self.answers.extend(answered);
    }

    /// Returns what was answered so far.
    pub(crate) fn answers(&self) -> &Answers {
        &self.answers
    }

    /// Returns all answers.
    pub(crate) fn into_answers(self) -> Answers {
        self.answers
    }

    fn open(
        &self,
        path: &Path,
        open: impl FnOnce(&SecretBytes, &Identities) -> Result<Content, Failure>,
    ) -> Answer {
        let bytes = read_file(path)?;
        match open(&bytes, self.identities)? {
            Content::Bytes(bytes) => Ok(Given::Bytes(bytes)),
            content @ Content::Documents(_) => Ok(Given::Sealed(content)),
        }
    }

    /// Adds what a source said to the secrets to mask: all of it, and what is in it when it is a
    /// docker config or a sealed file.
    fn learn(&mut self, answer: &Answer) {
        match answer {
            Ok(Given::Bytes(bytes)) => {
                self.mask.add_bytes(bytes);
                for secret in docker_config_secrets(bytes.expose()) {
                    if let Ok(text) = std::str::from_utf8(secret.expose()) {
                        self.mask.add(text);
                    }
                }
            }
            Ok(Given::Sealed(content)) => {
                for secret in content.secrets() {
                    self.mask.add(secret.expose());
                }
            }
            Ok(Given::Login(_) | Given::Secret(_)) | Err(_) => {}
        }
    }
}

fn ask_variable(environment: &BTreeMap<OsString, OsString>, name: &str) -> Answer {
    match environment.get(OsStr::new(name)) {
        None => Err(Failure::VariableUnset),
        Some(value) if value.is_empty() => Err(Failure::VariableEmpty),
        Some(value) => Ok(Given::Bytes(SecretBytes::new(value.as_encoded_bytes()))),
    }
}

fn ask_stdin(stdin: &mut dyn Read, terminal: Terminal) -> Answer {
    // A secret that is typed in shows on the screen.
    if terminal.stdin {
        return Err(Failure::StdinIsTerminal);
    }
    let read = read_all(stdin).map_err(|error| Failure::Unreadable(error.to_string()))?;
    read.map(Given::Bytes).ok_or(Failure::TooLarge)
}
