//! Registries: does a credential work, for which repositories, and can it do more than pull.
//!
//! What is asked is what the distribution specification of the OCI says, and the token
//! specification of the registry that Docker published.

mod fault;
mod pull;
mod report;
mod session;
#[cfg(test)]
mod tests;
mod write;

use regrender_document::SecretText;

pub use self::fault::{Fault, Party};
pub use self::report::{
    Authentication, How, More, Pull, RateLimit, Report, RepositoryReport, read_rate_limit,
};
use self::session::Session;
use crate::{TlsFault, Transport, TransportError, Url};

/// A username and a password.
#[derive(Clone, Copy, Debug)]
pub struct Credential<'a> {
    /// The username.
    pub username: &'a str,
    /// The password, or a token in its place.
    pub password: &'a SecretText,
}

/// A repository, and what of it may be asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// Its name, without the host.
    pub repository: String,
    /// A tag or a digest that is known to be wanted.
    pub reference: Option<String>,
}

/// Whether requests are sent that would write if they were carried through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writes {
    /// An upload is begun and given up, and what cannot exist is deleted.
    Try,
    /// None is sent.
    LeaveOut,
}

/// What is asked about one registry.
pub struct Question<'a> {
    /// Who carries the requests.
    pub transport: &'a dyn Transport,
    /// The registry; where it is declared insecure, HTTP is tried after HTTPS.
    pub address: Url,
    /// Whether it is declared insecure.
    pub is_insecure: bool,
    /// The credential; none asks as anybody may.
    pub credential: Option<Credential<'a>>,
    /// The repositories.
    pub subjects: &'a [Subject],
    /// Whether writing is tried.
    pub writes: Writes,
    /// A repository that tells how many pulls are left, beside those asked for.
    pub counter: Option<Subject>,
    /// The seconds since 1970 here and now.
    pub now: &'a dyn Fn() -> i64,
}

/// Asks a registry.
#[must_use]
pub fn probe(question: &Question<'_>) -> Report {
    let mut report = Report::default();
    let mut outcome = Session::begin(question, &question.address, &mut report);
    // The authority is written without the port of HTTPS, so that HTTP gets its own.
    let plain = Url::parse(&format!("http://{}/", question.address.authority()));
    if let (true, Err(Fault::NoAnswer { error, .. }), Ok(plain)) =
        (question.is_insecure, &outcome, plain)
        && may_speak_http(error)
    {
        outcome = Session::begin(question, &plain, &mut report);
    }
    let session = match outcome {
        Ok(session) => session,
        Err(fault) => {
            report.fault = Some(fault);
            return report;
        }
    };
    report.authentication = Some(session.authentication());
    if let Err(fault) = session.check_credential(&mut report) {
        report.fault = Some(fault);
        return report;
    }
    for subject in question.subjects {
        let repository = session.ask_about(subject, question.writes, &mut report);
        report.repositories.push(repository);
    }
    if let (None, Some(counter)) = (&report.rate_limit, &question.counter) {
        // How many pulls are left is worth knowing and no reason to fail.
        let _counted = session.pull(counter, &mut report);
    }
    report
}

fn may_speak_http(error: &TransportError) -> bool {
    matches!(
        error,
        TransportError::Refused
            | TransportError::Closed
            | TransportError::TimedOut(_)
            // Many tunnel to the port of HTTPS alone, and another may lead to HTTP.
            | TransportError::Proxy(_)
            | TransportError::Tls(TlsFault::NotTls | TlsFault::Other(_))
    )
}
