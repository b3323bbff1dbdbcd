//! The credentials that a run needs: each source is asked once, and every problem is told.

mod ask;
pub(crate) mod bytes;
pub(crate) mod command;
mod docker_config;
mod expiry;
pub(crate) mod failure;
pub(crate) mod file;
mod helper;
mod lines;
pub(crate) mod mask;
pub(crate) mod page;
mod problem;
mod program;
mod question;
mod sealed;
mod token;
mod value;
mod vault;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use regrender_config::preset::looks_like_another_kind;
use regrender_config::{Config, Credential as Declared, Registry};
use regrender_config::{Source, SourceKind, Username};
use regrender_diagnostic::{Diagnostic, Span};
use regrender_document::SecretText;
use regrender_render::{Credential, Credentials};
use zeroize::Zeroizing;

use self::ask::Inquiry;
use self::docker_config::{DockerConfig, LoginError};
use self::failure::Failure;
use self::helper::HelperFailure;
use self::mask::Mask;
use self::problem::Asker;
use self::question::{Answers, Given, Question};
use self::token::Nearness;
use self::value::{LineEnds, Part, Value, check_text, read_value};
use self::vault::VaultFailure;
use crate::World;
use crate::identity::Discovered;
use crate::reach::Reach;

/// With what credentials are resolved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Means<'a> {
    /// The identities of the run, which open sealed sources.
    pub(crate) identities: &'a Discovered,
    /// Whether programs may be started and the network may be used.
    pub(crate) reach: Reach,
}

/// The credentials of a run, and what to tell of them.
#[derive(Debug, Default)]
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
    means: Means<'_>,
    world: &mut World,
) -> Resolved {
    let base = world.directory.join(base);
    let registries: Vec<(&Registry, &Declared)> = config
        .registries
        .iter()
        .filter(|registry| needed.contains(registry.name.as_str()))
        .filter_map(|registry| Some((registry, registry.credential()?)))
        .collect();
    let mut resolved = Resolved::default();
    let answers = ask_all(config, &registries, &base, means, world, &mut resolved);
    let mut resolution = Resolution::new(&answers, &base, means, world, resolved);
    for (registry, declared) in registries {
        resolution.registry(registry, declared);
    }
    let fingerprint = Asker { registry: "", part: Part::FingerprintKey };
    let fingerprint_key =
        config.fingerprint_key.as_ref().and_then(|source| resolution.value(fingerprint, source));
    Resolved { fingerprint_key, ..resolution.resolved }
}

/// Asks everything that the credentials of `registries` need, each thing once: what is at hand, then
/// programs, then Vault, because logging in to it may take what the others say.
fn ask_all(
    config: &Config,
    registries: &[(&Registry, &Declared)],
    base: &Path,
    means: Means<'_>,
    world: &mut World,
    resolved: &mut Resolved,
) -> Answers {
    let mut mask = Mask::default();
    let mut questions = BTreeSet::new();
    let of_registries = registries.iter().flat_map(|(_, declared)| sources_of(declared));
    let mut sources: Vec<&Source> = of_registries.chain(&config.fingerprint_key).collect();
    let needs_vault = sources.iter().any(|source| matches!(source.kind, SourceKind::Vault { .. }));
    if needs_vault {
        sources.extend(config.vault.auth.iter().flat_map(|auth| auth.sources()));
    }
    for source in sources {
        note_source(source, base, world, &mut questions, &mut mask);
    }
    for (registry, declared) in registries {
        questions.extend(match declared {
            Declared::Pair { .. } => None,
            Declared::DockerConfig { path, .. } => Some(Question::File(world.resolve(base, path))),
            Declared::Helper { name, key, timeout, .. } => {
                Some(question_of_helper(registry, name, key.as_ref(), *timeout))
            }
        });
    }
    let mut inquiry = Inquiry::new(base, &means.identities.identities, means.reach, mask);
    inquiry.ask_what_is_at_hand(&questions, world);
    for (registry, declared) in registries {
        questions.extend(question_of_keeper(registry, declared, base, inquiry.answers(), world));
    }
    inquiry.ask_programs(&questions, world);
    let mut answers = inquiry.into_answers();
    let paths = questions.iter().filter_map(|question| match question {
        Question::Vault(path) => Some(path.as_str()),
        _ => None,
    });
    let paths: BTreeSet<&str> = paths.collect();
    if means.reach == Reach::Offline {
        let refuse = |path: &&str| (Question::Vault((*path).to_owned()), Err(Failure::Offline));
        answers.extend(paths.iter().map(refuse));
    } else if !paths.is_empty() {
        answers.extend(ask_vault(config, &paths, &answers, base, means, world, resolved));
    }
    answers
}

