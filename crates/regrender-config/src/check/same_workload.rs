//! Workloads that several pull secrets declare: there is one patch for each, so they must agree.

use std::collections::BTreeMap;

use crate::problem::{Problems, workload as problem};
use crate::{PullSecret, Workload};

/// Complains of workloads that two pull secrets declare differently for one namespace, as far as the
/// file tells.
pub(crate) fn agreements(secrets: &[Option<PullSecret>], problems: &mut Problems) {
    let mut declared: BTreeMap<_, Vec<(&PullSecret, &Workload)>> = BTreeMap::new();
    for secret in secrets.iter().flatten() {
        for workload in &secret.workloads {
            let key = (group(workload), &workload.kind, &workload.name);
            let others = declared.entry(key).or_default();
            let mut met = others.iter().filter(|(other, _)| other.meets(secret));
            problems.extend(met.find_map(|(other, first)| {
                let (before, after) = first.difference(workload)?;
                let [before, after] = [before, after].map(|what| format!("{what} here"));
                let first = (other.name.as_str(), first.span.clone(), before);
                Some(problem::declared_differently(first, (&secret.name, workload, after)))
            }));
            others.push((secret, workload));
        }
    }
}

fn group(workload: &Workload) -> &str {
    workload.api_version.split_once('/').map_or("", |(group, _)| group)
}
