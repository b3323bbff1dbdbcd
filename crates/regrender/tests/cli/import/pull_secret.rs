//! What becomes of the pull secrets of a cluster.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use insta::assert_snapshot;
use serde_json::json;

use super::cluster::{cluster, entry, piped, secret, tables};
use crate::sandbox::RECIPIENT;

#[test]
fn a_cluster_becomes_a_registries_toml() {
    let sandbox = piped(&cluster());
    let outcome = sandbox.run(&["import", "-", "--recipient", RECIPIENT]).succeeded();
    assert_snapshot!(outcome, @"
    wrote registries.toml: 3 registries, 2 pull secrets

    next:
      1. set `HUB_TOKEN`, `GHCR_TOKEN`, `PRIVATE_REGISTRY_IO_PASSWORD`, or name other sources of the passwords
      2. regrender build
    ");
    assert_snapshot!(sandbox.read("registries.toml"), @r#"
    # Written by `regrender import`. What each key means: docs/config.md of regrender.

    [seal]
    # Who can open the sealed files: you, your colleagues, each cluster.
    recipients = ["age1afwjt8jlpw8869ev0dtxeujpehx98xnleh0s2m6qagnz0c96ec0s9408xt"]

    [registry.hub]
    kind = "docker-hub"
    username = "acme-bot"
    password = { env = "HUB_TOKEN" }

    [registry.ghcr]
    kind = "ghcr"
    username = "octocat"
    password = { env = "GHCR_TOKEN" }

    [registry.private-registry-io]
    host = "private-registry.io"
    paths = ["apps/"]
    username = "registry-user"
    password = { env = "PRIVATE_REGISTRY_IO_PASSWORD" }

    [secret.ghcr]
    registries = ["ghcr"]
    namespaces = ["team-c"]

    [secret.regcred]
    registries = ["hub", "private-registry-io"]
    namespaces = ["team-a", "team-b"]
    # These accounts name it too, but not in every namespace; they are left as they are:
    # team-b/builder
    # These accounts name it too, and beside it not the same as the others; they are left as they are:
    # team-a/default, team-b/default
    "#);
}

#[test]
fn the_credential_of_a_pull_secret_that_is_left_out_is_left_out_too() {
    let first = secret("team-a", "regcred", &json!({ "ghcr.io": entry("octocat") }));
    let second = secret("team-a", "regcred", &json!({ "ghcr.io": entry("other") }));
    let sandbox = piped(&[first, second]);
    let arguments = ["import", "-", "--recipient", RECIPIENT, "--seal-into", "i.sops.yaml"];
    let outcome = sandbox.run(&arguments).succeeded();
    assert!(outcome.stderr.contains("it is there twice with different content"), "{outcome}");
    assert_snapshot!(tables(&sandbox.read("registries.toml")), @r#"
    [registry.ghcr]
    kind = "ghcr"
    username = "octocat"
    password = { sops = "i.sops.yaml", key = "data.ghcr.password" }

    [secret.regcred]
    registries = ["ghcr"]
    namespaces = ["team-a"]

    # What the import left out, or is not sure of:
    # - `team-a/regcred`: it is there twice with different content; the first is taken
    "#);
    assert_eq!(sandbox.read("i.sops.yaml").matches("password:").count(), 1);
}

#[test]
fn one_name_with_two_contents_becomes_two_pull_secrets() {
    let sandbox = piped(&[
        secret("a", "regcred", &json!({ "ghcr.io": entry("one") })),
        secret("b", "regcred", &json!({ "ghcr.io": entry("two") })),
        secret("c", "regcred", &json!({ "ghcr.io": entry("two") })),
    ]);
    let outcome = sandbox.run(&["import", "-", "--recipient", RECIPIENT]).succeeded();
    assert_snapshot!(outcome, @"
    wrote registries.toml: 2 registries, 2 pull secrets

    next:
      1. set `GHCR_TOKEN`, `GHCR_ONE_TOKEN`, or name other sources of the passwords
      2. regrender build
    ");
    assert_snapshot!(tables(&sandbox.read("registries.toml")), @r#"
    [registry.ghcr]
    kind = "ghcr"
    username = "two"
    password = { env = "GHCR_TOKEN" }

    [registry.ghcr-one]
    kind = "ghcr"
    username = "one"
    password = { env = "GHCR_ONE_TOKEN" }

    [secret.regcred]
    registries = ["ghcr"]
    namespaces = ["b", "c"]

    [secret.regcred-a]
    name = "regcred"
    registries = ["ghcr-one"]
    namespaces = ["a"]
    "#);
}

#[test]
fn keys_that_no_kubelet_matches_are_shown() {
    let sandbox = piped(&[secret(
        "a",
        "regcred",
        &json!({
            "https://index.docker.io/v1": entry("one"),
            "registry-1.docker.io": entry("two"),
            "hub.docker.com": entry("three"),
            "empty.example.com": {},
            "token.example.com": { "identitytoken": "canary-4f1d" },
            "https://u:canary-4f1d@R.example.com": entry("four"),
            "ghcr.io": entry("five"),
        }),
    )]);
    let arguments = ["import", "-", "--recipient", RECIPIENT, "--write", "-"];
    let outcome = sandbox.run(&arguments).succeeded();
    assert_snapshot!(tables(&outcome.to_string()), @r#"
    [registry.ghcr]
    kind = "ghcr"
    username = "five"
    password = { env = "GHCR_TOKEN" }

    [secret.regcred]
    registries = ["ghcr"]
    namespaces = ["a"]

    # What the import left out, or is not sure of:
    # - entry `empty.example.com` of `a/regcred`: it holds no username and password
    # - entry `https://<masked>@R.example.com` of `a/regcred`: its host has upper-case letters, and matching respects case; left out
    # - entry `https://index.docker.io/v1` of `a/regcred`: `index.docker.io` counts only without a path and a port; left out
    # - entry `hub.docker.com` of `a/regcred`: no image of Docker Hub is looked up under this name; left out
    # - entry `registry-1.docker.io` of `a/regcred`: no image of Docker Hub is looked up under this name; left out
    # - entry `token.example.com` of `a/regcred`: it holds only an identity token, which no kubelet can use
    --- stderr
    warning: entry `empty.example.com` of `a/regcred`: it holds no username and password
    warning: entry `https://<masked>@R.example.com` of `a/regcred`: its host has upper-case letters, and matching respects case; left out
    warning: entry `https://index.docker.io/v1` of `a/regcred`: `index.docker.io` counts only without a path and a port; left out
    warning: entry `hub.docker.com` of `a/regcred`: no image of Docker Hub is looked up under this name; left out
    warning: entry `registry-1.docker.io` of `a/regcred`: no image of Docker Hub is looked up under this name; left out
    warning: entry `token.example.com` of `a/regcred`: it holds only an identity token, which no kubelet can use
    "#);
    assert!(!sandbox.exists("registries.toml"));
}

#[test]
fn tokens_of_amazon_are_left_for_somebody_to_choose() {
    let host = "111122223333.dkr.ecr.eu-west-1.amazonaws.com";
    let sandbox = piped(&[secret("a", "regcred", &json!({ host: entry("AWS") }))]);
    let arguments = ["import", "-", "--recipient", RECIPIENT, "--seal-into", "i.sops.yaml"];
    let outcome = sandbox.run(&arguments).succeeded();
    assert_snapshot!(outcome, @"
    wrote registries.toml: 1 registry, 1 pull secret

    next:
      1. choose `provide` of `ecr`
      2. regrender build
    --- stderr
    warning: registry `ecr` has tokens that are dead after 12 hours; choose with `provide` what keeps them fresh
    ");
    assert_snapshot!(tables(&sandbox.read("registries.toml")), @r#"
    [registry.ecr]
    kind = "ecr"
    account = "111122223333"
    region = "eu-west-1"
    # Its token is dead after 12 hours. Choose what keeps it fresh (docs/config.md, `provide`):
    # provide = "external-secrets"

    [secret.regcred]
    registries = ["ecr"]
    namespaces = ["a"]
    "#);
    assert!(!sandbox.exists("i.sops.yaml"));
    sandbox.edit("registries.toml", "# provide =", "provide =");
    let text = sandbox.read("registries.toml");
    let diagnostics = regrender_config::parse(&text).diagnostics;
    assert!(!diagnostics.iter().any(regrender_diagnostic::Diagnostic::is_error), "{diagnostics:?}");
}

#[test]
fn what_keeps_another_from_taking_its_place_is_told() {
    let auths = json!({ "ghcr.io": entry("octocat") });
    let mut owned = ["team-a", "team-b"].map(|namespace| secret(namespace, "sealed", &auths));
    for one in &mut owned {
        one["metadata"]["ownerReferences"] =
            json!([{ "apiVersion": "bitnami.com/v1alpha1", "kind": "SealedSecret", "name": "x" }]);
    }
    let mut immutable = secret("team-a", "fixed", &auths);
    immutable["immutable"] = json!(true);
    let mut old = secret("team-a", "old", &auths);
    let payload = STANDARD.encode(auths.to_string());
    old["type"] = json!("kubernetes.io/dockercfg");
    old["data"] = json!({ ".dockercfg": payload });
    let [first, second] = owned;
    let free = secret("team-b", "old", &auths);
    let sandbox = piped(&[first, second, immutable, old, free]);
    let outcome = sandbox.run(&["import", "-", "--recipient", RECIPIENT]).succeeded();
    assert_snapshot!(outcome.stderr, @"
    warning: `team-a/fixed`: it is immutable; delete it in the cluster when the new one is applied
    warning: `team-a/sealed`, `team-b/sealed`: its owner, of kind `SealedSecret`, writes it again and takes it along when deleted; delete that first, with `--cascade=orphan`, so that the Secret stays
    warning: `team-a/old`: its type is `kubernetes.io/dockercfg`, and a type cannot be changed; delete it in the cluster when the new one is applied
    ");
}
