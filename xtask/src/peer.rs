//! The real programs: which versions, where they come from, where they are put.

mod cargo;
mod go;
mod kubectl;
mod own;
mod published;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::side_by_side::each;
use crate::workspace;

use cargo::CargoProgram;
use go::GoProgram;
use own::OwnProgram;

/// A program the matrix runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Peer {
    /// The current sops.
    Sops,
    /// The last sops that writes its metadata in the old order.
    OldSops,
    /// age itself.
    Age,
    /// Makes age identities.
    AgeKeygen,
    /// Prints the age files with which C2SP tests readers.
    AgeVectors,
    /// Seals for Bitnami's controller.
    Kubeseal,
    /// The part of Bitnami's controller that needs no cluster.
    SealedSecretsController,
    /// kustomize on its own.
    Kustomize,
    /// kubectl, of which only the parts are used that need no cluster.
    Kubectl,
    /// Makes SSH identities.
    SshKeygen,
    /// Runs the Makefile.
    Make,
    /// Checks any JSON with any schema.
    SchemaJudge,
    /// The schema of SARIF 2.1.0.
    SarifSchema,
    /// The folder with the schemas of `CycloneDX`.
    CycloneDxSchemas,
    /// Knows licences, sources and advisories of crates.
    CargoDeny,
    /// Shows pages.
    Chromium,
    /// Reads graphs and draws them: Graphviz itself, as a Go module carries it.
    DotJudge,
    /// A registry.
    Registry,
    /// What stands around a registry: an authority, accounts, and a server of tokens.
    RegistryDesk,
    /// Pushes and pulls.
    Crane,
    /// Keeps secrets.
    Vault,
    /// Keeps credentials for Docker.
    CredentialHelper,
    /// Knows custom resources and the kubelet's configuration.
    KubernetesJudge,
    /// The folder with the definitions of the custom resources of External Secrets.
    ExternalSecretsDefinitions,
}

impl Peer {
    /// Returns the name of its executable.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sops => "sops",
            Self::OldSops => "sops-3.9",
            Self::Age => "age",
            Self::AgeKeygen => "age-keygen",
            Self::AgeVectors => "age-vectors",
            Self::Kubeseal => "kubeseal",
            Self::SealedSecretsController => "sealed-secrets-controller",
            Self::Kustomize => "kustomize",
            Self::Kubectl => "kubectl",
            Self::SshKeygen => "ssh-keygen",
            Self::Make => "make",
            Self::SchemaJudge => "schema-judge",
            Self::SarifSchema => "sarif-schema.json",
            Self::CycloneDxSchemas => "cyclonedx-schemas",
            Self::CargoDeny => "cargo-deny",
            Self::Chromium => "chromium",
            Self::DotJudge => "dot-judge",
            Self::Registry => "registry",
            Self::RegistryDesk => "registry-desk",
            Self::Crane => "crane",
            Self::Vault => "vault",
            Self::CredentialHelper => "docker-credential-interop",
            Self::KubernetesJudge => "kubernetes-judge",
            Self::ExternalSecretsDefinitions => "external-secrets-definitions",
        }
    }

    /// Returns the name that titles use.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Sops => "sops 3.13",
            Self::OldSops => "sops 3.9",
            Self::DotJudge => "Graphviz",
            other => other.name(),
        }
    }
}

const FROM_GO: &[(Peer, GoProgram)] = &[
    (Peer::Age, GoProgram { package: "filippo.io/age/cmd/age", version: "v1.3.1" }),
    (Peer::AgeKeygen, GoProgram { package: "filippo.io/age/cmd/age-keygen", version: "v1.3.1" }),
    (
        Peer::Kubeseal,
        // Later versions are published under another name than their modules have.
        GoProgram {
            package: "github.com/bitnami-labs/sealed-secrets/cmd/kubeseal",
            version: "v0.27.3",
        },
    ),
    (
        Peer::Kustomize,
        GoProgram { package: "sigs.k8s.io/kustomize/kustomize/v5", version: "v5.7.1" },
    ),
    (Peer::Sops, GoProgram { package: "github.com/getsops/sops/v3/cmd/sops", version: "v3.13.3" }),
    (
        Peer::OldSops,
        GoProgram { package: "github.com/getsops/sops/v3/cmd/sops", version: "v3.9.4" },
    ),
    (
        Peer::Registry,
        GoProgram {
            package: "github.com/distribution/distribution/v3/cmd/registry",
            version: "v3.1.2",
        },
    ),
    (
        Peer::Crane,
        GoProgram {
            package: "github.com/google/go-containerregistry/cmd/crane",
            version: "v0.22.1",
        },
    ),
];

