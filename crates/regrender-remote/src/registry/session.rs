//! Asking one registry: how it wants the credential, and showing it the credential that way.

use std::cell::OnceCell;
use std::rc::Rc;

use regrender_document::SecretText;

use super::fault::{Fault, Party, said, trouble};
use super::report::{Authentication, Report};
use super::{Credential, Question};
use crate::retry::{Repeat, send};
use crate::{
    Challenge, Method, Request, Response, Scheme, Token, Url, read_challenges, read_token,
};

/// How often a request is sent on.
const MOST_REDIRECTS: usize = 5;

/// A registry that answers.
pub(super) struct Session<'a> {
    pub(super) question: &'a Question<'a>,
    pub(super) address: Url,
    way: Way,
    /// Why it is asked nothing more.
    end: Rc<OnceCell<Fault>>,
}

/// How the registry wants the credential.
enum Way {
    Nothing,
    Basic,
    Bearer { realm: Url, service: Option<String> },
}

/// What is shown with a request.
pub(super) enum Shown {
    Nothing,
    Basic,
    Token(Token),
}

/// Where an answer came from in the end.
pub(super) struct Answer {
    pub(super) response: Response,
    /// The host it came from, if that is another one.
    pub(super) elsewhere: Option<String>,
}

impl<'a> Session<'a> {
    /// Asks whether there is a registry, and how it wants the credential.
    pub(super) fn begin(
        question: &'a Question<'a>,
        address: &Url,
        report: &mut Report,
    ) -> Result<Self, Fault> {
        let (address, end) = (address.clone(), Rc::default());
        let mut session = Self { question, address, way: Way::Nothing, end };
        let request = Request::new(Method::Get, session.address.below("v2/"));
        let answer = session.ask_registry(request)?;
        report.skew = answer.date().map(|date| date - (question.now)());
        session.way = session.way_of(&answer)?;
        Ok(session)
    }

