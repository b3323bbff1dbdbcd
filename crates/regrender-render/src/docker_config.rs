//! The text of a `.dockerconfigjson`, byte for byte as `kubectl` writes it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regrender_document::SecretText;
use regrender_document::json::push_string;
use zeroize::Zeroizing;

use crate::Credential;

/// Writes the `.dockerconfigjson` of these auth keys and credentials.
///
/// The keys come in byte order, the members in the order of `kubectl create secret docker-registry`,
/// and characters are escaped as Go's JSON writer escapes them.
#[must_use]
pub fn docker_config_json(entries: &BTreeMap<String, &Credential>) -> SecretText {
    SecretText::new(write(entries))
}

fn write(entries: &BTreeMap<String, &Credential>) -> String {
    let mut json = String::with_capacity(largest_size(entries));
    json.push_str("{\"auths\":{");
    for (index, (key, credential)) in entries.iter().enumerate() {
        if index > 0 {
            json.push(',');
        }
        push_string(&mut json, key);
        json.push(':');
        push_entry(&mut json, credential);
    }
    json.push_str("}}");
    json
}

/// Returns at least as many bytes as the text has: a `String` that grows leaves what it held behind
/// in memory.
fn largest_size(entries: &BTreeMap<String, &Credential>) -> usize {
    // `\u003c` for one byte; base64 has four for three; quotes, colons and the names of members.
    const ESCAPED: usize = 6;
    const ENCODED: usize = 2;
    const FRAME: usize = 64;
    let entries = entries.iter().map(|(key, credential)| {
        let pair = credential.username.len() + credential.password.expose().len();
        let email = credential.email.as_ref().map_or(0, String::len);
        ESCAPED * (key.len() + pair + email) + ENCODED * pair + FRAME
    });
    FRAME + entries.sum::<usize>()
}

fn push_entry(json: &mut String, credential: &Credential) {
    let pair = Zeroizing::new(format!("{}:{}", credential.username, credential.password.expose()));
    json.push_str("{\"username\":");
    push_string(json, &credential.username);
    json.push_str(",\"password\":");
    push_string(json, credential.password.expose());
    if let Some(email) = credential.email.as_deref().filter(|email| !email.is_empty()) {
        json.push_str(",\"email\":");
        push_string(json, email);
    }
    json.push_str(",\"auth\":\"");
    // `encode_string` would work on the stack and leave the text there.
    json.push_str(&Zeroizing::new(STANDARD.encode(pair.as_bytes())));
    json.push_str("\"}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(key: &str, username: &str, password: &str, email: Option<&str>, expected: &str) {
        let credential = Credential {
            username: username.to_owned(),
            password: SecretText::new(password.to_owned()),
            email: email.map(str::to_owned),
            expires_at: None,
        };
        let entries = BTreeMap::from([(key.to_owned(), &credential)]);
        assert_eq!(docker_config_json(&entries).expose(), expected);
    }

    #[test]
    fn members_stand_in_kubectls_order() {
        check(
            "registry.example.com",
            "u",
            "p",
            Some("e@example.com"),
            r#"{"auths":{"registry.example.com":{"username":"u","password":"p","email":"e@example.com","auth":"dTpw"}}}"#,
        );
    }

    #[test]
    fn an_empty_email_is_left_out() {
        check(
            "r",
            "u",
            "p",
            Some(""),
            r#"{"auths":{"r":{"username":"u","password":"p","auth":"dTpw"}}}"#,
        );
    }

    #[test]
    fn characters_that_mean_something_in_html_are_escaped() {
        check(
            "r",
            "u",
            "<&>",
            None,
            r#"{"auths":{"r":{"username":"u","password":"\u003c\u0026\u003e","auth":"dTo8Jj4="}}}"#,
        );
    }

    #[test]
    fn control_characters_have_gos_spelling() {
        check(
            "r",
            "u",
            "\u{1}\u{8}\u{c}\n\r\t\u{7f}",
            None,
            "{\"auths\":{\"r\":{\"username\":\"u\",\"password\":\"\\u0001\\b\\f\\n\\r\\t\u{7f}\",\"auth\":\"dToBCAwKDQl/\"}}}",
        );
    }

    #[test]
    fn keys_stand_in_byte_order() {
        let credential = Credential {
            username: String::from("u"),
            password: SecretText::new(String::from("p")),
            email: None,
            expires_at: None,
        };
        let entries = BTreeMap::from([
            (String::from("b.example"), &credential),
            (String::from("a.example"), &credential),
        ]);
        let entry = r#"{"username":"u","password":"p","auth":"dTpw"}"#;
        assert_eq!(
            docker_config_json(&entries).expose(),
            format!(r#"{{"auths":{{"a.example":{entry},"b.example":{entry}}}}}"#)
        );
    }

    #[test]
    fn any_part_may_be_long() {
        let long = "\0".repeat(1000);
        for at in 0..4 {
            let part = |own| if own == at { long.clone() } else { String::new() };
            let credential = Credential {
                username: part(1),
                password: SecretText::new(part(2)),
                email: Some(part(3)),
                expires_at: None,
            };
            let entries = BTreeMap::from([(part(0), &credential)]);
            assert_eq!(write(&entries).capacity(), largest_size(&entries), "{at}");
        }
    }

    #[test]
    fn the_text_never_moves_while_it_is_written() {
        for text in ["", "canary-4f1d", "<", "\u{2028}", "ü", &"\0".repeat(1000)] {
            let credential = Credential {
                username: text.to_owned(),
                password: SecretText::new(text.to_owned()),
                email: Some(text.to_owned()),
                expires_at: None,
            };
            for count in [0, 1, 2, 100] {
                let entries: BTreeMap<String, &Credential> =
                    (0..count).map(|index| (format!("{text}{index}"), &credential)).collect();
                assert_eq!(write(&entries).capacity(), largest_size(&entries), "{text:?}, {count}");
            }
        }
    }
}
