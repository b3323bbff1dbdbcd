//! The credentials that a run needs: each source is asked once, and every problem is told.

pub(crate) mod bytes;
pub(crate) mod command;
mod docker_config;
mod expiry;
pub(crate) mod failure;
pub(crate) mod file;
mod lines;
pub(crate) mod mask;
pub(crate) mod page;
mod problem;
mod question;
mod value;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use regrender_config::preset::looks_like_another_kind;
use regrender_config::{Config, Credential as Declared, Registry};
use regrender_config::{Source, SourceKind, Username};
use regrender_diagnostic::{Diagnostic, Span};
use regrender_document::SecretText;
use regrender_render::{Credential, Credentials};

use self::docker_config::{DockerConfig, LoginError};
use self::mask::Mask;
use self::problem::Asker;
use self::question::{Answers, Question, ask};
use self::value::{LineEnds, Part, Value, check_text, read_value};
use crate::World;

/// The credentials of a run, and what to tell of them.
#[derive(Debug)]
pub(crate) struct Resolved {
    /// The credentials, by the name of their registry.
    pub(crate) credentials: Credentials,
    /// The key of the fingerprints, if the file declares one.
    pub(crate) fingerprint_key: Option<SecretText>,
    /// Why a credential cannot be had; with any of these nothing may be written.
    pub(crate) problems: Vec<Diagnostic>,
    /// Warnings and notes.
    pub(crate) remarks: Vec<Diagnostic>,
}

/// Resolves the credentials of the registries named in `needed`, and the key of the fingerprints.
///
/// `base` is the folder of registries.toml. Registries without a credential are passed over. The
/// order of all that is returned is that of the file.
pub(crate) fn resolve(
    config: &Config,
    needed: &BTreeSet<&str>,
    base: &Path,
    world: &mut World,
) -> Resolved {
    let base = world.directory.join(base);
    let registries: Vec<_> = config
        .registries
        .iter()
        .filter(|registry| needed.contains(registry.name.as_str()))
        .filter_map(|registry| Some((registry, registry.credential()?)))
        .collect();
    let mut mask = Mask::default();
    let mut questions = BTreeSet::new();
    for source in registries.iter().flat_map(|(_, declared)| sources_of(declared)) {
        note_source(source, &base, world, &mut questions, &mut mask);
    }
    if let Some(source) = &config.fingerprint_key {
        note_source(source, &base, world, &mut questions, &mut mask);
    }
    for (_, declared) in &registries {
        if let Declared::DockerConfig { path, .. } = declared {
            questions.insert(Question::File(world.resolve(&base, path)));
        }
    }
    let answers = ask(&questions, &base, mask, world);
    let mut resolution = Resolution::new(&answers, &base, world);
    for (registry, declared) in registries {
        resolution.registry(registry, declared);
    }
    let fingerprint = Asker { registry: "", part: Part::FingerprintKey };
    let fingerprint_key =
        config.fingerprint_key.as_ref().and_then(|source| resolution.value(fingerprint, source));
    Resolved { fingerprint_key, ..resolution.resolved }
}

fn sources_of(declared: &Declared) -> Vec<&Source> {
    match declared {
        Declared::Pair { username: Username::From(username), password, .. } => {
            vec![username, password]
        }
        Declared::Pair { username: Username::Literal(_), password, .. } => vec![password],
        Declared::DockerConfig { .. } => Vec::new(),
    }
}

fn note_source(
    source: &Source,
    base: &Path,
    world: &World,
    questions: &mut BTreeSet<Question>,
    mask: &mut Mask,
) {
    questions.extend(Question::of(source, base, world));
    if let SourceKind::Plain(secret) = &source.kind {
        mask.add(secret.expose());
    }
}

/// Makes credentials from answers.
struct Resolution<'a> {
    answers: &'a Answers,
    base: &'a Path,
    world: &'a World,
    resolved: Resolved,
    /// Where in the problems that of a question is, so that it is told once.
    told: BTreeMap<Question, usize>,
    /// The questions whose answers lost line ends, so that it is told once.
    cut: BTreeSet<Question>,
}

impl<'a> Resolution<'a> {
    fn new(answers: &'a Answers, base: &'a Path, world: &'a World) -> Self {
        let resolved = Resolved {
            credentials: Credentials::new(),
            fingerprint_key: None,
            problems: Vec::new(),
            remarks: Vec::new(),
        };
        Self { answers, base, world, resolved, told: BTreeMap::new(), cut: BTreeSet::new() }
    }

    fn registry(&mut self, registry: &Registry, declared: &Declared) {
        let credential = match declared {
            Declared::Pair { username, password, email } => self
                .pair(&registry.name, username, password, email.clone())
                .map(|credential| (credential, &password.span)),
            Declared::DockerConfig { path, key, span } => {
                self.login(registry, path, key.as_deref(), span).map(|login| (login, span))
            }
        };
        if let Some((credential, span)) = credential {
            let advice = looks_like_another_kind(registry.kind, credential.password.expose());
            let asker = Asker { registry: &registry.name, part: Part::Password };
            let unlikely =
                |advice: String| problem::unlikely_password(asker, span.clone(), &advice);
            self.resolved.remarks.extend(advice.map(unlikely));
            self.resolved.credentials.insert(registry.name.clone(), credential);
        }
        if let Some(last) = registry.expires {
            let validity = expiry::validity(last, self.world.now);
            let remark = problem::validity(&registry.name, last, registry.span.clone(), validity);
            self.resolved.remarks.extend(remark);
        }
    }

