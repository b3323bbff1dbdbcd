//! Registries whose tokens live for hours: from the declaration to the verdict.

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
