//! Values of Helm charts, wherever they stand.

use super::repository::{images, report, workloads};

/// Pods of a chart run where it is installed, not where the object of Argo CD lies.
#[test]
fn values_of_an_application_set_are_those_of_a_chart() {
    let set = |namespace: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\n\
             metadata: {{name: a, namespace: argocd}}\nspec:\n  template:\n    spec:\n      \
             destination: {{namespace: '{namespace}'}}\n      sources:\n      \
             - helm: {{valuesObject: {{image: r.io/object}}}}\n      \
             - helm:\n          values: |\n            image: r.io/text\n"
        )
    };
    for (namespace, expected) in [("n", Some("n")), ("{{ns}}", None), ("{{.path.basename}}", None)]
    {
        let report = report(&[("a.yaml", &set(namespace))]);
        let rows: Vec<_> = report
            .images
            .iter()
            .map(|row| (&*row.image, row.namespace.as_deref(), row.line, row.verdict.name()))
            .collect();
        let row = |image, line| (image, expected, line, "undetermined");
        assert_eq!(rows, [row("r.io/object", 9), row("r.io/text", 12)], "{namespace}");
    }
}

/// kustomize has Helm render a chart with them, and then moves and renames what comes of it.
#[test]
fn values_within_a_kustomization_are_those_of_a_chart() {
    let kustomization = |more: &str| {
        format!(
            "helmCharts:\n- {{name: web, releaseName: shop, namespace: c, valuesInline: {{image: \
             {{repository: r.io/web, tag: v1}}, imagePullSecrets: [{{name: s}}]}}}}\n\
             - {{name: other}}\n{more}"
        )
    };
    for (more, expected) in [
        ("", ("c/shop [\"s\"] -", "r.io/web:v1")),
        ("namespace: n\nnamePrefix: x-\n", ("n/x-shop [\"s\"] -", "r.io/web:v1")),
        ("images: [{name: q.io/web}]\n", ("c/shop [\"s\"] -", "r.io/web:v1")),
    ] {
        let text = kustomization(more);
        let files = [("kustomization.yaml", &*text)];
        assert!(workloads(&files).contains(&expected.0.to_owned()), "{:?}", workloads(&files));
        assert!(images(&files).contains(&format!("container image {}", expected.1)), "{more}");
    }
    let text = kustomization("images: [{name: r.io/web, newName: q.io/web, newTag: v2}]\n");
    let found = images(&[("kustomization.yaml", &text)]);
    assert!(found.contains(&"container image q.io/web:v2".to_owned()), "{found:?}");
}
