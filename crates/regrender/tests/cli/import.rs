//! What exists, as a first registries.toml.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use insta::assert_snapshot;
use regrender_image::{ConfigShape, decode_docker_config};
use serde_json::{Value, json};

use crate::sandbox::{IDENTITY, RECIPIENT, Sandbox};

fn entry(username: &str) -> Value {
    let password = format!("canary-4f1d-{username}");
    let auth = STANDARD.encode(format!("{username}:{password}"));
    json!({ "username": username, "password": password, "auth": auth })
}

fn secret(namespace: &str, name: &str, auths: &Value) -> Value {
    let payload = STANDARD.encode(json!({ "auths": auths }).to_string());
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": { "name": name, "namespace": namespace, "uid": "1" },
        "type": "kubernetes.io/dockerconfigjson",
        "data": { ".dockerconfigjson": payload },
    })
}

fn account(namespace: &str, name: &str, pull_secrets: &[&str]) -> Value {
    let names: Vec<Value> = pull_secrets.iter().map(|name| json!({ "name": name })).collect();
    json!({
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": { "name": name, "namespace": namespace },
        "imagePullSecrets": names,
    })
}

/// What opens an entry: username and password.
type Logins = BTreeMap<String, (String, Vec<u8>)>;

/// What `kubectl get secrets,serviceaccounts -A -o json` prints.
fn list(items: &[Value]) -> String {
    json!({ "apiVersion": "v1", "kind": "List", "items": items }).to_string()
}

/// The cluster of most tests: two namespaces with the same pull secret, one with another.
fn cluster() -> Vec<Value> {
    let both = json!({
        "https://index.docker.io/v1/": entry("acme-bot"),
        "private-registry.io/apps/": entry("registry-user"),
    });
    vec![
        secret("team-a", "regcred", &both),
        secret("team-b", "regcred", &both),
        secret("team-c", "ghcr", &json!({ "ghcr.io": entry("octocat") })),
        account("team-a", "default", &["regcred", "legacy"]),
        account("team-b", "default", &["regcred"]),
        account("team-b", "builder", &["regcred"]),
        json!({ "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
                "metadata": { "name": "other", "namespace": "team-a" },
                "data": { "password": STANDARD.encode("canary-4f1d") } }),
    ]
}

fn piped(items: &[Value]) -> Sandbox {
    let mut sandbox = Sandbox::new(&[]);
    sandbox.type_in(&list(items));
    sandbox
}

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
    service-accounts = ["default"]
    keep = ["legacy"]
    "#);
}

#[test]
fn what_was_imported_builds_once_the_passwords_are_there() {
    let mut sandbox = piped(&cluster());
    sandbox.run(&["import", "-", "--recipient", RECIPIENT]).succeeded();
    for name in ["HUB_TOKEN", "PRIVATE_REGISTRY_IO_PASSWORD", "GHCR_TOKEN"] {
        sandbox.set(name, "canary-4f1d");
    }
    sandbox.set("SOPS_AGE_KEY", IDENTITY);
    sandbox.run(&["build"]).succeeded();
    sandbox.run(&["verify"]).succeeded();
}

/// Lists the logins of a Secret.
fn logins(payload: &[u8]) -> Logins {
    let config = decode_docker_config(payload, ConfigShape::DockerConfigJson).unwrap();
    let entries = config.entries.into_iter();
    entries
        .map(|(key, entry)| (key, (entry.username_text(), entry.password.expose().to_vec())))
        .collect()
}

fn payload_of(secret: &Value) -> Vec<u8> {
    let text = secret.pointer("/data/.dockerconfigjson").and_then(Value::as_str).unwrap();
    STANDARD.decode(text).unwrap()
}