    /// Says whether the registry lets everybody in at its top, so that nothing is shown to it.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.way, Way::Nothing)
    }

    /// Returns a session that shows the credential as a refusal asks for it; none where that does not
    /// say how.
    pub(super) fn challenged_by(&self, refusal: &Response) -> Result<Option<Self>, Fault> {
        if refusal.status != 401 {
            return Ok(None);
        }
        let way = match self.way_of(refusal) {
            Err(Fault::NoChallenge) => return Ok(None),
            way => way?,
        };
        let (address, end) = (self.address.clone(), Rc::clone(&self.end));
        Ok(Some(Self { question: self.question, address, way, end }))
    }

    /// Returns how the registry wants the credential.
    pub(super) fn authentication(&self) -> Authentication {
        match &self.way {
            Way::Nothing => Authentication::Nothing,
            Way::Basic => Authentication::Basic,
            Way::Bearer { realm, .. } => Authentication::Bearer {
                server: realm.authority(),
                is_elsewhere: realm.host() != self.address.host(),
            },
        }
    }

    /// Shows the credential, and no more.
    pub(super) fn check_credential(&self, report: &mut Report) -> Result<(), Fault> {
        if self.question.credential.is_none() {
            return Ok(());
        }
        let has_subjects = !self.question.subjects.is_empty();
        let shown = match self.authorize(None) {
            // Some make no token for nothing; those for the repositories will tell.
            Err(Fault::Unexpected { by: Party::TokenServer(_), .. }) if has_subjects => {
                return Ok(());
            }
            outcome => outcome?,
        };
        if let Shown::Token(token) = &shown {
            report.token_life = Some(token.expires_in);
        }
        let request = Request::new(Method::Get, self.address.below("v2/"));
        let answer = self.ask_registry(self.show(request, &shown))?;
        match (answer.status, shown) {
            (401 | 403, Shown::Token(_)) if has_subjects => {
                // A token for nothing opens nothing at some registries; those for the repositories
                // will tell.
                Ok(())
            }
            (status @ (401 | 403), Shown::Token(_)) => {
                Err(Fault::TokenRefused { maker: self.token_server(), status })
            }
            (status @ (401 | 403), _) => {
                let said = said(&answer, &self.secrets());
                Err(Fault::Refused { by: Party::Registry, status, said })
            }
            _ => Ok(()),
        }
    }

    /// Gets what is to be shown with requests for `scope`.
    pub(super) fn authorize(&self, scope: Option<&str>) -> Result<Shown, Fault> {
        let (realm, service) = match (&self.way, &self.question.credential) {
            (Way::Nothing, _) | (Way::Basic, None) => return Ok(Shown::Nothing),
            (Way::Basic, Some(_)) => return Ok(Shown::Basic),
            (Way::Bearer { realm, service }, _) => (realm, service),
        };
        let mut url = realm.clone();
        if let Some(service) = service {
            url = url.with_parameter("service", service);
        }
        if let Some(scope) = scope {
            url = url.with_parameter("scope", scope);
        }
        let mut request = Request::new(Method::Get, url.clone());
        if let Some(Credential { username, password }) = &self.question.credential {
            request.url = url.with_parameter("account", username);
            request = request.with_basic(username, password);
        }
        let server = self.token_server();
        let answer = self.ask(request, &server, Foreign::Refuse)?.response;
        self.read_token_answer(&answer, server)
    }

    fn read_token_answer(&self, answer: &Response, server: Party) -> Result<Shown, Fault> {
        let status = answer.status;
        let said = || said(answer, &self.secrets());
        match (status, &self.question.credential) {
            (200, _) => match read_token(answer.body()) {
                Some(token) => Ok(Shown::Token(token)),
                None => Err(Fault::NoToken { from: server }),
            },
            (401 | 403, Some(_)) => Err(Fault::Refused { by: server, status, said: said() }),
            (401 | 403, None) => Err(Fault::AnonymousRefused { by: server, status, said: said() }),
            _ => Err(Fault::Unexpected { by: server, status, said: said() }),
        }
    }

    /// Adds what is to be shown.
    pub(super) fn show(&self, request: Request, shown: &Shown) -> Request {
        match (shown, &self.question.credential) {
            (Shown::Token(token), _) => request.with_bearer(&token.token),
            (Shown::Basic, Some(Credential { username, password })) => {
                request.with_basic(username, password)
            }
            _ => request,
        }
    }

    /// Asks the registry, whose answer is no trouble.
    pub(super) fn ask_registry(&self, request: Request) -> Result<Response, Fault> {
        Ok(self.ask(request, &Party::Registry, Foreign::Refuse)?.response)
    }

    /// Asks the registry for an image, which another host may have.
    pub(super) fn ask_for_image(&self, request: Request) -> Result<Answer, Fault> {
        self.ask(request, &Party::Registry, Foreign::WithoutCredential)
    }

    /// Asks, unless an earlier answer was that nothing more is to be asked: to go on would make it
    /// worse, and take as long for each image.
    fn ask(&self, request: Request, party: &Party, foreign: Foreign) -> Result<Answer, Fault> {
        if let Some(fault) = self.end.get() {
            return Err(fault.clone());
        }
        let answer = self.follow(request, party, foreign);
        if let Err(fault) = &answer
            && fault.lasts()
        {
            // It is set once, because nothing is asked any more then.
            let _unset = self.end.set(fault.clone());
        }
        answer
    }

    /// Asks, and goes where it is sent.
    fn follow(
        &self,
        mut request: Request,
        party: &Party,
        foreign: Foreign,
    ) -> Result<Answer, Fault> {
        let reads = matches!(request.method, Method::Get | Method::Head);
        let repeat = if reads { Repeat::Freely } else { Repeat::IfNotTaken };
        let origin = request.url.clone();
        for _ in 0..=MOST_REDIRECTS {
            let is_here = request.url.has_origin_of(&origin);
            let elsewhere = (!is_here).then(|| request.url.authority());
            let from = elsewhere.clone().map_or_else(|| party.clone(), Party::Elsewhere);
            let response = match send(self.question.transport, &request, repeat, is_final) {
                Ok(response) => response.to(&request),
                Err(error) => return Err(Fault::NoAnswer { from, error }),
            };
            let next = response.header("Location").and_then(|to| request.url.join(to).ok());
            let Some(next) = next.filter(|_| reads && response.is_redirect()) else {
                let trouble = trouble(&from, &response, &self.secrets());
                return trouble.map_or(Ok(Answer { response, elsewhere }), Err);
            };
            if !next.has_origin_of(&request.url) {
                let is_downgrade = next.scheme() < request.url.scheme();
                if foreign == Foreign::Refuse || is_downgrade {
                    return Err(Fault::Elsewhere { from, to: next.origin() });
                }
                request.headers.retain(|(_, value)| !value.is_secret());
            }
            request.url = next;
        }
        Err(Fault::RedirectLoop { from: party.clone() })
    }

    fn way_of(&self, answer: &Response) -> Result<Way, Fault> {
        let is_page = answer
            .header("Content-Type")
            .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/html"));
        match answer.status {
            200 if !is_page => return Ok(Way::Nothing),
            401 => {}
            403 => return Err(Fault::ShutOut { said: said(answer, &self.secrets()) }),
            // Some say that they know no such address.
            status => return Err(Fault::NotRegistry { status }),
        }
        let challenges: Vec<Challenge> =
            answer.headers("WWW-Authenticate").flat_map(read_challenges).collect();
        let find = |scheme: &str| challenges.iter().find(|known| known.scheme == scheme);
        if let Some(bearer) = find("bearer")
            && let Some(realm) = bearer.parameter("realm")
        {
            let realm = self.realm(realm)?;
            let service = bearer.parameter("service").map(str::to_owned);
            return Ok(Way::Bearer { realm, service });
        }
        if find("basic").is_some() {
            return Ok(Way::Basic);
        }
        // `Bearer` alone names nobody who makes tokens.
        if challenges.iter().all(|known| known.scheme == "bearer") {
            return Err(Fault::NoChallenge);
        }
        let schemes = challenges.into_iter().map(|challenge| challenge.scheme).collect();
        Err(Fault::UnknownScheme { schemes })
    }

    /// Reads the address of the token server, and refuses one that would tell the credential.
    fn realm(&self, text: &str) -> Result<Url, Fault> {
        let realm = Url::parse(text).map_err(Fault::BadRealm)?;
        let tells = realm.scheme() == Scheme::Http && self.question.credential.is_some();
        let is_declared = self.question.is_insecure && realm.host() == self.address.host();
        if tells && !is_declared {
            return Err(Fault::ClearRealm { host: realm.authority() });
        }
        Ok(realm)
    }

    fn token_server(&self) -> Party {
        match &self.way {
            Way::Bearer { realm, .. } => Party::TokenServer(realm.authority()),
            Way::Nothing | Way::Basic => Party::Registry,
        }
    }

    pub(super) fn secrets(&self) -> Vec<&'a SecretText> {
        self.question.credential.iter().map(|credential| credential.password).collect()
    }
}

/// A registry that says 412 has a rule of its own, as Harbor has for images with known holes.
fn is_final(answer: &Response) -> bool {
    answer.status == 412
}

/// Whether another host may be asked without the credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Foreign {
    Refuse,
    WithoutCredential,
}
