//! Which patches are told to match nothing.

use super::repository::{WEB, findings, finds, report};

/// Lists `file:line:column` of the patches that are told to match nothing.
fn idle(files: &[(&str, &str)]) -> Vec<String> {
    let report = report(files);
    let found = report.findings.iter().filter(|one| one.code.name() == "patch-without-target");
    found.map(|one| format!("{}:{}:{}", one.file, one.line, one.column)).collect()
}

/// A patch for an object that is nowhere.
const FOR_NOBODY: &str = "patches:\n- target: {kind: Deployment, name: gone}\n  \
    patch: '[{op: add, path: /spec/template/spec/imagePullSecrets, value: [{name: p}]}]'\n";

#[test]
fn a_patch_is_idle_only_where_all_that_it_could_match_is_at_hand() {
    let local = format!("resources: [web.yaml]\n{FOR_NOBODY}");
    let expected = ["kustomization.yaml:3:3"];
    assert_eq!(idle(&[("kustomization.yaml", &local), ("web.yaml", WEB)]), expected);
    for elsewhere in ["https://github.com/acme/base?ref=v1", "../outside", "missing.yaml"] {
        let remote = format!("resources: [web.yaml, '{elsewhere}']\n{FOR_NOBODY}");
        let found = idle(&[("kustomization.yaml", &remote), ("web.yaml", WEB)]);
        assert_eq!(found, [""; 0], "{elsewhere}");
    }
    // The base is at hand, and what it lists is not.
    let outer = format!("resources: [base]\n{FOR_NOBODY}");
    let base = "resources: ['https://github.com/acme/base?ref=v1']\n";
    let found = idle(&[("kustomization.yaml", &outer), ("base/kustomization.yaml", base)]);
    assert_eq!(found, [""; 0]);
}

/// What charts and generators make is not at hand, unless KSOPS only opens files; nor is what a
/// component lists that lies elsewhere.
#[test]
fn a_patch_may_be_for_what_a_chart_a_generator_or_a_component_brings() {
    for brings in [
        "helmCharts: [{name: web}]",
        "helmChartInflationGenerator: [{chartName: web}]",
        "generators: [charts.yaml]",
        "components: [part]",
        "components: ['https://example.com/part']",
    ] {
        let kustomization = format!("resources: [web.yaml]\n{brings}\n{FOR_NOBODY}");
        let found = idle(&[
            ("kustomization.yaml", &kustomization),
            ("web.yaml", WEB),
            ("charts.yaml", "apiVersion: builtin\nkind: HelmChartInflationGenerator\nname: web\n"),
            ("part/kustomization.yaml", "kind: Component\nresources: ['https://example.com']\n"),
        ]);
        assert_eq!(found, [""; 0], "{brings}");
    }
    let unbuilt = format!("resources: [web.yaml]\ncomponents: [unbuilt]\n{FOR_NOBODY}");
    let found = idle(&[("kustomization.yaml", &unbuilt), ("web.yaml", WEB)]);
    assert_eq!(found, ["kustomization.yaml:4:3"]);
    let sealed = format!("generators: [ksops.yaml]\n{FOR_NOBODY}");
    let ksops = "apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata: {name: k}\nfiles: [s.yaml]\n";
    let found = idle(&[("kustomization.yaml", &sealed), ("ksops.yaml", ksops)]);
    assert_eq!(found, ["kustomization.yaml:3:3"]);
}

#[test]
fn a_patch_of_a_component_is_idle_where_the_component_is_used() {
    let component = format!("kind: Component\n{FOR_NOBODY}");
    let part = ("part/kustomization.yaml", &*component);
    let user = ("app/kustomization.yaml", "resources: [web.yaml]\ncomponents: [../part]\n");
    let web = ("app/web.yaml", WEB);
    assert_eq!(idle(&[part, user, web]), ["part/kustomization.yaml:3:3"]);
    assert_eq!(idle(&[part]), [""; 0], "nobody uses the component");
}

#[test]
fn a_patch_of_flux_is_idle_where_the_folder_is_in_the_repository() {
    let spec = FOR_NOBODY.replace('\n', "\n  ");
    let flux = format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: k}}\n\
         spec:\n  path: ./apps\n  {spec}"
    );
    let here = [("cluster/k.yaml", &*flux), ("apps/web.yaml", WEB)];
    assert_eq!(idle(&here), ["cluster/k.yaml:7:5"]);
    let elsewhere = [("cluster/k.yaml", &*flux), ("other/web.yaml", WEB)];
    assert_eq!(idle(&elsewhere), [""; 0], "the folder lies in another repository");
    let remote = [
        ("cluster/k.yaml", &*flux),
        ("apps/kustomization.yaml", "resources: ['https://github.com/acme/base?ref=v1']\n"),
    ];
    assert_eq!(idle(&remote), [""; 0], "what the folder lists lies in another repository");
}

#[test]
fn every_operation_on_pull_secrets_is_told_when_it_matches_nothing() {
    for operation in [
        "{op: add, path: /spec/template/spec/imagePullSecrets/-, value: {name: p}}",
        "{op: replace, path: /spec/template/spec/imagePullSecrets/0, value: {name: p}}",
        "{op: remove, path: /spec/template/spec/imagePullSecrets/0}",
        "{op: remove, path: /spec/template/spec/imagePullSecrets}",
    ] {
        let kustomization = format!(
            "resources: [web.yaml]\npatches:\n- target: {{kind: Deployment, name: gone}}\n  patch: '[{operation}]'\n"
        );
        let found = idle(&[("kustomization.yaml", &kustomization), ("web.yaml", WEB)]);
        assert_eq!(found, ["kustomization.yaml:3:3"], "{operation}");
    }
}

#[test]
fn a_patch_that_is_not_about_pull_secrets_may_match_nothing() {
    for patch in [
        "[{op: replace, path: /spec/replicas, value: 2}]",
        "[{op: replace, path: /spec/template/spec/containers/0/image, value: x}]",
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: x}, spec: {template: {spec: {containers: [{name: c, image: x}]}}}}",
    ] {
        let kustomization = format!(
            "resources: [web.yaml]\npatches:\n- target: {{kind: Deployment, name: gone}}\n  patch: '{patch}'\n"
        );
        let found = idle(&[("kustomization.yaml", &kustomization), ("web.yaml", WEB)]);
        assert_eq!(found, [""; 0], "{patch}");
    }
}

#[test]
fn patch_that_matches_nothing_is_named() {
    let kustomization = "resources: [web.yaml]\npatches:\n- target: {kind: Deployment, name: wbe}\n  patch: |\n    \
        apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: any}\n    spec: {template: {spec: {imagePullSecrets: [{name: p}]}}}\n";
    let web = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: c, image: x}]}}}\n";
    finds(&[("kustomization.yaml", kustomization), ("web.yaml", web)], "patch-without-target");
    let right = kustomization.replace("wbe", "web");
    let found = findings(&[("kustomization.yaml", &right), ("web.yaml", web)]);
    assert!(!found.iter().any(|one| one.starts_with("patch-without-target")), "{found:?}");
}
