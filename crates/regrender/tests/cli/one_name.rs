//! Pull secrets that have one name in Kubernetes, and other contents in other places.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use insta::assert_snapshot;

use crate::sandbox::{CANARY, IDENTITY, RECIPIENT, Sandbox};

/// The same account in two namespaces, and a pull secret for each.
const SECRETS: &str = r#"
[secret.regcred]
registries = ["hub"]
namespaces = ["team-a"]
service-accounts = ["default"]

[secret.regcred_of_team_b]
name = "regcred"
registries = ["internal"]
namespaces = ["team-b"]
service-accounts = ["default"]
"#;

const OF_TEAM_A: &str = "pull-secrets/manifests/team-a/regcred.sops.yaml";
const OF_TEAM_B: &str = "pull-secrets/manifests/team-b/regcred.sops.yaml";

fn with(secrets: &str) -> Sandbox {
    let config = format!(
        "[seal]\nrecipients = [\"{RECIPIENT}\"]\n\n[registry.hub]\nkind = \"docker-hub\"\n\
         username = \"acme-bot\"\npassword = {{ env = \"HUB_TOKEN\" }}\n\n[registry.internal]\n\
         host = \"registry.example.com\"\nusername = \"bot\"\n\
         password = {{ env = \"INTERNAL_PASSWORD\" }}\n{secrets}"
    );
    let mut sandbox = Sandbox::new(&[("registries.toml", &config)]);
    sandbox.set("HUB_TOKEN", CANARY);
    sandbox.set("INTERNAL_PASSWORD", CANARY);
    sandbox.set("SOPS_AGE_KEY", IDENTITY);
    sandbox
}

/// The docker config in a sealed file.
fn docker_config(sandbox: &Sandbox, file: &str) -> String {
    let revealed = sandbox.run_unsearched(&["reveal", file]).succeeded().stdout;
    let (_, payload) = revealed.split_once(".dockerconfigjson: ").unwrap();
    String::from_utf8(STANDARD.decode(payload.trim()).unwrap()).unwrap()
}

#[test]
fn each_namespace_gets_the_content_that_is_for_it() {
    let sandbox = with(SECRETS);
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"
    create pull-secrets/manifests/kustomization.yaml
    create pull-secrets/manifests/team-a/kustomization.yaml
    create pull-secrets/manifests/team-a/regcred.sops.yaml
    create pull-secrets/manifests/team-a/service-accounts/default.yaml
    create pull-secrets/manifests/team-a/service-accounts/kustomization.yaml
    create pull-secrets/manifests/team-b/kustomization.yaml
    create pull-secrets/manifests/team-b/regcred.sops.yaml
    create pull-secrets/manifests/team-b/service-accounts/default.yaml
    create pull-secrets/manifests/team-b/service-accounts/kustomization.yaml
    9 created, 0 unchanged
    ");
    for (file, host, namespace) in
        [(OF_TEAM_A, "index.docker.io", "team-a"), (OF_TEAM_B, "registry.example.com", "team-b")]
    {
        assert!(docker_config(&sandbox, file).contains(host));
        let sealed = sandbox.read(file);
        assert!(sealed.contains("    name: regcred\n"), "{sealed}");
        assert!(sealed.contains(&format!("    namespace: {namespace}\n")), "{sealed}");
        let account = format!("pull-secrets/manifests/{namespace}/service-accounts/default.yaml");
        assert!(sandbox.read(&account).contains("- name: regcred\n"));
    }
    sandbox.run(&["verify"]).succeeded();
}

#[test]
fn what_a_table_is_called_changes_nothing_that_is_written() {
    let sandbox = with(SECRETS);
    sandbox.run(&["build"]).succeeded();
    sandbox.edit("registries.toml", "[secret.regcred]", "[secret.zebra]\nname = \"regcred\"");
    sandbox.edit("registries.toml", "[secret.regcred_of_team_b]", "[secret.antelope]");
    assert_snapshot!(sandbox.run(&["build"]).succeeded(), @"9 unchanged");
}