/// Asks Vault, and tells what is wrong with the secrets that logging in takes.
fn ask_vault(
    config: &Config,
    paths: &BTreeSet<&str>,
    answers: &Answers,
    base: &Path,
    means: Means<'_>,
    world: &World,
    resolved: &mut Resolved,
) -> Vec<(Question, question::Answer)> {
    let mut login = Resolution::new(answers, base, means, world, Resolved::default());
    let mut values = |part, source: &Source| login.value(Asker { registry: "", part }, source);
    let answered = vault::ask(&config.vault, paths, base, &mut values, world);
    if config.vault.address.is_none() && vault::is_in_clear(world) {
        resolved.remarks.push(problem::vault::in_clear());
    }
    resolved.problems.extend(login.resolved.problems);
    resolved.remarks.extend(login.resolved.remarks);
    answered
}

/// Returns the question for a credential helper that is named.
fn question_of_helper(
    registry: &Registry,
    name: &str,
    key: Option<&String>,
    timeout: Duration,
) -> Question {
    let servers = key.map_or_else(|| helper::servers(registry), |key| vec![key.clone()]);
    Question::Helper { program: helper::program(name), servers, timeout }
}

/// Returns the question for the credential helper that a docker config names.
fn question_of_keeper(
    registry: &Registry,
    declared: &Declared,
    base: &Path,
    answers: &Answers,
    world: &World,
) -> Option<Question> {
    let Declared::DockerConfig { path, key, timeout, .. } = declared else {
        return None;
    };
    let Ok(Given::Bytes(bytes)) = answers.get(&Question::File(world.resolve(base, path)))? else {
        return None;
    };
    let config = DockerConfig::parse(bytes.expose()).ok()?;
    let keeper = config.keeper(registry, key.as_deref())?;
    Some(Question::Helper { program: keeper.program, servers: keeper.servers, timeout: *timeout })
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
    means: Means<'a>,
    world: &'a World,
    resolved: Resolved,
    /// Where in the problems that of a question is, so that it is told once.
    told: BTreeMap<Question, usize>,
    /// The questions whose answers lost line ends, so that it is told once.
    cut: BTreeSet<Question>,
}

impl<'a> Resolution<'a> {
    fn new(
        answers: &'a Answers,
        base: &'a Path,
        means: Means<'a>,
        world: &'a World,
        resolved: Resolved,
    ) -> Self {
        let (told, cut) = (BTreeMap::new(), BTreeSet::new());
        Self { answers, base, means, world, resolved, told, cut }
    }

