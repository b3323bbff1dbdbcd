//! What a server answered.

use std::fmt;
use std::time::Duration;

use regrender_document::SecretText;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::{Request, read_date};

/// How many bytes of a body are read: what tells more is no answer to what is asked here.
pub const BODY_LIMIT: usize = 1 << 20;

/// One answer. Its body may be a secret, so `Debug` shows only how long it is.
#[derive(Clone)]
pub struct Response {
    /// The status.
    pub status: u16,
    headers: Vec<(String, String)>,
    body: Zeroizing<Vec<u8>>,
    /// What was sent with the request and is secret.
    sent: Vec<SecretText>,
}

impl Response {
    /// Makes an answer from its parts; headers keep their order, and their names any case.
    #[must_use]
    pub fn new(status: u16, headers: Vec<(String, String)>, body: Vec<u8>) -> Self {
        Self { status, headers, body: Zeroizing::new(body), sent: Vec::new() }
    }

    /// Notes what the request said that is secret, so that it is masked where the answer repeats it.
    pub(crate) fn to(self, request: &Request) -> Self {
        Self { sent: request.secrets(), ..self }
    }

    /// Returns the secrets that the request held.
    pub(crate) fn sent(&self) -> &[SecretText] {
        &self.sent
    }

    /// Reads the body as JSON; what is no such value is none.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Returns the first header of that name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Returns every header of that name.
    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Hands out the body. Every call is a place to review.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Says whether it sends elsewhere.
    #[must_use]
    pub(crate) fn is_redirect(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308)
    }

    /// Returns the seconds since 1970 at which the server says it answered.
    #[must_use]
    pub fn date(&self) -> Option<i64> {
        self.header("Date").and_then(read_date)
    }

    /// Returns how long the server wants to be left alone.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        let text = self.header("Retry-After")?.trim();
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
        }
        // RFC 9110 section 10.2.3: or a date, which is read on the server's own clock.
        let seconds = read_date(text)?.checked_sub(self.date()?)?;
        Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers may hold the state of an upload, or a token.
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &names)
            .field("bytes", &self.body.len())
            .field("sent", &self.sent)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(headers: &[(&str, &str)]) -> Response {
        let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        Response::new(429, headers.collect(), b"canary-4f1d".to_vec())
    }

    #[test]
    fn headers_are_found_in_any_case() {
        let response = response(&[("www-authenticate", "Basic"), ("WWW-Authenticate", "Bearer")]);
        let all: Vec<&str> = response.headers("Www-Authenticate").collect();
        assert_eq!(all, ["Basic", "Bearer"]);
        assert_eq!(response.header("WWW-AUTHENTICATE"), Some("Basic"));
    }

    #[test]
    fn a_wait_is_in_seconds_or_a_date() {
        let wait = |headers: &[(&str, &str)]| response(headers).retry_after();
        assert_eq!(wait(&[("Retry-After", "120")]), Some(Duration::from_secs(120)));
        let date = ("Date", "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(
            wait(&[("Retry-After", "Sun, 06 Nov 1994 08:50:07 GMT"), date]),
            Some(Duration::from_secs(30))
        );
        assert_eq!(
            wait(&[("Retry-After", "Sun, 06 Nov 1994 08:00:00 GMT"), date]),
            Some(Duration::ZERO)
        );
    }

    #[test]
    fn a_wait_that_cannot_be_read_is_none() {
        let wait = |text: &str| response(&[("Retry-After", text)]).retry_after();
        assert_eq!(wait("soon"), None);
        assert_eq!(wait(""), None);
        assert_eq!(wait("-1"), None);
        assert_eq!(wait("Sun, 06 Nov 1994 08:50:07 GMT"), None);
        assert_eq!(wait("99999999999999999999999"), Some(Duration::from_secs(u64::MAX)));
    }

    #[test]
    fn debug_output_shows_neither_body_nor_values() {
        let shown = format!("{:?}", response(&[("Location", "https://host/?s=canary-4f1d")]));
        assert_eq!(shown, "Response { status: 429, headers: [\"Location\"], bytes: 11, sent: [] }");
    }
}
