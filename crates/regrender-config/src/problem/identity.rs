//! Wording for the identities that accounts pull as.

use regrender_diagnostic::{Diagnostic, Severity, Span};

use crate::{GkeCluster, Page, PullSecret, Registry};

pub(crate) const PAGES: &[&Page] = &[&TWO_IDENTITIES, &TWO_GKE_CLUSTERS, &IDLE_IDENTITY];

static TWO_IDENTITIES: Page = Page {
    code: "two-identities",
    severity: Severity::Error,
    title: "a service account would get two identities of one cloud",
    why: "An account carries its role of AWS, or its identity of Azure or Google Cloud, in annotations: one of each.\nOf two, one would be lost, and with it the images that are pulled as it.",
    example: "[output]\noidc-provider = \"oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE\"\n\n[registry.apps]\nkind = \"ecr\"\naccount = \"111122223333\"\nregion = \"eu-west-1\"\nprovide = \"irsa\"\nrole-arn = \"arn:aws:iam::111122223333:role/apps\"\n\n[registry.tools]\nkind = \"ecr\"\naccount = \"444455556666\"\nregion = \"eu-west-1\"\nprovide = \"irsa\"\nrole-arn = \"arn:aws:iam::444455556666:role/tools\"\n\n[secret.regcred]\nregistries = [\"apps\", \"tools\"]\nnamespaces = [\"team-a\"]\nservice-accounts = [\"default\"]\n",
    way_out: "let one identity pull from both and name it in both registries, or give the pull secrets other accounts.",
};

static TWO_GKE_CLUSTERS: Page = Page {
    code: "two-gke-clusters",
    severity: Severity::Error,
    title: "registries of one cluster name two clusters of GKE",
    why: "With `cluster-name`, `nodes/credential-provider-config.yaml` tells the program that the kubelets ask which cluster of GKE they are in.\nThey are in one.",
    example: "[seal]\nrecipients = [\"age1rs8lqg24qdkcxjncpkr0utll2zjkg7jddswqcm346l7ccx5uxa6qv8js8k\"]\n\n[registry.apps]\nkind = \"gar\"\nlocation = \"europe-west1\"\nproject = \"acme-images\"\nprovide = \"workload-identity\"\ngoogle-service-account = \"puller@acme-images.iam.gserviceaccount.com\"\ncluster-name = \"prod\"\ncluster-location = \"europe-west1\"\n\n[registry.tools]\nkind = \"gar\"\nlocation = \"us-east1\"\nproject = \"acme-images\"\nprovide = \"workload-identity\"\ngoogle-service-account = \"puller@acme-images.iam.gserviceaccount.com\"\ncluster-name = \"staging\"\ncluster-location = \"europe-west1\"\n\n[secret.regcred]\nregistries = [\"apps\", \"tools\"]\nnamespaces = [\"team-a\"]\nservice-accounts = [\"default\"]\n",
    way_out: "name the same in each registry, or let the pull secrets land in `clusters` of their own.",
};

static IDLE_IDENTITY: Page = Page {
    code: "idle-identity",
    severity: Severity::Warning,
    title: "an identity that no service account gets",
    why: "With `irsa` and `workload-identity`, pods pull as their account, which carries the identity in annotations.\nA pull secret without `service-accounts` has no account to write them to.",
    example: "[registry.images]\nkind = \"acr\"\nregistry = \"acme\"\nprovide = \"workload-identity\"\nclient-id = \"11111111-2222-3333-4444-555555555555\"\ntenant-id = \"66666666-7777-8888-9999-000000000000\"\n\n[secret.regcred]\nregistries = [\"images\"]\nnamespaces = [\"team-a\"]\n",
    way_out: "list the `service-accounts` whose pods pull.",
};

/// An account with two identities of one cloud: each with the name of its registry.
pub(crate) fn two(
    account: &str,
    (first, before): (Span, String),
    (second, after): (Span, String),
) -> Diagnostic {
    TWO_IDENTITIES
        .problem(format!("service account `{account}` would get two identities of one cloud"))
        .beside(first, format!("gives it {before}"))
        .at(second, format!("gives it {after}"))
        .help("let one identity pull from both, and name it in both")
        .help("or put them into pull secrets with accounts of their own")
}

/// Two clusters of GKE for the kubelets of one cluster.
pub(crate) fn two_gke_clusters(
    cluster: Option<&str>,
    (first, known): (&Registry, &GkeCluster),
    (second, found): (&Registry, &GkeCluster),
) -> Diagnostic {
    let place = cluster.map(|cluster| format!(" of cluster `{cluster}`")).unwrap_or_default();
    TWO_GKE_CLUSTERS
        .problem(format!("the kubelets{place} would be in two clusters of GKE"))
        .beside(first.span.clone(), shown(known))
        .at(second.span.clone(), shown(found))
        .help("name the same in both, or let their pull secrets land in `clusters` of their own")
}

fn shown(GkeCluster { project, name, location }: &GkeCluster) -> String {
    format!("`{name}` in {location}, project `{project}`")
}

/// A pull secret without accounts for the identity of a registry.
pub(crate) fn idle(registry: &str, secret: &PullSecret) -> Diagnostic {
    IDLE_IDENTITY
        .problem(format!("nobody gets the identity of registry `{registry}`"))
        .at(secret.span.clone(), "has no `service-accounts`")
        .help("list the accounts whose pods pull")
}
