//! What becomes of a docker config, and of what programs keep for it.

use insta::assert_snapshot;
use serde_json::json;

use super::cluster::{entry, tables};
#[cfg(unix)]
use crate::sandbox::IDENTITY;
use crate::sandbox::{RECIPIENT, Sandbox};

#[test]
fn the_config_of_docker_is_what_is_read_when_nothing_is_named() {
    let config = json!({
        "auths": { "ghcr.io": entry("octocat"), "quay.io": {} },
        "credHelpers": { "111122223333.dkr.ecr.eu-west-1.amazonaws.com": "ecr-login" },
        "credsStore": "pass",
    });
    let sandbox = Sandbox::new(&[(".home/.docker/config.json", &config.to_string())]);
    let arguments = ["import", "--recipient", RECIPIENT, "--namespace", "team-a", "--write", "-"];
    let outcome = sandbox.run(&arguments).succeeded();
    assert_snapshot!(tables(&outcome.to_string()), @r#"
    [registry.ecr]
    kind = "ecr"
    account = "111122223333"
    region = "eu-west-1"
    # Its token is dead after 12 hours. Choose what keeps it fresh (docs/config.md, `provide`):
    # provide = "external-secrets"

    [registry.ghcr]
    kind = "ghcr"
    username = "octocat"
    password = { env = "GHCR_TOKEN" }

    [registry.quay]
    kind = "quay"
    credential = { helper = "pass", key = "quay.io" }

    [secret.regcred]
    registries = ["ecr", "ghcr", "quay"]
    namespaces = ["team-a"]
    --- stderr
    warning: registry `ecr` has tokens that are dead after 12 hours; choose with `provide` what keeps them fresh
    "#);
}

#[test]
fn tokens_of_google_are_declared_and_never_sealed() {
    let config = json!({
        "auths": {
            "us-docker.pkg.dev/acme-images/apps": entry("oauth2accesstoken"),
            "eu.gcr.io/acme.com/images": entry("oauth2accesstoken"),
            "asia-docker.pkg.dev": entry("_json_key"),
        },
        "credHelpers": { "gcr.io": "gcloud", "europe-west1-docker.pkg.dev": "gcloud" },
    });
    let sandbox = Sandbox::new(&[("config.json", &config.to_string())]);
    let arguments =
        ["import", "config.json", "-n", "a", "-r", RECIPIENT, "--seal-into", "i.sops.yaml"];
    let outcome = sandbox.run(&arguments).succeeded();
    assert!(outcome.stdout.contains("choose `provide` of `gar`, `gar-2`, `gcr`, `gcr-2`"));
    assert_snapshot!(tables(&sandbox.read("registries.toml")), @r#"
    [registry.gar]
    kind = "gar"
    location = "europe-west1"
    # Its token is dead after an hour. Choose what keeps it fresh (docs/config.md, `provide`):
    # provide = "external-secrets"
    # project = "my-project"

    [registry.gar-2]
    kind = "gar"
    location = "us"
    project = "acme-images"
    paths = ["acme-images/apps"]
    # Its token is dead after an hour. Choose what keeps it fresh (docs/config.md, `provide`):
    # provide = "external-secrets"

    [registry.gcr]
    kind = "gcr"
    # Its token is dead after an hour. Choose what keeps it fresh (docs/config.md, `provide`):
    # provide = "external-secrets"
    # project = "my-project"

    [registry.gcr-2]
    kind = "gcr"
    location = "eu"
    project = "acme.com:images"
    paths = ["acme.com/images"]
    # Its token is dead after an hour. Choose what keeps it fresh (docs/config.md, `provide`):
    # provide = "external-secrets"

    [registry.asia-docker-pkg-dev]
    host = "asia-docker.pkg.dev"
    username = "_json_key"
    password = { sops = "i.sops.yaml", key = "data.asia-docker-pkg-dev.password" }

    [secret.regcred]
    registries = ["gar", "gar-2", "gcr", "gcr-2", "asia-docker-pkg-dev"]
    namespaces = ["a"]
    "#);
    assert_eq!(sandbox.read("i.sops.yaml").matches("password:").count(), 1);
}

#[test]
fn a_token_that_is_dead_soon_is_not_sealed() {
    let token = |username: &str, token: &str| json!({ "username": username, "password": token });
    let config = json!({ "auths": {
        "ghcr.io": token("octocat", "ghs_canary-4f1d"),
        "quay.io": entry("acme+bot"),
        // Dead since 2001.
        "r.example": token("bot", "eyJhbGciOiJub25lIn0.eyJleHAiOjEwMDAwMDAwMDB9.canary-4f1d"),
    } });
    let sandbox = Sandbox::new(&[("config.json", &config.to_string())]);
    let arguments =
        ["import", "config.json", "-n", "a", "-r", RECIPIENT, "--seal-into", "i.sops.yaml"];
    assert_snapshot!(sandbox.run(&arguments).succeeded(), @"
    wrote registries.toml: 3 registries, 1 pull secret
    sealed the passwords into i.sops.yaml

    next:
      1. set `GHCR_TOKEN`, `R_EXAMPLE_PASSWORD`, or name other sources of the passwords
      2. regrender build
    --- stderr
    warning: the password of `ghcr`, `r-example`: within a day it is dead, if it is not yet, so it is not sealed
    warning: the password of registry `ghcr`: it looks like a token of a GitHub App or of one run of GitHub Actions: it is dead after an hour; use a personal access token with `read:packages`
    warning: the password of registry `r-example`: it is a token, which is dead from 2001-09-09T01:46:40Z on
    ");
    assert_snapshot!(tables(&sandbox.read("registries.toml")), @r#"
    [registry.ghcr]
    kind = "ghcr"
    username = "octocat"
    password = { env = "GHCR_TOKEN" }

    [registry.quay]
    kind = "quay"
    username = "acme+bot"
    password = { sops = "i.sops.yaml", key = "data.quay.password" }

    [registry.r-example]
    host = "r.example"
    username = "bot"
    password = { env = "R_EXAMPLE_PASSWORD" }

    [secret.regcred]
    registries = ["ghcr", "quay", "r-example"]
    namespaces = ["a"]

    # What the import left out, or is not sure of:
    # - the password of `ghcr`, `r-example`: within a day it is dead, if it is not yet, so it is not sealed
    # - the password of registry `ghcr`: it looks like a token of a GitHub App or of one run of GitHub Actions: it is dead after an hour; use a personal access token with `read:packages`
    # - the password of registry `r-example`: it is a token, which is dead from 2001-09-09T01:46:40Z on
    "#);
    assert_eq!(sandbox.read("i.sops.yaml").matches("password:").count(), 1);
}

#[test]
fn a_docker_config_says_not_where_it_lands() {
    let config = json!({ "auths": { "ghcr.io": entry("octocat") } }).to_string();
    let sandbox = Sandbox::new(&[("config.json", &config)]);
    let outcome = sandbox.run(&["import", "config.json", "--write", "-"]).succeeded();
    assert!(
        outcome
            .stdout
            .contains("# Fill in: nothing said where it lands.\nnamespaces = [\"default\"]")
    );
    assert!(outcome.stdout.contains("recipients = []"), "{outcome}");
}

#[test]
fn what_is_next_tells_an_offline_run_of_programs() {
    let config = json!({ "auths": { "quay.io": {} }, "credsStore": "test" }).to_string();
    let next = |option: &[&str]| {
        let sandbox = Sandbox::new(&[("config.json", &config)]);
        let arguments = ["import", "config.json", "-n", "a", "-r", RECIPIENT];
        let outcome = sandbox.run(&[&arguments[..], option].concat()).succeeded();
        outcome.stdout.split_once("next:\n").unwrap().1.to_owned()
    };
    assert_eq!(next(&[]), "  1. regrender build\n");
    assert_eq!(
        next(&["--offline"]),
        "  1. name other sources of `quay`, which programs keep, or build where these may be \
         started\n  2. regrender build\n"
    );
}

/// A helper that knows one login.
#[cfg(unix)]
fn install_helper(sandbox: &mut Sandbox, name: &str, script: &str) {
    use std::os::unix::fs::PermissionsExt as _;

    let path = format!("bin/docker-credential-{name}");
    sandbox.write(&path, &format!("#!/bin/sh\n{script}\n"));
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(sandbox.path(&path), mode).unwrap();
    let folder = sandbox.path("bin").display().to_string();
    sandbox.set("PATH", &format!("{folder}:/usr/bin:/bin"));
}

#[cfg(unix)]
#[test]
fn what_a_helper_keeps_is_asked_of_it_only_to_be_sealed() {
    let config = json!({ "auths": { "quay.io": {} }, "credsStore": "test" }).to_string();
    let mut sandbox = Sandbox::new(&[("config.json", &config)]);
    let answer =
        r#"cat > /dev/null; touch asked; echo '{"Username": "bot", "Secret": "canary-4f1d"}'"#;
    install_helper(&mut sandbox, "test", answer);
    let outcome = sandbox.run(&["import", "config.json", "-r", RECIPIENT, "-w", "-"]).succeeded();
    let credential = r#"credential = { helper = "test", key = "quay.io" }"#;
    assert!(outcome.stdout.contains(credential), "{outcome}");
    assert!(!sandbox.exists("asked"));
    let arguments =
        ["import", "config.json", "-n", "a", "-r", RECIPIENT, "--seal-into", "i.sops.yaml"];
    let offline = sandbox.run(&[arguments.as_slice(), &["--offline"]].concat()).ended_with(1);
    assert!(offline.stderr.contains("offline"), "{offline}");
    sandbox.run(&arguments).succeeded();
    assert!(sandbox.exists("asked"));
    let text = sandbox.read("registries.toml");
    assert!(text.contains("username = \"bot\"\npassword = { sops = "), "{text}");
    sandbox.set("SOPS_AGE_KEY", IDENTITY);
    std::fs::remove_dir_all(sandbox.path("bin")).unwrap();
    sandbox.run(&["build"]).succeeded();
}

#[cfg(unix)]
#[test]
fn a_helper_that_knows_nothing_leaves_nothing_behind() {
    let config = json!({ "auths": { "quay.io": {} }, "credsStore": "test" }).to_string();
    let mut sandbox = Sandbox::new(&[("config.json", &config)]);
    let answer = "cat > /dev/null; echo 'credentials not found in native keychain'; exit 1";
    install_helper(&mut sandbox, "test", answer);
    let arguments = ["import", "config.json", "-r", RECIPIENT, "--seal-into", "i.sops.yaml"];
    assert_snapshot!(sandbox.run(&arguments).ended_with(1), @r#"
    --- stderr
    error[helper-no-credential]: the credential of registry `quay` cannot be obtained: `docker-credential-test` has none for it
     --> <import>:6:14
      |
    6 | credential = { helper = "test", key = "quay.io" }
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ kept by `docker-credential-test`
      |
      = note: it was asked for `quay.io`
      = help: log in with `docker login quay.io`, or name another address with `key`

    error: credentials cannot be obtained from the programs that keep them; nothing was written
      help: without `--seal-into` the programs are not asked
      help: `regrender explain helper-no-credential` says more
    --- status 1
    "#);
    assert!(!sandbox.exists("registries.toml") && !sandbox.exists("i.sops.yaml"));
}
