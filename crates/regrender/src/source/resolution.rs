//! What becomes of the answers: credentials, and what to tell of those that cannot be obtained.
//!
//! Asks nothing itself.

mod value;
mod whole;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use regrender_config::preset::looks_like_another_kind;
use regrender_config::{Config, Credential as Declared, Registry, Source, Username};
use regrender_diagnostic::{Diagnostic, Span};
use regrender_render::Credential;

use super::problem::{self, Asker};
use super::question::{Answers, Question};
use super::token::Nearness;
use super::value::{Part, missing_key};
use super::{Resolved, expiry, token};
use crate::identity::Discovered;
use crate::world::World;

/// Makes credentials from answers.
pub(crate) struct Resolution<'a> {
    answers: &'a Answers,
    base: &'a Path,
    identities: &'a Discovered,
    world: &'a World,
    resolved: Resolved,
    /// Where in the problems that of a question is, so that it is told once.
    told: BTreeMap<Question, usize>,
    /// The questions whose answers lost line ends, so that it is told once.
    cut: BTreeSet<Question>,
}

impl<'a> Resolution<'a> {
    /// Begins with what is told already.
    pub(crate) fn new(
        answers: &'a Answers,
        base: &'a Path,
        identities: &'a Discovered,
        world: &'a World,
        told: Resolved,
    ) -> Self {
        let (resolved, told, cut) = (told, BTreeMap::new(), BTreeSet::new());
        Self { answers, base, identities, world, resolved, told, cut }
    }

    /// Returns the credentials, and what to tell of them.
    pub(crate) fn into_resolved(self) -> Resolved {
        self.resolved
    }

    /// Makes the credential of a registry.
    pub(crate) fn registry(&mut self, registry: &Registry, declared: &Declared) {
        let (credential, span) = match declared {
            Declared::Pair { username, password, email } => {
                let pair = self.pair(&registry.name, username, password, email.clone());
                (pair, &password.span)
            }
            Declared::DockerConfig { path, key, timeout, span } => {
                (self.login(registry, path, key.as_deref(), *timeout, span), span)
            }
            Declared::Helper { span, .. } => {
                let question = Question::of_whole(registry, declared, self.base, self.world);
                (question.and_then(|question| self.kept(registry, &question, None, span)), span)
            }
        };
        if let Some(credential) = credential {
            self.take(registry, credential, span);
        }
        self.resolved.remarks.extend(expiry::remark(registry, self.world.now));
    }

    /// Makes the key of the fingerprints, if the file declares one.
    pub(crate) fn fingerprint_key(&mut self, config: &Config) {
        let asker = Asker { registry: "", part: Part::FingerprintKey };
        let source = config.fingerprint_key.as_ref();
        let others = self.resolved.problems.len();
        self.resolved.fingerprint_key = source.and_then(|source| self.value(asker, source));
        self.resolved.problems_of_fingerprint_key = self.resolved.problems.len() - others;
    }

    /// Keeps a credential, and tells what it looks like.
    fn take(&mut self, registry: &Registry, credential: Credential, span: &Span) {
        let (expires_at, advice) = self.life(registry, &credential, span);
        let asker = Asker { registry: &registry.name, part: Part::Password };
        let unlikely =
            |advice: String| problem::value::unlikely_password(asker, span.clone(), &advice);
        self.resolved.remarks.extend(advice.map(unlikely));
        let credential = Credential { expires_at, ..credential };
        self.resolved.credentials.insert(registry.name.clone(), credential);
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
        let advice = looks_like_another_kind(registry.kind, password)
            .or_else(|| missing_key(&credential.username, password));
        let now = self.world.now;
        let Some(death) = token::death(registry.kind, &credential.username, password, now) else {
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
