//! Names of registries.toml that no manifest knows, or that a manifest has too.

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

const NAMESPACES: &str = "\
kind: Namespace
metadata: {name: team-a}
---
kind: Namespace
metadata: {name: team-b}
";

const WEB: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: team-a}
spec: {template: {spec: {serviceAccountName: builder, containers: [{name: web, image: acme/web}]}}}
";

/// A repository in which `builder` is an account of the namespace `team-a`.
fn with(declared: &str) -> Sandbox {
    let sandbox = Sandbox::simple();
    sandbox.write("apps/namespaces.yaml", NAMESPACES);
    sandbox.write("apps/web.yaml", WEB);
    sandbox.edit("registries.toml", "namespaces = [\"team-a\"]\n", declared);
    sandbox
}

#[track_caller]
fn says_nothing(declared: &str) {
    let sandbox = with(declared);
    let outcome = sandbox.run(&["build"]).succeeded();
    assert!(!outcome.stderr.contains("warning: "), "{outcome}");
}

#[test]
fn a_slip_in_a_namespace_is_told_with_the_nearest_one() {
    let sandbox = with("namespaces = [\"taem-a\", \"team-b\"]\nservice-accounts = [\"default\"]\n");
    assert_snapshot!(sandbox.run(&["build"]).succeeded().stderr, @"warning: pull secret `regcred` lands in the namespace `taem-a`, which no manifest of the inventory knows; did you mean `team-a`?");
    let told = sandbox.run(&["diff"]).stderr + &sandbox.run(&["verify"]).stderr;
    assert_eq!(told.matches("did you mean `team-a`?").count(), 2, "{told}");
}

#[test]
fn a_namespace_that_is_made_elsewhere_is_no_slip() {
    for namespaces in
        ["\"team-a\", \"team-c\"", "\"team-c\"", "\"team-a1\"", "\"kube-system\"", "\"default\""]
    {
        says_nothing(&format!("namespaces = [{namespaces}]\nservice-accounts = [\"default\"]\n"));
    }
    let sandbox = with("namespaces = [\"taem-a\"]\nservice-accounts = [\"default\"]\n");
    sandbox.write("apps/namespaces.yaml", "kind: Namespace\nmetadata: {name: other}\n");
    assert_eq!(sandbox.run(&["build"]).succeeded().stderr, "");
    for (declared, known) in [("team-a", "team-b"), ("orders-eu", "orders-us"), ("web-1", "web-2")]
    {
        let list = format!("namespaces = [\"{declared}\"]\nservice-accounts = [\"default\"]\n");
        let sandbox = with(&list);
        std::fs::remove_file(sandbox.path("apps/web.yaml")).unwrap();
        let known = format!("kind: Namespace\nmetadata: {{name: {known}}}\n");
        sandbox.write("apps/namespaces.yaml", &known);
        assert_eq!(sandbox.run(&["build"]).succeeded().stderr, "", "{declared}");
    }
}

