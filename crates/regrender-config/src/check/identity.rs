//! Identities that the accounts of pull secrets get: an account has one of each cloud, and the kubelets
//! of a cluster are in one cluster of GKE.

use std::collections::BTreeMap;

use crate::problem::{Problems, identity as problem};
use crate::{Access, Cluster, GkeCluster, Irsa, Provision, PullSecret, Registry, WorkloadIdentity};

/// What an account may pull as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Identity<'r> {
    Aws {
        role: &'r str,
    },
    Azure {
        client_id: &'r str,
        tenant_id: &'r str,
    },
    Google {
        service_account: &'r str,
    },
    /// The one that the account has of itself.
    Own,
}

impl<'r> Identity<'r> {
    fn of(registry: &'r Registry) -> Option<Self> {
        match &registry.access {
            Access::Provided(Provision::Irsa(Irsa { role, .. })) => {
                Some(Self::Aws { role: &role.text })
            }
            Access::Provided(Provision::WorkloadIdentity(identity)) => Some(match identity {
                WorkloadIdentity::Azure { client_id, tenant_id, .. } => {
                    Self::Azure { client_id, tenant_id }
                }
                WorkloadIdentity::Google { service_account, pod_identity: true, .. } => {
                    Self::Google { service_account }
                }
                WorkloadIdentity::Google { pod_identity: false, .. } => Self::Own,
            }),
            _ => None,
        }
    }

    /// Says whether an account cannot have both.
    fn excludes(self, other: Self) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other) && self != other
    }

    fn shown(self) -> String {
        match self {
            Self::Aws { role } => format!("role `{role}`"),
            Self::Azure { client_id, tenant_id } => {
                format!("identity `{client_id}` of tenant `{tenant_id}`")
            }
            Self::Google { service_account } => format!("service account `{service_account}`"),
            Self::Own => String::from("its own identity"),
        }
    }
}

/// Complains of accounts that would get two identities of one cloud, as far as the file tells, and of
/// identities that no account gets.
pub(crate) fn agreements(
    secrets: &[Option<PullSecret>],
    registries: &[Option<Registry>],
    problems: &mut Problems,
) {
    let registries = registries.iter().flatten();
    let identities: BTreeMap<&str, (&Registry, Identity<'_>)> = registries
        .filter_map(|registry| Some((registry.name.as_str(), (registry, Identity::of(registry)?))))
        .collect();
    let mut given: BTreeMap<&str, Vec<(&PullSecret, &Registry, Identity<'_>)>> = BTreeMap::new();
    for secret in secrets.iter().flatten() {
        let listed = secret.registries.iter();
        for (registry, identity) in listed.filter_map(|name| identities.get(name.as_str())) {
            if secret.service_accounts.is_empty() {
                problems.push(problem::idle(&registry.name, secret));
            }
            let mut met = None;
            for account in &secret.service_accounts {
                let others = given.entry(account).or_default();
                met = met.or_else(|| {
                    let (_, first, other) = others
                        .iter()
                        .find(|(of, _, other)| identity.excludes(*other) && of.meets(secret))?;
                    Some((account, *first, *other))
                });
                others.push((secret, registry, *identity));
            }
            if let Some((account, first, other)) = met {
                let (first, second) = (first.span.clone(), registry.span.clone());
                problems.push(problem::two(
                    account,
                    (first, other.shown()),
                    (second, identity.shown()),
                ));
            }
        }
    }
}

/// The program that the kubelet asks for Google's registries is told one cluster of GKE.
pub(crate) fn of_kubelets(
    secrets: &[Option<PullSecret>],
    registries: &[Option<Registry>],
    clusters: &[Cluster],
    problems: &mut Problems,
) {
    for cluster in clusters {
        let lands = |registry: &&Registry| {
            let mut landed =
                secrets.iter().flatten().filter(|secret| secret.lands_in(cluster.name.as_deref()));
            landed.any(|secret| secret.registries.contains(&registry.name))
        };
        let named = registries.iter().flatten();
        let mut named = named.filter_map(|registry| Some((registry, gke_cluster(registry)?)));
        let Some((first, known)) = named.find(|(registry, _)| lands(registry)) else { continue };
        let other = named.find(|(registry, found)| *found != known && lands(registry));
        if let Some((other, found)) = other {
            let cluster = cluster.name.as_deref();
            problems.push(problem::two_gke_clusters(cluster, (first, known), (other, found)));
        }
    }
}

fn gke_cluster(registry: &Registry) -> Option<&GkeCluster> {
    match &registry.access {
        Access::Provided(Provision::WorkloadIdentity(WorkloadIdentity::Google {
            cluster, ..
        })) => cluster.as_ref(),
        _ => None,
    }
}
