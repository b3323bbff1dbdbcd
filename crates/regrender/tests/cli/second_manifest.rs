//! `second-manifest`: a manifest of a Secret that a build renders too.

use insta::assert_snapshot;
use serde_json::Value;

use crate::sandbox::Sandbox;

/// A pull secret that somebody made, in `namespace` if one is named.
fn secret(namespace: &str) -> String {
    let namespace =
        if namespace.is_empty() { String::new() } else { format!(", namespace: {namespace}") };
    format!(
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {{name: regcred{namespace}}}\n\
         spec: {{encryptedData: {{.dockerconfigjson: AgA}}, template: {{type: kubernetes.io/dockerconfigjson}}}}\n"
    )
}

/// Lists the files with such a manifest.
#[track_caller]
fn found(sandbox: &Sandbox, arguments: &[&str]) -> Vec<String> {
    let outcome = sandbox.run(&[&["audit", "--output", "json"], arguments].concat());
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let found = findings.filter(|finding| finding["code"] == "second-manifest");
    found.map(|finding| finding["file"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_hand_made_manifest_of_what_is_declared_is_told() {
    let sandbox = Sandbox::simple();
    sandbox.write("apps/regcred.yaml", &secret("team-a"));
    sandbox.write("other/regcred.yaml", &secret("team-b"));
    sandbox.write("open/regcred.yaml", &secret(""));
    assert_snapshot!(sandbox.run(&["audit", "apps"]).succeeded(), @"
    warning[second-manifest]: registries.toml declares Secret `regcred` in namespace `team-a` too, and what is applied last counts
      --> apps/regcred.yaml:1:1
      help: take the manifest out of what is applied once the output folder is

    info[secret-unused]: no account and no workload here names Secret `regcred`
      --> apps/regcred.yaml:1:1
      help: name it in an account or a workload, or remove it

    0 images in 1 file: nothing to pull; 0 errors, 1 warning, 0 unreadable
    ");
    assert_eq!(found(&sandbox, &[]), ["apps/regcred.yaml"]);
    assert_eq!(found(&sandbox, &["--exclude", "apps"]), [""; 0]);
    // What a build wrote is no second one.
    sandbox.run(&["build"]).succeeded();
    assert_eq!(found(&sandbox, &[]), ["apps/regcred.yaml"]);
    assert_eq!(found(&sandbox, &["pull-secrets"]), [""; 0]);
}

#[test]
fn the_name_in_the_cluster_counts() {
    let sandbox = Sandbox::simple();
    sandbox.write("apps/regcred.yaml", &secret("team-a"));
    sandbox.edit("registries.toml", "[secret.regcred]", "[secret.apps]");
    assert_eq!(found(&sandbox, &[]), [""; 0]);
    sandbox.edit("registries.toml", "[secret.apps]", "[secret.apps]\nname = \"regcred\"");
    assert_eq!(found(&sandbox, &[]), ["apps/regcred.yaml"]);
}

#[test]
fn what_comes_through_a_pipe_is_no_second_manifest() {
    let mut sandbox = Sandbox::simple();
    sandbox.type_in(&secret("team-a"));
    assert_eq!(found(&sandbox, &["-"]), [""; 0]);
}

#[test]
fn overlays_with_secrets_of_their_own_are_normal() {
    let sandbox = Sandbox::simple();
    for overlay in ["dev", "prod"] {
        sandbox.write(&format!("{overlay}/regcred.yaml"), &secret(""));
        let text = format!("namespace: {overlay}\nresources: [regcred.yaml, ../base]\n");
        sandbox.write(&format!("{overlay}/kustomization.yaml"), &text);
    }
    sandbox.write("base/kustomization.yaml", "resources: [regcred.yaml]\nnamePrefix: base-\n");
    sandbox.write("base/regcred.yaml", &secret("team-a"));
    assert_eq!(found(&sandbox, &[]), [""; 0]);
    // A tree that brings it to where the build does is told, at the manifest.
    sandbox.edit("dev/kustomization.yaml", "namespace: dev", "namespace: team-a");
    assert_eq!(found(&sandbox, &[]), ["dev/regcred.yaml"]);
    // What is not in the inventory is not applied beside the build.
    sandbox.edit(
        "registries.toml",
        "[registry.hub]",
        "[output]\ninventory = [\"prod\"]\n\n[registry.hub]",
    );
    assert_eq!(found(&sandbox, &[]), [""; 0]);
    sandbox.edit("registries.toml", "[\"prod\"]", "[\"prod\", \"dev\"]");
    assert_eq!(found(&sandbox, &[]), ["dev/regcred.yaml"]);
}

#[test]
fn what_kustomize_generates_or_patches_is_none() {
    let sandbox = Sandbox::simple();
    sandbox.write(
        "apps/kustomization.yaml",
        "namespace: team-a\nsecretGenerator:\n- name: regcred\n  type: kubernetes.io/dockerconfigjson\n\
         patches: [{path: patch.yaml}]\n",
    );
    let patch = "apiVersion: v1\nkind: Secret\nmetadata: {name: regcred}\nimmutable: true\n";
    sandbox.write("apps/patch.yaml", patch);
    assert_eq!(found(&sandbox, &[]), [""; 0]);
}

#[test]
fn clusters_have_manifests_of_their_own() {
    let sandbox = Sandbox::simple();
    for cluster in ["dev", "prod"] {
        sandbox.write(&format!("clusters/{cluster}/regcred.yaml"), &secret("team-a"));
    }
    let clusters = |inventory: &str| {
        let of = |name: &str| {
            let inventory = inventory.replace("NAME", name);
            format!("[cluster.{name}]\ndirectory = \"out/pull-secrets-{name}\"\n{inventory}\n")
        };
        format!("{}\n{}\n[registry.hub]", of("dev"), of("prod"))
    };
    let plain = sandbox.read("registries.toml");
    let both = ["clusters/dev/regcred.yaml", "clusters/prod/regcred.yaml"];
    for (inventory, lands, expected) in [
        ("inventory = [\"clusters/NAME\"]", "clusters = [\"prod\"]", &both[1..]),
        ("inventory = [\"clusters/NAME\"]", "", &both[..]),
        // Nobody knows for which cluster a manifest is.
        ("", "clusters = [\"prod\"]", &[]),
        ("", "", &both[..]),
    ] {
        let text = plain.replace("[registry.hub]", &clusters(inventory));
        sandbox.write("registries.toml", &format!("{text}{lands}\n"));
        assert_eq!(found(&sandbox, &[]), expected, "{inventory} {lands}");
    }
}

#[test]
fn a_base_is_told_for_the_tree_that_lands_there() {
    let sandbox = Sandbox::simple();
    sandbox.write("base/kustomization.yaml", "resources: [regcred.yaml]\n");
    sandbox.write("base/regcred.yaml", &secret(""));
    for overlay in ["team-a", "team-b"] {
        let text = format!("namespace: {overlay}\nresources: [../../base]\n");
        sandbox.write(&format!("overlays/{overlay}/kustomization.yaml"), &text);
    }
    assert_eq!(found(&sandbox, &[]), ["base/regcred.yaml"]);
    sandbox.edit(
        "registries.toml",
        "[registry.hub]",
        "[output]\ninventory = [\"base\", \"overlays/team-b\"]\n\n[registry.hub]",
    );
    assert_eq!(found(&sandbox, &[]), [""; 0]);
}
