//! Values of Helm charts, wherever they stand.

use regrender_audit::Source;

use super::repository::{WEB, audited, images, private, read, report, workloads};

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

#[test]
fn helm_values_are_put_together() {
    let text = "image:\n  registry: r.io\n  repository: team/app\n  tag: 1.20\n\
        sidecar: {image: {repository: b.io/x, tag: v2, digest: 'sha256:00'}}\n\
        controller: {repository: c.io/y, tag: v3}\n\
        plain: {image: d.io/z, tag: v4}\nchart: {repository: 'https://charts.io', tag: x}\n";
    assert_eq!(
        images(&[("values.yaml", text)]),
        [
            "container image r.io/team/app:1.20",
            "container sidecar.image b.io/x:v2@sha256:00",
            "container controller c.io/y:v3",
            "container plain.image d.io/z:v4",
        ]
    );
}

#[test]
fn helm_releases_bring_their_pull_secrets() {
    let text = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n\
        metadata: {name: h, namespace: n}\nspec:\n  targetNamespace: t\n  values:\n    \
        imagePullSecrets: [{name: a}, b]\n    image: {repository: r.io/x, tag: 1, pullSecrets: [c]}\n";
    assert_eq!(workloads(&[("a.yaml", text)]), ["t/h [\"a\", \"b\", \"c\"] -"]);
    let single = text.replace("imagePullSecrets: [{name: a}, b]", "imagePullSecret: a");
    assert_eq!(workloads(&[("a.yaml", &single)]), ["t/h [\"a\", \"c\"] -"]);
}

#[test]
fn files_of_other_tools_are_no_values() {
    let text = "services: {web: {image: x}}\n";
    for path in
        ["docker-compose.yaml", "compose.yaml", ".github/workflows/ci.yaml", "a/.gitlab-ci.yml"]
    {
        assert!(images(&[(path, text)]).is_empty(), "{path}");
    }
    assert_eq!(images(&[("values.yaml", text)]).len(), 1);
}

/// Who keeps it beside the manifests has each image once all the same.
#[test]
fn what_an_audit_said_is_no_values() {
    let said = report(&[("web.yaml", WEB)]).to_json().to_string();
    assert_eq!(images(&[("web.yaml", WEB), ("audit.json", &said)]).len(), 1);
    // Values may have some of its members.
    assert_eq!(images(&[("values.yaml", "images: [{image: r.io/a}]\nsummary: x\n")]).len(), 1);
}

#[test]
fn chart_templates_are_named_even_where_they_parse() {
    let files = [
        ("chart/Chart.yaml", "name: c\n"),
        (
            "chart/templates/web.yaml",
            "kind: Pod\nspec: {containers: [{image: '{{ .Values.x }}'}]}\n",
        ),
        ("chart/values.yaml", "image: x\n"),
    ];
    let inventory = read(&files);
    assert_eq!(inventory.unreadable()[0].reason.to_string(), "helm-template");
    assert_eq!(inventory.workloads().count(), 1);
}

#[test]
fn target_of_a_release_is_not_changed_by_a_tree() {
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: h}\n\
        spec: {targetNamespace: t, values: {image: r.io/x}}\n";
    let files = [
        ("kustomization.yaml", "namespace: flux-system\nresources: [h.yaml]\n"),
        ("h.yaml", release),
    ];
    assert_eq!(workloads(&files), ["t/h [] -"]);
    let own = release.replace("targetNamespace: t, ", "");
    assert_eq!(workloads(&[files[0], ("h.yaml", &own)]), ["flux-system/h [] -"]);
}

#[test]
fn values_in_a_text_are_found_at_their_line() {
    let text = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    helm:\n      \
        values: |\n        a: b\n        image: r.io/x\n";
    let inventory = read(&[("a.yaml", text)]);
    assert_eq!(inventory.workloads().next().unwrap().images[0].place.line, 8);
}

/// Argo CD hands them to Helm as `--set`, which counts before values.
#[test]
fn parameters_of_an_application_are_values() {
    let parameters = |list: &str| {
        let text = format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: a}}\nspec:\n  \
             source:\n    helm:\n      valuesObject: {{web: {{image: r.io/web}}, image: r.io/own}}\n      \
             parameters: [{list}]\n"
        );
        images(&[("a.yaml", &text)])
    };
    let web = "container web.image r.io/web";
    let split = "{name: image.repository, value: r.io/x}, {name: image.tag, value: '2'}";
    assert_eq!(parameters(split), [web, "container image r.io/x:2"]);
    assert_eq!(parameters("{name: replicas, value: '2'}"), [web, "container image r.io/own"]);
    assert_eq!(
        parameters("{name: web.image, value: r.io/y}, {name: web.image.tag, value: '2'}"),
        ["container image r.io/own", "container web.image r.io/y"]
    );
}

