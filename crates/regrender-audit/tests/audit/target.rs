//! Whom a patch is for.

use super::patch::{IMAGE, WEB, images};
use super::repository::read;

#[test]
fn a_target_says_all_that_it_must_be() {
    for (target, is_meant) in [
        ("group: apps", true),
        ("group: batch", false),
        ("version: v1", true),
        ("version: v1beta.", false),
        ("namespace: default", true),
        ("namespace: other", false),
        ("kind: Deploy.*, name: w.b", true),
        ("kind: Deploy", false),
    ] {
        let kustomization = format!(
            "resources: [web.yaml]\npatches:\n- {{target: {{{target}}}, patch: '{IMAGE}'}}\n"
        );
        let inventory = read(&[("kustomization.yaml", &kustomization), ("web.yaml", WEB)]);
        let web = inventory.workloads().next().unwrap();
        assert_eq!(web.images[1].image == "x.io/x", is_meant, "{target}");
    }
}

/// kustomize knows an object by all the names and namespaces that it had.
#[test]
fn a_merge_names_a_namespace_of_before() {
    for (namespace, is_meant) in [("base", true), ("part", true), ("top", true), ("other", false)] {
        let patch = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: {namespace}}}\n\
             spec: {{template: {{spec: {{serviceAccountName: patched}}}}}}\n"
        );
        let inventory = read(&[
            ("base/kustomization.yaml", "resources: [web.yaml]\nnamespace: base\n"),
            ("base/web.yaml", WEB),
            ("part/kustomization.yaml", "kind: Component\nnamespace: part\n"),
            (
                "top/kustomization.yaml",
                "resources: [../base]\ncomponents: [../part]\nnamespace: top\n",
            ),
            ("kustomization.yaml", "resources: [top]\nnamespace: new\npatches: [{path: p.yaml}]\n"),
            ("p.yaml", &patch),
        ]);
        let web = inventory.workloads().find(|one| one.name == "web").unwrap();
        assert_eq!(web.renderings[0].service_account.is_some(), is_meant, "{namespace}");
    }
}

/// Whether a patch for `target` is for a workload with labels and annotations, where `more` stands
/// in the kustomization below it.
#[track_caller]
fn chooses(target: &str, more: &str, expected: bool) {
    let web = WEB
        .replace("{name: web}", "{name: web, labels: {a: '1', x.io/c: d}, annotations: {note: e}}");
    let top =
        format!("resources: [base]\npatches:\n- {{target: {{{target}}}, patch: '{IMAGE}'}}\n");
    let inventory = read(&[
        ("kustomization.yaml", &top),
        ("base/kustomization.yaml", &format!("resources: [web.yaml]\n{more}\n")),
        ("base/web.yaml", &web),
    ]);
    let web = inventory.workloads().next().expect("there is one");
    let is_patched = images(web).iter().any(|image| image.ends_with("x.io/x"));
    assert_eq!(is_patched, expected, "{target} {more}");
}

#[test]
fn a_patch_is_for_what_its_selectors_choose() {
    for (selector, expected) in [
        ("a=1", true),
        ("a!=1", false),
        ("a in (1,2),x.io/c=d", true),
        ("a notin (1)", false),
        ("!a", false),
        ("!b", true),
        ("note=e", false),
    ] {
        chooses(&format!("labelSelector: '{selector}'"), "", expected);
    }
    chooses("annotationSelector: note=e", "", true);
    chooses("annotationSelector: a=1", "", false);
    chooses("kind: Deployment, labelSelector: a=1", "", true);
    chooses("kind: Job, labelSelector: a=1", "", false);
    chooses("labelSelector: a=1, annotationSelector: note=f", "", false);
}

/// The labels of the same kustomization come after its patches.
#[test]
fn labels_that_a_kustomization_adds_or_patches_count_above_it() {
    let operation =
        |one: &str| format!("patches: [{{target: {{kind: Deployment}}, patch: '[{{{one}}}]'}}]");
    let merge = |metadata: &str| {
        format!(
            "patches: [{{patch: '{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web, {metadata}}}}}'}}]"
        )
    };
    for more in [
        "commonLabels: {k: v}",
        "labels: [{pairs: {k: w}}, {pairs: {k: v}}]",
        "commonLabels: {k: v}\nlabels: [{pairs: {k: w}}]",
        &operation("op: add, path: /metadata/labels/k, value: v"),
        &operation("op: replace, path: /metadata/labels, value: {k: v}"),
        &merge("labels: {k: v}"),
    ] {
        chooses("labelSelector: k=v", more, true);
    }
    chooses("labelSelector: a", &operation("op: remove, path: /metadata/labels/a"), false);
    chooses("labelSelector: a", &operation("op: remove, path: /metadata/labels"), false);
    chooses(
        "labelSelector: x.io/c=z",
        &operation("op: replace, path: /metadata/labels/x.io~1c, value: z"),
        true,
    );
    chooses("labelSelector: 'a=1,k=v'", &merge("labels: {k: v}"), true);
    chooses("labelSelector: a", &merge("labels: {a: null}"), false);
    chooses("annotationSelector: k=v", "commonAnnotations: {k: v}", true);
    chooses("annotationSelector: k=v", &merge("annotations: {k: v}"), true);
    chooses(
        "annotationSelector: k=v",
        &operation("op: add, path: /metadata/annotations/k, value: v"),
        true,
    );
}
