//! Small repositories, and what is read in them.

use regrender_audit::{AuditReport, Declared, Inventory, Workload, audit};

/// A workload without a namespace, and its only image.
pub(crate) const WEB: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n\
    spec: {template: {spec: {containers: [{name: app, image: 'a.io/web:1'}]}}}\n";

/// Reads files, given as path and text.
pub(crate) fn read(files: &[(&str, &str)]) -> Inventory {
    Inventory::read(files.iter().map(|(path, text)| (*path, text.as_bytes())))
}

/// Audits files without a registries.toml and without a key.
pub(crate) fn report(files: &[(&str, &str)]) -> AuditReport {
    audit(&read(files), &Declared::default(), &|_| None)
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
