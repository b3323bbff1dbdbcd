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

/// A merge of pull secrets into an object, as kustomize asks for it.
fn merge(kind: &str, name: &str, more: &str) -> String {
    format!(
        "{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: {name}{more}}}, spec: {{template: {{spec: {{imagePullSecrets: [{{name: p}}]}}}}}}}}"
    )
}

/// Lists what the findings say of patches for one Deployment with the name `web`.
fn said(patches: &str) -> Vec<String> {
    let kustomization = format!("resources: [web.yaml]\n{patches}\n");
    let patch = merge("Deployment", "gone", "");
    let files = [("kustomization.yaml", &*kustomization), ("web.yaml", WEB), ("p.yaml", &patch)];
    let report = report(&files);
    let codes = ["patch-without-target", "broken-kustomization"];
    let found = report.findings.iter().filter(|one| codes.contains(&one.code.name()));
    found.map(|one| format!("{} {}", one.code.name(), one.message)).collect()
}

const NOT_IN_TREE: &str = "broken-kustomization this patch is for Deployment `gone`, which is not in the tree, so kustomize builds nothing";

/// What kustomize 5.7.1 fails at: a merge without a target must be for an object.
#[test]
fn a_merge_without_a_target_that_matches_nothing_fails_the_build() {
    let patch = |patch: &str| format!("patches: [{{patch: \"{patch}\"}}]");
    let gone = merge("Deployment", "gone", "");
    for patches in [
        patch(&gone),
        String::from("patches: [{path: p.yaml}]"),
        String::from("patchesStrategicMerge: [p.yaml]"),
        format!("patches: [{{target: ~, patch: \"{gone}\"}}]"),
        format!("patches: [{{patch: \"{gone}\", options: {{allowNameChange: true}}}}]"),
        format!("patches: [{{patch: \"{gone}\", options: {{allowKindChange: true}}}}]"),
        patch(&gone.replace("spec: {template", "$patch: delete, spec: {template")),
        patch(&gone.replace("imagePullSecrets: [{name: p}]", "hostNetwork: true")),
        // One of two documents.
        format!("patches: [{{patch: \"{}\\n---\\n{gone}\\n\"}}]", merge("Deployment", "web", "")),
        format!(
            "patchesStrategicMerge: [\"{}\\n---\\n{gone}\\n\"]",
            merge("Deployment", "web", "")
        ),
        format!(
            "transformers: [\"apiVersion: builtin\\nkind: PatchTransformer\\nmetadata: {{name: x}}\\npatch: '{gone}'\\n\"]"
        ),
    ] {
        assert_eq!(said(&patches), [NOT_IN_TREE], "{patches}");
    }
    let web = merge("Deployment", "web", "");
    for (patches, name) in [
        (patch(&merge("StatefulSet", "web", "")), "StatefulSet `web`"),
        (patch(&merge("Deployment", "web", ", namespace: n")), "Deployment `web`"),
        (patch(&web.replace("apps/v1", "apps/v1beta1")), "Deployment `web`"),
        (
            patch("{apiVersion: v1, kind: ServiceAccount, metadata: {name: a}}"),
            "ServiceAccount `a`",
        ),
    ] {
        let expected = NOT_IN_TREE.replace("Deployment `gone`", name);
        assert_eq!(said(&patches), [expected], "{patches}");
    }
    // It is gone before.
    let delete = web.replace("spec: {template", "$patch: delete, spec: {template");
    let both = format!("patches: [{{patch: \"{delete}\"}}, {{patch: \"{web}\"}}]");
    assert_eq!(said(&both), [NOT_IN_TREE.replace("gone", "web")]);
}

#[test]
fn a_merge_that_matches_or_has_a_target_fails_nothing() {
    let patch = |patch: &str| format!("patches: [{{patch: \"{patch}\"}}]");
    let gone = merge("Deployment", "gone", "");
    let web = merge("Deployment", "web", "");
    for patches in [
        patch(&web),
        patch(&merge("Deployment", "web", ", namespace: default")),
        format!("namePrefix: a-\n{}", patch(&web)),
        format!("patches: [{{target: {{}}, patch: \"{gone}\"}}]"),
        format!("patches: [{{target: {{kind: Deployment}}, patch: \"{gone}\"}}]"),
        // Nobody here knows all custom resources, and what else there is.
        patch(
            "{apiVersion: example.com/v1, kind: Runner, metadata: {name: r}, spec: {imagePullSecrets: [{name: p}]}}",
        ),
        patch("{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: b}}"),
    ] {
        assert_eq!(said(&patches), [""; 0], "{patches}");
    }
    let idle = "patch-without-target this patch for pull secrets matches no object of the tree";
    for target in ["name: gone", "labelSelector: a=b", "namespace: b", "kind: Job"] {
        let patches = format!("patches: [{{target: {{{target}}}, patch: \"{web}\"}}]");
        assert_eq!(said(&patches), [idle], "{patches}");
    }
}

#[test]
fn operations_without_a_target_fail_the_build() {
    let expected = "broken-kustomization this patch is a list of operations without a `target`, so kustomize builds nothing";
    let operations = "[{op: add, path: /spec/replicas, value: 2}]";
    for list in ["patches", "patchesJson6902"] {
        assert_eq!(said(&format!("{list}: [{{patch: '{operations}'}}]")), [expected], "{list}");
        assert_eq!(said(&format!("{list}: [{{target: {{}}, patch: '{operations}'}}]")), [""; 0]);
    }
}

/// What cannot be read may be what a patch is for.
#[test]
fn a_merge_may_be_for_what_cannot_be_read() {
    let patch = merge("Deployment", "gone", "");
    let kustomization =
        format!("resources: [web.yaml, other.yaml]\npatches: [{{patch: \"{patch}\"}}]\n");
    let found = |other: &str| {
        let files =
            [("kustomization.yaml", &*kustomization), ("web.yaml", WEB), ("other.yaml", other)];
        let found = findings(&files);
        found.iter().filter(|one| one.starts_with("broken-kustomization")).count()
    };
    assert_eq!(found("apiVersion: v1\nkind: Service\n"), 1);
    assert_eq!(found("kind: [\n"), 0);
    assert_eq!(found("kind: Deployment\nmetadata: {name: {{ .Values.name }}}\n"), 0);
}

/// Of more than 64 trees, the rest are not looked at.
#[test]
fn a_merge_in_one_of_very_many_trees_is_taken_to_match() {
    let patch = format!(
        "resources: [../base]\npatches: [{{patch: \"{}\"}}]\n",
        merge("Deployment", "gone", "")
    );
    let found = |count: usize| {
        let overlays: Vec<String> =
            (0..count).map(|number| format!("o{number}/kustomization.yaml")).collect();
        let overlays = overlays.iter().map(|path| (&**path, &*patch));
        let base = [("base/web.yaml", WEB), ("base/kustomization.yaml", "resources: [web.yaml]\n")];
        let files: Vec<(&str, &str)> = base.into_iter().chain(overlays).collect();
        let found = findings(&files);
        found.iter().filter(|one| one.starts_with("broken-kustomization")).count()
    };
    assert_eq!(found(63), 63);
    assert_eq!(found(64), 0);
}
