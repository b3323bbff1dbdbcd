//! Workloads that pull secrets which the inventory brings into one namespace declare differently: there
//! is one patch for each.
//!
//! Where registries.toml lists the namespaces of both, it is refused before anything else is read.

use std::collections::BTreeMap;

use regrender_config::{Cluster, Config, PullSecret, Workload};
use regrender_render::PatchTarget;

use crate::enumeration::in_a_sentence;
use crate::error::{CliError, ErrorKind};

/// Tells of the workloads on which two pull secrets of a namespace do not agree.
pub(crate) fn errors(
    config: &Config,
    cluster: &Cluster,
    namespaces: &BTreeMap<String, Vec<String>>,
) -> Vec<CliError> {
    let mut declared: BTreeMap<String, Vec<(&PullSecret, &Workload)>> = BTreeMap::new();
    for secret in config.secrets_of(cluster) {
        for workload in &secret.workloads {
            // What has one path would overwrite each other, in whichever namespace that is.
            let path = PatchTarget::Workload(workload.clone()).path("");
            declared.entry(path).or_default().push((secret, workload));
        }
    }
    let mut errors = Vec::new();
    for all in declared.values() {
        for (position, one) in all.iter().enumerate() {
            let others = all.iter().skip(position + 1);
            errors.extend(others.filter_map(|other| disagreement(*one, *other, namespaces)));
        }
    }
    errors
}

fn disagreement(
    (first, one): (&PullSecret, &Workload),
    (second, other): (&PullSecret, &Workload),
    namespaces: &BTreeMap<String, Vec<String>>,
) -> Option<CliError> {
    let (before, after) = one.difference(other)?;
    let theirs = namespaces.get(&second.name)?;
    let shared = namespaces.get(&first.name)?.iter().filter(|name| theirs.contains(name));
    let shared: Vec<&String> = shared.collect();
    (!shared.is_empty()).then(|| {
        let message = format!(
            "pull secrets `{}` and `{}` do not agree on the workload `{}/{}` in {}: {before}, and {after}",
            first.name,
            second.name,
            one.kind,
            one.name,
            in_a_sentence(&shared)
        );
        CliError::new(ErrorKind::Config, message).with_hint(
            "write the same in both, leave it out of one of them, or tell their namespaces apart \
             with `labels`",
        )
    })
}
