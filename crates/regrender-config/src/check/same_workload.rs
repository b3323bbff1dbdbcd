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
                let (before, after) = difference(first, workload)?;
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

/// Says what each of two declarations says, where that cannot be brought together.
fn difference(one: &Workload, other: &Workload) -> Option<(String, String)> {
    let of_both = |what: &dyn Fn(&Workload) -> String| (what(one), what(other));
    if one.api_version != other.api_version {
        return Some(of_both(&|workload| format!("of `{}` here", workload.api_version)));
    }
    if one.pod_spec != other.pod_spec {
        let path = |workload: &Workload| workload.pod_spec.join(".");
        return Some(of_both(&|workload| format!("its pod spec at `{}` here", path(workload))));
    }
    match (&one.service_account, &other.service_account) {
        (Some(ours), Some(theirs)) if ours != theirs => {
            Some((format!("runs under `{ours}` here"), format!("runs under `{theirs}` here")))
        }
        _ => None,
    }
}
