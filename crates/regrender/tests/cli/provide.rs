//! Registries whose tokens live for hours: from the declaration to the verdict.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use insta::assert_snapshot;
use serde_json::Value;

use crate::sandbox::{RECIPIENT, Sandbox};

const ECR: &str = "[registry.images]\nkind = \"ecr\"\naccount = \"111122223333\"\n\
    region = \"eu-west-1\"\n";

const IMAGE: &str = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/apps/web:1";

/// A repository with one workload that pulls from ECR; `more` is the rest of the registry.
fn sandbox(more: &str) -> Sandbox {
    let config = format!(
        "[seal]\nrecipients = [\"{RECIPIENT}\"]\n\n{ECR}{more}\n\n[secret.regcred]\n\
         registries = [\"images\"]\nnamespaces = [\"team-a\"]\nservice-accounts = [\"default\"]\n"
    );
    let web = format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: team-a}}\n\
         spec: {{template: {{spec: {{containers: [{{name: c, image: {IMAGE:?}}}]}}}}}}\n"
    );
    Sandbox::new(&[("registries.toml", &config), ("web.yaml", &web)])
}

fn verdict(sandbox: &Sandbox) -> Value {
    let audit = sandbox.run(&["audit", "--output", "json"]);
    let audit: Value = serde_json::from_str(&audit.stdout).unwrap();
    audit["images"][0]["verdict"].clone()
}

#[test]
fn external_secrets_need_no_credential_to_build() {
    let sandbox = sandbox("provide = \"external-secrets\"\nservice-account = \"puller\"");
    sandbox.run(&["build"]).succeeded();
    sandbox.run(&["verify"]).succeeded();
    sandbox.run(&["build", "--check"]).succeeded();
    let list = sandbox.read("pull-secrets/manifests/team-a/service-accounts/default.yaml");
    assert!(list.contains("- name: regcred-images\n"), "{list}");
    assert_eq!(verdict(&sandbox), "covered");
}

#[test]
fn a_registry_that_is_not_provided_any_more_leaves_nothing() {
    let sandbox = sandbox("provide = \"external-secrets\"");
    sandbox.run(&["build"]).succeeded();
    sandbox.edit(
        "registries.toml",
        "\"external-secrets\"",
        "\"sealed\"\nallow-short-lived = true\npassword = { env = \"TOKEN\" }",
    );
    let mut sandbox = sandbox;
    sandbox.set("TOKEN", "canary-4f1d");
    sandbox.run(&["build"]).succeeded();
    assert!(!sandbox.exists("pull-secrets/manifests/team-a/external-secrets"));
    assert!(sandbox.exists("pull-secrets/manifests/team-a/regcred.sops.yaml"));
}

#[test]
fn nodes_that_pull_are_known_to_the_audit() {
    let sandbox = sandbox("provide = \"node\"");
    sandbox.edit("registries.toml", "[secret.regcred]", "[registry.hub]\nkind = \"docker-hub\"\nusername = \"u\"\npassword = { env = \"TOKEN\" }\n\n[secret.regcred]");
    sandbox.edit("registries.toml", "registries = [\"images\"]", "registries = [\"hub\"]");
    assert_eq!(verdict(&sandbox), "declared-node-provided");
}

/// A token as ECR makes them, dead at that second; the runs are at second 1,795,000,000.
fn ecr_token(expiration: u64) -> String {
    STANDARD.encode(format!(
        r#"{{"payload":"canary-4f1d","version":"2","type":"DATA_KEY","expiration":{expiration}}}"#
    ))
}

const SEALED: &str =
    "provide = \"sealed\"\nallow-short-lived = true\npassword = { env = \"ECR_TOKEN\" }";

#[test]
fn a_sealed_token_says_when_it_is_dead() {
    let mut sandbox = sandbox(SEALED);
    sandbox.set("ECR_TOKEN", &ecr_token(1_795_043_200));
    sandbox.run(&["build"]).succeeded();
    let sealed = sandbox.read("pull-secrets/manifests/team-a/regcred.sops.yaml");
    assert!(sealed.contains("regrender.dev/expires-at: \"2026-11-18T23:06:40Z\""), "{sealed}");
    sandbox.run(&["verify"]).succeeded();
    assert_eq!(verdict(&sandbox), "covered");
}

#[test]
fn a_sealed_token_that_is_dead_is_found_without_a_key() {
    let mut sandbox = sandbox(SEALED);
    sandbox.set("ECR_TOKEN", &ecr_token(1_795_043_200));
    sandbox.run(&["build"]).succeeded();
    let path = "pull-secrets/manifests/team-a/regcred.sops.yaml";
    sandbox.edit(path, "2026-11-18T23:06:40Z", "2026-11-17T23:06:40Z");
    let verified = sandbox.run(&["verify", "--output", "json"]);
    assert_eq!(verified.status, 3, "{verified}");
    let verified: Value = serde_json::from_str(&verified.stdout).unwrap();
    assert_eq!(verified["findings"].as_array().unwrap().len(), 1);
    assert_eq!(verified["findings"][0]["code"], "expired-token");
}

#[test]
fn a_token_that_is_dead_within_a_day_is_refused() {
    let mut sandbox = Sandbox::simple();
    sandbox.set("HUB_TOKEN", "ghs_canary-4f1d");
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @r#"
    --- stderr
    error[short-lived-token]: the token of registry `hub` expires by 2026-11-18T13:00:00Z at the latest
     --> registries.toml:7:12
      |
    7 | password = { env = "HUB_TOKEN" }
      |            ^^^^^^^^^^^^^^^^^^^^^ the token is named here
      |
      = help: use a token that lasts, or let `provide` say what renews it
      = help: or add `allow-short-lived = true`, if a pipeline builds and applies the tree in time

    error: a credential cannot be obtained; nothing was written
      help: `regrender explain short-lived-token` says more
    --- status 1
    "#);
    assert!(!sandbox.exists("pull-secrets"));
}

