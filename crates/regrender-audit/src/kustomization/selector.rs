//! Knows the selectors that choose objects by labels or annotations, as Kubernetes spells them.

use std::collections::BTreeMap;

/// Requirements, all of which must be met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Selector(Vec<Requirement>);

/// What the mark of a name must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Requirement {
    pub(super) key: String,
    pub(super) test: Test,
}

/// Which values will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Test {
    There,
    Absent,
    OneOf(Vec<String>),
    /// What is absent is none of any.
    NoneOf(Vec<String>),
    Greater(i64),
    Less(i64),
}

impl Selector {
    /// Reads a selector; `None` for one that Kubernetes refuses.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut tokens = Tokens { text };
        let mut requirements = Vec::new();
        if tokens.peek().is_none() {
            return Some(Self(requirements));
        }
        loop {
            requirements.push(requirement(&mut tokens)?);
            match tokens.next() {
                None => return Some(Self(requirements)),
                Some(",") => {}
                Some(_) => return None,
            }
        }
    }

    /// Tells whether `marks` meet every requirement.
    pub(super) fn takes(&self, marks: &BTreeMap<String, String>) -> bool {
        self.0.iter().all(|one| one.test.takes(marks.get(&one.key).map(String::as_str)))
    }
}

impl Test {
    pub(super) fn takes(&self, value: Option<&str>) -> bool {
        let number = || value.and_then(|value| value.parse::<i64>().ok());
        match self {
            Self::There => value.is_some(),
            Self::Absent => value.is_none(),
            Self::OneOf(all) => value.is_some_and(|value| all.iter().any(|one| one == value)),
            Self::NoneOf(all) => value.is_none_or(|value| all.iter().all(|one| one != value)),
            Self::Greater(limit) => number().is_some_and(|number| number > *limit),
            Self::Less(limit) => number().is_some_and(|number| number < *limit),
        }
    }
}

fn requirement(tokens: &mut Tokens<'_>) -> Option<Requirement> {
    let is_absent = tokens.peek() == Some("!");
    if is_absent {
        tokens.next();
    }
    let key = tokens.next().filter(|key| is_key(key))?.to_owned();
    if is_absent {
        return Some(Requirement { key, test: Test::Absent });
    }
    let test = match tokens.peek() {
        None | Some(",") => return Some(Requirement { key, test: Test::There }),
        Some("=" | "==") => Test::OneOf(vec![single_value(tokens)?]),
        Some("!=") => Test::NoneOf(vec![single_value(tokens)?]),
        Some(">") => Test::Greater(single_value(tokens)?.parse().ok()?),
        Some("<") => Test::Less(single_value(tokens)?.parse().ok()?),
        Some("in") => Test::OneOf(values(tokens)?),
        Some("notin") => Test::NoneOf(values(tokens)?),
        Some(_) => return None,
    };
    Some(Requirement { key, test })
}

/// Takes an operator and the value behind it, which may be empty.
fn single_value(tokens: &mut Tokens<'_>) -> Option<String> {
    tokens.next();
    match tokens.peek() {
        None | Some(",") => Some(String::new()),
        Some(value) => {
            tokens.next();
            is_value(value).then(|| value.to_owned())
        }
    }
}

/// Takes an operator and the values in parentheses behind it, any of which may be empty.
fn values(tokens: &mut Tokens<'_>) -> Option<Vec<String>> {
    tokens.next();
    if tokens.next() != Some("(") {
        return None;
    }
    let mut values = vec![String::new()];
    let mut may_follow = true;
    loop {
        match tokens.next()? {
            ")" => return Some(values),
            "," => {
                values.push(String::new());
                may_follow = true;
            }
            value if may_follow && is_value(value) => {
                if let Some(last) = values.last_mut() {
                    value.clone_into(last);
                }
                may_follow = false;
            }
            _ => return None,
        }
    }
}

/// The words and signs of a selector.
struct Tokens<'t> {
    text: &'t str,
}

impl<'t> Tokens<'t> {
    fn peek(&self) -> Option<&'t str> {
        let text = self.text.trim_start_matches(is_space);
        let is_sign = |letter: char| "=!(),<>".contains(letter);
        if text.is_empty() {
            return None;
        }
        let pairs = ["==", "!="];
        let length = match pairs.iter().find(|pair| text.starts_with(**pair)) {
            Some(pair) => pair.len(),
            None if text.starts_with(is_sign) => 1,
            None => {
                let end = text.find(|letter: char| is_sign(letter) || is_space(letter));
                end.unwrap_or(text.len())
            }
        };
        text.get(..length)
    }

    fn next(&mut self) -> Option<&'t str> {
        let token = self.peek()?;
        let text = self.text.trim_start_matches(is_space);
        self.text = text.get(token.len()..).unwrap_or_default();
        Some(token)
    }
}

fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\r' | '\n')
}

/// Tells whether a key is a name, perhaps with a domain before it.
fn is_key(key: &str) -> bool {
    let (domain, name) = match key.split_once('/') {
        Some((domain, name)) => (Some(domain), name),
        None => (None, key),
    };
    let is_domain = |domain: &str| {
        let is_part = |part: &str| {
            let letters = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
            part.starts_with(letters)
                && part.ends_with(letters)
                && part.chars().all(|letter| letters(letter) || letter == '-')
        };
        domain.len() <= 253 && domain.split('.').all(is_part)
    };
    domain.is_none_or(is_domain) && !name.is_empty() && is_value(name)
}

/// Tells whether a value is one that a label can have.
pub(super) fn is_value(value: &str) -> bool {
    let is_end = |letter: char| letter.is_ascii_alphanumeric();
    let is_inner = |letter: char| is_end(letter) || "-_.".contains(letter);
    value.len() <= 63
        && value.chars().all(is_inner)
        && (value.is_empty() || value.starts_with(is_end) && value.ends_with(is_end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(selector: &str, expected: &[&str]) {
        let all = ["", "a=1", "a=2", "a=", "b=1", "a=1,b=1", "x.io/c=1", "in=1"];
        let takes = |marks: &&&str| {
            let pairs = marks.split(',').filter_map(|pair| pair.split_once('='));
            let marks = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
            Selector::parse(selector).unwrap().takes(&marks)
        };
        let found: Vec<&str> = all.iter().filter(takes).copied().collect();
        assert_eq!(found, expected, "{selector}");
    }

    #[test]
    fn one_value_is_wanted_or_not() {
        check("a=1", &["a=1", "a=1,b=1"]);
        check(" a == 1 ", &["a=1", "a=1,b=1"]);
        check("a=", &["a="]);
        check("a!=1", &["", "a=2", "a=", "b=1", "x.io/c=1", "in=1"]);
        check("a=1,b=1", &["a=1,b=1"]);
        check("x.io/c=1", &["x.io/c=1"]);
        check("in=1", &["in=1"]);
    }

    #[test]
    fn one_of_several_values_is_wanted_or_none() {
        check("a in (1,2)", &["a=1", "a=2", "a=1,b=1"]);
        check("a in ( 2 , )", &["a=2", "a="]);
        check("a in ()", &["a="]);
        check("a notin (1, 2)", &["", "a=", "b=1", "x.io/c=1", "in=1"]);
    }

    #[test]
    fn a_key_is_there_or_not() {
        check("a", &["a=1", "a=2", "a=", "a=1,b=1"]);
        check("!a", &["", "b=1", "x.io/c=1", "in=1"]);
        check("a,!b", &["a=1", "a=2", "a="]);
        check("", &["", "a=1", "a=2", "a=", "b=1", "a=1,b=1", "x.io/c=1", "in=1"]);
    }

    #[test]
    fn the_domain_of_a_key_may_have_hyphens_and_digits_within() {
        for key in ["x-y.io/c", "x.9-9.io/c", "0.io/c"] {
            let marks = BTreeMap::from([(key.to_owned(), String::from("1"))]);
            assert!(Selector::parse(key).unwrap().takes(&marks), "{key}");
        }
    }

    #[test]
    fn a_number_is_larger_or_smaller() {
        check("a>1", &["a=2"]);
        check("a < 2", &["a=1", "a=1,b=1"]);
    }

    #[test]
    fn what_kubernetes_refuses_is_no_selector() {
        for text in [
            "a=1,",
            ",a",
            "a b",
            "a=1 b=2",
            "a in 1",
            "a in (1",
            "a in (1 2)",
            "a in (1,(2))",
            "a>x",
            "a=b/c",
            "-a",
            "a=-b",
            "!",
            "=1",
            "!a=1",
            "A.b/c",
            "a/b/c",
            "-a.b/c",
            "a-.b/c",
            "a_b.c/d",
            "a..b/c",
            "a!1",
            "a=1=2",
        ] {
            assert_eq!(Selector::parse(text), None, "{text}");
        }
    }
}
