//! Pull secrets of one name that the inventory brings into one namespace.
//!
//! Where registries.toml lists the namespaces of both, it is refused before anything else is read.

use std::collections::BTreeMap;

use regrender_config::{Cluster, Config, PullSecret};

use crate::enumeration::in_a_sentence;
use crate::error::{CliError, ErrorKind};

/// Tells of the Secrets that two pull secrets would both make.
pub(crate) fn errors(
    config: &Config,
    cluster: &Cluster,
    namespaces: &BTreeMap<String, Vec<String>>,
) -> Vec<CliError> {
    let mut makers: BTreeMap<String, Vec<&PullSecret>> = BTreeMap::new();
    for secret in config.secrets_of(cluster) {
        for name in config.secret_names(secret) {
            makers.entry(name).or_default().push(secret);
        }
    }
    let shared = makers.iter().filter(|(_, makers)| makers.len() > 1);
    shared.flat_map(|(name, makers)| meetings(name, makers, namespaces)).collect()
}

/// Tells where the pull secrets that make a Secret of this name meet.
fn meetings(
    name: &str,
    makers: &[&PullSecret],
    namespaces: &BTreeMap<String, Vec<String>>,
) -> Vec<CliError> {
    let mut first_in: BTreeMap<&str, &str> = BTreeMap::new();
    let mut met: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for maker in makers {
        for namespace in namespaces.get(&maker.name).into_iter().flatten() {
            let first = *first_in.entry(namespace).or_insert(&maker.name);
            if first != maker.name {
                met.entry((first, &maker.name)).or_default().push(namespace);
            }
        }
    }
    let told = met.into_iter().map(|((first, other), namespaces)| {
        let namespaces = in_a_sentence(&namespaces);
        let message = format!(
            "pull secrets `{first}` and `{other}` would both make a Secret `{name}` in {namespaces}"
        );
        CliError::new(ErrorKind::Config, message).with_hint(
            "give one of them another `name`, or `labels` that tell their namespaces apart",
        )
    });
    told.collect()
}
