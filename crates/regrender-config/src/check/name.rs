//! Names that Kubernetes, Git and the file system take.

use regrender_diagnostic::Spanned;

use crate::problem::{Problems, name};

/// What a name must look like.
#[derive(Clone, Copy)]
pub(crate) enum Rule {
    /// A DNS label (RFC 1123): namespaces.
    Label,
    /// A DNS subdomain (RFC 1123): most objects.
    Subdomain,
}

impl Rule {
    fn longest(self) -> usize {
        match self {
            Self::Label => 63,
            Self::Subdomain => 253,
        }
    }

    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Label => {
                "must be lower-case letters, digits and `-`, at most 63, no `-` at either end"
            }
            Self::Subdomain => {
                "must be lower-case letters, digits, `-` and `.`, at most 253, \
                 a letter or digit at either end of each part"
            }
        }
    }

    pub(crate) fn allows(self, name: &str) -> bool {
        name.len() <= self.longest()
            && match self {
                Self::Label => is_dns_label(name),
                Self::Subdomain => name.split('.').all(is_dns_label),
            }
    }
}

/// Tells whether a namespace can have this name.
#[must_use]
pub fn is_namespace(name: &str) -> bool {
    Rule::Label.allows(name)
}

fn is_dns_label(label: &str) -> bool {
    !label.is_empty()
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Checks the name of an object; `what` is what it names.
pub(crate) fn object(
    what: &str,
    found: &Spanned<String>,
    rule: Rule,
    problems: &mut Problems,
) -> Option<String> {
    if rule.allows(&found.value) {
        return Some(found.value.clone());
    }
    let suggestion = suggestion(&found.value).filter(|name| rule.allows(name));
    problems.push(name::invalid_name(
        what,
        &found.value,
        found.span.clone(),
        rule.text(),
        suggestion,
    ));
    None
}

/// Returns the name with the usual slips mended.
fn suggestion(name: &str) -> Option<String> {
    let mended = name.trim().to_ascii_lowercase().replace(['_', ' '], "-");
    (mended != name).then_some(mended)
}

/// Checks the name of a registry or cluster: it stands in paths and messages.
pub(crate) fn table(
    what: &str,
    found: &Spanned<String>,
    problems: &mut Problems,
) -> Option<String> {
    let name = &found.value;
    let begins = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    let rest = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
    if begins && rest && name.len() <= Rule::Subdomain.longest() {
        return Some(name.clone());
    }
    problems.push(name::invalid_table_name(what, name, found.span.clone()));
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rule: Rule, name: &str, allowed: bool) {
        assert_eq!(rule.allows(name), allowed, "{name}");
    }

    #[test]
    fn a_label_has_63_lower_case_characters() {
        check(Rule::Label, "team-a", true);
        check(Rule::Label, "0", true);
        check(Rule::Label, &"a".repeat(63), true);
        check(Rule::Label, &"a".repeat(64), false);
        check(Rule::Label, "Team", false);
        check(Rule::Label, "team_a", false);
        check(Rule::Label, "a.b", false);
        check(Rule::Label, "", false);
        check(Rule::Label, "-a", false);
        check(Rule::Label, "a-", false);
        check(Rule::Label, "ä", false);
    }

    #[test]
    fn a_namespace_is_a_label() {
        assert!(is_namespace("team-a"));
        assert!(!is_namespace("team.a"));
    }

    #[test]
    fn a_subdomain_is_labels_with_dots() {
        check(Rule::Subdomain, "a.b-c.d", true);
        check(Rule::Subdomain, "a..b", false);
        check(Rule::Subdomain, ".a", false);
        check(Rule::Subdomain, "a.-b", false);
        check(Rule::Subdomain, &"a".repeat(253), true);
        check(Rule::Subdomain, &"a".repeat(254), false);
    }

    #[test]
    fn usual_slips_are_mended() {
        assert_eq!(suggestion("Team_A").as_deref(), Some("team-a"));
        assert_eq!(suggestion(" a b ").as_deref(), Some("a-b"));
        assert_eq!(suggestion("fine"), None);
    }
}
