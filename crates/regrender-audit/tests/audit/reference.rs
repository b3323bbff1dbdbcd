//! Which Secret and which account something means by a name, where there are several.

use super::repository::{messages, report};

const LOGIN: &str = r#"{"auths":{"a.io":{"username":"bot","password":"canary-4f1d"}}}"#;

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

fn pull_secret(kind: &str, namespace: &str) -> String {
    let api_version = if kind == "Secret" { "v1" } else { "bitnami.com/v1alpha1" };
    format!(
        "apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: s{namespace}}}\n\
         type: kubernetes.io/dockerconfigjson\nstringData: {{.dockerconfigjson: '{LOGIN}'}}\n"
    )
}

fn pulling(kind: &str, api_version: &str) -> String {
    format!(
        "apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: web}}\nspec: {{template: {{spec: \
         {{serviceAccountName: own, imagePullSecrets: [{{name: s}}], containers: [{{name: c, image: a.io/a}}]}}}}}}\n"
    )
}

/// kustomize knows where its own kinds name Secrets and accounts, and of no others.
#[test]
fn references_are_renamed_only_where_kustomize_knows_of_them() {
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: own}\n";
    for (secret, kind, api_version, expected) in [
        ("Secret", "Deployment", "apps/v1", "a-web a-own [a-s] covered"),
        ("SealedSecret", "Deployment", "apps/v1", "a-web a-own [s] undetermined"),
        ("Secret", "ReplicaSet", "apps/v1", "a-web own [a-s] covered"),
        ("Secret", "Rollout", "argoproj.io/v1alpha1", "a-web own [s] undetermined"),
    ] {
        let files = [
            (
                "kustomization.yaml",
                "namespace: n\nnamePrefix: a-\nresources: [w.yaml, s.yaml, a.yaml]\n",
            ),
            ("w.yaml", &*pulling(kind, api_version)),
            ("s.yaml", &*pull_secret(secret, "")),
            ("a.yaml", account),
        ];
        assert_eq!(pulled(&files), [expected]);
    }
}

#[test]
fn a_secret_in_another_namespace_of_the_tree_is_not_there() {
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: own, namespace: n}\n";
    let web = pulling("Deployment", "apps/v1").replace("{name: web}", "{name: web, namespace: n}");
    for (namespace, verdict) in [("n", "covered"), ("other", "undetermined")] {
        let secret = pull_secret("Secret", &format!(", namespace: {namespace}"));
        let files = [
            ("kustomization.yaml", "resources: [w.yaml, s.yaml, a.yaml]\n"),
            ("w.yaml", &*web),
            ("s.yaml", &*secret),
            ("a.yaml", account),
        ];
        assert_eq!(pulled(&files), [format!("web own [s] {verdict}")]);
    }
}

/// The Secret is the same in both trees, the workload is not.
#[test]
fn references_are_renamed_in_every_tree() {
    let files = [
        ("base/kustomization.yaml", "namespace: n\nnamePrefix: a-\nresources: [w.yaml, s.yaml]\n"),
        ("base/w.yaml", &*pulling("Deployment", "apps/v1")),
        ("base/s.yaml", &*pull_secret("Secret", "")),
        ("x/kustomization.yaml", "resources: [../base]\nimages: [{name: a.io/a, newTag: x}]\n"),
        ("y/kustomization.yaml", "resources: [../base]\nimages: [{name: a.io/a, newTag: y}]\n"),
    ];
    assert_eq!(pulled(&files), ["a-web own [a-s] covered", "a-web own [a-s] covered"]);
}

/// A base that one tree takes twice brings each workload its own Secret.
#[test]
fn references_keep_to_what_has_the_same_prefix() {
    let files = [
        ("base/kustomization.yaml", "resources: [w.yaml, s.yaml]\n"),
        ("base/w.yaml", &*pulling("Deployment", "apps/v1")),
        ("base/s.yaml", &*pull_secret("Secret", "")),
        ("x/kustomization.yaml", "namePrefix: x-\nresources: [../base]\n"),
        ("y/kustomization.yaml", "namePrefix: y-\nresources: [../base]\n"),
        ("top/kustomization.yaml", "namespace: n\nresources: [../x, ../y]\n"),
    ];
    assert_eq!(pulled(&files), ["x-web own [x-s] covered", "y-web own [y-s] covered"]);
}

