//! What an account says of itself so that a kubelet, or a pod, gets the identity that may pull.

use std::collections::BTreeMap;

use regrender_config::{Access, Irsa, Provision, Registry, WorkloadIdentity};

/// The annotation that the `ecr-credential-provider` of `cloud-provider-aws` reads.
pub(crate) const ECR_ROLE: &str = "eks.amazonaws.com/ecr-role-arn";

/// The annotation that the webhook of EKS reads, and every SDK in the pod follows.
const POD_ROLE: &str = "eks.amazonaws.com/role-arn";

/// The annotations that the `acr-credential-provider` of `cloud-provider-azure` reads.
pub(crate) const ACR_CLIENT: &str = "kubernetes.azure.com/acr-client-id";
/// The tenant beside [`ACR_CLIENT`].
pub(crate) const ACR_TENANT: &str = "kubernetes.azure.com/acr-tenant-id";

/// The annotations that the webhook of Azure's workload identity reads.
const POD_CLIENT: &str = "azure.workload.identity/client-id";
const POD_TENANT: &str = "azure.workload.identity/tenant-id";

/// The annotation by which an account asks the `auth-provider-gcp` of `cloud-provider-gcp` for its
/// own identity instead of the node's.
pub(crate) const GOOGLE_PULL: &str = "iam.gke.io/enable-wi-image-pull";

/// The annotation that the metadata server of GKE reads for the pods.
const POD_GOOGLE: &str = "iam.gke.io/gcp-service-account";

/// Lists the annotations that an account gets for pulling from `registry`.
pub(crate) fn annotations(registry: &Registry) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut add = |key: &str, value: &str| {
        found.insert(key.to_owned(), value.to_owned());
    };
    match &registry.access {
        Access::Provided(Provision::Irsa(Irsa { role, pod_identity, .. })) => {
            add(ECR_ROLE, &role.text);
            if *pod_identity {
                add(POD_ROLE, &role.text);
            }
        }
        Access::Provided(Provision::WorkloadIdentity(WorkloadIdentity::Azure {
            client_id,
            tenant_id,
            pod_identity,
            ..
        })) => {
            add(ACR_CLIENT, client_id);
            add(ACR_TENANT, tenant_id);
            if *pod_identity {
                add(POD_CLIENT, client_id);
                add(POD_TENANT, tenant_id);
            }
        }
        Access::Provided(Provision::WorkloadIdentity(WorkloadIdentity::Google {
            service_account,
            cluster,
            pod_identity,
            ..
        })) => {
            if cluster.is_some() {
                add(GOOGLE_PULL, "true");
            }
            if *pod_identity {
                add(POD_GOOGLE, service_account);
            }
        }
        _ => {}
    }
    found
}