#[test]
fn one_of_them_can_be_built_alone() {
    let mut sandbox = with(SECRETS);
    sandbox.run(&["build"]).succeeded();
    for password in ["HUB_TOKEN", "INTERNAL_PASSWORD"] {
        sandbox.set(password, &format!("{CANARY}-rotated"));
    }
    assert_snapshot!(sandbox.run(&["build", "--only", "regcred_of_team_b"]).succeeded(), @"
    update pull-secrets/manifests/team-b/regcred.sops.yaml  (content changes)
    1 updated, 8 unchanged
    ");
    assert_snapshot!(sandbox.run(&["build", "--only", "regcred-of-team-b"]).ended_with(2), @"
    --- stderr
    error: registries.toml declares no pull secret `regcred-of-team-b`
      help: name one of these: regcred, regcred_of_team_b
    --- status 2
    ");
}

#[test]
fn a_cluster_may_have_other_contents_than_another() {
    let secrets = SECRETS.replace("\"team-b\"]", "\"team-a\"]\nclusters = [\"test\"]");
    let secrets = secrets.replacen("\"team-a\"]", "\"team-a\"]\nclusters = [\"prod\"]", 1);
    let sandbox = with(&format!("{secrets}\n[cluster.prod]\n\n[cluster.test]\n"));
    sandbox.run(&["build"]).succeeded();
    for (cluster, host) in [("prod", "index.docker.io"), ("test", "registry.example.com")] {
        let file = format!("pull-secrets/{cluster}/manifests/team-a/regcred.sops.yaml");
        assert!(docker_config(&sandbox, &file).contains(host));
    }
}

#[test]
fn what_two_say_of_a_workload_is_compared_where_the_inventory_brings_them_together() {
    let workload = |version: &str| {
        format!(
            "workloads = [{{ kind = \"Rollout\", name = \"api\", api-version = \
             \"argoproj.io/{version}\", path = \"spec.template.spec\" }}]\n"
        )
    };
    let sandbox = Sandbox::simple();
    let config = sandbox.read("registries.toml");
    let second =
        "\n[secret.second]\nregistries = [\"hub\"]\nnamespaces = { from = \"inventory\" }\n";
    let config = [&config, &*workload("v1alpha1"), second, &workload("v1beta1")].concat();
    sandbox.write("registries.toml", &config);
    sandbox.write("namespaces.yaml", "kind: Namespace\nmetadata: {name: team-a}\n");
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @"
    --- stderr
    error: pull secrets `regcred` and `second` do not agree on the workload `Rollout/api` in `team-a`: of `argoproj.io/v1alpha1`, and of `argoproj.io/v1beta1`
      help: write the same in both, leave it out of one of them, or tell their namespaces apart with `labels`
    --- status 1
    ");
    assert!(!sandbox.exists("pull-secrets"));
    sandbox.edit("registries.toml", "v1beta1", "v1alpha1");
    sandbox.run(&["build"]).succeeded();
    let patch = "pull-secrets/patches/team-a/rollout.argoproj.io-api.yaml";
    let patch = sandbox.read(patch);
    assert!(patch.contains("regcred") && patch.contains("second"), "{patch}");
}

#[test]
fn where_two_land_is_asked_of_the_inventory_too() {
    let secrets = SECRETS.replace("[\"team-b\"]", "{ from = \"inventory\" }");
    let sandbox = with(&secrets);
    sandbox.write(
        "apps/namespaces.yaml",
        "kind: Namespace\nmetadata: {name: team-a}\n---\n\
         kind: Namespace\nmetadata: {name: team-b, labels: {tier: app}}\n",
    );
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @"
    --- stderr
    error: pull secrets `regcred` and `regcred_of_team_b` would both make a Secret `regcred` in `team-a`
      help: give one of them another `name`, or `labels` that tell their namespaces apart
    --- status 1
    ");
    assert!(!sandbox.exists("pull-secrets"));
    sandbox.edit(
        "registries.toml",
        "from = \"inventory\"",
        "from = \"inventory\", labels = { tier = \"app\" }",
    );
    sandbox.run(&["build"]).succeeded();
    assert!(sandbox.exists(OF_TEAM_A) && sandbox.exists(OF_TEAM_B));
}

#[test]
fn what_is_in_one_namespace_covers_nothing_in_another() {
    let sandbox = with(SECRETS);
    sandbox.run(&["build"]).succeeded();
    let pod = |namespace: &str, image: &str| {
        format!(
            "kind: Pod\nmetadata: {{name: web, namespace: {namespace}}}\n\
             spec: {{containers: [{{name: web, image: {image}}}]}}\n"
        )
    };
    let image = "registry.example.com/web:1";
    sandbox.write("apps/a.yaml", &pod("team-a", image));
    sandbox.write("apps/b.yaml", &pod("team-b", image));
    assert_snapshot!(sandbox.run(&["audit", "apps"]).ended_with(3), @"
    error[uncovered-private]: `registry.example.com/web:1` of Pod `web`: no pull secret of ServiceAccount `default` in `team-a` covers `registry.example.com`, which is declared private
      --> apps/a.yaml:3:40
      help: add the pull secret to the ServiceAccount or to the pod

    2 images in 2 files: 1 covered, 1 uncovered-private; 1 error, 0 warnings, 0 unreadable
    --- status 3
    ");
}
