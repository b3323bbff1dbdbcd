//! A credential that came whole: out of a docker config, or from a credential helper.

use std::time::Duration;

use regrender_config::Registry;
use regrender_diagnostic::Span;
use regrender_render::Credential;

use super::Resolution;
use crate::source::docker_config::DockerConfig;
use crate::source::failure::SourceFailure;
use crate::source::helper::HelperFailure;
use crate::source::problem::docker_config::Place;
use crate::source::problem::{self, Asker};
use crate::source::question::{Given, Question};
use crate::source::value::{Part, check_text};

impl Resolution<'_> {
    /// Takes the credential that a docker config holds, or that the program keeps which it names.
    pub(super) fn login(
        &mut self,
        registry: &Registry,
        path: &str,
        key: Option<&str>,
        timeout: Duration,
        span: &Span,
    ) -> Option<Credential> {
        let place = Place { registry, path, span };
        let question = Question::DockerConfig(self.world.resolve(self.base, path));
        let config = match self.answers.get(&question)? {
            Ok(Given::DockerConfig(config)) => config,
            Ok(_) => return None,
            Err(failure) => {
                let problem = problem::docker_config::failed(place, failure);
                let asker = Asker { registry: &registry.name, part: Part::Password };
                self.tell_once(&question, problem, asker, span);
                return None;
            }
        };
        match Question::of_keeper(config, registry, key, timeout) {
            Some(keeper) if self.has_credential(&keeper) => {
                self.kept(registry, &keeper, config.email(registry, key), span)
            }
            _ => self.written(config, key, place),
        }
    }

    /// Says whether a helper may have a credential. If it says that it has none, Docker would have
    /// none either; one that stands in the file is one all the same.
    fn has_credential(&self, keeper: &Question) -> bool {
        let answer = self.answers.get(keeper);
        !matches!(answer, Some(Err(SourceFailure::Helper(HelperFailure::NotFound))))
    }

    /// Takes the credential that stands in a docker config.
    fn written(
        &mut self,
        config: &DockerConfig,
        key: Option<&str>,
        place: Place<'_>,
    ) -> Option<Credential> {
        let login = match config.login(place.registry, key) {
            Ok(login) => login,
            Err(why) => {
                self.resolved.problems.push(problem::docker_config::no_login(place, &why));
                return None;
            }
        };
        let entry = problem::docker_config::entry(&login.key);
        let credential = Credential {
            username: login.username,
            password: login.password,
            email: login.email,
            expires_at: None,
        };
        self.checked(place.registry, credential, &entry, place.span)
    }

    /// Takes the credential that a helper keeps.
    pub(super) fn kept(
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
            Some(problem::value::bad_part(asker, place, span.clone(), fault))
        });
        let before = self.resolved.problems.len();
        self.resolved.problems.extend(faults);
        (self.resolved.problems.len() == before).then_some(credential)
    }
}
