//! What the kubelet of every node gets: programs that provide credentials, and its docker config.

use std::collections::{BTreeMap, BTreeSet};

use regrender_config::{
    Access, Cluster, Config, GkeCluster, NodeProvider, Provision, Registry, WorkloadIdentity,
};
use regrender_document::{Document, Mapping, Node, SecretText};

use crate::kubernetes::{PULL_SECRET_TYPE, metadata, object};
use crate::pull_identity::{ACR_CLIENT, ACR_TENANT, ECR_ROLE, GOOGLE_PULL};
use crate::pull_secret::PullSecretFile;

/// A program that the kubelet asks, and what it is asked for.
struct Program {
    name: &'static str,
    arguments: Vec<String>,
    cache: &'static str,
    images: BTreeSet<String>,
    token: Option<Mapping>,
}

/// The name under which a second entry of Azure's program runs: the kubelet wants each name once.
const ACR_OF_PODS: &str = "acr-credential-provider-pods";

/// Renders the kubelet's list of programs, if any registry of the cluster is provided by one.
pub(crate) fn credential_providers(config: &Config, cluster: &Cluster) -> Option<Document> {
    let landed: BTreeSet<&str> =
        config.registries_in(cluster).map(|registry| registry.name.as_str()).collect();
    let mut programs: BTreeMap<&'static str, Program> = BTreeMap::new();
    for registry in &config.registries {
        let Some(mut program) = program(registry, landed.contains(registry.name.as_str())) else {
            continue;
        };
        program.images.extend(registry.image_prefixes());
        match programs.get_mut(program.name) {
            None => drop(programs.insert(program.name, program)),
            Some(known) => {
                known.images.extend(program.images);
                // Whoever wants a token of the pod's account decides; the others do without.
                if program.token.is_some() {
                    known.token = program.token;
                    known.arguments = program.arguments;
                }
            }
        }
    }
    // One entry is called by the name of the program itself.
    if !programs.contains_key("acr-credential-provider")
        && let Some(program) = programs.remove(ACR_OF_PODS)
    {
        let name = "acr-credential-provider";
        programs.insert(name, Program { name, ..program });
    }
    if programs.is_empty() {
        return None;
    }
    let providers = Node::list(programs.into_values().map(|program| entry(program).into()));
    Some(object(
        "kubelet.config.k8s.io/v1",
        "CredentialProviderConfig",
        Mapping::new().with("providers", providers),
    ))
}

fn entry(program: Program) -> Mapping {
    let mut entry = Mapping::new()
        .with("name", program.name)
        .with("apiVersion", "credentialprovider.kubelet.k8s.io/v1")
        .with("matchImages", Node::texts(program.images))
        .with("defaultCacheDuration", program.cache);
    if !program.arguments.is_empty() {
        entry.push("args", Node::texts(program.arguments));
    }
    if let Some(token) = program.token {
        entry.push("tokenAttributes", token);
    }
    entry
}

/// Returns the program that provides the credentials of a registry; for accounts only if a pull
/// secret of the cluster gives them the identity.
fn program(registry: &Registry, is_landed: bool) -> Option<Program> {
    let Access::Provided(provision) = &registry.access else { return None };
    match provision {
        Provision::Node(NodeProvider::Ecr) => Some(ecr(None)),
        Provision::Node(NodeProvider::Acr) => Some(acr("acr-credential-provider", None)),
        Provision::Node(NodeProvider::Google) => Some(google(None)),
        Provision::Irsa(_) if is_landed => {
            let optional = [ECR_ROLE];
            Some(ecr(Some(token("sts.amazonaws.com", &[], &optional))))
        }
        Provision::WorkloadIdentity(WorkloadIdentity::Azure { .. }) if is_landed => {
            let required = [ACR_CLIENT, ACR_TENANT];
            let token = token("api://AzureADTokenExchange", &required, &[]);
            Some(acr(ACR_OF_PODS, Some(token)))
        }
        Provision::WorkloadIdentity(WorkloadIdentity::Google {
            cluster: Some(cluster), ..
        }) if is_landed => Some(google(Some(cluster))),
        _ => None,
    }
}

/// The program `ecr-credential-provider` of `cloud-provider-aws`. It tells the kubelet how long each
/// answer is good; the duration here is for the case that it does not.
fn ecr(token: Option<Mapping>) -> Program {
    Program {
        name: "ecr-credential-provider",
        arguments: Vec::new(),
        cache: "1h0m0s",
        images: BTreeSet::new(),
        token,
    }
}

/// The program `acr-credential-provider` of `cloud-provider-azure`, which reads the cloud of the node
/// from the file that AKS and its installers write.
fn acr(name: &'static str, token: Option<Mapping>) -> Program {
    Program {
        name,
        arguments: vec![String::from("/etc/kubernetes/azure.json")],
        cache: "10m0s",
        images: BTreeSet::new(),
        token,
    }
}

/// The program `auth-provider-gcp` of `cloud-provider-gcp`.
fn google(cluster: Option<&GkeCluster>) -> Program {
    let mut arguments = vec![String::from("get-credentials")];
    let mut attributes = None;
    if let Some(GkeCluster { project, name, location }) = cluster {
        arguments.push(format!(
            "--identity-provider=https://container.googleapis.com/v1/projects/{project}/locations/{location}/clusters/{name}"
        ));
        arguments.push(format!("--project-id={project}"));
        attributes = Some(token(&format!("{project}.svc.id.goog"), &[], &[GOOGLE_PULL]));
    }
    Program {
        name: "auth-provider-gcp",
        arguments,
        cache: "1m0s",
        images: BTreeSet::new(),
        token: attributes,
    }
}

/// What a program gets of the pod's account (KEP-4412: Kubernetes 1.34, or 1.33 with the feature gate
/// `KubeletServiceAccountTokenForCredentialProviders`). Where the program cannot do without an
/// annotation, it cannot do without an account either.
fn token(audience: &str, required: &[&'static str], optional: &[&'static str]) -> Mapping {
    let mut attributes = Mapping::new()
        .with("serviceAccountTokenAudience", audience)
        .with("cacheType", "ServiceAccount")
        .with("requireServiceAccount", !required.is_empty());
    if !required.is_empty() {
        let keys = Node::texts(required.iter().copied());
        attributes.push("requiredServiceAccountAnnotationKeys", keys);
    }
    if !optional.is_empty() {
        let keys = Node::texts(optional.iter().copied());
        attributes.push("optionalServiceAccountAnnotationKeys", keys);
    }
    attributes
}

/// The docker config of the kubelet: in a Secret, so that it is sealed, opened and verified as all
/// others are; nothing lists it, so nothing applies it.
pub(crate) fn docker_config(payload: Option<SecretText>) -> PullSecretFile {
    let metadata = metadata(NAME, NAMESPACE);
    let rest = Mapping::new().with("metadata", metadata).with("type", PULL_SECRET_TYPE);
    PullSecretFile {
        name: NAME.to_owned(),
        namespace: NAMESPACE.to_owned(),
        clear: object("v1", "Secret", rest),
        payload,
        may_expire: false,
        may_be_large: false,
    }
}

const NAME: &str = "kubelet-docker-config";
const NAMESPACE: &str = "kube-system";