/// Imports Secrets with their passwords sealed, builds, and compares what was built with them.
#[track_caller]
fn round_trip(items: &[Value]) -> Sandbox {
    let mut sandbox = piped(items);
    sandbox.set("SOPS_AGE_KEY", IDENTITY);
    let arguments = ["import", "-", "--recipient", RECIPIENT, "--seal-into", "import.sops.yaml"];
    sandbox.run(&arguments).succeeded();
    sandbox.run(&["build"]).succeeded();
    for item in items.iter().filter(|item| item["type"] == "kubernetes.io/dockerconfigjson") {
        let text = |pointer| item.pointer(pointer).and_then(Value::as_str).unwrap().to_owned();
        let (name, namespace) = (text("/metadata/name"), text("/metadata/namespace"));
        let path = format!("pull-secrets/manifests/{namespace}/{name}.sops.yaml");
        let opened = sandbox.run_unsearched(&["reveal", &path]).succeeded().stdout;
        let payload =
            opened.lines().find_map(|line| line.trim().strip_prefix(".dockerconfigjson: "));
        let payload = STANDARD.decode(payload.unwrap()).unwrap();
        assert_eq!(logins(&payload), logins(&payload_of(item)), "{namespace}/{name}");
    }
    sandbox
}

#[test]
fn sealed_passwords_build_the_same_secrets() {
    let sandbox = round_trip(&cluster());
    assert_snapshot!(sandbox.read("registries.toml"), @r#"
    # Written by `regrender import`. What each key means: docs/config.md of regrender.

    [seal]
    # Who can open the sealed files: you, your colleagues, each cluster.
    recipients = ["age1afwjt8jlpw8869ev0dtxeujpehx98xnleh0s2m6qagnz0c96ec0s9408xt"]

    [registry.hub]
    kind = "docker-hub"
    username = "acme-bot"
    password = { sops = "import.sops.yaml", key = "data.hub.password" }

    [registry.ghcr]
    kind = "ghcr"
    username = "octocat"
    password = { sops = "import.sops.yaml", key = "data.ghcr.password" }

    [registry.private-registry-io]
    host = "private-registry.io"
    paths = ["apps/"]
    username = "registry-user"
    password = { sops = "import.sops.yaml", key = "data.private-registry-io.password" }

    [secret.ghcr]
    registries = ["ghcr"]
    namespaces = ["team-c"]

    [secret.regcred]
    registries = ["hub", "private-registry-io"]
    namespaces = ["team-a", "team-b"]
    # These accounts name it too, but not in every namespace; they are left as they are:
    # team-b/builder
    service-accounts = ["default"]
    keep = ["legacy"]
    "#);
    let sealed = sandbox.read("import.sops.yaml");
    assert!(sealed.contains("ENC[AES256_GCM") && !sealed.contains("canary"), "{sealed}");
    sandbox.run(&["build", "--check"]).succeeded();
    sandbox.run(&["verify"]).succeeded();
}

#[test]
fn the_clouds_long_lived_credentials_build_the_same_secrets() {
    let auths = json!({
        "acme.azurecr.io": entry("puller"),
        "eu.gcr.io": entry("_json_key"),
        "europe-west1-docker.pkg.dev/acme/": entry("_json_key"),
        "harbor.example.com": entry("robot$acme+ci"),
        "registry.example.com:5000": entry("u"),
        "*.example.org": entry("wild"),
    });
    round_trip(&[secret("a", "regcred", &auths)]);
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
    assert_snapshot!(sandbox.read("registries.toml"), @r#"
    # Written by `regrender import`. What each key means: docs/config.md of regrender.

    [seal]
    # Who can open the sealed files: you, your colleagues, each cluster.
    recipients = ["age1afwjt8jlpw8869ev0dtxeujpehx98xnleh0s2m6qagnz0c96ec0s9408xt"]

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
    let outcome = sandbox.run(&["import", "-", "--recipient", RECIPIENT, "--write", "-"]);
    assert_snapshot!(outcome.succeeded(), @r#"
    # Written by `regrender import`. What each key means: docs/config.md of regrender.

    [seal]
    # Who can open the sealed files: you, your colleagues, each cluster.
    recipients = ["age1afwjt8jlpw8869ev0dtxeujpehx98xnleh0s2m6qagnz0c96ec0s9408xt"]

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
    assert_snapshot!(sandbox.read("registries.toml"), @r#"
    # Written by `regrender import`. What each key means: docs/config.md of regrender.

    [seal]
    # Who can open the sealed files: you, your colleagues, each cluster.
    recipients = ["age1afwjt8jlpw8869ev0dtxeujpehx98xnleh0s2m6qagnz0c96ec0s9408xt"]

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
fn the_config_of_docker_is_what_is_read_when_nothing_is_named() {
    let config = json!({
        "auths": { "ghcr.io": entry("octocat"), "quay.io": {} },
        "credHelpers": { "111122223333.dkr.ecr.eu-west-1.amazonaws.com": "ecr-login" },
        "credsStore": "pass",
    });
    let sandbox = Sandbox::new(&[(".home/.docker/config.json", &config.to_string())]);
    let arguments = ["import", "--recipient", RECIPIENT, "--namespace", "team-a", "--write", "-"];
    assert_snapshot!(sandbox.run(&arguments).succeeded(), @r#"
    # Written by `regrender import`. What each key means: docs/config.md of regrender.

    [seal]
    # Who can open the sealed files: you, your colleagues, each cluster.
    recipients = ["age1afwjt8jlpw8869ev0dtxeujpehx98xnleh0s2m6qagnz0c96ec0s9408xt"]

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
fn what_is_next_names_the_file_that_was_written() {
    let sandbox = piped(&cluster());
    sandbox.write("sub/x", "");
    let recipient = ["--recipient", RECIPIENT];
    let arguments = ["import", "-", "--write", "sub/out.toml", "--seal-into", "sub/in.sops.yaml"];
    let outcome = sandbox.run(&[&arguments[..], &recipient].concat()).succeeded();
    assert!(outcome.stdout.contains("sealed the passwords into sub/in.sops.yaml\n"), "{outcome}");
    assert!(outcome.stdout.ends_with(". regrender build --config sub/out.toml\n"), "{outcome}");
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

#[test]
fn two_files_are_not_one() {
    let mut sandbox = Sandbox::new(&[]);
    sandbox.type_in(&list(&cluster()));
    let arguments = ["import", "-", "--write", "one.yaml", "--seal-into", "one.yaml"];
    assert_snapshot!(sandbox.run(&arguments).ended_with(2), @"
    --- stderr
    error: `--write` and `--seal-into` name the same file
      help: give each a file of its own
    --- status 2
    ");
    assert!(!sandbox.exists("one.yaml"));
}

#[test]
fn what_init_wrote_and_nobody_filled_in_is_told() {
    let mut sandbox = piped(&cluster());
    sandbox.set("SOPS_AGE_KEY", IDENTITY);
    sandbox.run(&["init"]).succeeded();
    let told = || sandbox.run(&["import", "-"]).ended_with(1).stderr;
    assert!(told().contains("help: remove it: its registries are still those"), "{}", told());
    sandbox.edit("registries.toml", "acme-bot", "my-bot");
    assert!(told().contains("help: name another file"), "{}", told());
}

#[test]
fn nothing_is_overwritten() {
    let mut sandbox = piped(&cluster());
    sandbox.write("registries.toml", "mine");
    sandbox.write("sealed.yaml", "mine too");
    let arguments = ["import", "-", "-r", RECIPIENT, "--seal-into", "sealed.yaml"];
    assert_snapshot!(sandbox.run(&arguments).ended_with(1), @"
    --- stderr
    error: `registries.toml` exists; it is left as it is
    error: `sealed.yaml` exists; it is left as it is
      help: name another file: `--write FILE`, `--seal-into FILE`; `--write -` prints it
    --- status 1
    ");
    assert_eq!(sandbox.read("registries.toml"), "mine");
    assert_eq!(sandbox.read("sealed.yaml"), "mine too");
    sandbox.type_in(&list(&cluster()));
    let arguments = ["import", "-", "-r", RECIPIENT, "--seal-into", "new.json", "-w", "new.toml"];
    assert_snapshot!(sandbox.run(&arguments).ended_with(2), @"
    --- stderr
    error: `new.json` is not the name of a YAML file, and sops goes by the name
      help: let it end in `.sops.yaml`
    --- status 2
    ");
    assert!(!sandbox.exists("new.toml"));
}

#[test]
fn the_recipients_are_those_that_are_at_hand() {
    let sandbox = piped(&cluster());
    sandbox.write(".home/.config/sops/age/keys.txt", IDENTITY);
    let outcome = sandbox.run(&["import", "-", "--write", "-"]).succeeded();
    assert!(outcome.stdout.contains(RECIPIENT), "{outcome}");

    let mut sandbox = Sandbox::simple();
    sandbox.type_in(&list(&cluster()));
    let outcome = sandbox.run(&["import", "-", "--write", "other.toml"]).succeeded();
    assert!(outcome.stderr.contains("taking the recipients of `registries.toml`"), "{outcome}");
    assert!(sandbox.read("other.toml").contains(RECIPIENT));
}

#[test]
fn a_registries_toml_that_is_wrong_is_in_the_way_only_without_a_recipient() {
    let mut sandbox = Sandbox::simple();
    sandbox.type_in(&list(&cluster()));
    sandbox.edit("registries.toml", "kind = \"docker-hub\"", "kind = \"ecr\"");
    let arguments = ["import", "-", "--write", "other.toml"];
    let outcome = sandbox.run(&arguments).ended_with(1);
    let way_out = "or name who can open what is sealed: `--recipient age1…`";
    assert!(outcome.stderr.contains(way_out), "{outcome}");
    sandbox.run(&[&arguments[..], &["--recipient", RECIPIENT]].concat()).succeeded();
}

#[test]
fn sealing_needs_a_recipient() {
    let sandbox = piped(&cluster());
    let arguments = ["import", "-", "--seal-into", "import.sops.yaml"];
    assert_snapshot!(sandbox.run(&arguments).ended_with(2), @"
    --- stderr
    error: nobody is named who could open what is sealed
      help: name a public key: `--recipient age1…`; `regrender init` makes a pair
    --- status 2
    ");
    assert!(!sandbox.exists("import.sops.yaml"));
}

#[test]
fn every_recipient_that_is_none_is_told_and_not_repeated() {
    let sandbox = piped(&cluster());
    let arguments =
        ["import", "-", "--write", "-", "-r", "age1nobody", "-r", RECIPIENT, "-r", IDENTITY.trim()];
    let outcome = sandbox.run(&arguments).ended_with(2);
    assert_snapshot!(outcome, @"
    --- stderr
    error: recipient 1 is none: the recipient is damaged: it was not copied whole
    error: recipient 3 is none: this is a secret key, not a recipient
      help: name a public key: `--recipient age1…`; `regrender init` makes a pair
    --- status 2
    ");
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

mod property {
    use proptest::prelude::*;

    use super::*;

    fn username() -> impl Strategy<Value = String> {
        prop_oneof!["[a-z+$_:. @-]{0,12}", "[\\PC]{1,6}", Just(String::from("AWS"))]
    }

    fn key() -> impl Strategy<Value = String> {
        let host = prop_oneof![
            "[a-z]{1,5}\\.(io|com|example)",
            "[A-Za-z*._-]{1,12}",
            Just(String::from("docker.io")),
            Just(String::from("index.docker.io/v1/")),
            Just(String::from("ghcr.io")),
            Just(String::from("111122223333.dkr.ecr.eu-west-1.amazonaws.com")),
            Just(String::from("acme.azurecr.io")),
            Just(String::from("europe-west1-docker.pkg.dev")),
        ];
        ("(https://|http://|)", host, "(|:5000|:443|:x)", "(|/|/v1|/v2/|/apps/|/apps|/a//b|/A)")
            .prop_map(|(scheme, host, port, path)| format!("{scheme}{host}{port}{path}"))
    }

    fn secrets() -> impl Strategy<Value = Vec<Value>> {
        let entries = prop::collection::btree_map(key(), username(), 0..5);
        let name = "(regcred|hub|a\\.b)";
        let one = ("[a-c]", name, entries).prop_map(|(namespace, name, entries)| {
            let entries: BTreeMap<_, _> =
                entries.iter().map(|(key, username)| (key, entry(username))).collect();
            secret(&namespace, &name, &json!(entries))
        });
        prop::collection::vec(one, 1..6)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever a cluster holds, what is written is valid but for what somebody must choose.
        #[test]
        fn what_is_written_is_valid(items in secrets()) {
            let sandbox = piped(&items);
            let outcome = sandbox.run(&["import", "-", "-r", RECIPIENT, "--write", "-"]);
            prop_assume!(outcome.status == 0);
            let text = outcome.stdout.replace("# provide =", "provide =");
            let parsed = regrender_config::parse(&text);
            let errors: Vec<_> =
                parsed.diagnostics.iter().filter(|one| one.is_error()).collect();
            prop_assert!(errors.is_empty(), "{errors:?}\n{text}");
        }
    }
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