    fn pair(
        &mut self,
        registry: &str,
        username: &Username,
        password: &Source,
        email: Option<String>,
    ) -> Option<Credential> {
        let username = match username {
            Username::Literal(username) => Some(username.clone()),
            Username::From(source) => {
                let asker = Asker { registry, part: Part::Username };
                self.value(asker, source).map(|username| username.expose().to_owned())
            }
        };
        // Both are looked at before either is missed: every problem is told.
        let password = self.value(Asker { registry, part: Part::Password }, password);
        Some(Credential { username: username?, password: password?, email })
    }

    fn value(&mut self, asker: Asker<'_>, source: &Source) -> Option<SecretText> {
        let question = Question::of(source, self.base, self.world);
        let read = match &question {
            None => read_value(plain_of(source).as_bytes(), LineEnds::Refuse, asker.part),
            Some(question) => match self.answers.get(question)? {
                Ok(bytes) => read_value(bytes.expose(), line_ends_of(&source.kind), asker.part),
                Err(failure) => {
                    let problem = problem::source_failed(asker, source, failure);
                    self.tell_once(question, problem, asker, &source.span);
                    return None;
                }
            },
        };
        match read {
            Ok(value) => {
                self.remark(asker, source, question, &value);
                Some(value.text)
            }
            Err(fault) => {
                let span = source.span.clone();
                let problem = problem::bad_value(asker, &source.kind, span, fault);
                self.resolved.problems.push(problem);
                None
            }
        }
    }

    fn remark(
        &mut self,
        asker: Asker<'_>,
        source: &Source,
        question: Option<Question>,
        value: &Value,
    ) {
        if value.was_cut && question.is_some_and(|question| self.cut.insert(question)) {
            self.resolved.remarks.push(problem::line_end_cut(asker, source));
        }
        if value.has_white_space_around {
            self.resolved.remarks.push(problem::white_space(asker, source));
        }
    }

    fn login(
        &mut self,
        registry: &Registry,
        path: &str,
        key: Option<&str>,
        span: &Span,
    ) -> Option<Credential> {
        let question = Question::File(self.world.resolve(self.base, path));
        let asker = Asker { registry: &registry.name, part: Part::Password };
        let bytes = match self.answers.get(&question)? {
            Ok(bytes) => bytes,
            Err(failure) => {
                let problem =
                    problem::docker_config::unreadable(&registry.name, path, span.clone(), failure);
                self.tell_once(&question, problem, asker, span);
                return None;
            }
        };
        let no_login = |why: &LoginError| {
            problem::docker_config::no_login(
                &registry.name,
                &registry.host,
                path,
                span.clone(),
                why,
            )
        };
        let config = match DockerConfig::parse(bytes.expose()) {
            Ok(config) => config,
            Err(why) => {
                self.tell_once(&question, no_login(&why), asker, span);
                return None;
            }
        };
        let login = match config.login(registry, key) {
            Ok(login) => login,
            Err(why) => {
                self.resolved.problems.push(no_login(&why));
                return None;
            }
        };
        let parts =
            [(Part::Username, login.username.as_str()), (Part::Password, login.password.expose())];
        let faults = parts.into_iter().filter_map(|(part, text)| {
            let fault = check_text(text, part).err()?;
            let asker = Asker { registry: &registry.name, part };
            Some(problem::bad_entry(asker, &login.key, span.clone(), fault))
        });
        let before = self.resolved.problems.len();
        self.resolved.problems.extend(faults);
        let is_good = self.resolved.problems.len() == before;
        is_good.then_some(Credential {
            username: login.username,
            password: login.password,
            email: login.email,
        })
    }

    /// Tells the problem of a question, or only who else has it.
    fn tell_once(
        &mut self,
        question: &Question,
        problem: Diagnostic,
        asker: Asker<'_>,
        span: &Span,
    ) {
        let problems = &mut self.resolved.problems;
        if let Some(earlier) = self.told.get(question).and_then(|at| problems.get_mut(*at)) {
            *earlier = problem::also_used(earlier.clone(), asker, span.clone());
            return;
        }
        self.told.insert(question.clone(), problems.len());
        problems.push(problem);
    }
}

fn plain_of(source: &Source) -> &str {
    match &source.kind {
        SourceKind::Plain(secret) => secret.expose(),
        _ => "",
    }
}

fn line_ends_of(kind: &SourceKind) -> LineEnds {
    match kind {
        SourceKind::Plain(_) | SourceKind::Env(_) => LineEnds::Refuse,
        SourceKind::File { trim, .. } => LineEnds::of_file(*trim),
        SourceKind::Stdin { trim } | SourceKind::Command { trim, .. } => LineEnds::of_stream(*trim),
    }
}
