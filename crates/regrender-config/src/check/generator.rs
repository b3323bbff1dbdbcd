//! What External Secrets makes tokens with, and as whom it asks for them.

use crate::check::cloud::{Cloud, missing};
use crate::check::identifier;
use crate::check::name::{self, Rule};
use crate::check::workload_identity::{gke_cluster, needs_project};
use crate::field::Field;
use crate::problem::{Problems, provision as problem};
use crate::raw::RawRegistry;
use crate::{Acr, AcrLogin, Generator, GkeCluster, GoogleLogin, Login, RegistryKind};

/// Checks what External Secrets needs for a registry.
pub(crate) fn generator(
    raw: &RawRegistry,
    kind: RegistryKind,
    cloud: &Cloud,
    problems: &mut Problems,
) -> Option<Generator> {
    match cloud {
        Cloud::Ecr(ecr) => {
            let name = raw.name.value.as_str();
            let role =
                raw.provision.role_arn.check(|found| identifier::role(name, found, problems));
            let login = login(raw, problems);
            Some(Generator::Ecr { registry: ecr.clone(), role: role.optional()?, login: login? })
        }
        Cloud::Acr(acr) => acr_generator(raw, acr, problems),
        Cloud::Google { project, .. } => google_generator(raw, project.as_deref(), problems),
        Cloud::Elsewhere if kind == RegistryKind::Quay => quay_generator(raw, problems),
        Cloud::Elsewhere => github_generator(raw, problems),
    }
}

/// Checks the name of an object in the namespace of the pull secret.
fn object_name(what: &str, field: &Field<String>, problems: &mut Problems) -> Field<String> {
    field.check(|found| name::object(what, found, Rule::Subdomain, problems))
}

fn login(raw: &RawRegistry, problems: &mut Problems) -> Option<Login> {
    let provision = &raw.provision;
    if let (Some(account), Some(secret)) =
        (provision.service_account.as_given(), provision.credentials_secret.as_given())
    {
        problems.push(problem::two_logins(
            &raw.name.value,
            account.span.clone(),
            secret.span.clone(),
        ));
        return None;
    }
    let account = object_name("a service account", &provision.service_account, problems);
    let secret = object_name("a Secret", &provision.credentials_secret, problems);
    match (account.optional()?, secret.optional()?) {
        (Some(account), _) => Some(Login::ServiceAccount(account)),
        (None, Some(secret)) => Some(Login::Secret(secret)),
        (None, None) => Some(Login::Controller),
    }
}

fn acr_generator(raw: &RawRegistry, acr: &Acr, problems: &mut Problems) -> Option<Generator> {
    let name = raw.name.value.as_str();
    let provision = &raw.provision;
    let tenant_id =
        provision.tenant_id.check(|found| identifier::guid(name, "tenant-id", found, problems));
    let identity =
        provision.client_id.check(|found| identifier::managed_identity(name, found, problems));
    let login = login(raw, problems)?;
    let login = match (identity.optional()?, login) {
        (None, login) => AcrLogin::As(login),
        (Some(identity), Login::Controller) => AcrLogin::ManagedIdentity(identity),
        (Some(_), _) => {
            let span = provision.client_id.span()?;
            let belongs = "a managed identity: without `service-account` and `credentials-secret`";
            problems.push(problem::idle_key(name, "client-id", span, belongs));
            return None;
        }
    };
    if matches!(login, AcrLogin::As(Login::Secret(_))) {
        missing(raw, "tenant-id", &provision.tenant_id, "tenant-id = \"GUID\"", problems);
    }
    Some(Generator::Acr { registry: acr.clone(), tenant_id: tenant_id.optional()?, login })
}

fn google_generator(
    raw: &RawRegistry,
    project: Option<&str>,
    problems: &mut Problems,
) -> Option<Generator> {
    needs_project(raw, project, problems);
    let login = login(raw, problems);
    let cluster = match &login {
        Some(Login::ServiceAccount(_)) => needed_cluster(raw, project, problems)?,
        // A slip in the service account takes nothing from its cluster.
        None => None,
        Some(_) => {
            no_cluster(raw, problems);
            None
        }
    };
    let login = match (login?, cluster) {
        (Login::ServiceAccount(name), Some(cluster)) => {
            GoogleLogin::ServiceAccount { name, cluster }
        }
        (Login::Secret(secret), _) => GoogleLogin::Secret(secret),
        _ => GoogleLogin::Controller,
    };
    Some(Generator::Google { project: project?.to_owned(), login })
}

#[expect(clippy::option_option, reason = "no cluster is right here, and a broken one is not")]
fn needed_cluster(
    raw: &RawRegistry,
    project: Option<&str>,
    problems: &mut Problems,
) -> Option<Option<GkeCluster>> {
    let provision = &raw.provision;
    if provision.cluster_name.is_absent() && provision.cluster_location.is_absent() {
        let example = "cluster-name = \"NAME\"` and `cluster-location = \"europe-west1\"";
        missing(raw, "cluster-name", &provision.cluster_name, example, problems);
        return None;
    }
    gke_cluster(raw, project, problems)
}

fn no_cluster(raw: &RawRegistry, problems: &mut Problems) {
    let keys = [
        ("cluster-name", raw.provision.cluster_name.span()),
        ("cluster-location", raw.provision.cluster_location.span()),
        ("cluster-project", raw.provision.cluster_project.span()),
    ];
    for (key, span) in keys {
        if let Some(span) = span {
            let name = raw.name.value.as_str();
            problems.push(problem::idle_key(name, key, span, "`service-account`"));
        }
    }
}

fn quay_generator(raw: &RawRegistry, problems: &mut Problems) -> Option<Generator> {
    let name = raw.name.value.as_str();
    let provision = &raw.provision;
    let example = "robot-account = \"organization+robot\"";
    missing(raw, "robot-account", &provision.robot_account, example, problems);
    let example = "service-account = \"NAME\"";
    missing(raw, "service-account", &provision.service_account, example, problems);
    let robot = provision.robot_account.check(|found| identifier::robot(name, found, problems));
    let account = object_name("a service account", &provision.service_account, problems);
    Some(Generator::Quay {
        robot_account: robot.given()?.value,
        service_account: account.given()?.value,
    })
}

fn github_generator(raw: &RawRegistry, problems: &mut Problems) -> Option<Generator> {
    let name = raw.name.value.as_str();
    let provision = &raw.provision;
    missing(raw, "app-id", &provision.app_id, "app-id = \"123456\"", problems);
    missing(raw, "install-id", &provision.install_id, "install-id = \"12345678\"", problems);
    let example = "credentials-secret = \"github-app\"";
    missing(raw, "credentials-secret", &provision.credentials_secret, example, problems);
    let app_id = provision.app_id.check(|found| identifier::app(name, "app-id", found, problems));
    let install_id =
        provision.install_id.check(|found| identifier::app(name, "install-id", found, problems));
    let private_key = object_name("a Secret", &provision.credentials_secret, problems);
    Some(Generator::GitHub {
        app_id: app_id.given()?.value,
        install_id: install_id.given()?.value,
        private_key: private_key.given()?.value,
    })
}