const OWN: &[(Peer, OwnProgram)] = &[
    (Peer::AgeVectors, own::AGE_VECTORS),
    (Peer::RegistryDesk, own::REGISTRY_DESK),
    (Peer::CredentialHelper, own::CREDENTIAL_HELPER),
    (Peer::DotJudge, own::DOT_JUDGE),
    (Peer::KubernetesJudge, own::KUBERNETES_JUDGE),
    (Peer::SchemaJudge, own::SCHEMA_JUDGE),
    (Peer::SealedSecretsController, own::SEALED_SECRETS_CONTROLLER),
    (Peer::Vault, own::VAULT),
];

const CARGO_DENY: CargoProgram = CargoProgram { name: "cargo-deny", version: "0.20.2" };

/// A program that is not here.
#[derive(Debug)]
pub(crate) struct Missing(pub(crate) &'static str);

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} not found", self.0)
    }
}

impl std::error::Error for Missing {}

/// The programs that could be had, and the binary under test.
#[derive(Debug)]
pub(crate) struct Peers {
    regrender: PathBuf,
    found: BTreeMap<Peer, PathBuf>,
}

impl Peers {
    /// Takes `regrender` as the binary under test, and installs what is missing below
    /// `target/interop`.
    ///
    /// # Errors
    ///
    /// That folder cannot be written. A program that cannot be had is no error here.
    pub(crate) fn beside(regrender: PathBuf) -> Result<Self> {
        Ok(Self { regrender, found: install_all()? })
    }

    /// Finds nothing at all.
    #[cfg(test)]
    pub(crate) fn none() -> Self {
        Self { regrender: PathBuf::new(), found: BTreeMap::new() }
    }

    /// Returns the path of `peer`.
    ///
    /// # Errors
    ///
    /// [`Missing`] when it could not be had.
    pub(crate) fn path(&self, peer: Peer) -> Result<&Path> {
        self.found.get(&peer).map(PathBuf::as_path).ok_or_else(|| Missing(peer.name()).into())
    }

    /// Returns the path of the binary under test.
    pub(crate) fn regrender(&self) -> &Path {
        &self.regrender
    }
}

/// Returns the folder below which everything of interop lies.
pub(crate) fn folder() -> PathBuf {
    workspace::root().join("target/interop")
}

fn install_all() -> Result<BTreeMap<Peer, PathBuf>> {
    let bin = folder().join("bin");
    fs::create_dir_all(&bin).with_context(|| format!("cannot make {}", bin.display()))?;
    let mut found = BTreeMap::new();
    let installs = installs();
    // Fetching and linking leave cores idle, so several are installed at once.
    let installed = each(&installs, |(peer, install)| install(&bin.join(peer.name())));
    for ((peer, _), installed) in installs.iter().zip(installed) {
        match installed {
            Ok(path) => drop(found.insert(*peer, path)),
            Err(error) => println!("{}: cannot be installed: {error:#}", peer.name()),
        }
    }
    for peer in [Peer::SshKeygen, Peer::Make, Peer::Chromium] {
        if let Some(path) = on_path(peer.name()) {
            found.insert(peer, path);
        }
    }
    Ok(found)
}

/// Makes sure that a program is there, mostly at the path that is given, and returns where.
type Install = Box<dyn Fn(&Path) -> Result<PathBuf> + Sync>;

/// Lists what can be installed.
fn installs() -> Vec<(Peer, Install)> {
    let mut all: Vec<(Peer, Install)> = Vec::new();
    for (peer, program) in FROM_GO {
        all.push((*peer, Box::new(|target| program.install(target))));
    }
    all.push((Peer::Kubectl, Box::new(kubectl::install)));
    for (peer, program) in OWN {
        all.push((*peer, Box::new(|target| program.install(target))));
    }
    all.push((Peer::CargoDeny, Box::new(|target| CARGO_DENY.install(target))));
    let definitions = |_: &Path| published::external_secrets();
    all.push((Peer::ExternalSecretsDefinitions, Box::new(definitions)));
    all.push((Peer::CycloneDxSchemas, Box::new(|_| published::cyclonedx())));
    let schema = |_: &Path| published::sarif(&folder().join(Peer::SarifSchema.name()));
    all.push((Peer::SarifSchema, Box::new(schema)));
    all
}

/// Runs `install` unless a stamp beside `target` says that it is `wanted` already.
///
/// # Errors
///
/// What `install` says, or the stamp cannot be written.
fn install_once(
    target: &Path,
    wanted: &str,
    install: impl FnOnce() -> Result<()>,
) -> Result<PathBuf> {
    let mut stamp = target.as_os_str().to_owned();
    stamp.push(OsStr::new(".stamp"));
    if target.is_file() && fs::read_to_string(&stamp).is_ok_and(|text| text == wanted) {
        return Ok(target.to_path_buf());
    }
    println!("installing {wanted}");
    install()?;
    fs::write(&stamp, wanted).context("cannot write the stamp")?;
    Ok(target.to_path_buf())
}

/// Looks a program up on `PATH`.
fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.is_file())
}
