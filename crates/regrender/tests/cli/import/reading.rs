//! What an import reads: standard input, files and folders.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::cluster::{cluster, entry, piped, secret};
use crate::sandbox::{RECIPIENT, Sandbox};

#[test]
fn manifests_of_a_folder_are_read_with_their_kustomizations() {
    let manifest = secret("ignored", "regcred", &json!({ "ghcr.io": entry("octocat") }));
    let sandbox = Sandbox::new(&[
        ("apps/regcred.json", &manifest.to_string()),
        (
            "apps/kustomization.yaml",
            "resources: [regcred.json]\nnamespace: team-x\nnamePrefix: my-\n",
        ),
        ("apps/broken.yaml", "a: [\n"),
    ]);
    let outcome = sandbox.run(&["import", "apps", "-r", RECIPIENT, "--write", "-"]).succeeded();
    assert!(outcome.stdout.contains("[secret.my-regcred]"), "{outcome}");
    assert!(outcome.stdout.contains("namespaces = [\"team-x\"]"), "{outcome}");
    assert!(outcome.stderr.contains("`apps/broken.yaml` was not read"), "{outcome}");
}

#[test]
fn sealed_secrets_are_opened_when_an_identity_is_there() {
    let mut sandbox = Sandbox::simple();
    sandbox.run(&["build"]).succeeded();
    let arguments = ["import", "pull-secrets", "-r", RECIPIENT, "--write", "-"];
    let outcome = sandbox.run(&arguments).succeeded();
    assert!(outcome.stdout.contains("username = \"acme-bot\""), "{outcome}");
    sandbox.unset("SOPS_AGE_KEY");
    let outcome = sandbox.run(&arguments).ended_with(1);
    assert_snapshot!(outcome, @"
    --- stderr
    warning: `team-a/regcred`: it is sealed, and no identity opens it
    error: no pull secret with a credential was found; nothing was written
      help: name other sources, such as `-` for `kubectl get secrets -A -o json`
    --- status 1
    ");
}

#[test]
fn standard_input_is_read_once_however_often_it_is_named() {
    let once = piped(&cluster()).run(&["import", "-", "--write", "-"]).succeeded();
    let twice = piped(&cluster()).run(&["import", "-", "-", "--write", "-"]).succeeded();
    assert_eq!(once.stdout, twice.stdout);
}

#[test]
fn objects_that_follow_one_another_are_as_good_as_a_list() {
    let listed = piped(&cluster()).run(&["import", "-", "--write", "-"]).succeeded();
    let mut sandbox = Sandbox::new(&[]);
    sandbox.type_in(&cluster().iter().map(Value::to_string).collect::<Vec<_>>().join("\n"));
    let streamed = sandbox.run(&["import", "-", "--write", "-"]).succeeded();
    assert_eq!(streamed.to_string(), listed.to_string());
}

#[test]
fn sources_without_a_pull_secret_are_an_error() {
    let sandbox = Sandbox::new(&[("a.yaml", "kind: Namespace\nmetadata: {name: a}\n")]);
    assert_snapshot!(sandbox.run(&["import", "a.yaml"]).ended_with(1), @"
    --- stderr
    error: no pull secret with a credential was found; nothing was written
      help: name other sources, such as `-` for `kubectl get secrets -A -o json`
    --- status 1
    ");
    assert_snapshot!(sandbox.run(&["import", "none.yaml"]).ended_with(1), @"
    --- stderr
    error: `none.yaml` is not there
      help: name a docker config, a file or folder with manifests, or `-`
    --- status 1
    ");
    assert_snapshot!(sandbox.run(&["import"]).ended_with(1), @"
    --- stderr
    error: `.home/.docker/config.json` is not there
      help: name a docker config, a file or folder with manifests, or `-`
    --- status 1
    ");
    assert_snapshot!(sandbox.run(&["import", "-"]).ended_with(1), @"
    --- stderr
    error: standard input is empty
      help: see whether the program before the pipe failed
    --- status 1
    ");
    let broken = r#"{"auths": {"ghcr.io": {"auth": "canary-4f1d"}}}"#;
    sandbox.write("config.json", broken);
    assert_snapshot!(sandbox.run(&["import", "config.json"]).ended_with(1), @"
    --- stderr
    error: `config.json` is no docker config: the `auth` of `ghcr.io` cannot be decoded: not base64 of the standard alphabet
      help: log in anew, or take the entry out: docker cannot read the file either
    --- status 1
    ");
}

#[test]
fn a_docker_config_with_a_mark_before_it_is_told_as_what_it_is() {
    let config = "\u{feff}{\"auths\": {}}";
    let sandbox = Sandbox::new(&[("config.json", config)]);
    let outcome = sandbox.run(&["import", "config.json"]).ended_with(1);
    assert!(
        outcome.stderr.contains("`config.json` is no docker config: not valid JSON"),
        "{outcome}"
    );
}
