//! What is known of registries beforehand: usernames, and the looks of their tokens.

use crate::RegistryKind;

/// The username beside a token of ECR.
pub(crate) const ECR_TOKEN_USERNAME: &str = "AWS";

/// The username beside a refresh token of an Azure Container Registry.
pub(crate) const ACR_TOKEN_USERNAME: &str = "00000000-0000-0000-0000-000000000000";

/// The username beside an access token of Google.
pub(crate) const GOOGLE_TOKEN_USERNAME: &str = "oauth2accesstoken";

/// Returns how many hours the token lives that stands beside a username, if the cloud of a kind hands
/// out what stands there.
#[must_use]
pub fn token_hours_beside(kind: RegistryKind, username: &str) -> Option<u64> {
    let is_token = match kind {
        RegistryKind::Acr => username == ACR_TOKEN_USERNAME,
        RegistryKind::Gar | RegistryKind::Gcr => username == GOOGLE_TOKEN_USERNAME,
        // Amazon ECR takes nothing else.
        _ => true,
    };
    kind.token_hours().filter(|_| is_token)
}

/// Says what usernames of a kind of registry look like.
pub(crate) fn username_custom(kind: RegistryKind) -> Option<&'static str> {
    match kind {
        RegistryKind::Generic => None,
        RegistryKind::DockerHub => Some(
            "Docker Hub takes the name of the account or, for an organization's token, that of the organization",
        ),
        RegistryKind::Ghcr => {
            Some("GitHub takes any username beside a token; the account's is usual")
        }
        RegistryKind::GitLab => {
            Some("GitLab takes the username of the deploy token, such as `gitlab+deploy-token-1`")
        }
        RegistryKind::Quay => Some("Quay takes the name of a robot account: `organization+robot`"),
        RegistryKind::Harbor => {
            Some("Harbor takes the name of a robot account: `robot$project+name`")
        }
        RegistryKind::Artifactory => Some("Artifactory takes the user that the token was made for"),
        RegistryKind::Ecr => Some("Amazon ECR takes the username `AWS` beside every token"),
        RegistryKind::Acr => Some(
            "Azure takes the id of a service principal or the name of a repository-scoped token",
        ),
        RegistryKind::Gar | RegistryKind::Gcr => {
            Some("Google takes `_json_key` beside the JSON key of a service account")
        }
    }
}

/// Returns a username as a kind of registry makes them.
pub(crate) fn example_username(kind: RegistryKind) -> &'static str {
    match kind {
        RegistryKind::GitLab => "gitlab+deploy-token-1",
        RegistryKind::Quay => "organization+robot",
        RegistryKind::Harbor => "robot$project+name",
        RegistryKind::Gar | RegistryKind::Gcr => "_json_key",
        _ => "NAME",
    }
}

/// Returns the name of an environment variable for something of a registry.
#[must_use]
pub fn variable(registry: &str, what: &str) -> String {
    let word: String = registry
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' })
        .collect();
    let sign = if word.starts_with(|c: char| c.is_ascii_digit()) { "_" } else { "" };
    format!("{sign}{word}_{what}")
}

/// A token that tells its origin.
struct Token {
    prefix: &'static str,
    name: &'static str,
    /// The kind of registry that takes it.
    kind: Option<RegistryKind>,
    /// What to mind even where it belongs.
    caution: Option<&'static str>,
}

