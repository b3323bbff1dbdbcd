//! What the `transformers:` of a kustomization change.

use super::repository::{WEB, report, workloads};

/// Two workloads in two namespaces.
fn web() -> String {
    let one = |name: &str| WEB.replace("{name: web}", name);
    format!("{}---\n{}", one("{name: own, namespace: own}"), one("{name: web, namespace: m}"))
}

/// A kustomization with transformers in place, each of which comes with kustomize.
fn inline(transformers: &[&str]) -> String {
    let entry = |text: &&str| {
        format!("- |-\n  {{apiVersion: builtin, metadata: {{name: x, namespace: n}},\n  {text}}}\n")
    };
    let entries: String = transformers.iter().map(entry).collect();
    format!("resources: [web.yaml]\ntransformers:\n{entries}")
}

/// Lists `namespace/name image` of what is deployed, with a question mark where nobody knows.
fn deployed(files: &[(&str, &str)]) -> Vec<String> {
    let report = report(files);
    let line = |row: &regrender_audit::ImageRow| {
        let namespace = row.namespace.as_deref().unwrap_or("-");
        let mark = if row.verdict.name() == "undetermined" { "?" } else { "" };
        format!("{namespace}/{} {}{mark}", row.name, row.image)
    };
    report.images.iter().map(line).collect()
}

#[track_caller]
fn check(kustomization: &str, expected: &[&str]) {
    let web = web();
    let found = deployed(&[("kustomization.yaml", kustomization), ("web.yaml", &web)]);
    assert_eq!(found, expected, "{kustomization}");
}

#[test]
fn a_namespace_is_set_or_filled_in() {
    let web = web().replace(", namespace: m}", "}");
    for (text, expected) in [
        ("kind: NamespaceTransformer, unsetOnly: true", "own"),
        ("kind: NamespaceTransformer, fieldSpecs: [{path: metadata/namespace}]", "n"),
    ] {
        let found = deployed(&[("kustomization.yaml", &inline(&[text])), ("web.yaml", &web)]);
        assert_eq!(found, [&format!("{expected}/own a.io/web:1"), "n/web a.io/web:1"], "{text}");
    }
}

#[test]
fn they_are_applied_in_their_order_after_all_else() {
    let image = |name: &str, new: &str| {
        format!("kind: ImageTagTransformer, imageTag: {{name: {name}, newName: {new}}}")
    };
    let (first, second) = (image("b.io/web", "c.io/web"), image("c.io/web", "d.io/web"));
    let fill = "kind: NamespaceTransformer, unsetOnly: true";
    let more = "namespace: z\nimages: [{name: a.io/web, newName: b.io/web}]\n";
    let found = ["z/own d.io/web:1", "z/web d.io/web:1"];
    check(&format!("{}{more}", inline(&[&first, &second, fill])), &found);
    let found = ["z/own c.io/web:1", "z/web c.io/web:1"];
    check(&format!("{}{more}", inline(&[&second, &first])), &found);
}

#[test]
fn patches_among_them_are_applied() {
    let patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: m}\n\
        spec: {template: {spec: {imagePullSecrets: [{name: merged}]}}}\n";
    let operation = "{op: add, path: /spec/template/spec/serviceAccountName, value: robot}";
    let file = format!(
        "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {{name: x}}\npath: patch.yaml\n---\n\
         apiVersion: builtin\nkind: PatchTransformer\nmetadata: {{name: y}}\n\
         target: {{name: own}}\npatch: '[{operation}]'\n"
    );
    let web = web();
    let found = workloads(&[
        ("kustomization.yaml", "resources: [web.yaml]\ntransformers: [t/all.yaml]\n"),
        ("patch.yaml", patch),
        ("t/all.yaml", &file),
        ("web.yaml", &web),
    ]);
    assert_eq!(found, ["own/own [] robot", "m/web [\"merged\"] -"]);
}

#[test]
fn labels_choose_for_patches_further_up() {
    let fields =
        |limit: &str| format!("fieldSpecs: [{{path: metadata/labels, create: true{limit}}}]");
    let top = "resources: [base]\npatches:\n- target: {labelSelector: tier=web}\n  \
        patch: '[{op: add, path: /metadata/namespace, value: z}]'\n";
    let web = web();
    for (fields, expected) in [
        (fields(""), ["z/own a.io/web:1", "z/web a.io/web:1"]),
        (fields(", kind: Job"), ["own/own a.io/web:1?", "m/web a.io/web:1?"]),
        ("fieldSpecs: []".to_owned(), ["own/own a.io/web:1", "m/web a.io/web:1"]),
    ] {
        let base = inline(&[&format!("kind: LabelTransformer, labels: {{tier: web}}, {fields}")]);
        let files = [
            ("base/kustomization.yaml", &*base),
            ("base/web.yaml", &web),
            ("kustomization.yaml", top),
        ];
        assert_eq!(deployed(&files), expected, "{fields}");
    }
}

