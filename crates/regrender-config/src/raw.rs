//! What the file says, before anybody asks whether it makes sense.

use regrender_diagnostic::{Span, Spanned};
use regrender_document::SecretText;

use crate::field::Field;

/// A list of strings, each with its place.
pub(crate) type Texts = Field<Vec<Spanned<String>>>;
/// A table of strings, in the order of the file.
pub(crate) type TextMap = Field<Vec<(Spanned<String>, Spanned<String>)>>;

/// The whole file.
pub(crate) struct RawConfig {
    /// `[seal]` and `[output]`: what holds unless a cluster says otherwise.
    pub(crate) settings: RawSettings,
    pub(crate) fingerprint_key: Field<RawSource>,
    pub(crate) vault: RawVault,
    pub(crate) clusters: Vec<RawCluster>,
    pub(crate) registries: Vec<RawRegistry>,
    pub(crate) secrets: Vec<RawSecret>,
    /// Kinds of named tables that the file has under a name with a slip, too.
    pub(crate) misspelt: Vec<&'static str>,
}

impl RawConfig {
    /// Says whether tables of a kind may be there that nobody has read, for a slip in its name.
    pub(crate) fn may_hide(&self, kind: &str) -> bool {
        self.misspelt.contains(&kind)
    }
}

/// What `[seal]`, `[output]` and `[cluster.NAME]` say.
#[derive(Default)]
pub(crate) struct RawSettings {
    pub(crate) format: Field<String>,
    pub(crate) recipients: Texts,
    pub(crate) certificate: Field<String>,
    pub(crate) mac: Field<String>,
    pub(crate) directory: Field<String>,
    pub(crate) consumer: Texts,
    pub(crate) per_namespace: Field<bool>,
    pub(crate) inventory: Texts,
    pub(crate) oidc_provider: Field<String>,
    pub(crate) flux: RawFlux,
    pub(crate) argocd: RawArgoCd,
}

/// What a `flux` table says.
#[derive(Default)]
pub(crate) struct RawFlux {
    pub(crate) namespace: Field<String>,
    pub(crate) source: Field<String>,
    pub(crate) decryption_secret: Field<String>,
    pub(crate) interval: Field<String>,
}

/// What an `argocd` table says.
#[derive(Default)]
pub(crate) struct RawArgoCd {
    pub(crate) namespace: Field<String>,
    pub(crate) project: Field<String>,
    pub(crate) repository: Field<String>,
    pub(crate) revision: Field<String>,
}

/// What `[cluster.NAME]` says.
pub(crate) struct RawCluster {
    pub(crate) name: Spanned<String>,
    pub(crate) settings: RawSettings,
}

/// What `[registry.NAME]` says.
pub(crate) struct RawRegistry {
    pub(crate) name: Spanned<String>,
    pub(crate) kind: Field<String>,
    pub(crate) host: Field<String>,
    pub(crate) host_key: Option<Span>,
    pub(crate) paths: Texts,
    pub(crate) username: Field<RawValue>,
    pub(crate) password: Field<RawValue>,
    pub(crate) credential: Field<RawCredential>,
    pub(crate) email: Field<String>,
    pub(crate) expires: Field<RawDate>,
    pub(crate) anonymous: Field<bool>,
    pub(crate) hub_aliases: Field<bool>,
    pub(crate) repositories: Texts,
    pub(crate) ca: Field<String>,
    pub(crate) insecure: Field<bool>,
    pub(crate) cloud: RawCloud,
    pub(crate) provision: RawProvision,
}

impl RawRegistry {
    /// Returns what messages call it.
    pub(crate) fn owner(&self) -> String {
        format!("registry `{}`", self.name.value)
    }
}

/// What `[registry.NAME]` says of the cloud that the registry is in.
pub(crate) struct RawCloud {
    pub(crate) account: Field<String>,
    pub(crate) region: Field<String>,
    pub(crate) fips: Field<bool>,
    pub(crate) public: Field<bool>,
    pub(crate) registry: Field<String>,
    pub(crate) environment: Field<String>,
    pub(crate) location: Field<String>,
    pub(crate) project: Field<String>,
}

/// What `[registry.NAME]` says of where fresh tokens come from.
pub(crate) struct RawProvision {
    pub(crate) provide: Field<String>,
    pub(crate) allow_short_lived: Field<bool>,
    pub(crate) role_arn: Field<String>,
    pub(crate) service_account: Field<String>,
    pub(crate) credentials_secret: Field<String>,
    pub(crate) tenant_id: Field<String>,
    pub(crate) client_id: Field<String>,
    pub(crate) google_service_account: Field<String>,
    pub(crate) cluster_name: Field<String>,
    pub(crate) cluster_location: Field<String>,
    pub(crate) cluster_project: Field<String>,
    pub(crate) pod_identity: Field<bool>,
    pub(crate) robot_account: Field<String>,
    pub(crate) app_id: Field<String>,
    pub(crate) install_id: Field<String>,
}