const TOKENS: &[Token] = &[
    Token {
        prefix: "ghp_",
        name: "a personal access token of GitHub",
        kind: Some(RegistryKind::Ghcr),
        caution: None,
    },
    Token {
        prefix: "gho_",
        name: "an OAuth token of GitHub",
        kind: Some(RegistryKind::Ghcr),
        caution: Some(
            "it ends with the login that it was made for; use a personal access token with `read:packages`",
        ),
    },
    Token {
        prefix: "ghs_",
        name: "a token of a GitHub App or of one run of GitHub Actions",
        kind: Some(RegistryKind::Ghcr),
        caution: Some("it is dead after an hour; use a personal access token with `read:packages`"),
    },
    Token {
        prefix: "ghu_",
        name: "a user token of a GitHub App",
        kind: Some(RegistryKind::Ghcr),
        caution: Some(
            "it is dead after eight hours; use a personal access token with `read:packages`",
        ),
    },
    Token {
        prefix: "github_pat_",
        name: "a fine-grained token of GitHub",
        kind: Some(RegistryKind::Ghcr),
        caution: Some("GitHub's registry takes classic tokens; use one with `read:packages`"),
    },
    Token {
        prefix: "dckr_pat_",
        name: "a personal access token of Docker Hub",
        kind: Some(RegistryKind::DockerHub),
        caution: None,
    },
    Token {
        prefix: "dckr_oat_",
        name: "an organization's token of Docker Hub",
        kind: Some(RegistryKind::DockerHub),
        caution: None,
    },
    Token {
        prefix: "glpat-",
        name: "a personal, project or group token of GitLab",
        kind: Some(RegistryKind::GitLab),
        caution: None,
    },
    Token {
        prefix: "gldt-",
        name: "a deploy token of GitLab",
        kind: Some(RegistryKind::GitLab),
        caution: None,
    },
    Token {
        prefix: "glcbt-",
        name: "the token of one job of GitLab",
        kind: Some(RegistryKind::GitLab),
        caution: Some("it is dead when the job ends; use a deploy token with `read_registry`"),
    },
    Token {
        prefix: "AGE-SECRET-KEY-",
        name: "the private half of an age key pair",
        kind: None,
        caution: Some("no registry takes it"),
    },
];

/// Beginning of the Base64 of `{"payload":`, which is how tokens of Amazon ECR begin.
const ECR_TOKEN: &str = "eyJwYXlsb2FkIjo";

/// Beginnings of what names a secret to a program that should have put the secret there: of
/// 1Password, sops, vals, shells and pipelines.
const REFERENCES: &[&str] = &["op://", "ENC[", "ref+", "${", "$("];

/// What programs print where they have found nothing: jq, Python, Go and its templates.
const NOTHINGS: &[&str] = &["null", "None", "<nil>", "<no value>", "undefined", "…", "***"];

/// Says what a password seems to be that is none, belongs to another kind of registry, or does not
/// live long.
///
/// The password itself is not in what is said.
#[must_use]
pub fn looks_like_another_kind(kind: RegistryKind, password: &str) -> Option<String> {
    if REFERENCES.iter().any(|beginning| password.starts_with(beginning)) {
        return Some(String::from(
            "it looks like a reference to a secret, and not like the secret",
        ));
    }
    if NOTHINGS.contains(&password) {
        return Some(String::from("it is what stands where a program has found nothing"));
    }
    if password.starts_with(ECR_TOKEN) && kind != RegistryKind::Ecr {
        let advice = "it looks like a token of Amazon ECR, which is dead after twelve hours";
        return Some(String::from(advice));
    }
    if let Some(token) = TOKENS.iter().find(|token| password.starts_with(token.prefix)) {
        return advice(token, kind);
    }
    let is_web_token = password.starts_with("eyJ") && password.matches('.').count() == 2;
    let takes_web_tokens =
        matches!(kind, RegistryKind::Artifactory | RegistryKind::Generic | RegistryKind::Acr);
    (is_web_token && !takes_web_tokens).then(|| {
        String::from("it looks like a JSON Web Token, which mostly lives for minutes or hours")
    })
}

