//! Which Secret and which account something means by a name, where there are several.

use regrender_audit::{AuditReport, Declared, Inventory, audit};

const LOGIN: &str = r#"{"auths":{"a.io":{"username":"bot","password":"canary-4f1d"}}}"#;

fn report(files: &[(&str, &str)]) -> AuditReport {
    let inventory = Inventory::read(files.iter().map(|(path, text)| (*path, text.as_bytes())));
    audit(&inventory, &Declared::default(), &|_| None)
}

/// Lists name, account, pull secrets and verdict of every image.
fn pulled(files: &[(&str, &str)]) -> Vec<String> {
    let line = |row: &regrender_audit::ImageRow| {
        let account = row.service_account.as_deref().unwrap_or("-");
        format!("{} {account} [{}] {}", row.name, row.pull_secrets.join(" "), row.verdict.name())
    };
    report(files).images.iter().map(line).collect()
}

fn secret(more: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\ntype: kubernetes.io/dockerconfigjson\n\
         stringData: {{.dockerconfigjson: '{LOGIN}'}}\n{more}"
    )
}

fn workload(api_version: &str, kind: &str, pod: &str) -> String {
    format!(
        "apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: web}}\nspec: {{template: {{spec: \
         {{{pod}, containers: [{{name: c, image: a.io/a}}]}}}}}}\n"
    )
}

/// kustomize renames a reference to what went through the same prefixes and suffixes.
#[test]
fn of_two_secrets_that_were_called_the_same_the_closer_one_is_meant() {
    let web = workload("apps/v1", "Deployment", "imagePullSecrets: [{name: s}]");
    let secret = secret("");
    for (change, expected) in [
        ("namePrefix: p-", "p-web default [p-s] covered"),
        ("nameSuffix: -z", "web-z default [s-z] covered"),
        ("namePrefix: p-\nnameSuffix: -z", "p-web-z default [p-s-z] covered"),
    ] {
        for (plain, renamed) in [("x", "y"), ("y", "x")] {
            let paths = ["kustomization.yaml", "s.yaml"].map(|name| format!("{plain}/{name}"));
            let inner = ["kustomization.yaml", "s.yaml", "w.yaml"];
            let inner = inner.map(|name| format!("{renamed}/{name}"));
            let renames = format!("{change}\nresources: [s.yaml, w.yaml]\n");
            let files = [
                (&*paths[0], "resources: [s.yaml]\n"),
                (&*paths[1], &*secret),
                (&*inner[0], &*renames),
                (&*inner[1], &*secret),
                (&*inner[2], &*web),
                ("top/kustomization.yaml", "namespace: n\nresources: [../x, ../y]\n"),
            ];
            assert_eq!(pulled(&files), [expected], "{change} in {renamed}");
        }
    }
}

/// kustomize does not know that a custom resource names an account.
#[test]
fn an_account_has_the_list_of_the_tree_that_names_it() {
    let tree = |name: &str| {
        format!(
            "resources: [../base]\nimages: [{{name: a.io/a, newTag: {name}}}]\npatches:\n\
             - target: {{kind: ServiceAccount}}\n  patch: |\n    \
             - {{op: add, path: /imagePullSecrets, value: [{{name: {name}}}]}}\n"
        )
    };
    let (x, y) = (tree("x"), tree("y"));
    let custom = workload("argoproj.io/v1alpha1", "Rollout", "serviceAccountName: own");
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: own}\n";
    let files = [
        ("base/kustomization.yaml", "namespace: n\nresources: [w.yaml, a.yaml]\n"),
        ("base/w.yaml", &*custom),
        ("base/a.yaml", account),
        ("x/kustomization.yaml", &*x),
        ("y/kustomization.yaml", &*y),
    ];
    assert_eq!(pulled(&files), ["web own [x] undetermined", "web own [y] undetermined"]);
}

/// The same name in another namespace, or one that only sounds the same, is another account.
#[test]
fn an_account_of_another_namespace_is_another_one() {
    let custom = workload("argoproj.io/v1alpha1", "Rollout", "serviceAccountName: own");
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: own}\n\
        imagePullSecrets: [{name: old}]\n";
    let patch = "patches:\n- target: {kind: ServiceAccount}\n  patch: |\n    \
        - {op: replace, path: /imagePullSecrets, value: [{name: new}]}\n";
    let moved = format!("resources: [../base]\nnamespace: m\n{patch}");
    let files = [
        ("base/kustomization.yaml", "resources: [a.yaml]\n"),
        ("base/a.yaml", account),
        ("base/w.yaml", &*custom),
        ("m/kustomization.yaml", &*moved),
        ("n/kustomization.yaml", "resources: [../base, w.yaml]\nnamespace: n\n"),
        ("n/w.yaml", &*custom),
    ];
    let found = pulled(&files);
    assert!(found.contains(&"web own [old] undetermined".to_owned()), "{found:?}");
}

#[test]
fn what_keeps_a_secret_from_being_looked_into_is_told() {
    let web = workload("apps/v1", "Deployment", "imagePullSecrets: [{name: s}]");
    let sealed = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: s, namespace: n}\n\
        spec: {encryptedData: {.dockerconfigjson: x}, template: {type: kubernetes.io/dockerconfigjson}}\n";
    let refused = secret("data: {other: '!!!'}\n");
    for (secret, reason) in [
        (&*refused, "Secret `s` is not valid base64, so the API server refuses it"),
        (sealed, "Secret `s` cannot be opened"),
        ("", "Secret `s` is not in the repository"),
    ] {
        let files = [
            ("kustomization.yaml", "namespace: n\nresources: [w.yaml, s.yaml]\n"),
            ("w.yaml", &*web),
            ("s.yaml", secret),
        ];
        let report = report(&files);
        assert_eq!(report.images[0].verdict.name(), "undetermined");
        assert!(report.images[0].reason.contains(reason), "{}", report.images[0].reason);
    }
}

#[test]
fn what_is_not_followed_in_one_tree_says_nothing_of_another() {
    let web = workload("apps/v1", "Deployment", "tolerations: []");
    let tree = |namespace: &str, more: &str| {
        format!("resources: [../base]\nnamespace: {namespace}\n{more}")
    };
    for (doubted, expected) in [
        ("x", ["web default [] undetermined", "web default [] uncovered-unknown"]),
        ("y", ["web default [] uncovered-unknown", "web default [] undetermined"]),
    ] {
        let more = |name| if name == doubted { "transformers: [t.yaml]\n" } else { "" };
        let (x, y) = (tree("x", more("x")), tree("y", more("y")));
        let files = [
            ("base/kustomization.yaml", "resources: [w.yaml]\n"),
            ("base/w.yaml", &*web),
            ("x/kustomization.yaml", &*x),
            ("y/kustomization.yaml", &*y),
        ];
        assert_eq!(pulled(&files), expected, "{doubted}");
    }
}

/// Where something is not followed, nobody knows what the list is in the end.
#[test]
fn a_list_that_is_not_known_has_no_findings() {
    let web = workload("apps/v1", "Deployment", "imagePullSecrets: [{name: missing}]");
    for (more, count) in [("", 1), ("transformers: [t.yaml]\n", 0)] {
        let kustomization = format!("namespace: n\nresources: [w.yaml]\n{more}");
        let report = report(&[("kustomization.yaml", &kustomization), ("w.yaml", &web)]);
        let found = report.findings.iter().filter(|one| one.code.name() == "pull-secret-missing");
        assert_eq!(found.count(), count, "{more}");
    }
}
