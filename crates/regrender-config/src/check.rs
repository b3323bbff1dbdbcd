//! Raw values to valid ones: what values may be, and which of them must agree.

mod agreement;
mod choice;
mod cloud;
mod cluster;
mod credential;
mod declared;
mod flux;
mod generator;
mod host;
mod identifier;
mod identity;
mod label;
mod list;
mod name;
mod path;
mod provision;
mod recipient;
mod registry;
mod registry_key;
mod repository;
mod repository_path;
mod same_workload;
mod sealed_token;
mod secret;
mod secret_name;
mod settings;
mod source;
mod vault;
mod workload;
mod workload_identity;
mod workload_kind;

pub use self::name::is_namespace;
pub use self::sealed_token::is_token_command;
use crate::Config;
use crate::check::declared::Declared;
use crate::problem::Problems;
use crate::raw::RawConfig;

/// Checks the whole file; `None` means that some problem is an error.
pub(crate) fn check(raw: &RawConfig, problems: &mut Problems) -> Option<Config> {
    let clusters = cluster::clusters(raw, problems);
    let fingerprint_key = raw.fingerprint_key.check(|key| source::source(&key.value, problems));
    let vault = vault::vault(&raw.vault, problems);
    let registries: Vec<_> =
        raw.registries.iter().map(|registry| registry::registry(registry, problems)).collect();
    let declared = Declared::new(raw);
    let secrets: Vec<_> =
        raw.secrets.iter().map(|secret| secret::secret(secret, &declared, problems)).collect();
    agreement::agreements(&declared, &registries, problems);
    same_workload::agreements(&secrets, problems);
    identity::agreements(&secrets, &registries, problems);
    if let Some(clusters) = &clusters {
        agreement::trust(raw, clusters, &registries, problems);
        agreement::sealed_secrets(raw, clusters, &registries, problems);
        identity::of_kubelets(&secrets, &registries, clusters, problems);
    }
    let mut config = Config {
        clusters: clusters?,
        registries: registries.into_iter().collect::<Option<_>>()?,
        secrets: secrets.into_iter().collect::<Option<_>>()?,
        fingerprint_key: fingerprint_key.optional()?,
        vault: vault?,
    };
    config.registries.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    // What is written does not depend on what the file calls them.
    config.secrets.sort_unstable_by(|one, other| {
        (&one.secret_name, &one.name).cmp(&(&other.secret_name, &other.name))
    });
    Some(config)
}
