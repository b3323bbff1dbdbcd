//! What is wrong with Secrets and with lists of them, whatever is pulled.

use regrender_audit::{Declared, audit};

use super::repository::{
    LOGIN, audited, findings, finds, messages, pod, private, read, secret, verdicts,
};

#[test]
fn secrets_are_checked_whatever_the_images() {
    for (auths, code) in [
        (r#"{"R.io":{"auth":"YTpi"}}"#, "key-dead"),
        (r#"{"r.io:x":{"auth":"YTpi"}}"#, "key-dead"),
        (r#"{"r.io:443":{"auth":"YTpi"}}"#, "key-narrow"),
        (r#"{"r.io":{"auth":"YTpi"},"https://r.io":{"auth":"YTpi"}}"#, "key-alias"),
        (r#"{"r.io":{"auth":"YTpi"},"r.io":{"auth":"YTpi"}}"#, "key-repeated"),
        (r#"{"r.io":{"identitytoken":"canary-4f1d"}}"#, "secret-token-only"),
        (r#"{"r.io":{"username":"a:b"}}"#, "username-with-colon"),
        (r#"{"r.io":{"username":"a","password":"canary-4f1d\n"}}"#, "trailing-line-feed"),
        (r#"{"r.io":{"auth":"x"}}"#, "broken-secret"),
        (r#"{"r.io":{"Auth":"YTpi"}}"#, "secret-odd-case"),
        (r#"{"r.io":{"auth":"YTpi"}},"credsStore":"x"#, "secret-unused"),
    ] {
        finds(&[("a.yaml", &secret("s", auths))], code);
    }
    let wrong = secret("s", "{}").replace("kubernetes.io/dockerconfigjson", "Opaque");
    finds(&[("a.yaml", &wrong)], "secret-wrong-type");
    let empty = secret("s", "{}").replace(r#"'{"auths":{}}'"#, "''");
    finds(&[("a.yaml", &empty)], "secret-empty");
    let bare = secret("s", "{}").replace("auths", "x");
    finds(&[("a.yaml", &bare)], "secret-no-auths");
    let bad = secret("s", "{}").replace("stringData", "data");
    finds(&[("a.yaml", &bad)], "secret-bad-data");
    let missing = secret("s", "{}").replace(".dockerconfigjson:", "config:");
    finds(&[("a.yaml", &missing)], "secret-wrong-type");
}

#[test]
fn a_value_that_is_no_base64_is_told_once() {
    let bad = secret("s", "{}").replace("stringData", "data") + &pod("r.io/x", "[{name: s}]");
    let found = findings(&[("a.yaml", &bad)]);
    let of_secret: Vec<&String> = found.iter().filter(|one| one.starts_with("secret-")).collect();
    assert_eq!(of_secret, ["secret-bad-data 2"]);
    let other = "kind: Secret\nmetadata: {name: s, namespace: n}\ndata: {token: '***'}\n";
    assert_eq!(findings(&[("a.yaml", other)]), [""; 0]);
}

/// The API server takes nothing of a Secret of which one value is no base64.
#[test]
fn a_secret_that_is_refused_covers_nothing() {
    let good = secret("s", &format!(r#"{{"r.io":{LOGIN}}}"#));
    let bad = good.replacen("stringData:", "data: {other: '!!!'}\nstringData:", 1);
    assert_ne!(good, bad);
    let pod = pod("r.io/x", "[{name: s}]");
    for (secret, verdict) in [(good, "covered"), (bad, "undetermined")] {
        let text = secret + &pod;
        assert_eq!(verdicts(&[("a.yaml", &text)], &private("r.io")), [verdict]);
        if verdict == "undetermined" {
            finds(&[("a.yaml", &text)], "secret-bad-data");
        }
    }
}

#[test]
fn lists_are_checked() {
    finds(&[("a.yaml", &pod("r.io/x", "[{name: a}, {name: a}]"))], "pull-secret-twice");
    finds(&[("a.yaml", &pod("r.io/x", "[{name: a}]"))], "pull-secret-missing");
    let elsewhere =
        secret("s", "{}").replace("namespace: n", "namespace: m") + &pod("r.io/x", "[{name: s}]");
    finds(&[("a.yaml", &elsewhere)], "pull-secret-elsewhere");
    let enforcing = "kind: ServiceAccount\nmetadata:\n  name: default\n  namespace: n\n  annotations: {kubernetes.io/enforce-mountable-secrets: 'true'}\n";
    finds(
        &[("a.yaml", &(enforcing.to_owned() + &pod("r.io/x", "[{name: a}]")))],
        "account-rejects-pod",
    );
    let account =
        "kind: ServiceAccount\nmetadata: {name: s, namespace: m}\nimagePullSecrets: [{name: a}]\n";
    let text = account.to_owned() + &pod("r.io/x", "[]\n  serviceAccountName: s");
    finds(&[("a.yaml", &text)], "account-elsewhere");
    finds(&[("a.yaml", &text)], "account-unused");
    // What installs an operator brings its accounts along.
    let installed = text
        .replace("kind: Pod", "kind: ClusterServiceVersion")
        .replace("apiVersion: v1", "apiVersion: operators.coreos.com/v1alpha1");
    let report = audited(&[("a.yaml", &installed)], &Declared::default());
    assert!(report.findings.iter().all(|one| one.code.name() != "account-elsewhere"));
    assert_eq!(report.images.len(), 1);
    let unused = secret("s", &format!(r#"{{"q.io":{LOGIN}}}"#)) + &pod("r.io/x", "[{name: s}]");
    finds(&[("a.yaml", &unused)], "key-unused");
}

#[test]
fn docker_hubs_key_is_used_by_its_images_alone() {
    let hub = secret("s", &format!(r#"{{"https://index.docker.io/v1/":{LOGIN}}}"#));
    let is_unused = |image: &str| {
        !messages(&[("a.yaml", &(hub.clone() + &pod(image, "[{name: s}]")))], "key-unused")
            .is_empty()
    };
    assert!(!is_unused("busybox"));
    assert!(is_unused("r.io/app"));
    let own = secret("s", &format!(r#"{{"r.io":{LOGIN}}}"#)) + &pod("r.io/app", "[{name: s}]");
    assert!(messages(&[("a.yaml", &own)], "key-unused").is_empty());
}

#[test]
fn a_pod_that_lists_what_its_account_lists_leaves_nothing_out() {
    let account = |name: &str| {
        format!(
            "---\nkind: ServiceAccount\nmetadata: {{name: {name}, namespace: n}}\n\
             imagePullSecrets: [{{name: s}}, {{}}]\n"
        )
    };
    let both = secret("s", &format!(r#"{{"r.io":{LOGIN}}}"#)) + &account("default");
    let text = both.clone() + &pod("r.io/app", "[{name: s}]");
    assert_eq!(messages(&[("a.yaml", &text)], "account-secrets-not-added"), [""; 0]);
    // Workloads that nothing here knows of run under the default account.
    assert_eq!(messages(&[("a.yaml", &both)], "account-unused"), [""; 0]);
    let unused = both + &account("web");
    assert_eq!(
        messages(&[("a.yaml", &unused)], "account-unused"),
        ["ServiceAccount `web` has pull secrets, but no workload here runs under it"]
    );
    let bare = "kind: ServiceAccount\nmetadata: {name: web, namespace: n}\n";
    assert_eq!(messages(&[("a.yaml", bare)], "account-unused"), [""; 0]);
}

#[test]
fn secret_that_something_else_uses_is_not_unused() {
    for user in [
        "kind: OCIRepository\nspec: {secretRef: {name: s}}\n",
        "apiVersion: v1\nkind: Pod\nspec: {containers: [], volumes: [{secret: {secretName: s}}]}\n",
        "kind: ServiceAccount\nmetadata: {name: default}\nsecrets: [{name: s}]\n",
    ] {
        let text = user.to_owned() + &secret("s", &format!(r#"{{"q.io":{LOGIN}}}"#));
        assert_eq!(findings(&[("a.yaml", &text)]).len(), 1, "only the leak: {user}");
    }
}

/// A sealed Secret that says when it is dead.
fn dying(moment: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  namespace: n\n  annotations:\n    \
         regrender.dev/expires-at: \"{moment}\"\ntype: kubernetes.io/dockerconfigjson\n\
         data:\n  .dockerconfigjson: ENC[AES256_GCM,data:x]\nsops:\n  mac: ENC[AES256_GCM,data:y]\n"
    )
}

#[test]
fn a_sealed_secret_tells_its_death_without_a_key() {
    let declared = Declared { now: Some("2026-11-21T12:00:00Z".to_owned()), ..Declared::default() };
    let told = |moment: &str| {
        let report = audited(&[("a.yaml", &dying(moment))], &declared);
        let codes = report.findings.iter().map(|one| one.code.name());
        codes.filter(|code| code.starts_with("secret-expire")).collect::<Vec<_>>()
    };
    assert_eq!(told("2026-11-21T11:59:59Z"), ["secret-expired"]);
    assert_eq!(told("2026-11-21T12:00:00Z"), ["secret-expired"]);
    assert_eq!(told("2026-11-21T12:00:01Z"), ["secret-expires"]);
    finds(&[("a.yaml", &dying("2026-11-21T11:59:59Z"))], "secret-expires");
}

#[test]
fn a_secret_that_is_rendered_elsewhere_too_is_told() {
    let whole = secret("regcred", "{}");
    let patch = "apiVersion: v1\nkind: Secret\nmetadata: {name: regcred, namespace: n}\n";
    let told = |text: &str, is_rendered: bool| -> Vec<String> {
        let files =
            [("a.yaml", text), ("b/kustomization.yaml", "namespace: m\nresources: [../a.yaml]\n")];
        let mut inventory = read(&files);
        inventory.check_second_manifests(|landing| is_rendered && landing.name == "regcred");
        let report = audit(&inventory, &Declared::default(), &|_| None);
        let found = report.findings.into_iter().filter(|one| one.code.name() == "second-manifest");
        found.map(|one| one.message).collect()
    };
    let expected = "registries.toml declares Secret `regcred` in namespace `m` too, and what is \
                    applied last counts";
    assert_eq!(told(&whole, true), [expected]);
    assert!(told(&whole, false).is_empty() && told(patch, true).is_empty());
}