fn advice(token: &Token, kind: RegistryKind) -> Option<String> {
    // A generic registry may be a proxy that takes what the registry behind it takes.
    let belongs =
        token.kind == Some(kind) || (token.kind.is_some() && kind == RegistryKind::Generic);
    match (belongs, token.caution) {
        (true, None) => None,
        (true, Some(caution)) => Some(format!("it looks like {}: {caution}", token.name)),
        (false, _) => Some(format!("it looks like {}", token.name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: RegistryKind, password: &str, expected: Option<&str>) {
        let advice = looks_like_another_kind(kind, password);
        match (&advice, expected) {
            (Some(advice), Some(expected)) => assert!(advice.contains(expected), "{advice}"),
            (advice, expected) => assert_eq!(advice.as_deref(), expected),
        }
        assert!(!advice.unwrap_or_default().contains("canary"));
    }

    #[test]
    fn a_token_that_belongs_is_no_matter() {
        check(RegistryKind::Ghcr, "ghp_canary4f1d", None);
        check(RegistryKind::DockerHub, "dckr_pat_canary-4f1d", None);
        check(RegistryKind::GitLab, "gldt-canary-4f1d", None);
        check(RegistryKind::Generic, "ghp_canary4f1d", None);
        check(RegistryKind::Harbor, "canary-4f1d", None);
    }

    #[test]
    fn a_token_of_another_kind_is_named() {
        check(RegistryKind::DockerHub, "ghp_canary4f1d", Some("of GitHub"));
        check(RegistryKind::Ghcr, "dckr_oat_canary4f1d", Some("of Docker Hub"));
        check(RegistryKind::Quay, "glpat-canary-4f1d", Some("of GitLab"));
    }

    #[test]
    fn a_token_that_dies_soon_is_named_everywhere() {
        check(RegistryKind::Ghcr, "ghs_canary4f1d", Some("an hour"));
        check(RegistryKind::Generic, "ghs_canary4f1d", Some("an hour"));
        check(RegistryKind::Generic, "eyJwYXlsb2FkIjoicanary", Some("twelve hours"));
        check(RegistryKind::GitLab, "glcbt-canary", Some("job"));
    }

    #[test]
    fn web_tokens_are_usual_for_artifactory() {
        check(RegistryKind::Artifactory, "eyJhbGciOiJub25lIn0.canary.canary", None);
        check(RegistryKind::Quay, "eyJhbGciOiJub25lIn0.canary.canary", Some("Web Token"));
        check(RegistryKind::Quay, "eyJ.canary", None);
        check(RegistryKind::Quay, "canary.4f1d.canary", None);
    }

    #[test]
    fn a_reference_is_no_secret() {
        check(RegistryKind::Generic, "op://canary/4f1d", Some("reference"));
        check(RegistryKind::Generic, "${{ secrets.CANARY }}", Some("reference"));
        check(RegistryKind::Generic, "ENC[AES256_GCM,data:canary]", Some("reference"));
        check(RegistryKind::Generic, "$canary-4f1d", None);
    }

    #[test]
    fn what_stands_for_nothing_is_no_secret() {
        check(RegistryKind::Generic, "null", Some("found nothing"));
        check(RegistryKind::Generic, "<no value>", Some("found nothing"));
        check(RegistryKind::Generic, "nullcanary", None);
    }

    #[test]
    fn a_private_key_belongs_nowhere() {
        check(RegistryKind::Generic, "AGE-SECRET-KEY-1CANARY4F1D", Some("age"));
    }

    #[test]
    fn usernames_of_clouds_tell_how_long_lives_what_stands_beside_them() {
        let hours = token_hours_beside;
        assert_eq!(hours(RegistryKind::Ecr, "AWS"), Some(12));
        assert_eq!(hours(RegistryKind::Acr, "00000000-0000-0000-0000-000000000000"), Some(3));
        assert_eq!(hours(RegistryKind::Acr, "pull"), None);
        assert_eq!(hours(RegistryKind::Gar, "oauth2accesstoken"), Some(1));
        assert_eq!(hours(RegistryKind::Gcr, "_json_key"), None);
        assert_eq!(hours(RegistryKind::Generic, "AWS"), None);
    }

    #[test]
    fn names_of_registries_become_names_of_variables() {
        assert_eq!(variable("hub", "PASSWORD"), "HUB_PASSWORD");
        assert_eq!(variable("my-reg.io", "PASSWORD"), "MY_REG_IO_PASSWORD");
        assert_eq!(variable("1a", "PASSWORD"), "_1A_PASSWORD");
    }
}
