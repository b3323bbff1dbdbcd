//! What a build writes covers the images it is declared for, as the audit sees it.

use proptest::prelude::*;
use serde_json::Value;

use crate::sandbox::{RECIPIENT, Sandbox};

/// A registry, and what images from it begin with.
#[derive(Clone, Debug)]
struct Registry {
    table: &'static str,
    image_prefix: &'static str,
}

/// How a pod comes by its pull secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Account,
    Workload,
}

fn registry() -> impl Strategy<Value = Registry> {
    let registries = [
        ("kind = \"docker-hub\"", "acme/"),
        ("kind = \"docker-hub\"", ""),
        ("kind = \"docker-hub\"\npaths = [\"acme/\"]", "docker.io/acme/"),
        ("kind = \"docker-hub\"\nhub-aliases = true", "index.docker.io/acme/"),
        ("kind = \"ghcr\"", "ghcr.io/acme/"),
        ("kind = \"quay\"\npaths = [\"acme/team/\"]", "quay.io/acme/team/"),
        ("host = \"private-registry.io\"", "private-registry.io/apps/"),
        ("host = \"mirror.corp:5000\"\npaths = [\"a/\", \"b/\"]", "mirror.corp:5000/b/"),
        ("kind = \"harbor\"\nhost = \"harbor.corp\"", "harbor.corp/project/"),
        ("host = \"localhost:5000\"", "localhost:5000/"),
    ];
    prop::sample::select(registries.to_vec())
        .prop_map(|(table, image_prefix)| Registry { table, image_prefix })
}

/// Builds, and returns the verdict on an image of that registry.
fn verdict(registry: &Registry, namespace: &str, account: &str, name: &str, way: Way) -> Value {
    let image = format!("{}{name}:1.2", registry.image_prefix);
    let gets_it = match way {
        Way::Account => format!("service-accounts = [{account:?}]"),
        Way::Workload => String::from("workloads = [\"Deployment/web\"]"),
    };
    let config = format!(
        "[seal]\nrecipients = [\"{RECIPIENT}\"]\n[registry.r]\n{}\nusername = \"u\"\n\
         password = {{ env = \"HUB_TOKEN\" }}\n[secret.regcred]\nregistries = [\"r\"]\n\
         namespaces = [{namespace:?}]\n{gets_it}\n",
        registry.table
    );
    let deployment = format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: {namespace:?}}}\n\
         spec: {{template: {{spec: {{serviceAccountName: {account:?}, containers: [{{name: c, image: {image:?}}}]}}}}}}\n"
    );
    let mut sandbox = Sandbox::new(&[("registries.toml", &config), ("web.yaml", &deployment)]);
    sandbox.set("HUB_TOKEN", "canary-4f1d");
    sandbox.run(&["build"]).succeeded();
    let audit = sandbox.run(&["audit", "--output", "json"]);
    let audit: Value = serde_json::from_str(&audit.stdout).unwrap();
    audit["images"][0]["verdict"].clone()
}

/// Returns the account and the pull secrets of the only image.
fn pulled_with(sandbox: &Sandbox) -> String {
    let audit = sandbox.run(&["audit", "--output", "json"]);
    let audit: Value = serde_json::from_str(&audit.stdout).unwrap();
    let image = &audit["images"][0];
    format!("{} {}", image["service_account"], image["pull_secrets"])
}

/// The lists are those that kustomize makes of the patches.
#[test]
fn a_build_changes_nothing_that_the_audit_says_of_lists() {
    for (declared, pod, expected) in [
        (r#"workloads = ["Deployment/web"]"#, "", r#""default" ["regcred","own"]"#),
        (
            "workloads = [\"Deployment/web\"]\nkeep = [\"kept\"]",
            "imagePullSecrets: [{name: mine}], ",
            r#""default" ["regcred","own","kept","mine"]"#,
        ),
        (
            r#"workloads = [{ kind = "Deployment", name = "web", service-account = "db" }]"#,
            "",
            r#""db" ["regcred","of-db"]"#,
        ),
        (
            "service-accounts = [\"default\"]\nkeep = [\"kept\"]",
            "",
            r#""default" ["regcred","kept","own"]"#,
        ),
    ] {
        let sandbox = Sandbox::simple();
        let config = sandbox.read("registries.toml");
        sandbox.write("registries.toml", &format!("{config}{declared}\n"));
        let overlay = "namespace: team-a\nresources: [web.yaml, accounts.yaml]\n";
        sandbox.write("apps/kustomization.yaml", overlay);
        sandbox.write(
            "apps/accounts.yaml",
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}\n\
             imagePullSecrets: [{name: own}]\n---\n\
             apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: db}\n\
             imagePullSecrets: [{name: of-db}]\n",
        );
        sandbox.write(
            "apps/web.yaml",
            &format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec: {{template: \
                 {{spec: {{{pod}containers: [{{name: c, image: acme/web}}]}}}}}}\n"
            ),
        );
        assert_eq!(pulled_with(&sandbox), expected, "{declared}");
        sandbox.run(&["build"]).succeeded();
        let component = "components: [../pull-secrets/patches/team-a]\n";
        sandbox.write("apps/kustomization.yaml", &format!("{overlay}{component}"));
        assert_eq!(pulled_with(&sandbox), expected, "{declared}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_a_build_writes_is_called_covered(
        registry in registry(),
        namespace in "[a-z]([a-z0-9-]{0,8}[a-z0-9])?",
        account in prop_oneof![Just(String::from("default")), "[a-z]{1,8}"],
        name in "[a-z0-9]{1,12}",
        way in prop::sample::select(vec![Way::Account, Way::Workload]),
    ) {
        let verdict = verdict(&registry, &namespace, &account, &name, way);
        let is_covered = verdict == "covered" || verdict == "covered-by-hub-fallback";
        prop_assert!(is_covered, "{verdict}");
    }
}
