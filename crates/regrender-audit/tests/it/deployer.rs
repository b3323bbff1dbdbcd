//! The objects of Flux and Argo CD that have folders applied.

use super::repository::{WEB, report, workloads};

fn application(kind: &str, spec: &str) -> String {
    let spec = match kind {
        "ApplicationSet" => format!("{{generators: [], template: {{spec: {spec}}}}}"),
        _ => spec.to_owned(),
    };
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: {kind}\n\
         metadata: {{name: a, namespace: argocd}}\nspec: {spec}\n"
    )
}

/// Argo CD applies the files of a folder, and what is below them only if it is told so.
#[test]
fn an_application_applies_no_folder_within_its_own_unless_it_says_so() {
    let inner = WEB.replace("name: web", "name: inner");
    for (directory, expected) in [
        ("", ["?/inner [] -", "n/web [] -"]),
        (", directory: {recurse: false}", ["?/inner [] -", "n/web [] -"]),
        (", directory: {recurse: true}", ["n/inner [] -", "n/web [] -"]),
    ] {
        let spec = format!("{{source: {{path: apps{directory}}}, destination: {{namespace: n}}}}");
        let files = [
            ("argocd/a.yaml", &*application("Application", &spec)),
            ("apps/inner/web.yaml", &*inner),
            ("apps/web.yaml", WEB),
        ];
        assert_eq!(workloads(&files), expected, "{directory}");
    }
}

#[test]
fn the_template_of_an_application_set_is_one_of_applications() {
    let spec = |namespace: &str| {
        format!("{{source: {{path: apps}}, destination: {{namespace: '{namespace}'}}}}")
    };
    for (namespace, verdict) in [("n", "uncovered-unknown"), ("{{ns}}", "undetermined")] {
        let set = application("ApplicationSet", &spec(namespace));
        let report = report(&[("argocd/a.yaml", &set), ("apps/web.yaml", WEB)]);
        let rows: Vec<_> = report
            .images
            .iter()
            .map(|row| (&*row.kind, row.namespace.as_deref(), row.verdict.name()))
            .collect();
        assert_eq!(rows, [("Deployment", Some(namespace), verdict)]);
    }
}
