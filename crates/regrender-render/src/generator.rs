//! A generator of External Secrets: what asks a registry for tokens, and as whom.
//!
//! Its fields are those of the published CRDs of `generators.external-secrets.io/v1alpha1`. Secrets
//! and service accounts are looked up in the namespace of the `ExternalSecret`, so each namespace has a
//! generator of its own.

use regrender_config::{AcrLogin, AzureEnvironment, Ecr, Generator, GoogleLogin, Login, Registry};
use regrender_document::{Document, Mapping};

use crate::kubernetes::{metadata, specified};

/// The API version of all generators.
pub(crate) const API_VERSION: &str = "generators.external-secrets.io/v1alpha1";

/// Returns the kind of a generator.
pub(crate) fn kind(generator: &Generator) -> &'static str {
    match generator {
        Generator::Ecr { .. } => "ECRAuthorizationToken",
        Generator::Acr { .. } => "ACRAccessToken",
        Generator::Google { .. } => "GCRAccessToken",
        Generator::Quay { .. } => "QuayAccessToken",
        Generator::GitHub { .. } => "GithubAccessToken",
    }
}

/// Renders the generator of a registry in a namespace.
pub(crate) fn render(registry: &Registry, namespace: &str, generator: &Generator) -> Document {
    let spec = match generator {
        Generator::Ecr { registry, role, login } => {
            ecr(registry, role.as_ref().map(|role| role.text.as_str()), login)
        }
        Generator::Acr { registry, tenant_id, login } => {
            acr(&registry.host(), registry.environment, tenant_id.as_deref(), login)
        }
        Generator::Google { project, login } => google(project, login),
        Generator::Quay { robot_account, service_account } => Mapping::new()
            .with("url", registry.host.as_str())
            .with("robotAccount", robot_account.as_str())
            .with("serviceAccountRef", name(service_account)),
        Generator::GitHub { app_id, install_id, private_key } => {
            let key = Mapping::new().with("secretRef", key(private_key, "private-key"));
            Mapping::new()
                .with("appID", app_id.as_str())
                .with("installID", install_id.as_str())
                .with("auth", Mapping::new().with("privateKey", key))
                .with("permissions", Mapping::new().with("packages", "read"))
        }
    };
    specified(API_VERSION, kind(generator), metadata(&registry.name, namespace), spec)
}

fn name(name: &str) -> Mapping {
    Mapping::new().with("name", name)
}

/// One value of a Secret.
fn key(secret: &str, key: &str) -> Mapping {
    name(secret).with("key", key)
}

fn ecr(ecr: &Ecr, role: Option<&str>, login: &Login) -> Mapping {
    let mut spec = Mapping::new().with("region", ecr.region());
    if *ecr == Ecr::Public {
        spec.push("scope", "public");
    }
    if let Some(role) = role {
        spec.push("role", role);
    }
    let auth = match login {
        Login::Controller => return spec,
        Login::ServiceAccount(account) => {
            let jwt = Mapping::new().with("serviceAccountRef", name(account));
            Mapping::new().with("jwt", jwt)
        }
        Login::Secret(secret) => {
            let keys = Mapping::new()
                .with("accessKeyIDSecretRef", key(secret, "access-key-id"))
                .with("secretAccessKeySecretRef", key(secret, "secret-access-key"));
            Mapping::new().with("secretRef", keys)
        }
    };
    spec.with("auth", auth)
}

fn acr(
    host: &str,
    environment: AzureEnvironment,
    tenant_id: Option<&str>,
    login: &AcrLogin,
) -> Mapping {
    let mut spec = Mapping::new();
    if let Some(tenant_id) = tenant_id {
        spec.push("tenantId", tenant_id);
    }
    let environment = match environment {
        AzureEnvironment::Public => "PublicCloud",
        AzureEnvironment::China => "ChinaCloud",
        AzureEnvironment::UsGovernment => "USGovernmentCloud",
    };
    let auth = match login {
        AcrLogin::ManagedIdentity(identity) => Mapping::new()
            .with("managedIdentity", Mapping::new().with("identityId", identity.as_str())),
        AcrLogin::As(Login::Controller) => Mapping::new().with("workloadIdentity", Mapping::new()),
        AcrLogin::As(Login::ServiceAccount(account)) => {
            let identity = Mapping::new().with("serviceAccountRef", name(account));
            Mapping::new().with("workloadIdentity", identity)
        }
        AcrLogin::As(Login::Secret(secret)) => {
            let keys = Mapping::new()
                .with("clientId", key(secret, "client-id"))
                .with("clientSecret", key(secret, "client-secret"));
            let principal = Mapping::new().with("secretRef", keys);
            Mapping::new().with("servicePrincipal", principal)
        }
    };
    spec.with("registry", host).with("environmentType", environment).with("auth", auth)
}

fn google(project: &str, login: &GoogleLogin) -> Mapping {
    let auth = match login {
        GoogleLogin::Controller => Mapping::new(),
        GoogleLogin::ServiceAccount { name: account, cluster } => {
            let identity = Mapping::new()
                .with("clusterLocation", cluster.location.as_str())
                .with("clusterName", cluster.name.as_str())
                .with("clusterProjectID", cluster.project.as_str())
                .with("serviceAccountRef", name(account));
            Mapping::new().with("workloadIdentity", identity)
        }
        GoogleLogin::Secret(secret) => {
            let keys =
                Mapping::new().with("secretAccessKeySecretRef", key(secret, "credentials.json"));
            Mapping::new().with("secretRef", keys)
        }
    };
    Mapping::new().with("projectID", project).with("auth", auth)
}
