//! The way to a value in a structured file: names of keys, and positions in lists.

use std::fmt;

/// The way to a value, from the outside in; at least one step.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ValuePath(Vec<Step>);

/// One step of the way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// To the value of a key; in a list, a number is a position.
    Key(String),
    /// To a position in a list, from 0.
    Position(usize),
}

/// Why a text is no way to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValuePathError {
    /// There is nothing in it.
    Empty,
    /// A part between two dots is empty.
    EmptyPart,
    /// A bracket or a quote is not closed, or something stands between the brackets.
    Brackets,
}

impl ValuePath {
    /// Parses `a.b`, or `["a"]["b"][0]` as sops spells it, where a name has dots of its own.
    ///
    /// # Errors
    ///
    /// Says what is wrong with `text`.
    pub fn parse(text: &str) -> Result<Self, ValuePathError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ValuePathError::Empty);
        }
        if text.starts_with('[') {
            return brackets(text).map(Self).ok_or(ValuePathError::Brackets);
        }
        let parts: Vec<Step> = text.split('.').map(|part| Step::Key(part.to_owned())).collect();
        let is_empty = |step: &Step| matches!(step, Step::Key(name) if name.is_empty());
        if parts.iter().any(is_empty) { Err(ValuePathError::EmptyPart) } else { Ok(Self(parts)) }
    }

    /// Lists the steps, from the outside in.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }
}

impl fmt::Display for ValuePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(name) if name.contains(['.', '[', '"']) => write!(f, "[{name:?}]")?,
                Step::Key(name) if index == 0 => f.write_str(name)?,
                Step::Key(name) => write!(f, ".{name}")?,
                Step::Position(position) => write!(f, "[{position}]")?,
            }
        }
        Ok(())
    }
}

/// Reads `["a"]['b'][0]`. As in sops, there is no escape inside the quotes.
fn brackets(mut rest: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    while !rest.is_empty() {
        let inner = rest.strip_prefix('[')?;
        let quote = inner.chars().next().filter(|first| matches!(first, '"' | '\''));
        rest = if let Some(quote) = quote {
            let (name, after) = inner.strip_prefix(quote)?.split_once(quote)?;
            steps.push(Step::Key(name.to_owned()));
            after.strip_prefix(']')?
        } else {
            let (number, after) = inner.split_once(']')?;
            steps.push(Step::Position(number.parse().ok()?));
            after
        };
    }
    Some(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(text: &str, expected: &[Step]) {
        assert_eq!(ValuePath::parse(text).unwrap().steps(), expected);
    }

    fn key(name: &str) -> Step {
        Step::Key(name.to_owned())
    }

    #[test]
    fn dots_are_between_names() {
        reads("hub", &[key("hub")]);
        reads("registries.hub.password", &[key("registries"), key("hub"), key("password")]);
        reads("hosts.0", &[key("hosts"), key("0")]);
    }

    #[test]
    fn brackets_hold_names_with_dots() {
        reads(r#"["data"][".dockerconfigjson"]"#, &[key("data"), key(".dockerconfigjson")]);
        reads("['a.b'][1]", &[key("a.b"), Step::Position(1)]);
    }

    #[test]
    fn what_leads_nowhere_is_refused() {
        let error = |text| ValuePath::parse(text).unwrap_err();
        assert_eq!(error(" "), ValuePathError::Empty);
        for text in ["a..b", ".a", "a.", "."] {
            assert_eq!(error(text), ValuePathError::EmptyPart, "{text}");
        }
        for text in ["[", "[]", "[a]", r#"["a""#, r#"["a]"#, r#"["a"]b"#, "[-1]", "[1]]"] {
            assert_eq!(error(text), ValuePathError::Brackets, "{text}");
        }
    }

    #[test]
    fn a_way_is_shown_with_as_few_brackets_as_it_needs() {
        let shown = |steps: &[Step]| ValuePath(steps.to_vec()).to_string();
        assert_eq!(shown(&[key("a"), key("b")]), "a.b");
        assert_eq!(shown(&[key("a"), Step::Position(0), key("b")]), "a[0].b");
        assert_eq!(shown(&[key("a.b"), key("c")]), r#"["a.b"].c"#);
    }
}
