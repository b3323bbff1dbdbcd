//! A cluster, as `kubectl get secrets,serviceaccounts -A -o json` prints it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::sandbox::{RECIPIENT, Sandbox};

pub(super) fn entry(username: &str) -> Value {
    let password = format!("canary-4f1d-{username}");
    let auth = STANDARD.encode(format!("{username}:{password}"));
    json!({ "username": username, "password": password, "auth": auth })
}

pub(super) fn secret(namespace: &str, name: &str, auths: &Value) -> Value {
    let payload = STANDARD.encode(json!({ "auths": auths }).to_string());
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": { "name": name, "namespace": namespace, "uid": "1" },
        "type": "kubernetes.io/dockerconfigjson",
        "data": { ".dockerconfigjson": payload },
    })
}

pub(super) fn account(namespace: &str, name: &str, pull_secrets: &[&str]) -> Value {
    let names: Vec<Value> = pull_secrets.iter().map(|name| json!({ "name": name })).collect();
    json!({
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": { "name": name, "namespace": namespace },
        "imagePullSecrets": names,
    })
}

/// What `kubectl get secrets,serviceaccounts -A -o json` prints.
pub(super) fn list(items: &[Value]) -> String {
    json!({ "apiVersion": "v1", "kind": "List", "items": items }).to_string()
}

/// The cluster of most tests: two namespaces with the same pull secret, one with another.
pub(super) fn cluster() -> Vec<Value> {
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

pub(super) fn piped(items: &[Value]) -> Sandbox {
    let mut sandbox = Sandbox::new(&[]);
    sandbox.type_in(&list(items));
    sandbox
}

/// Returns what an import wrote behind `[seal]` for the recipient of the tests: up to there it is always
/// the same.
#[track_caller]
pub(super) fn tables(text: &str) -> &str {
    let seal = format!("recipients = [\"{RECIPIENT}\"]\n\n");
    text.split_once(&seal).unwrap_or_else(|| panic!("{text}")).1
}
