//! Knows by which annotations controllers copy Secrets from namespace to namespace: reflector,
//! kubernetes-replicator, config-syncer and secretgen-controller.

use std::collections::BTreeMap;

use crate::pattern::Pattern;

/// The annotations of what is filled in from another Secret.
const FROM: [&str; 3] = [
    "reflector.v1.k8s.emberstack.com/reflects",
    "replicator.v1.mittwald.de/replicate-from",
    "secretgen.carvel.dev/image-pull-secret",
];

/// The annotation that has reflector make copies by itself, and the one that says where.
const REFLECTED: &str = "reflector.v1.k8s.emberstack.com/reflection-auto-enabled";
const REFLECTED_TO: &str = "reflector.v1.k8s.emberstack.com/reflection-auto-namespaces";

/// The annotations that list the namespaces which copies go to.
const REPLICATED_TO: &str = "replicator.v1.mittwald.de/replicate-to";

/// The annotations that choose these namespaces by their labels, which only the cluster knows for sure.
const BY_LABELS: [&str; 2] =
    ["replicator.v1.mittwald.de/replicate-to-matching", "kubed.appscode.com/sync"];

/// The namespaces that a controller copies a Secret to.
#[derive(Clone, Debug)]
pub(crate) enum Copies {
    /// Any may be among them.
    Anywhere,
    /// Those with one of these names, or that match one of these patterns.
    To(Vec<Pattern>),
}

impl Copies {
    /// Reads where the annotations of a Secret have it copied to.
    pub(super) fn read(annotations: &BTreeMap<String, String>) -> Option<Self> {
        if BY_LABELS.iter().any(|name| annotations.contains_key(*name)) {
            return Some(Self::Anywhere);
        }
        if let Some(list) = annotations.get(REPLICATED_TO) {
            return Some(Self::To(names(list)));
        }
        let is_reflected = annotations.get(REFLECTED).is_some_and(|value| value == "true");
        let list = annotations.get(REFLECTED_TO).map(|list| names(list)).unwrap_or_default();
        is_reflected.then_some(if list.is_empty() { Self::Anywhere } else { Self::To(list) })
    }

    /// Tells whether a namespace may be among them.
    pub(crate) fn reach(&self, namespace: &str) -> bool {
        match self {
            Self::Anywhere => true,
            Self::To(names) => names.iter().any(|name| name.is_match(namespace)),
        }
    }
}

fn names(list: &str) -> Vec<Pattern> {
    list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(Pattern::new).collect()
}

/// Tells whether a controller fills in a Secret with these annotations from another one.
pub(super) fn is_copy(annotations: &BTreeMap<String, String>) -> bool {
    FROM.iter().any(|name| annotations.contains_key(*name))
}