/// A role of which the trust policy is known as well.
fn sandbox_with_policies() -> Sandbox {
    let role = "provide = \"irsa\"\nrole-arn = \"arn:aws:iam::111122223333:role/pull\"";
    let sandbox = sandbox(role);
    sandbox.edit(
        "registries.toml",
        "[registry.images]",
        "[output]\noidc-provider = \"oidc.example.com/id/A\"\n\n[registry.images]",
    );
    sandbox
}

#[test]
fn an_account_without_the_role_may_not_pull() {
    let sandbox = sandbox_with_policies();
    sandbox.edit("registries.toml", "[\"default\"]", "[\"builder\"]");
    sandbox.run(&["build"]).succeeded();
    assert_eq!(verdict(&sandbox), "undetermined");
    sandbox.edit("web.yaml", "spec: {containers", "spec: {serviceAccountName: builder, containers");
    assert_eq!(verdict(&sandbox), "declared-node-provided");
}

#[test]
fn policies_are_known_without_a_header() {
    let sandbox = sandbox_with_policies();
    sandbox.run(&["build"]).succeeded();
    sandbox.run(&["build", "--check"]).succeeded();
    sandbox.run(&["verify"]).succeeded();
    assert_eq!(verdict(&sandbox), "declared-node-provided");
    sandbox.edit("registries.toml", "region = \"eu-west-1\"", "region = \"eu-west-2\"");
    sandbox.run(&["build"]).succeeded();
    let policy = sandbox.read("pull-secrets/policies/images/permissions.json");
    assert!(policy.contains("eu-west-2"), "{policy}");
    sandbox.edit("registries.toml", "registry.images", "registry.others");
    sandbox.edit("registries.toml", "[\"images\"]", "[\"others\"]");
    sandbox.run(&["build"]).succeeded();
    assert!(!sandbox.exists("pull-secrets/policies/images"));
    assert!(sandbox.exists("pull-secrets/policies/others/trust.json"));
}

/// The accounts of hundreds of namespaces do not fit into one role's policy.
#[test]
fn a_policy_that_iam_refuses_for_its_length_is_warned_of() {
    let sandbox = sandbox_with_policies();
    let list = |start: &str, count: usize| {
        let names = (0..count).map(|number| format!("\"{start}-{number:03}\""));
        names.collect::<Vec<_>>().join(", ")
    };
    let namespaces = |count| list("team", count);
    sandbox.edit("registries.toml", "\"team-a\"", &namespaces(40));
    assert_eq!(sandbox.run(&["build"]).succeeded().stderr, "");
    sandbox.edit("registries.toml", &namespaces(40), &namespaces(60));
    assert_snapshot!(sandbox.run(&["build"]).succeeded().stderr, @"warning: `pull-secrets/policies/images/trust.json` has 2790 characters, and IAM takes 2048 in trust policies whose quota is not raised: divide the accounts or repositories among several roles, each with a registry of its own");
    let names = list("apps/internal", 100);
    sandbox.edit("registries.toml", "provide =", &format!("repositories = [{names}]\nprovide ="));
    sandbox.edit("registries.toml", &namespaces(60), "\"team-a\"");
    assert_snapshot!(sandbox.run(&["diff"]).ended_with(3).stderr, @"warning: `pull-secrets/policies/images/permissions.json` has 6904 characters, and IAM takes 6144 in managed policies: divide the accounts or repositories among several roles, each with a registry of its own");
}

#[test]
fn a_policy_of_somebody_else_is_in_the_way() {
    let role = "provide = \"irsa\"\nrole-arn = \"arn:aws:iam::111122223333:role/pull\"";
    let sandbox = sandbox(role);
    let path = "pull-secrets/policies/images/permissions.json";
    let own = "{\"Statement\": [{\"Sid\": \"RenderedByRegrenderPull\"}, {\"Sid\": \"Mine\"}]}\n";
    sandbox.write(path, own);
    assert_snapshot!(sandbox.run(&["build"]).ended_with(1), @r#"
    --- stderr
    warning[irsa-without-oidc-provider]: no trust policy is written for the role of registry `images`
     --> registries.toml:9:12
      |
    9 | role-arn = "arn:aws:iam::111122223333:role/pull"
      |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `[output]` has no `oidc-provider`
      |
      = help: add `oidc-provider` to `[output]`

    error: `pull-secrets/policies/images/permissions.json` is in the way: it is not marked as a generated file
      help: move it away, or remove it, and build again
    --- status 1
    "#);
    assert_eq!(sandbox.read(path), own);
}

#[test]
fn the_docker_config_of_the_nodes_opens_as_all_others() {
    let mut sandbox = Sandbox::simple();
    sandbox.set("NODE_TOKEN", "canary-4f1d-node");
    let config = sandbox.read("registries.toml")
        + "\n[registry.nodes]\nhost = \"nodes.example\"\nprovide = \"node\"\nusername = \"u\"\n\
           password = { env = \"NODE_TOKEN\" }\n";
    sandbox.write("registries.toml", &config);
    sandbox.run(&["build"]).succeeded();
    sandbox.run(&["verify"]).succeeded();
    sandbox.run(&["build", "--check"]).succeeded();
    let sealed = sandbox.read("pull-secrets/nodes/config.sops.yaml");
    assert!(sealed.contains("ENC[") && !sealed.contains("canary"), "{sealed}");
    assert!(!sandbox.read("pull-secrets/manifests/kustomization.yaml").contains("nodes"));
}
