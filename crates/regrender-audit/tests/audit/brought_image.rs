//! Images that only patches bring, and how they are pulled.

use regrender_audit::Workload;

use super::patch::{IMAGE, operated};
use super::repository::{WEB, read, report};

/// Images that only a patch names: of a base elsewhere, or of an object that names none itself.
#[test]
fn an_image_that_only_a_patch_names_is_found() {
    let custom = "apiVersion: example.io/v1\nkind: Custom\nmetadata: {name: c}\nspec: {size: 1}\n";
    let merge =
        "apiVersion: example.io/v1\nkind: Custom\nmetadata: {name: c}\nspec: {image: x.io/x}\n";
    let operation = "- {op: add, path: /spec/parts/-, value: {image: x.io/x}}\n";
    let remote = "https://github.com/acme/base?ref=v1";
    for (resource, target, patch, expected) in [
        ("o.yaml", "", merge, &["Custom n/c x.io/x"][..]),
        ("o.yaml", "target: {kind: Custom, name: c}, ", operation, &["Custom n/c x.io/x"]),
        (remote, "target: {kind: Deployment, name: web}, ", IMAGE, &["Deployment n/web x.io/x"]),
        // All is at hand, and there is no such object.
        ("o.yaml", "target: {kind: Deployment, name: web}, ", IMAGE, &[]),
        ("o.yaml", "target: {name: gone}, ", IMAGE, &[]),
        ("o.yaml", "target: {kind: Custom, name: c, labelSelector: a=b}, ", operation, &[]),
        ("o.yaml", "target: {kind: Custom, name: c, annotationSelector: a=b}, ", operation, &[]),
        ("o.yaml", "target: {kind: Custom, name: c, labelSelector: a b}, ", operation, &[]),
        ("o.yaml", "target: {kind: 'Deploy|Job', name: gone}, ", IMAGE, &[]),
    ] {
        let kustomization = format!(
            "namespace: n\nresources: ['{resource}']\npatches: [{{{target}path: p.yaml}}]\n"
        );
        let files =
            [("kustomization.yaml", &*kustomization), ("o.yaml", custom), ("p.yaml", patch)];
        let inventory = read(&files);
        let line = |one: &Workload| {
            let images: Vec<_> = one.images.iter().map(|one| &*one.image).collect();
            format!(
                "{} {}/{} {}",
                one.kind,
                one.namespace.as_deref().unwrap_or("?"),
                one.name,
                images.join(" ")
            )
        };
        let found: Vec<_> = inventory.workloads().map(line).collect();
        assert_eq!(found, expected, "{kustomization}");
    }
}

#[test]
fn a_workload_counts_once_however_many_files_bring_its_images() {
    let patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n\
        spec: {template: {spec: {containers: [{name: late, image: late.io/x}]}}}\n";
    let files = [
        ("kustomization.yaml", "resources: [web.yaml]\npatches: [{path: p.yaml}]\n"),
        ("web.yaml", WEB),
        ("p.yaml", patch),
    ];
    let summary = report(&files).summary;
    assert_eq!((summary.images, summary.workloads), (2, 1));
}

#[test]
fn a_container_that_a_patch_adds_stands_where_the_patch_does() {
    let added = operated("add", "containers/-", "{name: late, image: late.io/x}");
    let late = added.images.iter().find(|one| one.image == "late.io/x").unwrap();
    assert_eq!((&*late.place.file, late.place.line), ("kustomization.yaml", 3));
}

/// Who looks for the name that is judged finds it there, and not where another one stands.
#[test]
fn an_image_that_is_changed_stands_where_its_name_is_given() {
    let merge = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    \
        spec:\n      containers:\n      - name: app\n        image: IMAGE\n";
    let operation = "[{\"op\": \"replace\", \"path\": \"/spec/template/spec/containers/0/image\", \"value\": \"x.io/x\"}]";
    let inline = format!("\npatches:\n- target: {{kind: Deployment}}\n  patch: '{operation}'\n");
    let overlay = "overlay/kustomization.yaml";
    for (says, image, expected) in [
        ("patches: [{path: p.yaml}]\n", "x.io/x", ("overlay/p.yaml", 9)),
        ("patches: [{path: p.yaml}]\n", "a.io/web:1", ("base/web.yaml", 4)),
        (&*inline, "", (overlay, 4)),
        ("\n\nimages: [{name: a.io/web, newName: x.io/x}]\n", "", (overlay, 4)),
        ("images: [{name: a.io/web, newTag: '2'}]\n", "", ("base/web.yaml", 4)),
    ] {
        let files = [
            (overlay, &*format!("resources: [../base]\n{says}")),
            ("overlay/p.yaml", &merge.replace("IMAGE", image)),
            ("base/kustomization.yaml", "resources: [web.yaml]\n"),
            ("base/web.yaml", WEB),
        ];
        let report = report(&files);
        let row = report.images.iter().map(|row| (&*row.file, row.line)).collect::<Vec<_>>();
        assert_eq!(row, [expected], "{says}");
    }
}

/// Whose image only an overlay gives is pulled with what its base says.
#[test]
fn an_image_that_a_patch_brings_is_pulled_as_the_manifest_says() {
    let pod = "{serviceAccountName: s, imagePullSecrets: [{name: p}], containers: [{name: c}]}";
    let rollout = ("argoproj.io/v1alpha1", "Rollout");
    for (api_version, kind) in [("apps/v1", "Deployment"), rollout] {
        let base = format!(
            "apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: w}}\n\
             spec: {{template: {{spec: {pod}}}}}\n"
        );
        let image = |image: &str| {
            format!(
                "resources: [../base]\npatches:\n- patch: |\n    apiVersion: {api_version}\n    \
                 kind: {kind}\n    metadata: {{name: w}}\n    \
                 spec: {{template: {{spec: {{containers: [{{name: c, image: {image}}}]}}}}}}\n"
            )
        };
        let (x, y) = (image("a.io/x"), image("a.io/y"));
        let files = [
            ("base/kustomization.yaml", "namespace: n\nresources: [w.yaml]\n"),
            ("base/w.yaml", &*base),
            ("x/kustomization.yaml", &*x),
            ("y/kustomization.yaml", &*y),
        ];
        let report = report(&files);
        let line = |row: &regrender_audit::ImageRow| {
            let account = row.service_account.as_deref().unwrap_or_default();
            format!("{} {} {account} [{}]", row.name, row.image, row.pull_secrets.join(" "))
        };
        let found: Vec<String> = report.images.iter().map(line).collect();
        assert_eq!(found, ["w a.io/x s [p]", "w a.io/y s [p]"], "{kind}");
    }
}

/// A patch of its own in a file is no workload, and does not count as one.
#[test]
fn what_has_no_image_in_any_tree_is_no_workload() {
    let bare = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w, namespace: n}\n\
        spec: {template: {spec: {imagePullSecrets: [{name: p}], containers: [{name: c}]}}}\n";
    let inventory = read(&[("w.yaml", bare)]);
    assert_eq!(inventory.workloads().count(), 0);
    let tree = read(&[("kustomization.yaml", "resources: [w.yaml]\n"), ("w.yaml", bare)]);
    assert_eq!(tree.workloads().count(), 0);
}
