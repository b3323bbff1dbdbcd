//! What is imported and built is what was there.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regrender_image::{ConfigShape, decode_docker_config};
use serde_json::{Value, json};

use super::cluster::{cluster, entry, piped, secret};
use crate::sandbox::{IDENTITY, RECIPIENT, Sandbox};

/// What opens an entry: username and password.
type Logins = BTreeMap<String, (String, Vec<u8>)>;

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

#[test]
fn sealed_passwords_build_the_same_secrets() {
    let sandbox = round_trip(&cluster());
    let plain = piped(&cluster()).run(&["import", "-", "--recipient", RECIPIENT, "--write", "-"]);
    let mut expected = plain.succeeded().stdout;
    for (registry, variable) in [
        ("hub", "HUB_TOKEN"),
        ("ghcr", "GHCR_TOKEN"),
        ("private-registry-io", "PRIVATE_REGISTRY_IO_PASSWORD"),
    ] {
        let source =
            format!("{{ sops = \"import.sops.yaml\", key = \"data.{registry}.password\" }}");
        expected = expected.replace(&format!("{{ env = \"{variable}\" }}"), &source);
    }
    assert!(!expected.contains("env ="), "{expected}");
    assert_eq!(sandbox.read("registries.toml"), expected);
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
