//! The patches a build writes, used by the overlay that owns the workloads.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::declaration::Declaration;
use super::identity::Key;
use super::ledger::Ledger;
use super::manifest;
use super::stage::Stage;
use super::tree;
use crate::peer::Peer;

/// A workload: kind, apiVersion, and where its pod spec lies.
struct Kind(&'static str, &'static str, &'static [&'static str]);

const TEMPLATE: &[&str] = &["spec", "template", "spec"];

const KINDS: &[Kind] = &[
    Kind("Deployment", "apps/v1", TEMPLATE),
    Kind("StatefulSet", "apps/v1", TEMPLATE),
    Kind("DaemonSet", "apps/v1", TEMPLATE),
    Kind("ReplicaSet", "apps/v1", TEMPLATE),
    Kind("Job", "batch/v1", TEMPLATE),
    Kind("CronJob", "batch/v1", &["spec", "jobTemplate", "spec", "template", "spec"]),
    Kind("Pod", "v1", &["spec"]),
    Kind("Rollout", "argoproj.io/v1alpha1", TEMPLATE),
];

/// Declares a patch for a workload `web` of every kind.
///
/// The last kind is no kind of Kubernetes; its apiVersion and path are declared.
pub(super) const WORKLOADS: &str = r#"workloads = [
    "Deployment/web", "StatefulSet/web", "DaemonSet/web", "ReplicaSet/web", "Job/web",
    "CronJob/web", "Pod/web",
    { kind = "Rollout", name = "web", api-version = "argoproj.io/v1alpha1", path = "spec.template.spec" },
]
"#;

/// Runs the cases "regrender → kustomize" over `patches/`.
pub(super) fn cases(ledger: &mut Ledger<'_>) {
    for judge in [Peer::Kustomize, Peer::Kubectl] {
        let title = if judge == Peer::Kubectl { "kubectl kustomize" } else { "kustomize" };
        ledger.case(&format!("regrender → {title}: every kind of workload is patched"), |stage| {
            every_kind(stage, judge, None)
        });
        ledger.case(&format!("regrender → {title}: patched below `namespace:`"), |stage| {
            every_kind(stage, judge, Some("team-a"))
        });
        ledger.case(&format!("regrender → {title}: an own list keeps its names"), |stage| {
            own_list(stage, judge)
        });
        ledger.case(&format!("regrender → {title}: absent targets do no harm"), |stage| {
            absent(stage, judge)
        });
    }
}

/// Builds an overlay of `workloads` that takes the patches as a component.
fn overlay(
    stage: &Stage<'_>,
    judge: Peer,
    workloads: &[Value],
    namespace: Option<&str>,
) -> Result<BTreeMap<String, Value>> {
    let declaration = Declaration {
        more: WORKLOADS.to_owned(),
        ..Declaration::sealed_for(&stage.identities(&[Key::First])?)
    };
    stage.build(&declaration)?;
    let texts: Vec<String> = workloads.iter().map(Value::to_string).collect();
    stage.write("overlay/workloads.yaml", texts.join("\n---\n"))?;
    let mut kustomization = json!({
        "resources": ["workloads.yaml"],
        "components": ["../pull-secrets/patches/team-a"],
    });
    if let (Some(namespace), Some(fields)) = (namespace, kustomization.as_object_mut()) {
        fields.insert("namespace".to_owned(), json!(namespace));
    }
    stage.write("overlay/kustomization.yaml", kustomization.to_string())?;
    tree::built(stage, judge, "overlay")
}

/// Returns a workload of every kind, each called `name`, as JSON.
pub(super) fn named(name: &str) -> Vec<String> {
    let rename = |mut object: Value| {
        if let Some(place) = object.pointer_mut("/metadata/name") {
            *place = json!(name);
        }
        object.to_string()
    };
    KINDS.iter().map(|kind| rename(workload(kind, None))).collect()
}

/// Lists the kinds of [`named`].
pub(super) fn kinds() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|kind| kind.0)
}

fn every_kind(stage: &Stage<'_>, judge: Peer, namespace: Option<&str>) -> Result<()> {
    let workloads: Vec<Value> = KINDS.iter().map(|kind| workload(kind, None)).collect();
    let objects = overlay(stage, judge, &workloads, namespace)?;
    for kind in KINDS {
        let title = format!("{} {}/web", kind.0, namespace.unwrap_or_default());
        let object = objects.get(&title).with_context(|| format!("{title} is gone"))?;
        check_list(object, kind, &["regcred"])?;
        let image = format!("/{}/containers/0/image", kind.2.join("/"));
        manifest::check_at(object, &image, &json!("private-registry.io/web:1"))?;
    }
    Ok(())
}

fn own_list(stage: &Stage<'_>, judge: Peer) -> Result<()> {
    let own = Some(manifest::references(&["own"]));
    let workloads: Vec<Value> = KINDS.iter().map(|kind| workload(kind, own.clone())).collect();
    let objects = overlay(stage, judge, &workloads, None)?;
    for kind in KINDS {
        let title = format!("{} /web", kind.0);
        let object = objects.get(&title).with_context(|| format!("{title} is gone"))?;
        // kustomize merges by name only what it has a schema of.
        let custom = kind.0 == "Rollout";
        check_list(object, kind, if custom { &["regcred"] } else { &["regcred", "own"] })?;
    }
    Ok(())
}

fn absent(stage: &Stage<'_>, judge: Peer) -> Result<()> {
    let config =
        json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "settings" } });
    let objects = overlay(stage, judge, &[config], None)?;
    let titles: Vec<&String> = objects.keys().collect();
    if titles != ["ConfigMap /settings"] {
        bail!("there should be the ConfigMap alone: {titles:?}");
    }
    Ok(())
}

fn check_list(object: &Value, kind: &Kind, names: &[&str]) -> Result<()> {
    let pointer = format!("/{}/imagePullSecrets", kind.2.join("/"));
    manifest::check_at(object, &pointer, &manifest::references(names))
}

fn workload(kind: &Kind, own_list: Option<Value>) -> Value {
    let Kind(kind, api_version, path) = kind;
    let mut pod_spec = json!({
        "containers": [{ "name": "web", "image": "private-registry.io/web:1" }],
    });
    if let (Some(list), Some(fields)) = (own_list, pod_spec.as_object_mut()) {
        fields.insert("imagePullSecrets".to_owned(), list);
    }
    let nested = path.iter().rev().fold(pod_spec, |inner, key| json!({ *key: inner }));
    let mut object =
        json!({ "apiVersion": api_version, "kind": kind, "metadata": { "name": "web" } });
    if let (Value::Object(fields), Value::Object(nested)) = (&mut object, nested) {
        fields.extend(nested);
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pod_spec_lies_where_its_kind_has_it() {
        for kind in KINDS {
            let object = workload(kind, Some(manifest::references(&["own"])));
            check_list(&object, kind, &["own"]).unwrap();
        }
    }

    #[test]
    fn workloads_have_the_name_they_are_given() {
        let texts = named("bare");
        assert!(texts.len() == kinds().count() && texts.iter().all(|one| one.contains("\"bare\"")));
    }

    #[test]
    fn every_kind_is_declared() {
        for kind in KINDS {
            assert!(WORKLOADS.contains(kind.0), "{}", kind.0);
        }
    }
}
