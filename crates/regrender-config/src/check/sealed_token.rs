//! A token of hours that is sealed all the same.

use std::time::Duration;

use regrender_diagnostic::Spanned;

use crate::check::cloud::Cloud;
use crate::check::credential;
use crate::preset::{ACR_TOKEN_USERNAME, ECR_TOKEN_USERNAME, GOOGLE_TOKEN_USERNAME};
use crate::problem::{Problems, provision as problem};
use crate::raw::RawRegistry;
use crate::{Access, Credential, Ecr, RegistryKind, Source, SourceKind, Trim, Username};

/// How the commands begin that print a token of a cloud.
const ECR: [&str; 3] = ["aws", "ecr", "get-login-password"];
const PUBLIC_ECR: [&str; 3] = ["aws", "ecr-public", "get-login-password"];
const ACR: [&str; 3] = ["az", "acr", "login"];
const GOOGLE: [&str; 3] = ["gcloud", "auth", "print-access-token"];

/// The programs of the clouds sign in to their cloud first.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(60);

/// A token that is sealed all the same; what is not given is what the cloud's own program says.
pub(crate) fn sealed(
    raw: &RawRegistry,
    kind: RegistryKind,
    cloud: Option<&Cloud>,
    found: &Spanned<String>,
    problems: &mut Problems,
) -> Option<Access> {
    let is_allowed = raw.provision.allow_short_lived.is_true();
    if !is_allowed {
        if !raw.provision.allow_short_lived.is_broken() {
            let hours = kind.token_hours().unwrap_or(1);
            problems.push(problem::sealed(&raw.name.value, found.span.clone(), hours));
        }
        return None;
    }
    let is_whole = !raw.username.is_absent() && !raw.password.is_absent();
    if raw.anonymous.is_true() || is_whole || !raw.credential.is_absent() {
        return credential::access(raw, Some(kind), problems);
    }
    let (username, command) = ready(cloud?);
    let name = raw.name.value.as_str();
    let username = raw
        .username
        .check(|value| credential::username(name, value, problems))
        .or(Username::Literal(username.to_owned()))?;
    let command =
        SourceKind::Command { arguments: command, timeout: COMMAND_TIMEOUT, trim: Trim::Yes };
    let password = raw
        .password
        .check(|value| credential::password(name, value, problems))
        .or(Source { kind: command, span: found.span.clone() })?;
    let email = raw.email.check(|value| credential::email(name, value, problems)).optional()?;
    Some(Access::Credential(Credential::Pair { username, password, email }))
}

/// Returns the username, and the command that prints a token, of a cloud.
fn ready(cloud: &Cloud) -> (&'static str, Vec<String>) {
    let (username, begins, rest) = match cloud {
        Cloud::Ecr(ecr) => {
            let begins = if *ecr == Ecr::Public { PUBLIC_ECR } else { ECR };
            (ECR_TOKEN_USERNAME, begins, vec!["--region", ecr.region()])
        }
        Cloud::Acr(acr) => {
            let rest = ["--name", acr.registry.as_str(), "--expose-token"];
            let output = ["--output", "tsv", "--query", "accessToken"];
            (ACR_TOKEN_USERNAME, ACR, [&rest[..], &output].concat())
        }
        Cloud::Google { .. } | Cloud::Elsewhere => (GOOGLE_TOKEN_USERNAME, GOOGLE, Vec::new()),
    };
    (username, begins.into_iter().chain(rest).map(str::to_owned).collect())
}

/// Says whether a command begins as those do that print a token of a cloud: there is no secret in
/// such a one.
#[must_use]
pub fn is_token_command(arguments: &[String]) -> bool {
    [ECR, PUBLIC_ECR, ACR, GOOGLE].iter().any(|begins| arguments.iter().take(3).eq(begins))
}
