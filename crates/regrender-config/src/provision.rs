//! How fresh tokens of a registry come to be where its images are pulled, so that none is sealed.

use crate::{Acr, Credential, Ecr, RoleArn};

/// How the tokens of a registry are renewed; its credential is in no sealed pull secret.
#[derive(Clone, Debug)]
pub enum Provision {
    /// External Secrets makes a pull secret in each namespace, and makes it anew in time.
    ExternalSecrets(Generator),
    /// The accounts of the pull secret may assume a role of AWS.
    Irsa(Irsa),
    /// The accounts of the pull secret are federated with an identity of Azure or Google Cloud.
    WorkloadIdentity(WorkloadIdentity),
    /// The kubelet of every node has what it needs, whichever pod it pulls for.
    Node(NodeProvider),
}

/// What External Secrets makes a token with.
#[derive(Clone, Debug)]
pub enum Generator {
    /// A token of Amazon ECR: twelve hours.
    Ecr {
        /// The registry.
        registry: Ecr,
        /// A role to assume first.
        role: Option<RoleArn>,
        /// As whom the token is asked for.
        login: Login,
    },
    /// A refresh token of an Azure Container Registry: about three hours.
    Acr {
        /// The registry.
        registry: Acr,
        /// The tenant of the identity.
        tenant_id: Option<String>,
        /// As whom the token is asked for.
        login: AcrLogin,
    },
    /// An access token of Google Cloud: an hour.
    Google {
        /// The project.
        project: String,
        /// As whom the token is asked for.
        login: GoogleLogin,
    },
    /// A token of a robot account of Quay: an hour.
    Quay {
        /// `organization+robot`.
        robot_account: String,
        /// The service account that the robot account trusts.
        service_account: String,
    },
    /// An installation token of a GitHub App: an hour.
    GitHub {
        /// The app.
        app_id: String,
        /// The installation of the app.
        install_id: String,
        /// The Secret that holds the private key of the app.
        private_key: String,
    },
}

/// As whom External Secrets asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// As the controller itself.
    Controller,
    /// As a service account of the namespace.
    ServiceAccount(String),
    /// With the keys in a Secret of the namespace.
    Secret(String),
}

/// As whom External Secrets asks Azure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AcrLogin {
    /// As the workload identity of the controller or of a service account, or as a service principal.
    As(Login),
    /// As a managed identity of the nodes.
    ManagedIdentity(String),
}

/// As whom External Secrets asks Google Cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GoogleLogin {
    /// As the controller itself.
    Controller,
    /// As a service account of the namespace in a cluster of GKE.
    ServiceAccount {
        /// The service account.
        name: String,
        /// The cluster.
        cluster: GkeCluster,
    },
    /// With the JSON key in a Secret of the namespace.
    Secret(String),
}

/// A cluster of GKE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GkeCluster {
    /// The project that it is in.
    pub project: String,
    /// Its name.
    pub name: String,
    /// Its region or zone.
    pub location: String,
}

/// A role of AWS for the accounts of a pull secret.
#[derive(Clone, Debug)]
pub struct Irsa {
    /// The registry.
    pub registry: Ecr,
    /// The role.
    pub role: RoleArn,
    /// Whether the processes in the pods have it too.
    pub pod_identity: bool,
}

/// An identity of Azure or Google Cloud for the accounts of a pull secret.
#[derive(Clone, Debug)]
pub enum WorkloadIdentity {
    /// A managed identity or application of Azure.
    Azure {
        /// The registry.
        registry: Acr,
        /// The identity.
        client_id: String,
        /// Its tenant.
        tenant_id: String,
        /// Whether the processes in the pods have it too.
        pod_identity: bool,
    },
    /// A service account of Google Cloud.
    Google {
        /// Its address.
        service_account: String,
        /// The project.
        project: String,
        /// The cluster, if the kubelet is to ask for each pod.
        cluster: Option<GkeCluster>,
        /// Whether the processes in the pods have it too.
        pod_identity: bool,
    },
}

/// What the kubelet of every node has.
#[derive(Clone, Debug)]
pub enum NodeProvider {
    /// The program `ecr-credential-provider`.
    Ecr,
    /// The program `acr-credential-provider`.
    Acr,
    /// The program `auth-provider-gcp`.
    Google,
    /// A credential in the docker config of the kubelet.
    Credential(Credential),
}

/// The word for a way to provide tokens, in registries.toml.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provider {
    ExternalSecrets,
    Irsa,
    WorkloadIdentity,
    Node,
    Sealed,
}

impl Provider {
    pub(crate) const ALL: &'static [Self] =
        &[Self::ExternalSecrets, Self::Irsa, Self::WorkloadIdentity, Self::Node, Self::Sealed];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ExternalSecrets => "external-secrets",
            Self::Irsa => "irsa",
            Self::WorkloadIdentity => "workload-identity",
            Self::Node => "node",
            Self::Sealed => "sealed",
        }
    }
}
