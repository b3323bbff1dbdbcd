//! Registries that answer what they like: asking them ends, the password goes over TLS or not at
//! all, and nothing that is said shows it.
#![no_main]

use std::sync::Mutex;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use regrender_document::SecretText;
use regrender_fuzz::CANARY;
use regrender_remote::registry::{Credential, Question, Subject, Writes, probe};
use regrender_remote::{Request, Response, Scheme, Transport, TransportError, Url};

/// More requests than this, and somebody is led in circles.
const MOST_REQUESTS: usize = 200;

const STATUS: [u16; 16] =
    [200, 200, 201, 202, 204, 301, 307, 400, 401, 401, 403, 404, 405, 429, 500, 503];

/// Answers from a script, from the beginning again when it is over.
struct Script<'a> {
    answers: Vec<&'a [u8]>,
    asked: Mutex<usize>,
}

impl Transport for Script<'_> {
    fn send(&self, request: &Request) -> Result<Response, TransportError> {
        let mut asked = self.asked.lock().expect("one thread");
        *asked += 1;
        assert!(*asked <= MOST_REQUESTS, "it never ends");
        if request.is_secret() {
            assert_eq!(request.url.scheme(), Scheme::Https, "{request:?}");
        }
        assert!(!format!("{request:?}").contains(CANARY));
        let answer = self.answers[(*asked - 1) % self.answers.len()];
        let Some((first, rest)) = answer.split_first() else {
            return Err(TransportError::Refused);
        };
        Ok(response(STATUS[usize::from(first % 16)], rest))
    }

    fn wait(&self, _: Duration) {}
}

/// Headers, an empty line, and the body.
fn response(status: u16, rest: &[u8]) -> Response {
    let text = String::from_utf8_lossy(rest);
    let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
    let headers = head.lines().filter_map(|line| {
        let (name, value) = line.split_once(": ")?;
        Some((name.to_owned(), value.to_owned()))
    });
    Response::new(status, headers.collect(), body.as_bytes().to_vec())
}

fuzz_target!(|data: &[u8]| {
    let answers: Vec<&[u8]> = data.split(|byte| *byte == 0xff).collect();
    let script = Script { answers, asked: Mutex::new(0) };
    let password = SecretText::new(CANARY.to_owned());
    let subject = Subject { repository: "team/app".to_owned(), reference: None };
    let report = probe(&Question {
        transport: &script,
        address: Url::parse("https://r.corp").expect("it is an address"),
        is_insecure: false,
        credential: Some(Credential { username: "ada", password: &password }),
        subjects: std::slice::from_ref(&subject),
        writes: Writes::Try,
        counter: None,
        now: &|| 1_795_226_399,
    });
    let shown = format!("{report:?}");
    assert!(
        data.windows(CANARY.len()).any(|it| it == CANARY.as_bytes()) || !shown.contains(CANARY)
    );
});
