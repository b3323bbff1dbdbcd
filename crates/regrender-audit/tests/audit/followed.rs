//! What of a kustomization is followed, and what makes images undetermined, replacements among them.

use super::patch::WEB;
use super::repository::report;

/// Lists the verdicts of what is deployed, without registries.toml.
pub(crate) fn verdicts(files: &[(&str, &str)]) -> Vec<String> {
    let report = report(files);
    let deployed = report.images.iter().filter(|row| row.kind != "Kustomization");
    deployed.map(|row| format!("{} {}", row.image, row.verdict.name())).collect()
}

/// Checks whether what a kustomization says is followed; what is not makes every image undetermined.
#[track_caller]
pub(crate) fn check(more: &str, object: &str, is_followed: bool) {
    let kustomization = format!("resources: [o.yaml]\n{more}\n");
    let found = verdicts(&[("kustomization.yaml", &kustomization), ("o.yaml", object)]);
    assert!(!found.is_empty(), "{more}");
    for line in found {
        assert_eq!(!line.ends_with(" undetermined"), is_followed, "{more}: {line}");
    }
}

/// A workload of which everything is known.
fn settled() -> String {
    let web = WEB.replace("{name: web}", "{name: web, namespace: n}");
    web.replace(" own\n", " default\n").replace("[{name: a}, {name: p}]", "[]")
}

/// Such a file is written as plainly as those that are not even parsed.
#[test]
fn replacements_in_a_file_with_nothing_else_are_read() {
    let web = settled();
    let file = "source:\n  kind: ConfigMap\n  name: x\ntargets:\n- select:\n    kind: Service\n  \
        fieldPaths:\n  - spec.selector\n";
    let kustomization = "resources: [o.yaml]\nreplacements: [{path: r.yaml}]\n";
    let files = [("kustomization.yaml", kustomization), ("o.yaml", &*web), ("r.yaml", file)];
    for line in verdicts(&files) {
        assert!(!line.ends_with(" undetermined"), "{line}");
    }
}

#[test]
fn what_is_not_followed_is_undetermined() {
    let web = settled();
    let patch = |target: &str, operation: &str| {
        format!("patches: [{{target: {{{target}}}, patch: '[{{{operation}}}]'}}]")
    };
    let image = "op: replace, path: /spec/template/spec/containers/0/image, value: x";
    let replacement = |kind: &str, field: &str| {
        format!(
            "replacements: [{{targets: [{{select: {{kind: {kind}}}, fieldPaths: [{field}]}}]}}]"
        )
    };
    let field = "spec.template.spec.containers.0.image";
    check("", &web, true);
    check("namePrefix: a-", &web, true);
    check(&patch("labelSelector: a=b", image), &web, true);
    // kustomize refuses what is no selector.
    check(&patch("labelSelector: a=b c", image), &web, false);
    check(&patch("annotationSelector: a=b/c", image), &web, false);
    check("transformers: [t.yaml]", &web, false);
    check("replacements: [{path: r.yaml}]", &web, false);
    check(&replacement("Deployment", field), &web, false);
    check(&replacement("Deployment", "spec.replicas"), &web, true);
    check(&replacement("Job", field), &web, true);
    for whole in
        ["spec.template", "spec.template.spec.containers", "spec.template.spec.containers.0"]
    {
        check(&replacement("Deployment", whole), &web, false);
    }
    check(&replacement("Deployment", "spec.template.spec.imagePullSecrets.0.name"), &web, false);
    check(&patch("kind: Deployment", "op: replace, path: /spec, value: {}"), &web, false);
    check(&patch("kind: Deployment", "op: replace, path: /spec/strategy, value: {}"), &web, true);
}

#[test]
fn an_image_with_a_variable_of_kustomize_is_undetermined() {
    let web = WEB.replace("main.io/app", "$(IMAGE)");
    let found = verdicts(&[
        ("kustomization.yaml", "namespace: n\nresources: [web.yaml]\n"),
        ("web.yaml", &web),
    ]);
    assert!(found.contains(&"$(IMAGE) undetermined".to_owned()), "{found:?}");
    assert!(verdicts(&[("web.yaml", &web)]).contains(&"$(IMAGE) invalid-image".to_owned()));
}