/// Flux hands what comes of the chart to kustomize.
#[test]
fn post_renderers_of_a_release_change_its_images() {
    let post = |values: &str, entry: &str| {
        let text = format!(
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: h}}\nspec:\n  \
             values: {values}\n  postRenderers:\n  - kustomize: {{images: [{entry}]}}\n"
        );
        images(&[("a.yaml", &text)])
    };
    let moved = "{name: quay.io/app, newName: r.io/app}";
    assert_eq!(post("{image: 'quay.io/app:1'}", moved), ["container image r.io/app:1"]);
    assert_eq!(post("{}", moved), ["container quay.io/app r.io/app"]);
    let both = post("{image: q.io/b}", "{name: quay.io/app, newTag: '2'}");
    assert_eq!(both, ["container image q.io/b", "container quay.io/app quay.io/app:2"]);
}

/// `KubeVela` deploys what its Applications hold itself.
#[test]
fn an_application_of_another_group_is_told_by_its_shape() {
    let text = "apiVersion: core.oam.dev/v1beta1\nkind: Application\nmetadata: {name: a, namespace: n}\n\
        spec: {components: [{name: web, properties: {image: r.io/web, imagePullSecrets: [own]}}]}\n";
    assert_eq!(workloads(&[("a.yaml", text)]), ["n/a [\"own\"] -"]);
}

#[test]
fn values_name_the_account_of_the_pods() {
    let inventory = read(&[("values.yaml", "serviceAccountName: s\nimage: r.io/x\n")]);
    assert_eq!(inventory.workloads().next().unwrap().service_account.as_deref(), Some("s"));
}

#[test]
fn a_folder_of_templates_is_one_of_helm_beside_a_chart_only() {
    let web = WEB.replace("name: web", "name: web, annotations: {note: '{{ x }}'}");
    let file = |folder: &str| {
        let files = [
            (format!("{folder}/templates/web.yaml"), &*web),
            (format!("{folder}/a.yaml"), "a: b\n"),
        ];
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, *text)).collect();
        read(&[&files[..], &[("chart/Chart.yaml", "name: c\n")]].concat())
    };
    let plain = file("app");
    assert_eq!((plain.workloads().count(), plain.unreadable().len()), (1, 0));
    let chart = file("chart");
    assert_eq!((chart.workloads().count(), chart.unreadable().len()), (0, 1));
}

/// An overlay mostly sets the tag of a release that is described elsewhere.
#[test]
fn a_patch_of_a_release_leaves_pull_secrets_to_the_chart() {
    let kustomization =
        "namespace: n\nresources: [https://example.org/base]\npatches: [{path: web.yaml}]\n";
    let patch = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\n\
        spec: {values: {web: {image: 'r.io/web:1'}}}\n";
    let base = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\n\
        spec: {chart: {}}\n";
    let within = kustomization.replace("https://example.org/base", "base.yaml");
    for files in [
        vec![("kustomization.yaml", kustomization), ("web.yaml", patch)],
        vec![("kustomization.yaml", &within), ("web.yaml", patch), ("base.yaml", base)],
    ] {
        let report = audited(&files, &private("r.io"));
        let found: Vec<&str> = report.images.iter().map(|one| &*one.reason).collect();
        assert!(!found.is_empty());
        for reason in found {
            assert!(
                reason.ends_with("the chart or base decides which pull secrets its pods have"),
                "{reason}"
            );
        }
        assert!(report.images.iter().all(|one| one.service_account.is_none()));
    }
}

/// Some charts ask what they are to be deployed as.
#[test]
fn values_may_have_a_kind() {
    let values = "kind: DaemonSet\nimage: {repository: r.io/x, tag: v1}\n";
    let inventory = read(&[("values.yaml", values)]);
    let found: Vec<_> = inventory.workloads().map(|one| (&*one.kind, one.source)).collect();
    assert_eq!(found, [("", Source::HelmValues)]);
    let object = "apiVersion: apps/v1\nkind: DaemonSet\nspec: {template: {spec: {containers: [{image: r.io/x}]}}}\n";
    let inventory = read(&[("a.yaml", object)]);
    let found: Vec<_> = inventory.workloads().map(|one| (&*one.kind, one.source)).collect();
    assert_eq!(found, [("DaemonSet", Source::Core)]);
}
