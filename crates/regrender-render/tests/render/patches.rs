//! Workloads and accounts of other people's manifests, and the component that patches them.

use regrender_render::{DeclaredWorkload, PatchTarget};
use serde_json::{Value, json};

use crate::support::{Texts, config, surroundings, texts_in, yaml};

fn text(first: &str, second: &str) -> String {
    format!(
        "[registry.r]\nhost = \"r.example\"\nusername = \"u\"\npassword = {{ env = \"X\" }}\n\
         [secret.one]\nregistries = [\"r\"]\nnamespaces = [\"team-a\"]\nworkloads = [{first}]\n\
         [secret.two]\nregistries = [\"r\"]\nnamespaces = [\"team-a\"]\nworkloads = [{second}]\n"
    )
}

fn tree(first: &str, second: &str) -> Texts {
    let config = config(&text(first, second));
    texts_in(&config, &surroundings(&config))
}

/// The names in the list of a patch, whose pod spec is there.
fn list(tree: &Texts, file: &str, pod_spec: &str) -> Value {
    let document = yaml(&tree[&format!("patches/team-a/{file}")]);
    let list =
        document.pointer(&format!("{pod_spec}/imagePullSecrets")).unwrap().as_array().unwrap();
    list.iter().map(|one| one["name"].clone()).collect()
}

const ROLLOUT: &str = "{ kind = \"Rollout\", name = \"web\", api-version = \"argoproj.io/v1alpha1\", \
    path = \"spec.template.spec\" }";

/// The core group has no name, and kustomize 5.7.1 takes an empty pattern for any group.
#[test]
fn a_target_says_its_group() {
    let tree = tree(&format!("\"Pod/a\", \"Deployment/b.c\", {ROLLOUT}"), "\"CronJob/d\"");
    assert_eq!(
        yaml(&tree["patches/team-a/kustomization.yaml"]),
        json!({
            "apiVersion": "kustomize.config.k8s.io/v1alpha1",
            "kind": "Component",
            "patches": [
                {
                    "path": "cronjob-d.yaml",
                    "target": { "group": "batch", "kind": "CronJob", "name": "d" },
                },
                {
                    "path": "deployment-b.c.yaml",
                    "target": { "group": "apps", "kind": "Deployment", "name": "b\\.c" },
                },
                {
                    "path": "pod-a.yaml",
                    "target": { "group": "^$", "kind": "Pod", "name": "a" },
                },
                {
                    "path": "rollout.argoproj.io-web.yaml",
                    "target": { "group": "argoproj.io", "kind": "Rollout", "name": "web" },
                },
            ],
        })
    );
}

#[test]
fn a_target_knows_where_its_patch_lies() {
    let config = config(&text(&format!("\"Pod/a\", {ROLLOUT}"), "\"CronJob/d\""));
    let tree = texts_in(&config, &surroundings(&config));
    for secret in &config.secrets {
        for workload in &secret.workloads {
            let path = PatchTarget::Workload(workload.clone()).path("team-a");
            assert!(tree.contains_key(&path), "{path}");
        }
    }
}

