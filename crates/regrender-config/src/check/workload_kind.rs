//! The kinds of workloads that Kubernetes itself has, and which of them somebody meant.

/// A kind of Kubernetes itself.
pub(super) struct WorkloadKind {
    pub(super) name: &'static str,
    pub(super) api_version: &'static str,
    /// Where its pod spec is: keys with dots between them.
    pub(super) pod_spec: &'static str,
}

const KINDS: &[WorkloadKind] = &[
    WorkloadKind { name: "Pod", api_version: "v1", pod_spec: "spec" },
    WorkloadKind { name: "Deployment", api_version: "apps/v1", pod_spec: "spec.template.spec" },
    WorkloadKind { name: "StatefulSet", api_version: "apps/v1", pod_spec: "spec.template.spec" },
    WorkloadKind { name: "DaemonSet", api_version: "apps/v1", pod_spec: "spec.template.spec" },
    WorkloadKind { name: "ReplicaSet", api_version: "apps/v1", pod_spec: "spec.template.spec" },
    WorkloadKind { name: "Job", api_version: "batch/v1", pod_spec: "spec.template.spec" },
    WorkloadKind {
        name: "CronJob",
        api_version: "batch/v1",
        pod_spec: "spec.jobTemplate.spec.template.spec",
    },
];

/// Short names of kubectl.
const SHORT_NAMES: &[(&str, &str)] = &[
    ("po", "Pod"),
    ("deploy", "Deployment"),
    ("sts", "StatefulSet"),
    ("ds", "DaemonSet"),
    ("rs", "ReplicaSet"),
    ("cj", "CronJob"),
];

impl WorkloadKind {
    /// Returns the kind of this name, as manifests spell it.
    pub(super) fn of(name: &str) -> Option<&'static Self> {
        KINDS.iter().find(|known| known.name == name)
    }

    /// Returns the kind that somebody meant who wrote it in small letters, in the plural or short.
    pub(super) fn meant(kind: &str) -> Option<&'static Self> {
        let small = kind.to_ascii_lowercase();
        // kubectl takes `deployment.apps` as well.
        let small = small.split('.').next().unwrap_or_default();
        let short = SHORT_NAMES.iter().find(|(short, _)| *short == small).map(|(_, long)| *long);
        KINDS.iter().find(|known| {
            let name = known.name.to_ascii_lowercase();
            short == Some(known.name) || small == name || small.strip_suffix('s') == Some(&name)
        })
    }
}

/// Says whether a name can be one of a kind, whoever defines it.
pub(super) fn is_kind(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: &str, expected: Option<&str>) {
        assert_eq!(WorkloadKind::meant(kind).map(|kind| kind.name), expected);
    }

    #[test]
    fn kinds_are_understood_as_kubectl_does() {
        check("deployment", Some("Deployment"));
        check("deployments", Some("Deployment"));
        check("deploy", Some("Deployment"));
        check("deployments.apps", Some("Deployment"));
        check("sts", Some("StatefulSet"));
        check("cronJob", Some("CronJob"));
        check("rollout", None);
        check("", None);
    }
}
