//! A repository of many manifests, most of which hold neither an image nor a Secret.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

/// How many namespaces the manifests are spread over.
const NAMESPACES: usize = 50;

const REGISTRIES: &[&str] =
    &["private-registry.io", "ghcr.io", "docker.io", "quay.io", "mirror.corp:5000"];

const DECLARATION: &str = r#"[seal]
recipients = ["RECIPIENT"]

[registry.internal]
host = "private-registry.io"
username = "registry-user"
password = { env = "INTERNAL_PASSWORD" }

[registry.hub]
kind = "docker-hub"
anonymous = true

[secret.regcred]
registries = ["internal"]
namespaces = [NAMESPACES]
service-accounts = ["default"]
"#;

/// Writes `count` manifests below `folder`, and a declaration for `recipient`.
///
/// # Errors
///
/// A file cannot be written.
pub(super) fn write(folder: &Path, count: usize, recipient: &str) -> Result<()> {
    fs::create_dir_all(folder.join(".git")).context("cannot make the repository")?;
    fs::write(folder.join("registries.toml"), declaration(recipient))
        .context("cannot write registries.toml")?;
    for number in 0..count {
        let parent = folder.join(format!("apps/{}/{}", number % NAMESPACES, number / 1000));
        fs::create_dir_all(&parent).context("cannot make a folder of manifests")?;
        fs::write(parent.join(format!("{number}.yaml")), manifest(number))
            .context("cannot write a manifest")?;
    }
    Ok(())
}

/// Every namespace has the pull secret: what is uncovered is unknown, which is no error.
fn declaration(recipient: &str) -> String {
    let names: Vec<String> = (0..NAMESPACES).map(|number| format!("\"team-{number}\"")).collect();
    DECLARATION.replace("RECIPIENT", recipient).replace("NAMESPACES", &names.join(", "))
}

/// Returns a manifest: of twenty two are workloads, one is an account, and one in two hundred is a
/// Secret.
fn manifest(number: usize) -> String {
    let namespace = number % NAMESPACES;
    let (version, kind) = match number / NAMESPACES % 20 {
        0 => ("apps/v1", "Deployment"),
        1 => ("batch/v1", "Job"),
        2 => ("v1", "ServiceAccount"),
        3 if number.is_multiple_of(10) => ("v1", "Secret"),
        3..=5 => ("v1", "Service"),
        6..=8 => ("rbac.authorization.k8s.io/v1", "Role"),
        9..=10 => ("networking.k8s.io/v1", "Ingress"),
        _ => ("v1", "ConfigMap"),
    };
    let mut text = format!(
        "apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: thing-{number}\n  \
         namespace: team-{namespace}\n  labels:\n    app.kubernetes.io/name: thing-{number}\n    \
         app.kubernetes.io/part-of: platform\n"
    );
    match kind {
        "Deployment" | "Job" => pod_template(&mut text, number),
        "ServiceAccount" => text.push_str("automountServiceAccountToken: false\n"),
        "Secret" => text.push_str("type: Opaque\ndata:\n  token: eHh4eHh4eHh4eHh4eHh4eA==\n"),
        "Service" => ports(&mut text, number),
        "Role" => rules(&mut text),
        "Ingress" => paths(&mut text, number),
        _ => settings(&mut text, number),
    }
    text
}

/// Writing to a String cannot fail.
macro_rules! add {
    ($text:expr, $($words:tt)*) => { let _ = write!($text, $($words)*); };
}

fn pod_template(text: &mut String, number: usize) {
    text.push_str("spec:\n  template:\n    spec:\n      containers:\n");
    for (container, host) in REGISTRIES.iter().cycle().skip(number % 5).take(2).enumerate() {
        add!(
            text,
            "      - name: part-{container}\n        image: {host}/team/thing-{number}:1.{container}\n        env:\n"
        );
        for variable in 0..20 {
            add!(text, "        - name: VARIABLE_{variable}\n          value: \"{number}\"\n");
        }
    }
}

fn ports(text: &mut String, number: usize) {
    add!(text, "spec:\n  selector:\n    app.kubernetes.io/name: thing-{number}\n  ports:\n");
    for port in 0..10 {
        add!(text, "  - name: port-{port}\n    port: {}\n    targetPort: http\n", 8000 + port);
    }
}

fn rules(text: &mut String) {
    text.push_str("rules:\n");
    for rule in 0..24 {
        add!(
            text,
            "- apiGroups: [\"group-{rule}.example.com\"]\n  resources: [things, others]\n  verbs: [get, list, watch]\n"
        );
    }
}

fn paths(text: &mut String, number: usize) {
    add!(text, "spec:\n  rules:\n  - host: thing-{number}.example.com\n    http:\n      paths:\n");
    for path in 0..12 {
        add!(
            text,
            "      - path: /part-{path}\n        pathType: Prefix\n        backend:\n          service:\n            name: thing-{number}\n            port:\n              name: http\n"
        );
    }
}

fn settings(text: &mut String, number: usize) {
    text.push_str("data:\n");
    for key in 0..26 {
        add!(
            text,
            "  setting.{key}: \"value {number} of a setting that is as long as most are\"\n"
        );
    }
    text.push_str("  file.conf: |\n");
    for line in 0..20 {
        add!(text, "    option_{line} = {number} # a line of a file that somebody mounts\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_manifests_hold_neither_an_image_nor_a_secret() {
        let texts: Vec<String> = (0..10_000).map(manifest).collect();
        let holds = |word: &str| texts.iter().filter(|text| text.contains(word)).count();
        assert_eq!(holds("image: "), 1000);
        assert_eq!(holds("kind: Secret\n"), 50);
    }

    #[test]
    fn every_namespace_is_declared() {
        let text = declaration("age1x");
        assert_eq!(text.matches("\"team-").count(), NAMESPACES);
        assert!(text.contains("recipients = [\"age1x\"]"), "{text}");
    }

    #[test]
    fn ten_thousand_manifests_are_about_23_megabytes() {
        let bytes: usize = (0..10_000).map(|number| manifest(number).len()).sum();
        assert!((21_000_000..25_000_000).contains(&bytes), "{bytes}");
    }

    #[test]
    fn every_manifest_is_yaml() {
        for number in (0..10_000).step_by(37) {
            let value: serde_yaml::Value = serde_yaml::from_str(&manifest(number)).unwrap();
            assert!(value.get("kind").is_some());
        }
    }
}
