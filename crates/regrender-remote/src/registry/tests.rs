//! Registries that answer from a script: what is asked of them, and what is found.

mod pull;
mod session;
mod write;

use std::sync::Mutex;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::*;
use crate::{Header, Request, Response, Said};

type Headers<'a> = &'a [(&'a str, &'a str)];
type Answers = dyn Fn(&str, Option<&str>) -> Response + Send + Sync;

/// A registry that answers by method, address and what is shown to it; it notes what was asked.
struct Fake {
    answers: Box<Answers>,
    asked: Mutex<Vec<String>>,
}

impl Transport for Fake {
    fn send(&self, request: &Request) -> Result<Response, TransportError> {
        let shown = request.header("Authorization").map(Header::expose);
        let line = format!("{} {}", request.method.name(), request.url.whole());
        let note = shown.map(|shown| format!(" [{shown}]")).unwrap_or_default();
        self.asked.lock().unwrap().push(format!("{line}{note}"));
        let answer = (self.answers)(&line, shown);
        match answer.status {
            0 => Err(TransportError::Refused),
            1 => Err(TransportError::Tls(TlsFault::NotTls)),
            2 => Err(TransportError::Tls(TlsFault::UnknownAuthority)),
            3 => Err(TransportError::Proxy(String::from("it answers with status 403"))),
            _ => Ok(answer),
        }
    }

    fn wait(&self, _: Duration) {}
}

fn answer(status: u16, headers: Headers<'_>, body: &str) -> Response {
    let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    Response::new(status, headers, body.into())
}

fn plain(status: u16) -> Response {
    answer(status, &[], "")
}

const BEARER: (&str, &str) =
    ("WWW-Authenticate", r#"Bearer realm="https://auth.corp/token",service="reg""#);
const BASIC: (&str, &str) = ("WWW-Authenticate", "Basic realm=\"reg\"");
/// `acme` and `canary-4f1d`.
const PAIR: &str = "Basic YWNtZTpjYW5hcnktNGYxZA==";

/// What is asked of a fake registry, and what it is to answer.
struct Case {
    is_insecure: bool,
    is_anonymous: bool,
    subjects: Vec<Subject>,
    writes: Writes,
    counter: Option<Subject>,
}

impl Case {
    fn new() -> Self {
        Self {
            is_insecure: false,
            is_anonymous: false,
            subjects: Vec::new(),
            writes: Writes::Try,
            counter: None,
        }
    }

    fn anonymous(self) -> Self {
        Self { is_anonymous: true, ..self }
    }

    fn insecure(self) -> Self {
        Self { is_insecure: true, ..self }
    }

    fn read_only(self) -> Self {
        Self { writes: Writes::LeaveOut, ..self }
    }

    fn of(mut self, repository: &str, reference: Option<&str>) -> Self {
        let reference = reference.map(str::to_owned);
        self.subjects.push(Subject { repository: repository.to_owned(), reference });
        self
    }

    /// Returns what was found, and what was asked.
    fn ask(
        &self,
        answers: impl Fn(&str, Option<&str>) -> Response + Send + Sync + 'static,
    ) -> (Report, Vec<String>) {
        let fake = Fake { answers: Box::new(answers), asked: Mutex::default() };
        let password = SecretText::new(String::from("canary-4f1d"));
        let credential = Credential { username: "acme", password: &password };
        let report = probe(&Question {
            transport: &fake,
            address: Url::parse("https://reg.corp").unwrap(),
            is_insecure: self.is_insecure,
            credential: (!self.is_anonymous).then_some(credential),
            subjects: &self.subjects,
            writes: self.writes,
            counter: self.counter.clone(),
            now: &|| 784_111_777,
        });
        assert!(!format!("{report:?}").contains("canary"), "{report:?}");
        (report, fake.asked.into_inner().unwrap())
    }

    /// Returns why the registry could not be asked any further.
    fn fault(
        &self,
        answers: impl Fn(&str, Option<&str>) -> Response + Send + Sync + 'static,
    ) -> String {
        let (report, _) = self.ask(answers);
        report.fault.expect("a fault").to_string()
    }
}

/// A registry with tokens: `/v2/` wants one, the token server makes `token` for the pair.
fn with_tokens(
    token: &'static str,
    rest: impl Fn(&str) -> Response,
) -> impl Fn(&str, Option<&str>) -> Response {
    move |line, shown| match (line, shown) {
        ("GET https://reg.corp/v2/", None) => answer(401, &[BEARER], ""),
        ("GET https://reg.corp/v2/", Some(_)) => plain(200),
        (line, Some(PAIR)) if line.contains("auth.corp/token") => {
            answer(200, &[], &format!(r#"{{"token":"{token}","expires_in":300}}"#))
        }
        (line, None) if line.contains("auth.corp/token") => {
            answer(200, &[], r#"{"token":"anonymous"}"#)
        }
        (line, Some(shown)) if shown.starts_with("Bearer ") => rest(line),
        _ => plain(401),
    }
}

/// A registry that wants the pair with every request.
fn with_pairs(rest: impl Fn(&str) -> Response) -> impl Fn(&str, Option<&str>) -> Response {
    move |line, shown| match (line, shown) {
        (_, Some(PAIR)) if line.ends_with("/v2/") => plain(200),
        (_, Some(PAIR)) => rest(line),
        _ => answer(401, &[BASIC], ""),
    }
}

fn jwt(access: &str) -> &'static str {
    let claims = URL_SAFE_NO_PAD.encode(format!(r#"{{"access":[{access}]}}"#));
    Box::leak(format!("e30.{claims}.c2ln").into_boxed_str())
}
