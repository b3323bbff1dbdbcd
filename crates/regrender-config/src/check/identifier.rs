//! Names that the clouds give: accounts, regions, projects, roles and identities.

use regrender_diagnostic::Spanned;

use crate::RoleArn;
use crate::cloud::{is_account, is_acr_name, is_region};
use crate::problem::{Problems, provision as problem};

type Found = Spanned<String>;

/// Checks a name with `is_right`; `suggestion` is what was probably meant.
fn check(
    registry: &str,
    key: &str,
    found: &Found,
    rule: &str,
    suggestion: Option<String>,
    is_right: impl Fn(&str) -> bool,
    problems: &mut Problems,
) -> Option<String> {
    if is_right(&found.value) {
        return Some(found.value.clone());
    }
    let suggestion = suggestion.filter(|text| is_right(text));
    let span = found.span.clone();
    problems.push(problem::invalid_identifier(registry, key, span, rule, suggestion.as_deref()));
    None
}

/// Checks an account of AWS.
pub(crate) fn account(registry: &str, found: &Found, problems: &mut Problems) -> Option<String> {
    // The console shows it with hyphens.
    let bare = found.value.replace('-', "");
    check(registry, "account", found, "twelve digits", Some(bare), is_account, problems)
}

/// Checks a region of AWS.
pub(crate) fn region(registry: &str, found: &Found, problems: &mut Problems) -> Option<String> {
    let rule = "a region, such as `eu-west-1`";
    // A zone is a region with a letter behind it.
    let bare = found.value.trim_end_matches(|c: char| c.is_ascii_alphabetic()).to_owned();
    check(registry, "region", found, rule, Some(bare), is_region, problems)
}

/// Checks the name of an Azure Container Registry.
pub(crate) fn acr(registry: &str, found: &Found, problems: &mut Problems) -> Option<String> {
    let rule = "lower-case letters and digits: the name alone, without `.azurecr.io`";
    let bare = found.value.to_ascii_lowercase();
    let bare = bare.split('.').next().unwrap_or_default().to_owned();
    check(registry, "registry", found, rule, Some(bare), is_acr_name, problems)
}

/// Checks a region or zone of Google Cloud.
pub(crate) fn location(
    registry: &str,
    key: &str,
    found: &Found,
    problems: &mut Problems,
) -> Option<String> {
    let rule = "a location, such as `europe-west1`";
    let lower = found.value.to_ascii_lowercase();
    check(registry, key, found, rule, Some(lower), is_google_word, problems)
}

/// Letters, digits and hyphens, a letter first.
fn is_google_word(text: &str) -> bool {
    text.len() <= 63
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Checks a project of Google Cloud.
pub(crate) fn project(
    registry: &str,
    key: &str,
    found: &Found,
    problems: &mut Problems,
) -> Option<String> {
    let rule = "the id of a project: lower-case letters, digits and `-`";
    let lower = found.value.to_ascii_lowercase().replace([' ', '_'], "-");
    let is_right = |text: &str| match text.split_once(':') {
        None => is_google_word(text),
        Some((domain, project)) => domain.split('.').all(is_google_word) && is_google_word(project),
    };
    check(registry, key, found, rule, Some(lower), is_right, problems)
}

/// Checks the name of a cluster of GKE.
pub(crate) fn cluster(registry: &str, found: &Found, problems: &mut Problems) -> Option<String> {
    let rule = "the name of a cluster: lower-case letters, digits and `-`";
    check(registry, "cluster-name", found, rule, None, is_google_word, problems)
}

/// Checks the name of a role of AWS.
pub(crate) fn role(registry: &str, found: &Found, problems: &mut Problems) -> Option<RoleArn> {
    let role = RoleArn::parse(&found.value);
    if role.is_none() {
        let form = "the ARN of a role: `arn:aws:iam::111122223333:role/NAME`";
        let span = found.span.clone();
        problems.push(problem::invalid_identifier(registry, "role-arn", span, form, None));
    }
    role
}

/// Checks the GUID of an identity or a tenant of Azure.
pub(crate) fn guid(
    registry: &str,
    key: &str,
    found: &Found,
    problems: &mut Problems,
) -> Option<String> {
    let rule = "a GUID: `00000000-0000-0000-0000-000000000000`";
    check(registry, key, found, rule, None, is_guid, problems)
}

fn is_guid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

/// Checks a managed identity of Azure: the GUID of its client, or its whole resource name.
pub(crate) fn managed_identity(
    registry: &str,
    found: &Found,
    problems: &mut Problems,
) -> Option<String> {
    let rule = "a GUID, or a resource name that begins with `/subscriptions/`";
    let is_right = |text: &str| {
        is_guid(text)
            || (text.to_ascii_lowercase().starts_with("/subscriptions/")
                && !text.chars().any(|c| c.is_whitespace() || c.is_control()))
    };
    check(registry, "client-id", found, rule, None, is_right, problems)
}

/// Checks the address of a service account of Google Cloud.
pub(crate) fn google_account(
    registry: &str,
    found: &Found,
    problems: &mut Problems,
) -> Option<String> {
    let rule = "an address that ends in `.gserviceaccount.com`";
    let is_right = |text: &str| {
        text.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty()
                && host.ends_with(".gserviceaccount.com")
                && text.chars().all(|c| c.is_ascii_alphanumeric() || "-.@".contains(c))
                && !host.contains('@')
        })
    };
    check(registry, "google-service-account", found, rule, None, is_right, problems)
}

