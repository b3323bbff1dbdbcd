//! Where fresh tokens come from: the providers of each kind of registry, and what each needs.

use regrender_diagnostic::Spanned;

use crate::check::cloud::Cloud;
use crate::check::credential;
use crate::check::generator::generator;
use crate::check::registry_key::idle_keys;
use crate::check::sealed_token::sealed;
use crate::check::workload_identity::{azure_identity, google_identity, irsa};
use crate::field::Field;
use crate::preset::{GOOGLE_TOKEN_USERNAME, token_hours_beside};
use crate::problem::{Problems, provision as problem, shape};
use crate::provision::Provider;
use crate::raw::{RawRegistry, RawValue};
use crate::{Access, Acr, AzureEnvironment, Ecr, NodeProvider, Provision, RegistryKind};

/// The usernames that Google takes, as its documentation of Artifact Registry lists them.
const GOOGLE_USERNAMES: &[&str] = &["_json_key", "_json_key_base64", GOOGLE_TOKEN_USERNAME];

/// Checks how the images of a registry are pulled.
pub(crate) fn access(
    raw: &RawRegistry,
    kind: Option<RegistryKind>,
    cloud: Option<&Cloud>,
    problems: &mut Problems,
) -> Option<Access> {
    match (kind, &raw.provision.provide) {
        // Whether the rest is right depends on what is not known.
        (_, Field::Broken) | (None, Field::Given(_)) => None,
        (None, Field::Absent) => credential::access(raw, kind, problems),
        (Some(kind), Field::Absent) => {
            idle_keys(raw, kind, None, problems);
            without_provider(raw, kind, problems)
        }
        (Some(kind), Field::Given(found)) => {
            let provider = provider(raw, kind, found, problems);
            provider.and_then(|provider| {
                idle_keys(raw, kind, Some(provider), problems);
                with_provider(raw, kind, cloud, (provider, found), problems)
            })
        }
    }
}

/// The providers of a kind.
fn choices(kind: RegistryKind) -> &'static [Provider] {
    use Provider::{ExternalSecrets, Irsa, Node, Sealed, WorkloadIdentity};
    match kind {
        RegistryKind::Ecr => &[ExternalSecrets, Irsa, Node, Sealed],
        RegistryKind::Acr | RegistryKind::Gar | RegistryKind::Gcr => {
            &[ExternalSecrets, WorkloadIdentity, Node, Sealed]
        }
        RegistryKind::Quay | RegistryKind::Ghcr => &[ExternalSecrets, Node],
        _ => &[Node],
    }
}

fn names(choices: &[Provider]) -> Vec<&'static str> {
    choices.iter().map(|provider| provider.name()).collect()
}

fn provider(
    raw: &RawRegistry,
    kind: RegistryKind,
    found: &Spanned<String>,
    problems: &mut Problems,
) -> Option<Provider> {
    let name = raw.name.value.as_str();
    let Some(known) = Provider::ALL.iter().find(|known| known.name() == found.value) else {
        let owner = raw.owner();
        problems.push(shape::unknown_value(&owner, "provide", found, &names(choices(kind))));
        return None;
    };
    if !choices(kind).contains(known) {
        problems.push(problem::elsewhere(name, found, kind.name(), &names(choices(kind))));
        return None;
    }
    Some(*known)
}

/// A credential that lasts, or none.
fn without_provider(
    raw: &RawRegistry,
    kind: RegistryKind,
    problems: &mut Problems,
) -> Option<Access> {
    let is_anonymous = raw.anonymous.is_true();
    if let (true, false, Some(hours)) = (kind.is_of_cloud(), is_anonymous, kind.token_hours()) {
        let absent =
            raw.username.is_absent() && raw.password.is_absent() && raw.credential.is_absent();
        if kind == RegistryKind::Ecr || absent {
            let span = raw.kind.span().unwrap_or_default();
            let kind_name = Spanned::new(kind.name(), span);
            let choices = names(choices(kind));
            let name = raw.name.value.as_str();
            problems.push(problem::short_lived(name, kind_name, hours, &choices, lasting(kind)));
            return None;
        }
        cloud_username(raw, kind, problems);
    }
    credential::access(raw, Some(kind), problems)
}

/// Says which credentials of a kind do not die in hours.
fn lasting(kind: RegistryKind) -> Option<&'static str> {
    match kind {
        RegistryKind::Acr => Some(
            "or give `username` and `password` of a service principal or of a repository-scoped token",
        ),
        RegistryKind::Gar | RegistryKind::Gcr => Some(
            "or give `username = \"_json_key\"` and the JSON key of a service account as `password`",
        ),
        _ => None,
    }
}

