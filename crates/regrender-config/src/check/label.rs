//! Labels and annotations, by the rules of Kubernetes.

use std::collections::BTreeMap;

use regrender_diagnostic::Spanned;

use crate::check::name::Rule;
use crate::problem::{Problems, name};

/// Labels and annotations that this tool writes itself.
const RESERVED: &str = "regrender.dev";

const LONGEST_PART: usize = 63;

/// Which of the two maps it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Map {
    /// Short values, for selecting.
    Labels,
    /// Any values.
    Annotations,
    /// Labels that are looked for and not written.
    Selector,
}

type Pairs = [(Spanned<String>, Spanned<String>)];

/// Checks a table of labels or annotations.
pub(crate) fn map(
    map: Map,
    pairs: &Pairs,
    problems: &mut Problems,
) -> Option<BTreeMap<String, String>> {
    let name = if map == Map::Annotations { "annotations" } else { "labels" };
    let mut checked = BTreeMap::new();
    let found_before = problems.len();
    for (key, value) in pairs {
        if let Err(rule) = qualified_name(&key.value) {
            problems.push(name::invalid_label_key(name, &key.value, key.span.clone(), rule));
        } else if map != Map::Selector && is_reserved(&key.value) {
            problems.push(name::reserved_label(name, &key.value, key.span.clone()));
        }
        if map != Map::Annotations
            && let Err(rule) = label_value(&value.value)
        {
            problems.push(name::invalid_label_value(&key.value, value.span.clone(), rule));
        }
        checked.insert(key.value.clone(), value.value.clone());
    }
    (problems.len() == found_before).then_some(checked)
}

fn is_reserved(key: &str) -> bool {
    let prefix = key.split_once('/').map(|(prefix, _)| prefix);
    prefix.is_some_and(|prefix| {
        prefix.strip_suffix(RESERVED).is_some_and(|sub| sub.is_empty() || sub.ends_with('.'))
    })
}

/// Kubernetes, "Labels and Selectors", syntax and character set.
fn qualified_name(key: &str) -> Result<(), &'static str> {
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    if name.contains('/') {
        return Err("must have one slash at most");
    }
    if prefix.is_some_and(|prefix| !Rule::Subdomain.allows(prefix)) {
        return Err("what stands before the slash must be a DNS name in lower case");
    }
    if name.is_empty() {
        return Err("must have a name");
    }
    part(name)
}

fn label_value(value: &str) -> Result<(), &'static str> {
    if value.is_empty() { Ok(()) } else { part(value) }
}

fn part(text: &str) -> Result<(), &'static str> {
    if text.len() > LONGEST_PART {
        return Err("must have at most 63 characters");
    }
    let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !text.chars().all(is_inner) {
        return Err("must hold only letters, digits, `-`, `_` and `.`");
    }
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    if !ends(text.chars().next()) || !ends(text.chars().next_back()) {
        return Err("must begin and end with a letter or a digit");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLASH: &str = "must have one slash at most";
    const PREFIX: &str = "what stands before the slash must be a DNS name in lower case";
    const LETTERS: &str = "must hold only letters, digits, `-`, `_` and `.`";
    const ENDS: &str = "must begin and end with a letter or a digit";
    const LONG: &str = "must have at most 63 characters";

    #[test]
    fn keys_are_names_with_an_optional_prefix() {
        assert_eq!(qualified_name("team"), Ok(()));
        assert_eq!(qualified_name("example.com/Team_a.b-c"), Ok(()));
        assert_eq!(qualified_name(""), Err("must have a name"));
        assert_eq!(qualified_name("/a"), Err(PREFIX));
        assert_eq!(qualified_name("a/"), Err("must have a name"));
        assert_eq!(qualified_name("a/b/c"), Err(SLASH));
        assert_eq!(qualified_name("Example.com/a"), Err(PREFIX));
        assert_eq!(qualified_name("a b"), Err(LETTERS));
        assert_eq!(qualified_name("-a"), Err(ENDS));
        assert_eq!(qualified_name(&"a".repeat(63)), Ok(()));
        assert_eq!(qualified_name(&"a".repeat(64)), Err(LONG));
    }

    #[test]
    fn values_may_be_empty() {
        assert_eq!(label_value(""), Ok(()));
        assert_eq!(label_value("A-1_b.c"), Ok(()));
        assert_eq!(label_value("a b"), Err(LETTERS));
        assert_eq!(label_value("a-"), Err(ENDS));
    }

    #[test]
    fn our_own_prefix_and_what_is_below_it_is_reserved() {
        assert!(is_reserved("regrender.dev/a"));
        assert!(is_reserved("x.regrender.dev/a"));
        assert!(!is_reserved("notregrender.dev/a"));
        assert!(!is_reserved("regrender.dev"));
    }
}