/// A day, as a TOML date or as a string.
#[derive(Clone)]
pub(crate) enum RawDate {
    /// A date of TOML.
    Date { year: u16, month: u8, day: u8 },
    /// A date with a time of TOML.
    WithTime,
    /// Text.
    Text(String),
}

/// What `credential = { … }` says.
#[derive(Clone)]
pub(crate) struct RawCredential {
    pub(crate) docker_config: Field<String>,
    pub(crate) helper: Field<String>,
    pub(crate) key: Field<String>,
    pub(crate) timeout: Field<RawTimeout>,
    pub(crate) broken: bool,
}

/// What `[vault]` says.
#[derive(Default)]
pub(crate) struct RawVault {
    pub(crate) address: Field<String>,
    pub(crate) namespace: Field<String>,
    pub(crate) ca: Field<String>,
    pub(crate) kv_version: Field<String>,
    pub(crate) auth: Field<RawVaultAuth>,
    pub(crate) span: Span,
}

/// What `auth` of `[vault]` says.
#[derive(Clone)]
pub(crate) struct RawVaultAuth {
    pub(crate) method: Field<String>,
    pub(crate) token: Field<RawSource>,
    pub(crate) role_id: Field<RawValue>,
    pub(crate) secret_id: Field<RawSource>,
    pub(crate) role: Field<String>,
    pub(crate) jwt: Field<RawSource>,
    pub(crate) mount: Field<String>,
}

/// Text in the file itself, or a source.
#[derive(Clone)]
pub(crate) enum RawValue {
    /// Text.
    Text(SecretText),
    /// A source.
    Source(Box<RawSource>),
}

/// What `{ env = … }` and its like say.
#[derive(Clone)]
pub(crate) struct RawSource {
    /// What it is for: `` `password` of registry `hub` ``.
    pub(crate) purpose: String,
    pub(crate) plain: Field<SecretText>,
    pub(crate) env: Field<String>,
    pub(crate) file: Field<String>,
    pub(crate) stdin: Field<bool>,
    pub(crate) command: Field<RawCommand>,
    pub(crate) sops: Field<String>,
    pub(crate) age: Field<String>,
    pub(crate) vault: Field<String>,
    pub(crate) key: Field<String>,
    pub(crate) trim: Field<bool>,
    pub(crate) timeout: Field<RawTimeout>,
    /// The key that another tool has for a source, and the command that asks its program.
    pub(crate) of_other_tool: Option<(Spanned<String>, &'static str)>,
    /// Whether a key was there that no source has.
    pub(crate) broken: bool,
    pub(crate) span: Span,
}

/// A command, as the file spells it.
#[derive(Clone)]
pub(crate) enum RawCommand {
    /// A list, as it must be.
    List(Vec<Spanned<String>>),
    /// One text, as a shell would want it.
    Text(String),
}

/// How long a command may take.
#[derive(Clone)]
pub(crate) enum RawTimeout {
    /// So many seconds.
    Seconds(Option<u64>),
    /// A number with a unit.
    Text(String),
}

/// What `[secret.NAME]` says.
pub(crate) struct RawSecret {
    pub(crate) name: Spanned<String>,
    /// `name`: the name in Kubernetes, if that is not the table's.
    pub(crate) called: Field<String>,
    pub(crate) registries: Texts,
    pub(crate) namespaces: Field<RawNamespaces>,
    pub(crate) service_accounts: Texts,
    pub(crate) keep: Texts,
    pub(crate) workloads: Field<Vec<RawWorkload>>,
    pub(crate) labels: TextMap,
    pub(crate) annotations: TextMap,
    pub(crate) clusters: Texts,
}

impl RawSecret {
    /// Returns the name in Kubernetes, unless it is broken.
    pub(crate) fn secret_name(&self) -> Option<&Spanned<String>> {
        if self.called.is_absent() { Some(&self.name) } else { self.called.as_given() }
    }
}

/// Where a pull secret lands.
#[derive(Clone)]
pub(crate) enum RawNamespaces {
    /// In these.
    Listed(Vec<Spanned<String>>),
    /// In those that `from` knows.
    From { from: Field<String>, labels: TextMap },
}

/// A workload, as text or as a table.
#[derive(Clone)]
pub(crate) enum RawWorkload {
    /// `Kind/name`.
    Text(Spanned<String>),
    /// Keys.
    Table {
        kind: Field<String>,
        name: Field<String>,
        api_version: Field<String>,
        path: Field<String>,
        service_account: Field<String>,
        span: Span,
    },
}