/// kustomize knows an object by every name that it has on its way.
#[test]
fn what_an_overlay_calls_by_the_name_in_its_base_is_renamed_along() {
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: own}\n";
    for called in ["", "a-", "b-a-"] {
        let pod =
            format!("serviceAccountName: {called}own, imagePullSecrets: [{{name: {called}s}}]");
        let patch = format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: {called}own, labels: {{a: b}}}}\n"
        );
        let files = [
            ("base/kustomization.yaml", "namePrefix: a-\nresources: [s.yaml, a.yaml]\n"),
            ("base/s.yaml", &*secret("")),
            ("base/a.yaml", account),
            ("mid/kustomization.yaml", "namePrefix: b-\nresources: [../base]\n"),
            (
                "top/kustomization.yaml",
                "namePrefix: c-\nnamespace: n\nresources: [../mid, w.yaml]\npatches: [{path: p.yaml}]\n",
            ),
            ("top/w.yaml", &*workload("apps/v1", "Deployment", &pod)),
            ("top/p.yaml", &*patch),
        ];
        assert_eq!(pulled(&files), ["c-web c-b-a-own [c-b-a-s] covered"], "{called}");
        let inventory = super::repository::read(&files);
        let account = inventory.service_accounts().next().expect("there is one");
        assert_eq!(account.renderings.len(), 1);
    }
}

/// By the name in the manifest nothing is there, if every tree calls it otherwise.
#[test]
fn what_every_tree_renames_has_the_name_in_its_manifest_nowhere() {
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: own}\n";
    let custom = workload(
        "argoproj.io/v1alpha1",
        "Rollout",
        "serviceAccountName: own, imagePullSecrets: [{name: s}]",
    );
    let without_list = workload("apps/v1", "ReplicaSet", "serviceAccountName: own");
    for (object, expected) in
        [(custom, "own [s] undetermined"), (without_list, "own [] undetermined")]
    {
        let files = [
            ("base/kustomization.yaml", "namespace: n\nresources: [s.yaml, a.yaml, w.yaml]\n"),
            ("base/s.yaml", &*secret("")),
            ("base/a.yaml", account),
            ("base/w.yaml", &*object),
            ("x/kustomization.yaml", "namePrefix: x-\nresources: [../base]\n"),
            ("y/kustomization.yaml", "namePrefix: y-\nresources: [../base]\n"),
        ];
        assert_eq!(pulled(&files), [format!("x-web {expected}"), format!("y-web {expected}")]);
    }
}

/// Of `serviceAccount`, the deprecated name of the field, kustomize knows nothing; the API server
/// takes it where `serviceAccountName` is empty.
#[test]
fn an_account_by_the_deprecated_field_is_not_renamed() {
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: own}\n\
        imagePullSecrets: [{name: s}]\n";
    let on_web =
        |text: &str| format!("patches:\n- target: {{kind: Deployment}}\n  patch: |\n    {text}\n");
    let merge = |pod: &str| {
        on_web(&format!(
            "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web}}, spec: {{template: {{spec: {pod}}}}}}}"
        ))
    };
    let operation = |text: &str| on_web(&format!("- {{{text}}}"));
    let field = "path: /spec/template/spec/serviceAccount";
    for (pod, patch, expected) in [
        ("serviceAccount: own", String::new(), "a-web own [] undetermined"),
        (
            "serviceAccount: own, serviceAccountName: own",
            String::new(),
            "a-web a-own [a-s] covered",
        ),
        ("serviceAccount: own, serviceAccountName: ''", String::new(), "a-web own [] undetermined"),
        ("serviceAccount: own", merge("{serviceAccountName: own}"), "a-web a-own [a-s] covered"),
        ("serviceAccountName: own", merge("{serviceAccount: old}"), "a-web a-own [a-s] covered"),
        (
            "serviceAccount: own",
            merge("{serviceAccount: null}"),
            "a-web default [] uncovered-unknown",
        ),
        ("serviceAccountName: own", merge("{serviceAccount: null}"), "a-web a-own [a-s] covered"),
        (
            "serviceAccount: own",
            operation(&format!("op: add, {field}Name, value: ''")),
            "a-web own [] undetermined",
        ),
        (
            "serviceAccountName: own",
            operation(&format!("op: add, {field}, value: old")),
            "a-web a-own [a-s] covered",
        ),
        (
            "serviceAccount: own",
            operation(&format!("op: remove, {field}")),
            "a-web default [] uncovered-unknown",
        ),
        (
            "serviceAccount: own",
            operation(&format!("op: add, {field}Name, value: own")),
            "a-web a-own [a-s] covered",
        ),
    ] {
        let kustomization =
            format!("namespace: n\nnamePrefix: a-\nresources: [w.yaml, s.yaml, a.yaml]\n{patch}");
        let files = [
            ("kustomization.yaml", &*kustomization),
            ("w.yaml", &*workload("apps/v1", "Deployment", pod)),
            ("s.yaml", &*secret("")),
            ("a.yaml", account),
        ];
        assert_eq!(pulled(&files), [expected], "{pod} {patch}");
    }
}