    fn registry(&mut self, registry: &Registry, declared: &Declared) {
        let credential = match declared {
            Declared::Pair { username, password, email } => self
                .pair(&registry.name, username, password, email.clone())
                .map(|credential| (credential, &password.span)),
            Declared::DockerConfig { path, key, timeout, span } => {
                let key = key.as_deref();
                self.login(registry, path, key, *timeout, span).map(|login| (login, span))
            }
            Declared::Helper { name, key, timeout, span } => {
                let question = question_of_helper(registry, name, key.as_ref(), *timeout);
                self.kept(registry, &question, None, span).map(|login| (login, span))
            }
        };
        if let Some((credential, span)) = credential {
            let (expires_at, advice) = self.life(registry, &credential, span);
            let asker = Asker { registry: &registry.name, part: Part::Password };
            let unlikely =
                |advice: String| problem::unlikely_password(asker, span.clone(), &advice);
            self.resolved.remarks.extend(advice.map(unlikely));
            let credential = Credential { expires_at, ..credential };
            self.resolved.credentials.insert(registry.name.clone(), credential);
        }
        if let Some(last) = registry.expires {
            let validity = expiry::validity(last, self.world.now);
            let remark = problem::validity(&registry.name, last, registry.span.clone(), validity);
            self.resolved.remarks.extend(remark);
        }
    }

    /// Tells when a token is dead; returns what its pull secret shall say of it, and what else it
    /// looks like.
    fn life(
        &mut self,
        registry: &Registry,
        credential: &Credential,
        span: &Span,
    ) -> (Option<String>, Option<String>) {
        let password = credential.password.expose();
        let advice = looks_like_another_kind(registry.kind, password);
        let now = self.world.now;
        let Some(death) = token::death(registry, &credential.username, password, now) else {
            return (None, advice);
        };
        let is_allowed = registry.allow_short_lived;
        match death.nearness(now) {
            None => return (None, advice),
            // A token that dies on purpose is no matter while it lives.
            Some(Nearness::TooSoon) if is_allowed => {}
            Some(nearness) => {
                let told = problem::token::token(registry, span.clone(), death, nearness);
                let list = match nearness {
                    Nearness::Over if is_allowed => &mut self.resolved.remarks,
                    Nearness::Over | Nearness::TooSoon => &mut self.resolved.problems,
                    Nearness::Soon => &mut self.resolved.remarks,
                };
                list.push(told);
            }
        }
        (is_allowed.then(|| regrender_seal::spell_time(death.moment())), None)
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
        Some(Credential { username: username?, password: password?, email, expires_at: None })
    }

