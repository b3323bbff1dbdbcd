//! A credential helper: a program `docker-credential-NAME` that keeps credentials for Docker.
//!
//! It is started with the argument `get`, reads the address of a server from standard input, and
//! answers with a JSON object: `ServerURL`, `Username` and `Secret`.

use std::fmt;

use regrender_config::Registry;
use regrender_document::SecretText;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use zeroize::Zeroizing;

use super::hub;
use crate::input::bytes::SecretBytes;

/// What the names of helpers begin with.
const PREFIX: &str = "docker-credential-";

/// What a helper prints when it has no credential, word for word.
const NOT_FOUND: &str = "credentials not found in native keychain";

/// The username with which a helper says that the secret is a token that only Docker can trade.
const TOKEN_USERNAME: &str = "<token>";

/// What a helper has for a server.
#[derive(Clone, Debug)]
pub(crate) struct HelperLogin {
    /// The username.
    pub(crate) username: String,
    /// The password.
    pub(crate) password: SecretText,
}

/// Why a helper gave nothing. None of it is from what it printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HelperFailure {
    /// It has no credential for any of the addresses.
    NotFound,
    /// What it printed is not an answer.
    NotAnAnswer,
    /// What it has is a token that only Docker can trade for access.
    IdentityToken,
}

/// Returns the name of the program.
pub(crate) fn program(name: &str) -> String {
    format!("{PREFIX}{name}")
}

/// Lists the addresses to ask for, in order: Docker keeps the credential under the host alone, and
/// some programs under the address; Docker Hub has a key of its own.
pub(crate) fn servers(registry: &Registry) -> Vec<String> {
    if hub::is_meant(registry) {
        return hub::SERVERS.map(str::to_owned).to_vec();
    }
    vec![registry.host.clone(), format!("https://{}", registry.host)]
}

/// Says whether a helper that failed means that it has no credential.
pub(crate) fn says_not_found(printed: &SecretBytes) -> bool {
    std::str::from_utf8(printed.expose()).is_ok_and(|text| text.trim() == NOT_FOUND)
}

/// Reads the answer of a helper.
///
/// # Errors
///
/// Says why there is no password in it.
pub(crate) fn read_answer(printed: &SecretBytes) -> Result<HelperLogin, HelperFailure> {
    // Docker decodes one value, and does not look at what follows.
    let mut values = serde_json::Deserializer::from_slice(printed.expose()).into_iter::<Answer>();
    let Some(Ok(answer)) = values.next() else {
        return Err(HelperFailure::NotAnAnswer);
    };
    let (Some(username), Some(secret)) = (answer.username, answer.secret) else {
        return Err(HelperFailure::NotAnAnswer);
    };
    if username.as_str() == TOKEN_USERNAME {
        return Err(HelperFailure::IdentityToken);
    }
    if username.is_empty() && secret.is_empty() {
        return Err(HelperFailure::NotFound);
    }
    let password = SecretText::new(secret.to_string());
    Ok(HelperLogin { username: username.to_string(), password })
}

/// The members of an answer that matter.
#[derive(Default)]
struct Answer {
    username: Option<Zeroizing<String>>,
    secret: Option<Zeroizing<String>>,
}

impl<'de> Deserialize<'de> for Answer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(AnswerVisitor)
    }
}

struct AnswerVisitor;

impl<'de> Visitor<'de> for AnswerVisitor {
    type Value = Answer;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Answer, A::Error> {
        let mut answer = Answer::default();
        while let Some(key) = map.next_key::<String>()? {
            // Go's encoding/json, with which Docker reads it, takes any case.
            if key.eq_ignore_ascii_case("Username") {
                answer.username = Some(map.next_value().map(Zeroizing::new)?);
            } else if key.eq_ignore_ascii_case("Secret") {
                answer.secret = Some(map.next_value().map(Zeroizing::new)?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use regrender_config::parse;

    use super::*;

    fn read(text: &str) -> Result<(String, String), HelperFailure> {
        let login = read_answer(&SecretBytes::new(text.as_bytes()))?;
        Ok((login.username, login.password.expose().to_owned()))
    }

    fn servers_of(registry: &str) -> Vec<String> {
        let text = format!(
            "[seal]\nrecipients = [\"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p\"]\n\
             [registry.a]\n{registry}\ncredential = {{ helper = \"pass\" }}\n\
             [secret.regcred]\nregistries = [\"a\"]\nnamespaces = [\"team-a\"]\n"
        );
        let config = parse(&text).config.unwrap();
        servers(config.registry("a").unwrap())
    }

    #[test]
    fn an_answer_is_a_username_and_a_secret() {
        let answer = r#"{"ServerURL":"r.io","Username":"AWS","Secret":"canary-4f1d"}"#;
        assert_eq!(read(answer).unwrap(), (String::from("AWS"), String::from("canary-4f1d")));
    }

    #[test]
    fn any_case_is_read_and_what_follows_is_not() {
        let answer = "{\"username\":\"AWS\",\"SECRET\":\"canary-4f1d\",\"x\":[1]}\n\nmore";
        assert_eq!(read(answer).unwrap(), (String::from("AWS"), String::from("canary-4f1d")));
    }

    #[test]
    fn rubbish_is_no_answer() {
        for text in [
            "",
            "canary-4f1d",
            "\"canary-4f1d\"",
            "[\"canary-4f1d\"]",
            "null",
            "{}",
            r#"{"Username":"AWS"}"#,
            r#"{"Secret":"canary-4f1d"}"#,
            r#"{"Username":"AWS","Secret":["canary-4f1d"]}"#,
            r#"{"Username":"AWS","Secret":"canary-4f1d""#,
            "<html>",
        ] {
            assert_eq!(read(text).unwrap_err(), HelperFailure::NotAnAnswer, "{text}");
        }
    }

    #[test]
    fn a_token_of_docker_is_refused() {
        let answer = r#"{"Username":"<token>","Secret":"canary-4f1d"}"#;
        assert_eq!(read(answer).unwrap_err(), HelperFailure::IdentityToken);
    }

    #[test]
    fn an_empty_answer_is_none() {
        let answer = r#"{"ServerURL":"r.io","Username":"","Secret":""}"#;
        assert_eq!(read(answer).unwrap_err(), HelperFailure::NotFound);
    }

    #[test]
    fn nothing_found_is_said_in_these_words() {
        let says = |text: &str| says_not_found(&SecretBytes::new(text.as_bytes()));
        assert!(says("credentials not found in native keychain\n"));
        assert!(!says("no credentials server URL\n"));
        assert!(!says("error: credentials not found in native keychain: canary-4f1d\n"));
    }

    #[test]
    fn a_host_is_asked_for_as_docker_keeps_it() {
        assert_eq!(servers_of("host = \"r.io:5000\""), ["r.io:5000", "https://r.io:5000"]);
    }

    #[test]
    fn docker_hub_has_an_address_of_its_own() {
        let expected = ["https://index.docker.io/v1/", "index.docker.io", "docker.io"];
        assert_eq!(servers_of("kind = \"docker-hub\""), expected);
    }

    #[test]
    fn debug_output_is_masked() {
        let answer = br#"{"Username":"AWS","Secret":"canary-4f1d"}"#;
        let login = read_answer(&SecretBytes::new(answer)).unwrap();
        assert!(!format!("{login:?}").contains("canary"));
    }
}