#[test]
fn a_namespace_that_only_another_cluster_declares_is_told() {
    let sandbox = with("namespaces = [\"team-a\", \"team-b\"]\nservice-accounts = [\"default\"]\n");
    sandbox.write("test/namespaces.yaml", "kind: Namespace\nmetadata: {name: team-a}\n");
    let config = sandbox.read("registries.toml");
    let clusters =
        "[cluster.prod]\ninventory = [\"apps\"]\n\n[cluster.test]\ninventory = [\"test\"]\n";
    sandbox.write("registries.toml", &format!("{config}\n{clusters}"));
    assert_snapshot!(sandbox.run(&["build"]).succeeded().stderr, @r#"warning: pull secret `regcred` lands in `team-b` of cluster `test`, which only manifests of other clusters declare: say with `clusters` where it lands, or take the namespaces of each cluster with `namespaces = { from = "inventory" }`"#);
    assert_eq!(sandbox.run(&["build", "--cluster", "prod"]).succeeded().stderr, "");
    // One whose namespaces are made elsewhere may have it.
    sandbox.write("test/namespaces.yaml", "kind: ConfigMap\nmetadata: {name: x}\n");
    assert_eq!(sandbox.run(&["build"]).succeeded().stderr, "");
}

#[test]
fn many_namespaces_that_are_made_elsewhere_hold_no_slip() {
    let many: Vec<String> =
        (b'c'..=b'z').map(|letter| format!("\"{}-x\"", letter as char)).collect();
    let many = many.join(", ");
    says_nothing(&format!("namespaces = [{many}, \"taem-a\"]\nservice-accounts = [\"default\"]\n"));
}

#[test]
fn a_slip_in_an_account_is_told_with_the_nearest_one() {
    let sandbox =
        with("namespaces = [\"team-a\"]\nservice-accounts = [\"defualt\", \"biulder\"]\n");
    assert_snapshot!(sandbox.run(&["build"]).succeeded().stderr, @"
    warning: no manifest of the inventory knows the service account `biulder`, so the build makes it where `regcred` lands; did you mean `builder`?
    warning: no manifest of the inventory knows the service account `defualt`, so the build makes it where `regcred` lands; did you mean `default`?
    ");
}

#[test]
fn an_account_that_the_build_makes_is_no_slip() {
    for accounts in ["\"deployer\"", "\"builder\", \"bulider\"", "\"builder-cache\""] {
        says_nothing(&format!("namespaces = [\"team-a\"]\nservice-accounts = [{accounts}]\n"));
    }
}

#[test]
fn a_slip_in_a_workload_is_told_with_the_nearest_one() {
    let declared = "namespaces = [\"team-a\", \"team-b\"]\nworkloads = [\"Deployment/wbe\"]\n";
    assert_snapshot!(with(declared).run(&["build"]).succeeded().stderr, @"
    warning: no manifest of the inventory knows `Deployment/wbe` where `regcred` lands, so its patch changes nothing; did you mean `Deployment/web`?
    note: new patches: list `pull-secrets/patches/team-a`, `pull-secrets/patches/team-b` under `components:` in the kustomization.yaml of the overlay that owns what they patch
    ");
    let declared = "namespaces = [\"team-a\"]\nworkloads = [\"StatefulSet/web\"]\n";
    let told = with(declared).run(&["build"]).succeeded().stderr;
    assert!(told.contains("did you mean `Deployment/web`?"), "{told}");
}

#[test]
fn a_workload_of_one_namespace_is_no_slip_in_the_others() {
    says_nothing("namespaces = [\"team-a\", \"team-b\"]\nworkloads = [\"Deployment/web\"]\n");
    says_nothing("namespaces = [\"team-a\"]\nworkloads = [\"Deployment/reports\"]\n");
}

#[test]
fn an_inventory_that_is_not_there_ends_the_build() {
    let sandbox = with("namespaces = [\"team-a\"]\nservice-accounts = [\"default\"]\n");
    sandbox.edit(
        "registries.toml",
        "[registry.hub]",
        "[output]\ninventory = [\"aps\"]\n\n[registry.hub]",
    );
    for command in ["build", "diff", "verify"] {
        let outcome = sandbox.run(&[command]).ended_with(1);
        assert!(outcome.stderr.contains("error: `aps` of the inventory is not there"), "{outcome}");
    }
    assert!(!sandbox.exists("pull-secrets"));
    assert_snapshot!(sandbox.run(&["build"]).stderr, @"
    error: `aps` of the inventory is not there
      help: name files and folders that are there with `inventory` in registries.toml
    ");
    sandbox.edit("registries.toml", "service-accounts = [\"default\"]\n", "");
    sandbox.run(&["build"]).succeeded();
}

#[test]
fn a_secret_that_kustomize_generates_has_another_name() {
    let sandbox = with("namespaces = [\"team-a\", \"team-b\"]\nservice-accounts = [\"default\"]\n");
    let generator = "secretGenerator:\n\
        - {name: regcred, namespace: team-a, type: kubernetes.io/dockerconfigjson, literals: ['.dockerconfigjson={}']}\n";
    sandbox.write("apps/a/kustomization.yaml", generator);
    assert_eq!(sandbox.run(&["build"]).succeeded().stderr, "");
}

#[test]
fn a_hand_made_secret_of_the_same_name_is_told() {
    let sandbox = with("namespaces = [\"team-a\", \"team-b\"]\nservice-accounts = [\"default\"]\n");
    let secret = |namespace: &str| {
        format!(
            "kind: Secret\nmetadata: {{name: regcred, namespace: {namespace}}}\n\
             type: kubernetes.io/dockerconfigjson\ndata: {{.dockerconfigjson: e30K}}\n"
        )
    };
    sandbox.write("apps/a/regcred.yaml", &secret("team-a"));
    sandbox.write("apps/c/regcred.yaml", &secret("team-c"));
    assert_snapshot!(sandbox.run(&["build"]).succeeded().stderr, @"warning: `apps/a/regcred.yaml` declares the pull secret `regcred` too, and what is applied last counts: remove that manifest when the output folder is applied");
    sandbox.write("apps/b/regcred.yaml", &secret("team-b").replace(", namespace: team-b", ""));
    sandbox.write("apps/b/kustomization.yaml", "namespace: team-b\nresources: [regcred.yaml]\n");
    let told = sandbox.run(&["verify"]).succeeded().stderr;
    assert!(told.contains("`apps/a/regcred.yaml`, `apps/b/regcred.yaml`"), "{told}");
    sandbox.run(&["build"]).succeeded();
    std::fs::remove_dir_all(sandbox.path("apps/a")).unwrap();
    std::fs::remove_dir_all(sandbox.path("apps/b")).unwrap();
    assert_eq!(sandbox.run(&["build"]).succeeded().stderr, "");
}