/// Checks a username that stands in the file beside a credential that is to last.
fn cloud_username(raw: &RawRegistry, kind: RegistryKind, problems: &mut Problems) {
    let Some(found) = raw.username.as_given() else { return };
    let RawValue::Text(text) = &found.value else { return };
    let name = raw.name.value.as_str();
    let is_google = matches!(kind, RegistryKind::Gar | RegistryKind::Gcr);
    let is_short_lived = token_hours_beside(kind, text.expose()).is_some();
    let is_allowed = raw.provision.allow_short_lived.is_true();
    if is_short_lived && !is_allowed {
        let choices = names(choices(kind));
        problems.push(problem::short_lived_username(name, found.span.clone(), &choices));
    } else if is_google && !GOOGLE_USERNAMES.contains(&text.expose()) && !text.expose().is_empty() {
        let rule = "`_json_key`, `_json_key_base64` or `oauth2accesstoken`";
        let span = found.span.clone();
        problems.push(problem::invalid_identifier(name, "username", span, rule, None));
    }
}

fn with_provider(
    raw: &RawRegistry,
    kind: RegistryKind,
    cloud: Option<&Cloud>,
    (provider, found): (Provider, &Spanned<String>),
    problems: &mut Problems,
) -> Option<Access> {
    match provider {
        Provider::Sealed => return sealed(raw, kind, cloud, found, problems),
        Provider::Node
            if kind != RegistryKind::Ecr && (has_credential(raw) || !kind.is_of_cloud()) =>
        {
            cloud_username(raw, kind, problems);
            return match credential::access(raw, Some(kind), problems)? {
                Access::Credential(credential) => {
                    Some(Access::Provided(Provision::Node(NodeProvider::Credential(credential))))
                }
                other => Some(other),
            };
        }
        _ => {}
    }
    no_credential(raw, found, problems);
    // The rest is checked even if the cloud is not known for a slip in its keys.
    let stand_in = stand_in(kind);
    let provision = match (provider, cloud.unwrap_or(&stand_in)) {
        (Provider::Node, Cloud::Ecr(_)) => Some(Provision::Node(NodeProvider::Ecr)),
        (Provider::Node, Cloud::Acr(_)) => Some(Provision::Node(NodeProvider::Acr)),
        (Provider::Node, _) => Some(Provision::Node(NodeProvider::Google)),
        (Provider::Irsa, Cloud::Ecr(ecr)) => irsa(raw, ecr, problems).map(Provision::Irsa),
        (Provider::WorkloadIdentity, Cloud::Acr(acr)) => azure_identity(raw, acr, problems),
        (Provider::WorkloadIdentity, Cloud::Google { project, .. }) => {
            google_identity(raw, project.as_deref(), problems)
        }
        (_, cloud) => generator(raw, kind, cloud, problems).map(Provision::ExternalSecrets),
    };
    cloud.and(provision).map(Access::Provided)
}

/// A cloud for a registry that names none rightly.
fn stand_in(kind: RegistryKind) -> Cloud {
    match kind {
        RegistryKind::Ecr => Cloud::Ecr(Ecr::Public),
        RegistryKind::Acr => {
            Cloud::Acr(Acr { registry: String::new(), environment: AzureEnvironment::Public })
        }
        RegistryKind::Gar | RegistryKind::Gcr => {
            Cloud::Google { host: String::new(), project: Some(String::new()) }
        }
        _ => Cloud::Elsewhere,
    }
}

fn has_credential(raw: &RawRegistry) -> bool {
    !(raw.username.is_absent() && raw.password.is_absent() && raw.credential.is_absent())
}

/// Complains of a credential beside a provider.
fn no_credential(raw: &RawRegistry, provide: &Spanned<String>, problems: &mut Problems) {
    let name = raw.name.value.as_str();
    let fields = [
        ("anonymous", raw.anonymous.span()),
        ("username", raw.username.span()),
        ("password", raw.password.span()),
        ("credential", raw.credential.span()),
        ("email", raw.email.span()),
        ("expires", raw.expires.span()),
    ];
    let found = fields.into_iter().find_map(|(key, span)| Some((key, span?)));
    if let Some((key, span)) = found {
        problems.push(problem::with_credential(name, provide, key, span));
    }
}