/// Patches of a component run before an overlay gives what they are for another name.
#[test]
fn a_target_has_the_name_that_its_manifest_gives_it() {
    let config = config(&text("\"Deployment/p-web\", \"Job/p-web\"", "\"Deployment/other\""));
    let mut surroundings = surroundings(&config);
    for (namespace, kind, names) in [
        ("team-a", "Deployment", &["web", "web.old"][..]),
        ("team-a", "Pod", &["of-another-kind"]),
        ("team-b", "Job", &["of-another-namespace"]),
    ] {
        let key = (namespace.to_owned(), kind.to_owned(), String::from("p-web"));
        let names = names.iter().copied().map(str::to_owned).collect();
        surroundings.written_names.insert(key, names);
    }
    let component = yaml(&texts_in(&config, &surroundings)["patches/team-a/kustomization.yaml"]);
    let found: Vec<(&str, &str)> = component["patches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["path"].as_str().unwrap(), one["target"]["name"].as_str().unwrap()))
        .collect();
    assert_eq!(
        found,
        [
            ("deployment-other.yaml", "other"),
            ("deployment-p-web.yaml", "web|web\\.old"),
            ("job-p-web.yaml", "p-web"),
        ]
    );
}

/// What is called the same in another namespace of the overlay is not patched along.
#[test]
fn a_target_has_the_namespace_that_its_manifests_give_it() {
    let config = config(&text("\"Deployment/web\", \"Job/web\"", ""));
    let mut surroundings = surroundings(&config);
    for (namespace, kind) in [("team-a", "Deployment"), ("team-b", "Job")] {
        let key = (namespace.to_owned(), kind.to_owned(), String::from("web"));
        surroundings.written_namespaces.insert(key);
    }
    let component = yaml(&texts_in(&config, &surroundings)["patches/team-a/kustomization.yaml"]);
    let targets: Vec<&Value> =
        component["patches"].as_array().unwrap().iter().map(|one| &one["target"]).collect();
    assert_eq!(
        targets,
        [
            &json!({ "group": "apps", "kind": "Deployment", "name": "web", "namespace": "team-a" }),
            &json!({ "group": "batch", "kind": "Job", "name": "web" }),
        ]
    );
}

#[test]
fn the_list_stands_in_the_pod_spec() {
    let tree = tree("\"Pod/a\", \"Deployment/b\", \"CronJob/c\"", "\"Deployment/b\"");
    assert_eq!(list(&tree, "pod-a.yaml", "/spec"), json!(["one"]));
    assert_eq!(list(&tree, "deployment-b.yaml", "/spec/template/spec"), json!(["one", "two"]));
    let inner = "/spec/jobTemplate/spec/template/spec";
    assert_eq!(list(&tree, "cronjob-c.yaml", inner), json!(["one"]));
}

#[test]
fn one_name_in_two_kinds_or_groups_is_two_workloads() {
    let other = ROLLOUT.replace("argoproj.io", "example.com");
    let tree = tree(
        &format!("\"Deployment/web\", {ROLLOUT}"),
        &format!("\"StatefulSet/web\", \"Deployment/shop\", {other}"),
    );
    let pod_spec = "/spec/template/spec";
    assert_eq!(list(&tree, "deployment-web.yaml", pod_spec), json!(["one"]));
    assert_eq!(list(&tree, "rollout.argoproj.io-web.yaml", pod_spec), json!(["one"]));
    assert_eq!(list(&tree, "rollout.example.com-web.yaml", pod_spec), json!(["two"]));
    assert_eq!(list(&tree, "statefulset-web.yaml", pod_spec), json!(["two"]));
    assert_eq!(list(&tree, "deployment-shop.yaml", pod_spec), json!(["two"]));
}

/// kustomize merges the list of a kind it has a schema for, and replaces that of any other.
#[test]
fn a_custom_workload_keeps_what_its_own_manifest_lists() {
    let config = config(&text(&format!("\"Deployment/web\", {ROLLOUT}"), ""));
    let mut surroundings = surroundings(&config);
    for kind in ["Deployment", "Rollout"] {
        let declared = DeclaredWorkload {
            pull_secrets: vec![String::from("own")],
            ..DeclaredWorkload::default()
        };
        let key = [String::from("team-a"), String::from(kind), String::from("web")].into();
        surroundings.workloads.insert(key, declared);
    }
    let tree = texts_in(&config, &surroundings);
    let pod_spec = "/spec/template/spec";
    assert_eq!(list(&tree, "rollout.argoproj.io-web.yaml", pod_spec), json!(["one", "own"]));
    assert_eq!(list(&tree, "deployment-web.yaml", pod_spec), json!(["one"]));
}

/// A pod with a list of its own gets nothing of its account's list in the cluster, and nobody merges
/// the list of a custom resource.
#[test]
fn a_workload_keeps_what_its_pull_secrets_keep() {
    let text = text(&format!("\"Deployment/web\", {ROLLOUT}"), "\"Deployment/web\", \"Job/other\"")
        .replace("[secret.two]", "keep = [\"legacy\", \"two\"]\n[secret.two]");
    let config = config(&text);
    let tree = texts_in(&config, &surroundings(&config));
    let pod_spec = "/spec/template/spec";
    assert_eq!(list(&tree, "deployment-web.yaml", pod_spec), json!(["one", "two", "legacy"]));
    let custom = list(&tree, "rollout.argoproj.io-web.yaml", pod_spec);
    assert_eq!(custom, json!(["one", "legacy", "two"]));
    assert_eq!(list(&tree, "job-other.yaml", pod_spec), json!(["two"]));
}
