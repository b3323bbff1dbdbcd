//! Identities of a cloud that pods pull as: a role of AWS, a managed identity of Azure, a service
//! account of Google.

use crate::check::cloud::missing;
use crate::check::identifier;
use crate::field::Field;
use crate::problem::Problems;
use crate::raw::RawRegistry;
use crate::{Acr, Ecr, GkeCluster, Irsa, Provision, WorkloadIdentity};

pub(crate) fn irsa(raw: &RawRegistry, ecr: &Ecr, problems: &mut Problems) -> Option<Irsa> {
    let name = raw.name.value.as_str();
    let example = "role-arn = \"arn:aws:iam::111122223333:role/NAME\"";
    missing(raw, "role-arn", &raw.provision.role_arn, example, problems);
    let role = raw.provision.role_arn.check(|value| identifier::role(name, value, problems));
    let pod_identity = pod_identity(raw)?;
    Some(Irsa { registry: ecr.clone(), role: role.given()?.value, pod_identity })
}

fn pod_identity(raw: &RawRegistry) -> Option<bool> {
    raw.provision.pod_identity.clone().or(true)
}

pub(crate) fn azure_identity(
    raw: &RawRegistry,
    acr: &Acr,
    problems: &mut Problems,
) -> Option<Provision> {
    let name = raw.name.value.as_str();
    let provision = &raw.provision;
    missing(raw, "client-id", &provision.client_id, "client-id = \"GUID\"", problems);
    missing(raw, "tenant-id", &provision.tenant_id, "tenant-id = \"GUID\"", problems);
    let mut guid = |key: &str, field: &Field<String>| {
        field.check(|value| identifier::guid(name, key, value, problems))
    };
    let client_id = guid("client-id", &provision.client_id);
    let tenant_id = guid("tenant-id", &provision.tenant_id);
    Some(Provision::WorkloadIdentity(WorkloadIdentity::Azure {
        registry: acr.clone(),
        client_id: client_id.given()?.value,
        tenant_id: tenant_id.given()?.value,
        pod_identity: pod_identity(raw)?,
    }))
}

pub(crate) fn google_identity(
    raw: &RawRegistry,
    project: Option<&str>,
    problems: &mut Problems,
) -> Option<Provision> {
    let name = raw.name.value.as_str();
    let field = &raw.provision.google_service_account;
    let example = "google-service-account = \"NAME@PROJECT.iam.gserviceaccount.com\"";
    missing(raw, "google-service-account", field, example, problems);
    needs_project(raw, project, problems);
    let account = field.check(|value| identifier::google_account(name, value, problems));
    let cluster = gke_cluster(raw, project, problems);
    Some(Provision::WorkloadIdentity(WorkloadIdentity::Google {
        service_account: account.given()?.value,
        project: project?.to_owned(),
        cluster: cluster?,
        pod_identity: pod_identity(raw)?,
    }))
}

/// Complains of a project that is needed and not there.
pub(crate) fn needs_project(raw: &RawRegistry, project: Option<&str>, problems: &mut Problems) {
    if project.is_none() {
        missing(raw, "project", &raw.cloud.project, "project = \"PROJECT\"", problems);
    }
}

/// The cluster of GKE, if one of its keys is there: then both must be.
#[expect(clippy::option_option, reason = "no cluster is right here, and a broken one is not")]
pub(crate) fn gke_cluster(
    raw: &RawRegistry,
    project: Option<&str>,
    problems: &mut Problems,
) -> Option<Option<GkeCluster>> {
    let registry = raw.name.value.as_str();
    let provision = &raw.provision;
    let (name, location) = (&provision.cluster_name, &provision.cluster_location);
    if name.is_absent() && location.is_absent() && provision.cluster_project.is_absent() {
        return Some(None);
    }
    missing(raw, "cluster-name", name, "cluster-name = \"NAME\"", problems);
    missing(raw, "cluster-location", location, "cluster-location = \"europe-west1\"", problems);
    let name = name.check(|value| identifier::cluster(registry, value, problems));
    let location =
        location.check(|value| identifier::location(registry, "cluster-location", value, problems));
    let own = provision
        .cluster_project
        .check(|value| identifier::project(registry, "cluster-project", value, problems));
    let project = own.optional()?.or_else(|| project.map(str::to_owned))?;
    let (name, location) = (name.given()?.value, location.given()?.value);
    Some(Some(GkeCluster { project, name, location }))
}
