//! The recorded cases, asked through manifests.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use regrender_audit::{Declared, Explanation, Question, explain};
use serde_json::{Value, json};

/// Reads recorded cases, one a line.
pub(crate) fn cases(file: &str) -> Vec<Value> {
    let path = format!("{}/../../testdata/vectors/{file}", env!("CARGO_MANIFEST_DIR"));
    #[expect(clippy::disallowed_methods, reason = "a test reads its recorded cases")]
    let text = std::fs::read_to_string(&path).expect("the recorded cases are there");
    text.lines().map(|line| serde_json::from_str(line).expect("a case is JSON")).collect()
}

fn ask(image: &str, secrets: &[String], pod: Option<&str>, accounts: Option<&str>) -> Explanation {
    let secrets: Vec<(&str, &[u8])> =
        secrets.iter().map(|text| ("secret.json", text.as_bytes())).collect();
    explain(&Question {
        image,
        pull_secrets: &secrets,
        pod: pod.map(|text| ("pod.json", text.as_bytes())),
        service_account: accounts.map(|text| ("account.json", text.as_bytes())),
        declared: &Declared::default(),
        open: &|_| None,
    })
}

fn manifest(secret: &Value) -> String {
    let mut data = serde_json::Map::new();
    for (key, value) in secret["data"].as_object().into_iter().flatten() {
        let text = value.as_str().unwrap_or_default();
        data.insert(key.clone(), BASE64_STANDARD.encode(text).into());
    }
    json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": secret["name"]},
        "type": secret["type"],
        "data": data,
    })
    .to_string()
}

#[test]
fn every_recorded_keyring_is_explained_as_it_answered() {
    for case in cases("keyring.jsonl") {
        let (id, expected) = (&case["id"], &case["expected"]);
        let secrets: Vec<String> =
            case["input"]["secrets"].as_array().unwrap().iter().map(manifest).collect();
        let found = ask(case["input"]["image"].as_str().unwrap(), &secrets, None, None);
        assert!(found.unreadable.is_empty(), "{id}: {:?}", found.unreadable);
        assert_eq!(found.valid, expected["image_error"].is_null(), "{id}");
        assert_eq!(!found.broken.is_empty(), expected["secrets_error"].is_string(), "{id}");
        if !found.valid || !found.broken.is_empty() {
            assert!(found.credentials.is_empty(), "{id}");
            continue;
        }
        let mut wanted: Vec<(String, String)> = expected["credentials"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["secret"].to_string(), one["username"].to_string()))
            .collect();
        let mut credentials: Vec<(String, String)> = found
            .credentials
            .iter()
            .map(|one| (json!(one.secret).to_string(), json!(one.username).to_string()))
            .collect();
        if expected["deterministic"] == false {
            wanted.sort();
            credentials.sort();
        }
        assert_eq!(credentials, wanted, "{id}");
    }
}

#[test]
fn every_recorded_pod_is_explained_as_it_was_admitted() {
    for case in cases("injection.jsonl") {
        let (id, expected) = (&case["id"], &case["expected"]);
        let mut pod = case["input"]["pod"].clone();
        pod["apiVersion"] = "v1".into();
        pod["kind"] = "Pod".into();
        pod["metadata"]["namespace"] = case["input"]["namespace"].clone();
        let accounts: Vec<Value> = case["input"]["serviceAccounts"]
            .as_array()
            .unwrap()
            .iter()
            .cloned()
            .map(|mut account| {
                account["apiVersion"] = "v1".into();
                account["kind"] = "ServiceAccount".into();
                account
            })
            .collect();
        let list = json!({"apiVersion": "v1", "kind": "List", "items": accounts}).to_string();
        let found = ask("busybox", &[], Some(&pod.to_string()), Some(&list));
        assert_eq!(found.rejected.is_none(), expected["admitted"] == true, "{id}");
        assert_eq!(json!(found.pull_secrets), expected["imagePullSecrets"], "{id}");
    }
}
