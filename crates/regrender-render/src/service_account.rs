//! A service account of the tree: its whole list of pull secrets, and what guards it.

use std::collections::{BTreeMap, BTreeSet};

use regrender_config::Consumer;
use regrender_document::{Document, Mapping};

use crate::kubernetes::{DEFAULT_ACCOUNT, metadata, name_references, object, texts};
use crate::pull_secret::SYNC_OPTIONS;

/// Renders the account `name`; without pull secrets it has no list, and the consumer empties it.
pub(crate) fn render(
    name: &str,
    namespace: &str,
    pull_secrets: &[String],
    annotations: Option<&BTreeMap<String, String>>,
    consumers: &BTreeSet<Consumer>,
) -> Document {
    let mut metadata = metadata(name, namespace);
    let mut all = guards(name, consumers);
    all.extend(annotations.into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())));
    if let Some(annotations) = texts(&all) {
        metadata.push("annotations", annotations);
    }
    let mut rest = Mapping::new().with("metadata", metadata);
    if !pull_secrets.is_empty() {
        rest.push("imagePullSecrets", name_references(pull_secrets));
    }
    object("v1", "ServiceAccount", rest)
}

/// What keeps a consumer from doing more to `default` than setting its list.
///
/// Without them Flux strips what others put on the account (a cloud role's annotation included), and
/// both Flux and Argo CD delete it when the tree drops it, and with it every token it issued. An
/// Application from which it may not be deleted counts as out of sync, unless it may be extraneous.
fn guards(name: &str, consumers: &BTreeSet<Consumer>) -> BTreeMap<String, String> {
    let mut guards = BTreeMap::new();
    if name != DEFAULT_ACCOUNT {
        return guards;
    }
    if consumers.contains(&Consumer::ArgoCd) {
        guards.insert(
            String::from("argocd.argoproj.io/compare-options"),
            String::from("IgnoreExtraneous"),
        );
        guards.insert(
            SYNC_OPTIONS.to_owned(),
            String::from("Delete=false,Prune=false,ServerSideApply=true"),
        );
    }
    if consumers.contains(&Consumer::Flux) {
        guards.insert(String::from("kustomize.toolkit.fluxcd.io/prune"), String::from("disabled"));
        guards.insert(String::from("kustomize.toolkit.fluxcd.io/ssa"), String::from("Merge"));
    }
    guards
}
