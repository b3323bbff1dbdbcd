//! Asking again: when it is safe, and how long to wait.

use std::time::Duration;

use crate::{Request, Response, Transport, TransportError};

/// The longest time that is waited because a server asks for it.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// The waits before the second and the third try.
const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(2)];

/// Which requests may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// It changes nothing: after any failure that may pass.
    Freely,
    /// It may count or use something up: only when the server has not taken it.
    IfNotTaken,
}

/// Sends a request, up to three times, and brings the last answer.
///
/// A server that asks to be left alone for longer than [`LONGEST_WAIT`] is left alone. `is_final`
/// says which answers will not get better.
///
/// # Errors
///
/// Says why there is no answer.
pub(crate) fn send(
    transport: &dyn Transport,
    request: &Request,
    repeat: Repeat,
    is_final: impl Fn(&Response) -> bool,
) -> Result<Response, TransportError> {
    for pause in PAUSES {
        let outcome = transport.send(request);
        let pause = match &outcome {
            Ok(answer) if !is_final(answer) => wait_after(answer, repeat, pause),
            Ok(_) => None,
            Err(error) => may_pass(error, repeat).then_some(pause),
        };
        let Some(pause) = pause else {
            return outcome;
        };
        transport.wait(pause);
    }
    transport.send(request)
}

fn wait_after(answer: &Response, repeat: Repeat, pause: Duration) -> Option<Duration> {
    let may_pass = matches!(
        (answer.status, repeat),
        // 412: a node of Vault that has not heard yet of the token that another one made.
        (412 | 429 | 503, _) | (500 | 502 | 504, Repeat::Freely)
    );
    let wait = answer.retry_after().unwrap_or(pause).max(pause);
    (may_pass && wait <= LONGEST_WAIT).then_some(wait)
}

/// A wrong name, a wrong certificate and a refused port stay what they are.
fn may_pass(error: &TransportError, repeat: Repeat) -> bool {
    matches!((error, repeat), (TransportError::Closed, Repeat::Freely))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::{Method, Stage, Url};

    /// Answers in turn, and notes how long was waited.
    struct Script {
        answers: Mutex<Vec<Outcome>>,
        waits: Mutex<Vec<Duration>>,
    }

    impl Transport for Script {
        fn send(&self, _: &Request) -> Result<Response, TransportError> {
            self.answers.lock().unwrap().remove(0)
        }

        fn wait(&self, time: Duration) {
            self.waits.lock().unwrap().push(time);
        }
    }

    type Outcome = Result<Response, TransportError>;

    fn answer(status: u16, retry_after: Option<&str>) -> Response {
        let headers = retry_after.map(|text| (String::from("Retry-After"), text.to_owned()));
        Response::new(status, headers.into_iter().collect(), Vec::new())
    }

    /// Returns the last status, or none for an error, and the waits in milliseconds.
    fn play(answers: Vec<Outcome>, repeat: Repeat) -> (Option<u16>, Vec<u128>) {
        let script = Script { answers: Mutex::new(answers), waits: Mutex::default() };
        let request = Request::new(Method::Get, Url::parse("https://host/").unwrap());
        let last = send(&script, &request, repeat, |answer| answer.status == 500);
        assert!(script.answers.lock().unwrap().is_empty(), "every answer was asked for");
        let waits = script.waits.into_inner().unwrap();
        (last.ok().map(|last| last.status), waits.iter().map(Duration::as_millis).collect())
    }

    #[test]
    fn a_good_answer_is_the_last() {
        assert_eq!(play(vec![Ok(answer(200, None))], Repeat::Freely), (Some(200), vec![]));
    }

    #[test]
    fn three_times_is_enough() {
        let answers = vec![Ok(answer(502, None)), Ok(answer(503, None)), Ok(answer(504, None))];
        assert_eq!(play(answers, Repeat::Freely), (Some(504), vec![500, 2000]));
    }

    #[test]
    fn a_server_says_how_long_to_wait() {
        let answers = vec![Ok(answer(429, Some("7"))), Ok(answer(200, None))];
        assert_eq!(play(answers, Repeat::Freely), (Some(200), vec![7000]));
    }

    #[test]
    fn a_server_cannot_ask_for_no_wait() {
        let answers = vec![Ok(answer(429, Some("0"))), Ok(answer(200, None))];
        assert_eq!(play(answers, Repeat::Freely), (Some(200), vec![500]));
    }

    #[test]
    fn a_long_wait_is_not_waited() {
        assert_eq!(play(vec![Ok(answer(429, Some("11")))], Repeat::Freely), (Some(429), vec![]));
        assert_eq!(play(vec![Ok(answer(503, Some("86400")))], Repeat::Freely), (Some(503), vec![]));
    }

    #[test]
    fn what_will_not_get_better_is_not_asked_again() {
        assert_eq!(play(vec![Ok(answer(500, None))], Repeat::Freely), (Some(500), vec![]));
        assert_eq!(play(vec![Ok(answer(401, None))], Repeat::Freely), (Some(401), vec![]));
    }

    #[test]
    fn what_may_have_been_taken_is_not_sent_again() {
        assert_eq!(play(vec![Ok(answer(502, None))], Repeat::IfNotTaken), (Some(502), vec![]));
        let closed = vec![Err(TransportError::Closed)];
        assert_eq!(play(closed, Repeat::IfNotTaken), (None, vec![]));
    }

    #[test]
    fn what_was_not_taken_is_sent_again() {
        let answers = vec![Ok(answer(503, None)), Ok(answer(200, None))];
        assert_eq!(play(answers, Repeat::IfNotTaken), (Some(200), vec![500]));
    }

    #[test]
    fn a_server_that_is_behind_another_is_given_time() {
        for repeat in [Repeat::Freely, Repeat::IfNotTaken] {
            let answers = vec![Ok(answer(412, None)), Ok(answer(200, None))];
            assert_eq!(play(answers, repeat), (Some(200), vec![500]));
        }
    }

    #[test]
    fn a_connection_that_ended_is_tried_again() {
        let answers = vec![Err(TransportError::Closed), Ok(answer(200, None))];
        assert_eq!(play(answers, Repeat::Freely), (Some(200), vec![500]));
    }

    #[test]
    fn what_took_too_long_once_is_not_waited_for_again() {
        let answers = vec![Err(TransportError::TimedOut(Stage::Answer))];
        assert_eq!(play(answers, Repeat::Freely), (None, vec![]));
    }
}
