//! What is asked of a server.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regrender_document::SecretText;
use zeroize::Zeroizing;

use crate::Url;

/// The methods that are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Asks for a body.
    Get,
    /// Asks for the headers alone.
    Head,
    /// Sends a body.
    Post,
    /// Removes something.
    Delete,
}

impl Method {
    /// Returns its name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// The value of a header.
#[derive(Clone, Debug)]
pub enum Header {
    /// One that anybody may see.
    Open(String),
    /// One that is a secret.
    Secret(SecretText),
}

impl Header {
    /// Returns what is sent.
    #[must_use]
    pub fn expose(&self) -> &str {
        match self {
            Self::Open(text) => text,
            Self::Secret(text) => text.expose(),
        }
    }

    /// Says whether it is a secret.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        matches!(self, Self::Secret(_))
    }
}

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is done.
    pub method: Method,
    /// Where it goes.
    pub url: Url,
    /// The headers beside those that HTTP itself needs.
    pub headers: Vec<(&'static str, Header)>,
    /// A JSON body.
    pub body: Option<SecretText>,
}

impl Request {
    /// Makes a request without a body.
    #[must_use]
    pub fn new(method: Method, url: Url) -> Self {
        Self { method, url, headers: Vec::new(), body: None }
    }

    /// Adds a header that anybody may see.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, Header::Open(value.into())));
        self
    }

    /// Adds a header that is a secret.
    #[must_use]
    pub fn with_secret(mut self, name: &'static str, value: SecretText) -> Self {
        self.headers.push((name, Header::Secret(value)));
        self
    }

    /// Adds a username and a password, as RFC 7617 spells them.
    #[must_use]
    pub(crate) fn with_basic(self, username: &str, password: &SecretText) -> Self {
        let pair = Zeroizing::new(format!("{username}:{}", password.expose()));
        let encoded = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
        self.with_secret("Authorization", SecretText::new(format!("Basic {}", *encoded)))
    }

    /// Adds a token, as RFC 6750 spells it.
    #[must_use]
    pub(crate) fn with_bearer(self, token: &SecretText) -> Self {
        let value = format!("Bearer {}", token.expose());
        self.with_secret("Authorization", SecretText::new(value))
    }

    /// Adds a JSON body.
    #[must_use]
    pub fn with_json(mut self, body: SecretText) -> Self {
        self.body = Some(body);
        self.with_header("Content-Type", "application/json")
    }

    /// Returns the value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&Header> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Lists what must not be shown if an answer repeats it: the secret headers, without the word
    /// that stands before a credential.
    pub(crate) fn secrets(&self) -> Vec<SecretText> {
        let secret = self.headers.iter().filter(|(_, value)| value.is_secret());
        let texts = secret.filter_map(|(_, value)| value.expose().split_whitespace().next_back());
        texts.map(|text| SecretText::new(text.to_owned())).collect()
    }

    /// Says whether it carries something that only this server may see.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.body.is_some() || self.headers.iter().any(|(_, value)| value.is_secret())
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method.name(), self.url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Request {
        Request::new(Method::Get, Url::parse("https://host/v2/?a=b").unwrap())
    }

    #[test]
    fn a_pair_is_one_header() {
        let password = SecretText::new(String::from("canary-4f1d"));
        let request = request().with_basic("acme", &password);
        let value = request.header("authorization").unwrap().expose();
        assert_eq!(value, "Basic YWNtZTpjYW5hcnktNGYxZA==");
    }

    #[test]
    fn a_token_is_one_header() {
        let token = SecretText::new(String::from("canary-4f1d"));
        let request = request().with_bearer(&token);
        assert_eq!(request.header("Authorization").unwrap().expose(), "Bearer canary-4f1d");
    }

    #[test]
    fn what_carries_a_secret_is_known() {
        let secret = || SecretText::new(String::from("canary-4f1d"));
        assert!(!request().with_header("Accept", "*/*").is_secret());
        assert!(request().with_bearer(&secret()).is_secret());
        assert!(request().with_json(secret()).is_secret());
    }

    #[test]
    fn debug_output_shows_no_secret() {
        let secret = || SecretText::new(String::from("canary-4f1d"));
        let request = request().with_bearer(&secret()).with_json(secret());
        assert!(!format!("{request:?}").contains("canary"));
        assert_eq!(request.to_string(), "GET https://host/v2/");
    }
}
