//! Pods and accounts, against the ServiceAccount admission plugin.

use regrender_image::{
    Account, ENFORCE_MOUNTABLE_SECRETS, PodAdmission, SecretReference, admit,
    enforces_mountable_secrets,
};
use serde_json::Value;

use crate::vector::{cases, list, text};

#[test]
fn every_recorded_pod_is_admitted_as_it_was() {
    for case in cases("injection.jsonl") {
        check(&case);
    }
}

#[track_caller]
fn check(case: &Value) {
    let id = text(case, "/id");
    let namespace = text(case, "/input/namespace");
    let accounts: Vec<Account> = list(case, "/input/serviceAccounts")
        .iter()
        .filter(|account| text(account, "/metadata/namespace") == namespace)
        .map(account)
        .collect();
    let pod = pod(&case["input"]["pod"]);
    let expected = &case["expected"];
    assert_eq!(pod.service_account(), text(expected, "/serviceAccountName"), "{id}");
    match admit(&pod, &accounts) {
        Ok(admitted) => {
            assert_eq!(expected["admitted"], true, "{id}");
            let wanted: Vec<&str> =
                list(expected, "/imagePullSecrets").iter().filter_map(Value::as_str).collect();
            assert_eq!(admitted.image_pull_secrets, wanted, "{id}");
        }
        Err(error) => assert_eq!(expected["admitted"], false, "{id}: {error}"),
    }
}

fn account(value: &Value) -> Account {
    let annotation = value["metadata"]["annotations"].get(ENFORCE_MOUNTABLE_SECRETS);
    Account {
        name: text(value, "/metadata/name").to_owned(),
        image_pull_secrets: names(value, "/imagePullSecrets"),
        mountable_secrets: names(value, "/secrets"),
        enforces_mountable_secrets: annotation
            .and_then(Value::as_str)
            .is_some_and(enforces_mountable_secrets),
    }
}

fn pod(value: &Value) -> PodAdmission {
    PodAdmission {
        service_account_name: text(value, "/spec/serviceAccountName").to_owned(),
        deprecated_service_account: text(value, "/spec/serviceAccount").to_owned(),
        image_pull_secrets: names(value, "/spec/imagePullSecrets"),
        is_mirror: value["metadata"]["annotations"].get("kubernetes.io/config.mirror").is_some(),
        secret_references: secret_references(value),
    }
}

fn secret_references(pod: &Value) -> Vec<SecretReference> {
    let limited = |name: &str| SecretReference { name: name.to_owned(), is_limited: true };
    let mut references = Vec::new();
    for volume in list(pod, "/spec/volumes").iter().filter(|volume| volume["secret"].is_object()) {
        references.push(limited(text(volume, "/secret/secretName")));
    }
    for containers in ["/spec/initContainers", "/spec/containers"] {
        for container in list(pod, containers) {
            let env = list(container, "/env").iter().map(|env| &env["valueFrom"]["secretKeyRef"]);
            let env_from = list(container, "/envFrom").iter().map(|from| &from["secretRef"]);
            let named = env.chain(env_from).filter(|reference| reference.is_object());
            references.extend(named.map(|reference| limited(text(reference, "/name"))));
        }
    }
    references
}

fn names(value: &Value, pointer: &str) -> Vec<String> {
    list(value, pointer).iter().map(|entry| text(entry, "/name").to_owned()).collect()
}