#[test]
fn annotations_choose_for_patches_further_up() {
    let fields = "fieldSpecs: [{path: metadata/annotations, create: true}]";
    let text = format!("kind: AnnotationsTransformer, annotations: {{tier: web}}, {fields}");
    let (base, web) = (inline(&[&text]), web());
    let files = [
        ("base/kustomization.yaml", &*base),
        ("base/web.yaml", &web),
        (
            "kustomization.yaml",
            "resources: [base]\npatches:\n- target: {annotationSelector: tier=web}\n  \
             patch: '[{op: add, path: /metadata/namespace, value: z}]'\n",
        ),
    ];
    assert_eq!(deployed(&files), ["z/own a.io/web:1", "z/web a.io/web:1"]);
}

/// On one line between braces, or on several.
#[test]
fn what_stands_in_place_is_no_path() {
    for entry in [
        "'{apiVersion: builtin, kind: NamespaceTransformer, metadata: {name: x, namespace: n}}'",
        "|-\n  apiVersion: builtin\n  kind: NamespaceTransformer\n  metadata: {name: x, namespace: n}",
    ] {
        let kustomization = format!("resources: [web.yaml]\ntransformers:\n- {entry}\n");
        check(&kustomization, &["n/own a.io/web:1", "n/web a.io/web:1"]);
    }
}

/// Such a file is written as plainly as those that are not even parsed.
#[test]
fn a_file_with_nothing_else_is_read() {
    let web = web();
    let labels = "apiVersion: builtin\nkind: LabelTransformer\nmetadata:\n  name: x\n\
        labels:\n  tier: web\nfieldSpecs:\n- path: metadata/labels\n  create: true\n";
    let found = deployed(&[
        ("kustomization.yaml", "resources: [web.yaml]\ntransformers: [labels.yaml]\n"),
        ("labels.yaml", labels),
        ("web.yaml", &web),
    ]);
    assert_eq!(found, ["own/own a.io/web:1", "m/web a.io/web:1"]);
}

/// Fields beside lists of containers are of custom resources.
#[test]
fn images_of_custom_resources_are_in_fields_that_nobody_knows() {
    let thing = "apiVersion: x.io/v1\nkind: Thing\nmetadata: {name: t, namespace: n}\n\
        spec: {serviceAccountName: default, image: 'a.io/web:1'}\n";
    let image = "kind: ImageTagTransformer, imageTag: {name: a.io/web, newTag: '2'}";
    for (fields, expected) in
        [("", "n/t a.io/web:1"), (", fieldSpecs: [{path: spec/image}]", "n/t a.io/web:1?")]
    {
        let kustomization = inline(&[&format!("{image}{fields}")]);
        let found = deployed(&[("kustomization.yaml", &kustomization), ("web.yaml", thing)]);
        assert_eq!(found, [expected], "{fields}");
    }
}

#[test]
fn whatever_else_there_is_may_change_anything() {
    let unknown = ["own/own a.io/web:1?", "m/web a.io/web:1?"];
    for entry in ["t.yaml", "t", "missing.yaml", "\"apiVersion: x.io/v1\\nkind: LabelTransformer\""]
    {
        let kustomization = format!("resources: [web.yaml]\ntransformers: [{entry}]\n");
        let web = web();
        let files = [
            ("kustomization.yaml", &*kustomization),
            // A plugin, beside one that comes with kustomize.
            ("t.yaml", "{apiVersion: builtin, kind: ReplicaCountTransformer}\n---\n{kind: Mine}\n"),
            ("t/kustomization.yaml", "resources: [u.yaml]\n"),
            ("t/u.yaml", "{apiVersion: builtin, kind: ReplicaCountTransformer}\n"),
            ("web.yaml", &web),
        ];
        assert_eq!(deployed(&files), unknown, "{entry}");
    }
    check(&inline(&["kind: PrefixTransformer, prefix: a-"]), &unknown);
    check(
        &inline(&["kind: ReplicaCountTransformer, replica: {name: web, count: 3}"]),
        &["own/own a.io/web:1", "m/web a.io/web:1"],
    );
}
