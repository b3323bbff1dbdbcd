//! What a server wants to see before it answers: the header `WWW-Authenticate`.
//!
//! RFC 9110 section 11.6.1: one header may hold several challenges, a comma divides challenges as
//! well as their parameters, and a value in quotes may hold both commas and escapes.

/// One challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// The scheme, in lower case.
    pub scheme: String,
    /// The parameters, names in lower case, in their order.
    parameters: Vec<(String, String)>,
}

impl Challenge {
    /// Returns the first parameter of that name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Reads the challenges of one header; what cannot be read is passed over.
#[must_use]
pub fn read_challenges(text: &str) -> Vec<Challenge> {
    let mut challenges: Vec<Challenge> = Vec::new();
    let mut rest = Rest(text);
    loop {
        let word = rest.take(is_token);
        if word.is_empty() {
            // A comma, a space, or something that nothing begins with; what follows it is read.
            if !rest.skip_one() {
                return challenges;
            }
            continue;
        }
        let had_space = rest.skip(is_space);
        if rest.next_is('=') {
            rest.skip_one();
            rest.skip(is_space);
            let value = rest.value();
            if let Some(challenge) = challenges.last_mut() {
                challenge.parameters.push((word.to_ascii_lowercase(), value));
            }
            continue;
        }
        let scheme = word.to_ascii_lowercase();
        challenges.push(Challenge { scheme, parameters: Vec::new() });
        if had_space {
            rest.skip_token68();
        }
    }
}

/// What is still to be read.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn next_is(&self, letter: char) -> bool {
        self.0.starts_with(letter)
    }

    fn take(&mut self, is_wanted: impl Fn(char) -> bool) -> &'a str {
        let end = self.0.find(|letter| !is_wanted(letter)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at_checked(end).unwrap_or((self.0, ""));
        self.0 = rest;
        taken
    }

    /// Says whether there was anything to skip.
    fn skip(&mut self, is_unwanted: impl Fn(char) -> bool) -> bool {
        !self.take(is_unwanted).is_empty()
    }

    fn skip_one(&mut self) -> bool {
        let mut letters = self.0.chars();
        let is_some = letters.next().is_some();
        self.0 = letters.as_str();
        is_some
    }

    /// Skips the one word that some schemes have in place of parameters.
    fn skip_token68(&mut self) {
        let mut ahead = Rest(self.0);
        let is_word = ahead.skip(|letter| is_token(letter) || letter == '/');
        ahead.skip(|letter| letter == '=');
        ahead.skip(is_space);
        if is_word && (ahead.0.is_empty() || ahead.next_is(',')) {
            self.0 = ahead.0;
        }
    }

    fn value(&mut self) -> String {
        let Some(quoted) = self.0.strip_prefix('"') else {
            // Only a token may stand without quotes; addresses do all the same.
            return self.take(|letter| letter != ',' && !is_space(letter)).to_owned();
        };
        let mut value = String::new();
        let mut letters = quoted.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '"' => break,
                '\\' => value.extend(letters.next()),
                letter => value.push(letter),
            }
        }
        self.0 = letters.as_str();
        value
    }
}

fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\t')
}

fn is_token(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &[(&str, &str)])]) {
        let expected: Vec<Challenge> = expected
            .iter()
            .map(|(scheme, parameters)| Challenge {
                scheme: (*scheme).to_owned(),
                parameters: parameters
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                    .collect(),
            })
            .collect();
        assert_eq!(read_challenges(text), expected, "{text}");
    }

    #[test]
    fn what_docker_hub_says_is_read() {
        check(
            r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io""#,
            &[(
                "bearer",
                &[("realm", "https://auth.docker.io/token"), ("service", "registry.docker.io")],
            )],
        );
    }

    #[test]
    fn a_comma_in_quotes_divides_nothing() {
        check(
            r#"Bearer realm="https://a/t",scope="repository:a/b:pull,push",error="x, y""#,
            &[(
                "bearer",
                &[
                    ("realm", "https://a/t"),
                    ("scope", "repository:a/b:pull,push"),
                    ("error", "x, y"),
                ],
            )],
        );
    }

    #[test]
    fn several_challenges_are_told_apart() {
        check(
            r#"Negotiate, NTLM dGVzdA==, Basic realm="a", charset=UTF-8 , Bearer realm="b""#,
            &[
                ("negotiate", &[]),
                ("ntlm", &[]),
                ("basic", &[("realm", "a"), ("charset", "UTF-8")]),
                ("bearer", &[("realm", "b")]),
            ],
        );
    }

    #[test]
    fn a_challenge_may_come_first_without_parameters() {
        check(r#"Basic, Bearer realm="b""#, &[("basic", &[]), ("bearer", &[("realm", "b")])]);
        check("Basic", &[("basic", &[])]);
        check("Basic ", &[("basic", &[])]);
    }

    #[test]
    fn escapes_are_taken_off() {
        check(
            r#"Basic realm="a \"b\" \\ c", x="y""#,
            &[("basic", &[("realm", r#"a "b" \ c"#), ("x", "y")])],
        );
    }

    #[test]
    fn names_have_any_case() {
        check(r#"BEARER Realm="A",SERVICE=b"#, &[("bearer", &[("realm", "A"), ("service", "b")])]);
    }

    #[test]
    fn spaces_around_the_equals_sign_are_taken() {
        check(r#"Basic realm = "a" ,b	=	c"#, &[("basic", &[("realm", "a"), ("b", "c")])]);
    }

    #[test]
    fn empty_places_in_the_list_are_passed_over() {
        check(r#", ,Basic realm="a",, ,b=c,"#, &[("basic", &[("realm", "a"), ("b", "c")])]);
    }

    #[test]
    fn an_address_without_quotes_is_read() {
        check(
            "Bearer realm=https://a/t?x=1,service=b",
            &[("bearer", &[("realm", "https://a/t?x=1"), ("service", "b")])],
        );
    }

    #[test]
    fn an_open_quotation_goes_to_the_end() {
        check(r#"Basic realm="a, b\"#, &[("basic", &[("realm", "a, b")])]);
    }

    #[test]
    fn a_parameter_of_nobody_is_passed_over() {
        check(r#"realm="a", Basic b=c"#, &[("basic", &[("b", "c")])]);
    }

    #[test]
    fn rubbish_is_no_challenge() {
        check("", &[]);
        check("\"\u{e9}\" ((", &[]);
        check("=,;", &[]);
    }

    #[test]
    fn the_first_of_two_equal_parameters_counts() {
        let challenges = read_challenges(r#"Bearer realm="a", realm="b""#);
        assert_eq!(challenges[0].parameter("realm"), Some("a"));
        assert_eq!(challenges[0].parameter("scope"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in ".{0,80}") {
            let _challenges = read_challenges(&text);
        }

        #[test]
        fn what_is_quoted_reads_back(value in "[ -~]{0,20}", name in "[a-z]{1,8}") {
            let quoted = value.replace('\\', "\\\\").replace('"', "\\\"");
            let challenges = read_challenges(&format!("X a=b, Bearer {name}=\"{quoted}\", c=d"));
            proptest::prop_assert_eq!(challenges[1].parameter(&name), Some(value.as_str()));
            proptest::prop_assert_eq!(challenges.len(), 2);
        }
    }
}
