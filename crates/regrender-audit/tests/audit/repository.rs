//! Small repositories, and what is read in them.

use regrender_audit::{AuditReport, Declared, Inventory, Workload, audit};

/// A workload without a namespace, and its only image.
pub(crate) const WEB: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n\
    spec: {template: {spec: {containers: [{name: app, image: 'a.io/web:1'}]}}}\n";

/// What stands behind a key of a docker configuration, and another one.
pub(crate) const LOGIN: &str = r#"{"username":"u","password":"canary-4f1d"}"#;
pub(crate) const OTHER: &str = r#"{"username":"v","password":"canary-4f1d"}"#;

/// Reads files, given as path and text.
pub(crate) fn read(files: &[(&str, &str)]) -> Inventory {
    Inventory::read(files.iter().map(|(path, text)| (*path, text.as_bytes())))
}

/// Audits files without a registries.toml and without a key.
pub(crate) fn report(files: &[(&str, &str)]) -> AuditReport {
    audited(files, &Declared::default())
}

/// Lists `namespace/name secrets account` of every workload.
pub(crate) fn workloads(files: &[(&str, &str)]) -> Vec<String> {
    let line = |one: &Workload| {
        let namespace = one.namespace.as_deref().unwrap_or("?");
        let account = one.service_account.as_deref().unwrap_or("-");
        format!("{namespace}/{} {:?} {account}", one.name, one.pull_secrets)
    };
    read(files).workloads().map(line).collect()
}

/// Lists `role container image` of every image.
pub(crate) fn images(files: &[(&str, &str)]) -> Vec<String> {
    let inventory = read(files);
    let all = inventory.workloads().flat_map(|workload| &workload.images);
    all.map(|one| format!("{} {} {}", one.role.name(), one.container, one.image)).collect()
}

/// Lists `namespace/name` of every workload.
pub(crate) fn addresses(files: &[(&str, &str)]) -> Vec<String> {
    let line = |one: &Workload| format!("{}/{}", one.namespace.as_deref().unwrap_or("?"), one.name);
    read(files).workloads().map(line).collect()
}

/// Audits files with what registries.toml declares.
pub(crate) fn audited(files: &[(&str, &str)], declared: &Declared) -> AuditReport {
    audit(&read(files), declared, &|_| None)
}

/// Lists the verdicts of all images.
pub(crate) fn verdicts(files: &[(&str, &str)], declared: &Declared) -> Vec<&'static str> {
    audited(files, declared).images.iter().map(|row| row.verdict.name()).collect()
}

/// Lists `code line` of the findings.
pub(crate) fn findings(files: &[(&str, &str)]) -> Vec<String> {
    let report = report(files);
    report.findings.iter().map(|one| format!("{} {}", one.code.name(), one.line)).collect()
}

/// Lists what the findings of a code say.
pub(crate) fn messages(files: &[(&str, &str)], code: &str) -> Vec<String> {
    let report = report(files);
    let found = report.findings.into_iter().filter(|one| one.code.name() == code);
    found.map(|one| one.message).collect()
}

/// Checks that a finding of a code is among those of the files.
#[track_caller]
pub(crate) fn finds(files: &[(&str, &str)], code: &str) {
    let found = findings(files);
    assert!(found.iter().any(|one| one.starts_with(code)), "{code}: {found:?}");
}

/// A pull secret in the namespace `n`.
pub(crate) fn secret(name: &str, auths: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Secret\nmetadata: {{name: {name}, namespace: n}}\n\
         type: kubernetes.io/dockerconfigjson\nstringData:\n  .dockerconfigjson: '{{\"auths\":{auths}}}'\n"
    )
}

/// A pod in the namespace `n`, with its list of pull secrets.
pub(crate) fn pod(image: &str, pull_secrets: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: p, namespace: n}}\nspec:\n  \
         imagePullSecrets: {pull_secrets}\n  containers:\n  - name: c\n    image: {image}\n"
    )
}

/// A registry whose images need a credential.
pub(crate) fn private(key: &str) -> Declared {
    Declared { private: vec![key.to_owned()], ..Declared::default() }
}
