//! Knows where the kinds of Kubernetes itself have their pod specifications.

use super::{Header, pod};
use crate::manifest::Node;

/// Returns the way to the pod specification in the kinds of Kubernetes itself.
pub(crate) fn core_pod_path(header: &Header) -> Option<&'static [&'static str]> {
    let groups: &[&str] = match &*header.kind {
        "Pod" | "PodTemplate" | "ReplicationController" => &[""],
        "Job" | "CronJob" => &["batch"],
        _ => &["apps", "extensions"],
    };
    pod_path(&header.kind).filter(|_| groups.contains(&header.group()))
}

/// Returns the same for a kind whose group is not known; that of a `ServiceAccount` says itself how
/// its pods pull.
pub(crate) fn pod_path(kind: &str) -> Option<&'static [&'static str]> {
    let path: &[&str] = match kind {
        "Pod" => &["spec"],
        "PodTemplate" => &["template", "spec"],
        "ReplicationController"
        | "Job"
        | "Deployment"
        | "StatefulSet"
        | "DaemonSet"
        | "ReplicaSet" => &["spec", "template", "spec"],
        "CronJob" => &["spec", "jobTemplate", "spec", "template", "spec"],
        _ => return None,
    };
    Some(path)
}

/// Lists the ways to what a custom resource says of pods, where kinds of Kubernetes itself have theirs.
pub(crate) fn core_pods(root: &Node<'_>) -> Vec<&'static [&'static str]> {
    let paths = ["Pod", "PodTemplate", "Deployment", "CronJob"].into_iter().filter_map(pod_path);
    paths.filter(|path| root.at(path).is_some_and(pod::says_anything)).collect()
}

/// Tells whether a kind is one of Kubernetes itself that makes pods, whatever its version.
pub(crate) fn is_core(kind: &str) -> bool {
    pod_path(kind).is_some()
}