/// In a tree that renames them, the lists of a pod and of its account are compared as they are there.
#[test]
fn what_a_tree_renames_is_compared_by_its_name_there() {
    let account = |list: &str| {
        format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: own, annotations: \
             {{kubernetes.io/enforce-mountable-secrets: 'true'}}}}\nimagePullSecrets: {list}\n"
        )
    };
    let web =
        workload("apps/v1", "Deployment", "serviceAccountName: own, imagePullSecrets: [{name: s}]");
    let rejected = ["account-rejects-pod 1", "account-rejects-pod 1"];
    for (list, expected) in [("[{name: s}]", &[][..]), ("[]", &rejected)] {
        let files = [
            ("base/kustomization.yaml", "resources: [w.yaml, s.yaml, a.yaml]\n"),
            ("base/w.yaml", &*web),
            ("base/s.yaml", &*secret("")),
            ("base/a.yaml", &*account(list)),
            ("x/kustomization.yaml", "namePrefix: x-\nnamespace: nx\nresources: [../base]\n"),
            ("y/kustomization.yaml", "namePrefix: y-\nnamespace: ny\nresources: [../base]\n"),
        ];
        let mut found = super::repository::findings(&files);
        found.retain(|one| !one.starts_with("leaked"));
        assert_eq!(found, expected, "{list}");
    }
}

#[test]
fn a_secret_that_is_used_by_its_names_in_trees_is_used() {
    let web = workload("apps/v1", "Deployment", "imagePullSecrets: [{name: s}]");
    let custom = workload("argoproj.io/v1alpha1", "Rollout", "imagePullSecrets: [{name: x-s}]");
    for object in [web, custom] {
        let files = [
            ("base/kustomization.yaml", "resources: [w.yaml, s.yaml]\n"),
            ("base/w.yaml", &*object),
            ("base/s.yaml", &*secret("")),
            ("x/kustomization.yaml", "namePrefix: x-\nnamespace: n\nresources: [../base]\n"),
            ("y/kustomization.yaml", "namePrefix: y-\nnamespace: n\nresources: [../base]\n"),
        ];
        let found = super::repository::findings(&files);
        assert!(!found.iter().any(|one| one.starts_with("secret-unused")), "{found:?}");
    }
}

