//! Which keys of a registry belong to which kind, and to which way to provide tokens.

use regrender_diagnostic::Span;

use crate::RegistryKind;
use crate::problem::{Problems, provision as problem};
use crate::provision::Provider;
use crate::raw::RawRegistry;

/// A key that belongs to some kinds of registries, or to some ways to provide their tokens.
struct Key {
    name: &'static str,
    /// Where it stands, if it is there.
    span: Option<Span>,
    /// Whether it belongs to this registry.
    is_known: bool,
    /// Where it belongs, for people.
    belongs: &'static str,
}

/// Complains of keys that belong to another kind or another provider.
pub(crate) fn idle_keys(
    raw: &RawRegistry,
    kind: RegistryKind,
    provider: Option<Provider>,
    problems: &mut Problems,
) {
    let keys = cloud_keys(raw, kind).into_iter();
    let keys = keys.chain(provider_keys(raw, kind, provider));
    let keys = keys.chain(google_keys(raw, kind, provider));
    for Key { name, span, is_known, belongs } in keys {
        if let (Some(span), false) = (span, is_known) {
            problems.push(problem::idle_key(&raw.name.value, name, span, belongs));
        }
    }
}

fn cloud_keys(raw: &RawRegistry, kind: RegistryKind) -> Vec<Key> {
    let cloud = &raw.cloud;
    let amazon = kind == RegistryKind::Ecr;
    let azure = kind == RegistryKind::Acr;
    let google = matches!(kind, RegistryKind::Gar | RegistryKind::Gcr);
    let key = |name, span, is_known, belongs| Key { name, span, is_known, belongs };
    let of_amazon = "`kind = \"ecr\"`";
    let of_azure = "`kind = \"acr\"`";
    let of_google = "`kind = \"gar\"` and `kind = \"gcr\"`";
    vec![
        key("account", cloud.account.span(), amazon, of_amazon),
        key("region", cloud.region.span(), amazon, of_amazon),
        key("fips", cloud.fips.span(), amazon, of_amazon),
        key("public", cloud.public.span(), amazon, of_amazon),
        key("registry", cloud.registry.span(), azure, of_azure),
        key("environment", cloud.environment.span(), azure, of_azure),
        key("location", cloud.location.span(), google, of_google),
        key("project", cloud.project.span(), google, of_google),
    ]
}

fn provider_keys(raw: &RawRegistry, kind: RegistryKind, provider: Option<Provider>) -> Vec<Key> {
    let provision = &raw.provision;
    let external = provider == Some(Provider::ExternalSecrets);
    let irsa = provider == Some(Provider::Irsa);
    let identity = provider == Some(Provider::WorkloadIdentity);
    let sealed = matches!(provider, None | Some(Provider::Sealed));
    let amazon = kind == RegistryKind::Ecr;
    let azure = kind == RegistryKind::Acr;
    let quay = kind == RegistryKind::Quay;
    let github = kind == RegistryKind::Ghcr;
    let key = |name, span, is_known, belongs| Key { name, span, is_known, belongs };
    let of_external = "`provide = \"external-secrets\"`";
    let of_azure = "`kind = \"acr\"` and a provider of tokens";
    let of_github = "`kind = \"ghcr\"` and `provide = \"external-secrets\"`";
    vec![
        key(
            "allow-short-lived",
            provision.allow_short_lived.span(),
            sealed,
            "a credential that is sealed",
        ),
        key(
            "role-arn",
            provision.role_arn.span(),
            amazon && (external || irsa),
            "`kind = \"ecr\"` and `provide = \"irsa\"` or `\"external-secrets\"`",
        ),
        key("service-account", provision.service_account.span(), external && !github, of_external),
        key(
            "credentials-secret",
            provision.credentials_secret.span(),
            external && !quay,
            of_external,
        ),
        key("tenant-id", provision.tenant_id.span(), azure && (external || identity), of_azure),
        key("client-id", provision.client_id.span(), azure && (external || identity), of_azure),
        key(
            "pod-identity",
            provision.pod_identity.span(),
            irsa || identity,
            "`provide = \"irsa\"` and `provide = \"workload-identity\"`",
        ),
        key(
            "robot-account",
            provision.robot_account.span(),
            quay && external,
            "`kind = \"quay\"` and `provide = \"external-secrets\"`",
        ),
        key("app-id", provision.app_id.span(), github && external, of_github),
        key("install-id", provision.install_id.span(), github && external, of_github),
    ]
}

fn google_keys(raw: &RawRegistry, kind: RegistryKind, provider: Option<Provider>) -> Vec<Key> {
    let provision = &raw.provision;
    let google = matches!(kind, RegistryKind::Gar | RegistryKind::Gcr);
    let identity = google && provider == Some(Provider::WorkloadIdentity);
    let is_known = identity || google && provider == Some(Provider::ExternalSecrets);
    let belongs = "`kind = \"gar\"` or `kind = \"gcr\"` and a provider of tokens";
    let of_cluster = [
        ("cluster-name", provision.cluster_name.span()),
        ("cluster-location", provision.cluster_location.span()),
        ("cluster-project", provision.cluster_project.span()),
    ];
    let of_cluster = of_cluster.map(|(name, span)| Key { name, span, is_known, belongs });
    let account = Key {
        name: "google-service-account",
        span: provision.google_service_account.span(),
        is_known: identity,
        belongs: "`kind = \"gar\"` or `kind = \"gcr\"` and `provide = \"workload-identity\"`",
    };
    of_cluster.into_iter().chain([account]).collect()
}
