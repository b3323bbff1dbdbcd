//! JSON operations that kustomize 5.7.1 fails at, since what they are about is not there.

use super::repository::{messages, report, secret};

const POD: &str = "/spec/template/spec";

/// A Deployment whose pod has a container, and something before it.
fn web(pod: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: n}}\n\
         spec: {{template: {{spec: {{{pod}containers: [{{name: app, image: 'a.io/web:1'}}]}}}}}}\n"
    )
}

/// Checks what is told of an operation below the pod of a Deployment: nothing, or that a path is not
/// there.
#[track_caller]
fn check(pod: &str, operations: &str, missed: Option<&str>) {
    let kustomization = format!(
        "resources: [web.yaml]\npatches:\n- target: {{kind: Deployment}}\n  patch: |\n    {}\n",
        operations.replace("POD", POD).replace('\n', "\n    ")
    );
    let web = web(pod);
    let files = [("kustomization.yaml", &*kustomization), ("web.yaml", &*web)];
    let expected = missed.map(|path| {
        format!(
            "this patch is for `{POD}/{path}`, which Deployment `web` does not have, so kustomize builds nothing"
        )
    });
    let expected: Vec<String> = expected.into_iter().collect();
    assert_eq!(messages(&files, "broken-kustomization"), expected, "{pod} {operations}");
}

#[test]
fn one_pull_secret_is_added_to_a_list_that_is_there() {
    let list = "imagePullSecrets";
    for (pod, position, missed) in [
        ("", "-", Some(list)),
        ("", "0", Some("imagePullSecrets/0")),
        ("imagePullSecrets: [], ", "-", None),
        ("imagePullSecrets: [], ", "0", None),
        ("imagePullSecrets: [], ", "1", Some("imagePullSecrets/1")),
        ("imagePullSecrets: [{name: a}], ", "-", None),
        ("imagePullSecrets: [{name: a}], ", "1", None),
        ("imagePullSecrets: [{name: a}], ", "2", Some("imagePullSecrets/2")),
    ] {
        check(
            pod,
            &format!("- {{op: add, path: POD/{list}/{position}, value: {{name: r}}}}"),
            missed,
        );
    }
    check("", &format!("- {{op: add, path: POD/{list}, value: [{{name: r}}]}}"), None);
    let both = format!(
        "- {{op: add, path: POD/{list}, value: []}}\n- {{op: add, path: POD/{list}/-, value: {{name: r}}}}"
    );
    check("", &both, None);
}

#[test]
fn what_is_replaced_or_removed_must_be_there() {
    let one = "imagePullSecrets: [{name: a}], ";
    for (pod, operation, missed) in [
        ("", "{op: remove, path: POD/imagePullSecrets}", Some("imagePullSecrets")),
        ("", "{op: remove, path: POD/imagePullSecrets/0}", Some("imagePullSecrets/0")),
        (one, "{op: remove, path: POD/imagePullSecrets}", None),
        (one, "{op: remove, path: POD/imagePullSecrets/0}", None),
        (one, "{op: remove, path: POD/imagePullSecrets/1}", Some("imagePullSecrets/1")),
        (one, "{op: replace, path: POD/imagePullSecrets/0/name, value: r}", None),
        (
            one,
            "{op: replace, path: POD/imagePullSecrets/1, value: {name: r}}",
            Some("imagePullSecrets/1"),
        ),
        ("", "{op: replace, path: POD/imagePullSecrets, value: [{name: r}]}", None),
    ] {
        check(pod, &format!("- {operation}"), missed);
    }
}

#[test]
fn a_container_is_changed_where_it_is_and_added_at_the_end_at_most() {
    for (operation, missed) in [
        ("{op: replace, path: POD/containers/0/image, value: q.io/q}", None),
        ("{op: replace, path: POD/containers/3/image, value: q.io/q}", Some("containers/3/image")),
        ("{op: replace, path: POD/containers/1, value: {name: x, image: q}}", Some("containers/1")),
        ("{op: add, path: POD/containers/1, value: {name: x, image: q}}", None),
        ("{op: add, path: POD/containers/3, value: {name: x, image: q}}", Some("containers/3")),
        ("{op: remove, path: POD/containers/1}", Some("containers/1")),
    ] {
        check("", &format!("- {operation}"), missed);
    }
    // A container without an image counts, and is not among those that are known.
    check(
        "initContainers: [{name: bare}], ",
        "- {op: replace, path: POD/initContainers/0/image, value: q.io/q}",
        None,
    );
}

/// What a merge before it brings is there.
#[test]
fn a_list_may_come_from_a_merge() {
    let merge = "patches:\n- target: {kind: Deployment}\n  patch: |\n    \
        {apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, \
        spec: {template: {spec: {imagePullSecrets: [{name: p}]}}}}\n";
    let add = format!("- {{op: add, path: {POD}/imagePullSecrets/-, value: {{name: r}}}}");
    let operations = format!("- target: {{kind: Deployment}}\n  patch: |\n    {add}\n");
    let kustomization = format!("resources: [web.yaml]\n{merge}{operations}");
    let web = web("");
    let files = [("kustomization.yaml", &*kustomization), ("web.yaml", &*web)];
    assert_eq!(messages(&files, "broken-kustomization"), [""; 0]);
}

/// An account may have an empty list, and a custom resource its lists anywhere.
#[test]
fn only_of_a_pod_that_is_known_it_is_told() {
    for object in [
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a}\nimagePullSecrets: []\n",
        "apiVersion: e.org/v1\nkind: Custom\nmetadata: {name: c}\nspec: {image: a.io/a}\n",
    ] {
        let kustomization = "resources: [o.yaml]\npatches:\n- target: {kind: '.*'}\n  patch: |\n    \
            - {op: add, path: /imagePullSecrets/-, value: {name: r}}\n    \
            - {op: add, path: /spec/imagePullSecrets/-, value: {name: r}}\n";
        let files = [("kustomization.yaml", kustomization), ("o.yaml", object)];
        assert_eq!(messages(&files, "broken-kustomization"), [""; 0], "{object}");
    }
}

#[test]
fn a_pull_secret_that_cannot_be_added_covers_nothing() {
    let kustomization = format!(
        "resources: [web.yaml, s.yaml]\npatches:\n- target: {{kind: Deployment}}\n  patch: |\n    \
         - {{op: add, path: {POD}/imagePullSecrets/-, value: {{name: r}}}}\n"
    );
    let (web, secret) =
        (web(""), secret("r", r#"{"a.io":{"username":"u","password":"canary-4f1d"}}"#));
    let files =
        [("kustomization.yaml", &*kustomization), ("web.yaml", &*web), ("s.yaml", &*secret)];
    let report = report(&files);
    let rows: Vec<_> = report.images.iter().map(|row| row.verdict.name()).collect();
    assert_eq!(rows, ["uncovered-unknown"]);
    let found = report.findings.iter().find(|one| one.code.name() == "broken-kustomization");
    assert_eq!(found.map(|one| (&*one.file, one.line)), Some(("kustomization.yaml", 3)));
}