/// Two overlays of one base: what each makes of the account counts in its namespace, for the pods of
/// other trees too.
#[test]
fn an_account_of_another_tree_has_the_list_that_its_own_tree_gives_it() {
    let web = workload("apps/v1", "Deployment", "serviceAccountName: own");
    let secret = secret("");
    let patched = |value: &str| {
        format!(
            "namespace: prod\nresources: [../base, s.yaml]\npatches:\n- target: {{kind: ServiceAccount}}\n  \
             patch: '[{{op: add, path: /imagePullSecrets, value: [{value}]}}]'\n"
        )
    };
    let bare = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: own}\n";
    let listing = format!("{bare}imagePullSecrets: [{{name: s}}]\n");
    for (account, value, expected) in [
        (bare, "{name: s}", "web own [s] covered"),
        (&*listing, "", "web own [] uncovered-unknown"),
    ] {
        let files = [
            ("base/kustomization.yaml", "resources: [a.yaml]\n"),
            ("base/a.yaml", account),
            ("prod/kustomization.yaml", &*patched(value)),
            ("prod/s.yaml", &*secret),
            ("staging/kustomization.yaml", "namespace: staging\nresources: [../base]\n"),
            ("apps/kustomization.yaml", "namespace: prod\nresources: [w.yaml]\n"),
            ("apps/w.yaml", &*web),
        ];
        assert_eq!(pulled(&files), [expected]);
    }
}

/// A prefix renames what an account lists in the tree of the account, wherever its pods are.
#[test]
fn the_names_on_an_account_s_list_are_those_of_its_own_tree() {
    let web = workload("apps/v1", "Deployment", "serviceAccountName: p-own");
    let secret = secret("");
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: own}\n\
                   imagePullSecrets: [{name: s}]\n";
    let files = [
        ("acc/kustomization.yaml", "namespace: n\nnamePrefix: p-\nresources: [a.yaml, s.yaml]\n"),
        ("acc/a.yaml", account),
        ("acc/s.yaml", &*secret),
        ("app/kustomization.yaml", "namespace: n\nresources: [w.yaml]\n"),
        ("app/w.yaml", &*web),
    ];
    assert_eq!(pulled(&files), ["web p-own [p-s] covered"]);
}

#[test]
fn an_account_whose_list_is_kept_out_is_named_as_its_tree_calls_it() {
    let web =
        workload("apps/v1", "Deployment", "serviceAccountName: own, imagePullSecrets: [{name: o}]");
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: own}\n\
                   imagePullSecrets: [{name: s}]\n";
    let files = [
        ("kustomization.yaml", "namespace: n\nnamePrefix: p-\nresources: [a.yaml, w.yaml]\n"),
        ("a.yaml", account),
        ("w.yaml", &*web),
    ];
    assert_eq!(
        messages(&files, "account-secrets-not-added"),
        [
            "Deployment `p-web` lists pull secrets of its own, so `s` of ServiceAccount `p-own` is not added"
        ]
    );
}

/// What names no namespace is in `default`, for kustomize.
#[test]
fn no_namespace_and_the_default_one_are_the_same_for_references() {
    let web =
        workload("apps/v1", "Deployment", "serviceAccountName: own, imagePullSecrets: [{name: s}]")
            .replace("{name: web}", "{name: web, namespace: default}");
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: own}\n";
    let files = [
        ("kustomization.yaml", "namePrefix: p-\nresources: [a.yaml, s.yaml, w.yaml]\n"),
        ("a.yaml", account),
        ("s.yaml", &*secret("")),
        ("w.yaml", &*web),
    ];
    assert_eq!(pulled(&files), ["p-web p-own [p-s] undetermined"]);
}

#[test]
fn what_overlays_put_into_other_namespaces_only_is_elsewhere() {
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: own}\n";
    let web =
        workload("apps/v1", "Deployment", "serviceAccountName: own, imagePullSecrets: [{name: s}]");
    let files = [
        ("base/kustomization.yaml", "resources: [a.yaml, s.yaml]\n"),
        ("base/a.yaml", account),
        ("base/s.yaml", &*secret("")),
        ("prod/kustomization.yaml", "namespace: prod\nresources: [../base]\n"),
        ("staging/kustomization.yaml", "namespace: staging\nresources: [../base]\n"),
        ("apps/kustomization.yaml", "namespace: other\nresources: [w.yaml]\n"),
        ("apps/w.yaml", &*web),
    ];
    assert_eq!(
        messages(&files, "account-elsewhere"),
        [
            "Deployment `web` runs under ServiceAccount `own`, which exists in `staging` but not in `other`"
        ]
    );
    assert_eq!(
        messages(&files, "pull-secret-elsewhere"),
        ["Deployment `web` lists the pull secret `s`, which exists in `prod` but not in `other`"]
    );
}
