//! Tokens of registries: the answer that holds one, and what a readable one grants.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regrender_document::SecretText;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::field::Field;

/// A token, and how long it lives.
#[derive(Clone, Debug)]
pub struct Token {
    /// The token.
    pub token: SecretText,
    /// How long it lives from when it was made.
    pub expires_in: Duration,
}

/// What a token lets its bearer do with one thing.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Grant {
    /// What kind of thing, `repository` for instance.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name.
    pub name: String,
    /// What may be done with it.
    #[serde(default)]
    pub actions: Vec<String>,
}

#[derive(Deserialize)]
struct TokenAnswer {
    token: Option<Field>,
    access_token: Option<Field>,
    expires_in: Option<f64>,
}

#[derive(Deserialize)]
struct Claims {
    access: Option<Vec<Grant>>,
}

/// What the specification of the tokens says where an answer says nothing.
const LIFE: Duration = Duration::from_secs(60);

/// Reads the body of a token server's answer.
///
/// Both names of the token are in use; where an answer has both, they are the same.
#[must_use]
pub fn read_token(body: &[u8]) -> Option<Token> {
    let answer: TokenAnswer = serde_json::from_slice(body).ok()?;
    let is_there = |token: &SecretText| !token.expose().is_empty();
    let token = [answer.token, answer.access_token]
        .into_iter()
        .flatten()
        .filter_map(Field::into_text)
        .find(is_there)?;
    let expires_in = answer.expires_in.filter(|seconds| (1.0..1e9).contains(seconds));
    Some(Token { token, expires_in: expires_in.map_or(LIFE, Duration::from_secs_f64) })
}

/// Reads what a token grants, if it is a JWT that says so.
///
/// Its signature is not looked at: whoever made it says what it is good for, and the registry
/// decides.
#[must_use]
pub fn read_grants(token: &SecretText) -> Option<Vec<Grant>> {
    let mut parts = token.expose().split('.');
    let (_header, claims, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let claims = Zeroizing::new(URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?);
    serde_json::from_slice::<Claims>(&claims).ok()?.access
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwt(claims: &str) -> SecretText {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        SecretText::new(format!("{}.{}.{}", part(r#"{"alg":"none"}"#), part(claims), "canary-4f1d"))
    }

    #[test]
    fn either_name_of_the_token_is_read() {
        let token = |body: &str| read_token(body.as_bytes()).unwrap().token.expose().to_owned();
        assert_eq!(token(r#"{"token":"canary-4f1d"}"#), "canary-4f1d");
        assert_eq!(token(r#"{"access_token":"canary-4f1d"}"#), "canary-4f1d");
        assert_eq!(token(r#"{"token":"","access_token":"canary-4f1d"}"#), "canary-4f1d");
        assert_eq!(token(r#"{"token":"a","access_token":"b"}"#), "a");
    }

    #[test]
    fn an_answer_without_a_token_is_none() {
        for body in ["", "{}", "[]", "<html>", r#"{"token":""}"#, r#"{"token":7}"#, "\u{ff}"] {
            assert!(read_token(body.as_bytes()).is_none(), "{body}");
        }
    }

    #[test]
    fn a_life_is_read_or_is_a_minute() {
        let life = |rest: &str| {
            read_token(format!(r#"{{"token":"x"{rest}}}"#).as_bytes()).unwrap().expires_in.as_secs()
        };
        assert_eq!(life(r#","expires_in":300"#), 300);
        assert_eq!(life(r#","expires_in":300.0,"issued_at":"2026-11-21T06:00:00Z""#), 300);
        assert_eq!(life(""), 60);
        assert_eq!(life(r#","expires_in":null"#), 60);
        assert_eq!(life(r#","expires_in":-1"#), 60);
        assert_eq!(life(r#","expires_in":1e300"#), 60);
    }

    #[test]
    fn what_a_token_grants_is_read() {
        let token = jwt(
            r#"{"iss":"x","access":[{"type":"repository","name":"a/b","actions":["pull","push"]}]}"#,
        );
        let grant = read_grants(&token).unwrap().remove(0);
        assert_eq!((grant.kind.as_str(), grant.name.as_str()), ("repository", "a/b"));
        assert_eq!(grant.actions, ["pull", "push"]);
    }

    #[test]
    fn a_token_that_grants_nothing_says_so() {
        assert_eq!(read_grants(&jwt(r#"{"access":[]}"#)), Some(Vec::new()));
    }

    #[test]
    fn a_token_that_says_nothing_of_grants_is_none() {
        let opaque = |text: &str| read_grants(&SecretText::new(text.to_owned()));
        assert_eq!(read_grants(&jwt(r#"{"iss":"x"}"#)), None);
        assert_eq!(read_grants(&jwt("rubbish")), None);
        for text in ["", "canary-4f1d", "a.b", "a.!!.c", "a.b.c.d"] {
            assert_eq!(opaque(text), None, "{text}");
        }
    }

    #[test]
    fn debug_output_shows_no_token() {
        let token = read_token(br#"{"token":"canary-4f1d"}"#).unwrap();
        assert!(!format!("{token:?}").contains("canary"));
    }

    proptest::proptest! {
        #[test]
        fn any_body_is_read_or_not(body in ".{0,100}") {
            let _token = read_token(body.as_bytes());
        }

        #[test]
        fn any_token_is_read_or_not(text in "[A-Za-z0-9_.=-]{0,80}", claims in ".{0,60}") {
            let _opaque = read_grants(&SecretText::new(text));
            let _jwt = read_grants(&jwt(&claims));
        }
    }
}