/// Checks a robot account of Quay.
pub(crate) fn robot(registry: &str, found: &Found, problems: &mut Problems) -> Option<String> {
    let rule = "a robot account: `organization+robot`";
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c))
    };
    let is_right = |text: &str| {
        text.split_once('+').is_some_and(|(owner, robot)| is_word(owner) && is_word(robot))
    };
    check(registry, "robot-account", found, rule, None, is_right, problems)
}

/// Checks the number, or the client, of a GitHub App or of its installation.
pub(crate) fn app(
    registry: &str,
    key: &str,
    found: &Found,
    problems: &mut Problems,
) -> Option<String> {
    let rule = "a number, as the page of the app shows it";
    let is_right = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '.')
    };
    check(registry, key, found, rule, None, is_right, problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_google_begin_with_a_letter() {
        for word in ["europe-west1", "us", "acme-images-2"] {
            assert!(is_google_word(word), "{word}");
        }
        for word in ["1a", "a-", "A", "a_b", "a.b", ""] {
            assert!(!is_google_word(word), "{word}");
        }
    }

    /// Checks names that are right, and names of which one part each is wrong.
    #[track_caller]
    fn check_names(
        check: fn(&str, &Found, &mut Problems) -> Option<String>,
        right: &[&str],
        wrong: &[&str],
    ) {
        let is_taken = |text: &&str| {
            let mut problems = Problems::new();
            let found = Spanned { value: String::from(*text), span: 0..1 };
            let taken = check("hub", &found, &mut problems);
            assert_eq!(taken.is_none(), problems.len() == 1, "{text}");
            taken.is_some_and(|taken| taken == **text)
        };
        assert_eq!(right.iter().find(|text| !is_taken(text)), None);
        assert_eq!(wrong.iter().find(|text| is_taken(text)), None);
    }

    #[test]
    fn an_account_of_google_is_an_address_of_theirs() {
        let wrong = [
            "acme",
            "@acme.iam.gserviceaccount.com",
            "pull@acme.example.com",
            "pull it@acme.iam.gserviceaccount.com",
            "pull@x@acme.iam.gserviceaccount.com",
        ];
        check_names(google_account, &["pull@acme.iam.gserviceaccount.com"], &wrong);
    }

    #[test]
    fn a_robot_has_an_organisation() {
        check_names(robot, &["acme+pull_1"], &["acme", "+pull", "acme+", "Acme+pull", "acme+a b"]);
    }

    #[test]
    fn a_project_of_google_may_have_a_domain() {
        let wrong = ["Acme", "example.com:Acme", "Example.com:acme", "example.com:"];
        let check = |registry: &str, found: &Found, problems: &mut Problems| {
            project(registry, "project", found, problems)
        };
        check_names(check, &["acme-1", "example.com:acme"], &wrong);
    }

    #[test]
    fn a_managed_identity_has_a_number_or_a_whole_name() {
        let right = [
            "0f2b2c1e-9d0a-4c6f-8e5a-1234567890ab",
            "/subscriptions/1/resourceGroups/g/providers/p",
            "/Subscriptions/1",
        ];
        let wrong = ["", "acme", "/resourceGroups/g", "/subscriptions/a b", "/subscriptions/\u{1}"];
        check_names(managed_identity, &right, &wrong);
    }

    #[test]
    fn a_guid_has_five_parts() {
        assert!(is_guid("0f2b2c1e-9d0a-4c6f-8e5a-1234567890aB"));
        assert!(!is_guid("0f2b2c1e9d0a4c6f8e5a1234567890ab"));
        assert!(!is_guid("0f2b2c1e-9d0a-4c6f-8e5a-1234567890ag"));
        assert!(!is_guid(""));
    }
}