    fn value(&mut self, asker: Asker<'_>, source: &Source) -> Option<SecretText> {
        let question = Question::of(source, self.base, self.world);
        let read = match &question {
            None => read_value(plain_of(source).as_bytes(), LineEnds::Refuse, asker.part),
            Some(question) => match self.answers.get(question)? {
                Ok(given) => {
                    let bytes = self.bytes_of(asker, source, given)?;
                    read_value(&bytes, line_ends_of(&source.kind), asker.part)
                }
                Err(failure) => {
                    self.failed(asker, source, question, failure);
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

    /// Takes out of what a source gave what is meant, or tells that it is not in there.
    fn bytes_of(
        &mut self,
        asker: Asker<'_>,
        source: &Source,
        given: &Given,
    ) -> Option<Zeroizing<Vec<u8>>> {
        let text = match (given, &source.kind) {
            (Given::Bytes(bytes), _) => return Some(Zeroizing::new(bytes.expose().to_vec())),
            (Given::Sealed(content), SourceKind::Sops { key: Some(key), .. }) => {
                match content.value_at(key) {
                    Ok(value) => {
                        let remark = problem::sealed::not_quoted(asker, source, value.kind);
                        self.resolved.remarks.extend(remark);
                        Ok(value.text)
                    }
                    Err(why) => Err(problem::sealed::no_value(asker, source, &why)),
                }
            }
            (Given::Secret(secret), SourceKind::Vault { path, key, .. }) => {
                if let Some(lease) = secret.lease() {
                    let remark = problem::vault::leased(asker, source, lease);
                    self.resolved.remarks.push(remark);
                }
                secret.value(key).map_err(|why| problem::vault::no_value(asker, source, path, &why))
            }
            _ => return None,
        };
        match text {
            Ok(text) => Some(Zeroizing::new(text.expose().as_bytes().to_vec())),
            Err(problem) => {
                self.resolved.problems.push(problem);
                None
            }
        }
    }

    /// Tells why a source gave nothing; what is wrong with all of Vault is told once.
    fn failed(
        &mut self,
        asker: Asker<'_>,
        source: &Source,
        question: &Question,
        failure: &Failure,
    ) {
        let question = match failure {
            // A secret that logging in takes is missed, and that is told already.
            Failure::Vault(VaultFailure::NoLogin) => return,
            Failure::Vault(failure) if failure.is_for_all() => &Question::AllOfVault,
            _ => question,
        };
        let problem = problem::source_failed(asker, source, failure, self.means.identities);
        self.tell_once(question, problem, asker, &source.span);
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
        timeout: Duration,
        span: &Span,
    ) -> Option<Credential> {
        let question = Question::File(self.world.resolve(self.base, path));
        let asker = Asker { registry: &registry.name, part: Part::Password };
        let bytes = match self.answers.get(&question)? {
            Ok(Given::Bytes(bytes)) => bytes,
            Ok(_) => return None,
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
        if let Some(keeper) = config.keeper(registry, key) {
            let (program, servers) = (keeper.program, keeper.servers);
            let question = Question::Helper { program, servers, timeout };
            let is_found = !matches!(
                self.answers.get(&question),
                Some(Err(Failure::Helper(HelperFailure::NotFound)))
            );
            // Docker would have no credential then; one that stands in the file is one all the same.
            if is_found {
                let email = config.email(registry, key);
                return self.kept(registry, &question, email, span);
            }
        }
        let login = match config.login(registry, key) {
            Ok(login) => login,
            Err(why) => {
                self.resolved.problems.push(no_login(&why));
                return None;
            }
        };
        let place = problem::docker_config::entry(&login.key);
        let credential = Credential {
            username: login.username,
            password: login.password,
            email: login.email,
            expires_at: None,
        };
        self.checked(registry, credential, &place, span)
    }

    /// Takes the credential that a helper keeps.
    fn kept(
        &mut self,
        registry: &Registry,
        question: &Question,
        email: Option<String>,
        span: &Span,
    ) -> Option<Credential> {
        let Question::Helper { program, servers, timeout } = question else {
            return None;
        };
        let login = match self.answers.get(question)? {
            Ok(Given::Login(login)) => login.clone(),
            Ok(_) => return None,
            Err(failure) => {
                let helper = problem::helper::Asked { program, servers, timeout: *timeout };
                let problem =
                    problem::helper::failed(&registry.name, &helper, span.clone(), failure);
                let asker = Asker { registry: &registry.name, part: Part::Password };
                self.tell_once(question, problem, asker, span);
                return None;
            }
        };
        let place = format!("read from `{program}`");
        let credential = Credential {
            username: login.username,
            password: login.password,
            email,
            expires_at: None,
        };
        self.checked(registry, credential, &place, span)
    }

    /// Checks both halves of a credential that came whole.
    fn checked(
        &mut self,
        registry: &Registry,
        credential: Credential,
        place: &str,
        span: &Span,
    ) -> Option<Credential> {
        let parts = [
            (Part::Username, credential.username.as_str()),
            (Part::Password, credential.password.expose()),
        ];
        let faults = parts.into_iter().filter_map(|(part, text)| {
            let fault = check_text(text, part).err()?;
            let asker = Asker { registry: &registry.name, part };
            Some(problem::bad_part(asker, place, span.clone(), fault))
        });
        let before = self.resolved.problems.len();
        self.resolved.problems.extend(faults);
        (self.resolved.problems.len() == before).then_some(credential)
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
        SourceKind::File { trim, .. }
        | SourceKind::Sops { trim, .. }
        | SourceKind::Age { trim, .. }
        | SourceKind::Vault { trim, .. } => LineEnds::of_file(*trim),
        SourceKind::Stdin { trim } | SourceKind::Command { trim, .. } => LineEnds::of_stream(*trim),
    }
}
