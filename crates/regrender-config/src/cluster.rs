//! A place to deploy to: its recipients, its consumers and its output folder.

use std::collections::BTreeSet;

use regrender_diagnostic::Span;

use crate::Recipient;

/// A place to deploy to.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Its name; none when the file declares no cluster.
    pub name: Option<String>,
    /// How its pull secrets are sealed.
    pub format: Format,
    /// Who can open them: at least one, and nobody where the format is that of SealedSecrets.
    pub recipients: Vec<Recipient>,
    /// The file with the certificate of the controller that opens SealedSecrets, relative to
    /// registries.toml; there for that format alone.
    pub certificate: Option<String>,
    /// What the SOPS MAC covers.
    pub mac: MacScope,
    /// Its output folder: relative to registries.toml, with `/`, without `.` and `..`.
    pub directory: String,
    /// Who applies the tree: at least one.
    pub consumers: BTreeSet<Consumer>,
    /// Whether each namespace gets a Flux Kustomization or an Argo CD Application of its own.
    pub per_namespace: bool,
    /// What the rendered Flux objects name.
    pub flux: Flux,
    /// What the rendered Argo CD objects name.
    pub argocd: ArgoCd,
    /// Host and path of the issuer of its tokens, as IAM calls it.
    pub oidc_provider: Option<String>,
    /// Files and folders whose manifests are its inventory, relative to registries.toml.
    pub inventory: Vec<String>,
    /// Where it is declared.
    pub span: Span,
}

/// How a pull secret is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A YAML file in the format of SOPS, its data key wrapped with age.
    Sops,
    /// The whole Secret in one armored age file.
    Age,
    /// A SealedSecret, which the controller in the cluster opens.
    SealedSecrets,
}

impl Format {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Sops, Self::Age, Self::SealedSecrets];

    /// Returns its name in registries.toml.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sops => "sops",
            Self::Age => "age",
            Self::SealedSecrets => "sealed-secrets",
        }
    }
}

/// What the MAC of a SOPS file covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MacScope {
    /// Every value, those in clear included.
    All,
    /// Only the values that are encrypted.
    EncryptedOnly,
}

impl MacScope {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::All, Self::EncryptedOnly];

    /// Returns its name in registries.toml.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::EncryptedOnly => "encrypted-only",
        }
    }
}

/// Who applies the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Consumer {
    /// Flux's kustomize-controller.
    Flux,
    /// Argo CD with KSOPS.
    ArgoCd,
    /// `kubectl`, from a Makefile.
    Kubectl,
}

impl Consumer {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Flux, Self::ArgoCd, Self::Kubectl];

    /// Returns its name in registries.toml.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Flux => "flux",
            Self::ArgoCd => "argocd",
            Self::Kubectl => "kubectl",
        }
    }
}

/// What the rendered Flux objects name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flux {
    /// Namespace of the Kustomization objects.
    pub namespace: String,
    /// What Flux reads the tree from.
    pub source: FluxSource,
    /// Name of the Secret with the age identity.
    pub decryption_secret: String,
    /// How often Flux looks.
    pub interval: String,
}

impl Default for Flux {
    fn default() -> Self {
        Self {
            namespace: String::from("flux-system"),
            source: FluxSource { kind: FluxSource::USUAL_KIND, name: String::from("flux-system") },
            decryption_secret: String::from("sops-age"),
            interval: String::from("10m"),
        }
    }
}

/// An object of Flux that holds what a repository holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FluxSource {
    /// One of [`FluxSource::KINDS`].
    pub kind: &'static str,
    /// Its name, in the namespace of the Kustomization objects.
    pub name: String,
}

impl FluxSource {
    /// The kinds that a Kustomization can name.
    pub const KINDS: &'static [&'static str] =
        &["GitRepository", "OCIRepository", "Bucket", "ExternalArtifact"];

    /// The kind of a source that is only a name.
    pub const USUAL_KIND: &'static str = "GitRepository";
}

/// What the rendered Argo CD objects name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArgoCd {
    /// Namespace of the Application objects.
    pub namespace: String,
    /// Argo CD project of the Applications.
    pub project: String,
    /// Address of the Git repository; needed for an Application a namespace.
    pub repository: Option<String>,
    /// Branch, tag or commit.
    pub revision: String,
}

impl Default for ArgoCd {
    fn default() -> Self {
        Self {
            namespace: String::from("argocd"),
            project: String::from("default"),
            repository: None,
            revision: String::from("HEAD"),
        }
    }
}
