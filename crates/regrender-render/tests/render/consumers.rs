//! What each consumer finds in the tree beside the sealed files, which are the same for all.

use serde_json::{Value, json};

use crate::support::{Texts, texts, yaml};

fn tree(output: &str) -> Texts {
    texts(&format!(
        "[output]\n{output}\n\
         [registry.r]\nhost = \"r.example\"\nusername = \"u\"\npassword = {{ env = \"X\" }}\n\
         [secret.regcred]\nregistries = [\"r\"]\nnamespaces = [\"team-a\", \"team-b\"]\n\
         service-accounts = [\"web\"]\n\
         [secret.spare]\nregistries = [\"r\"]\nnamespaces = [\"team-b\"]\n"
    ))
}

fn resources(tree: &Texts, path: &str) -> Value {
    yaml(&tree[path])["resources"].clone()
}

#[test]
fn flux_applies_the_sealed_files_with_the_accounts() {
    let tree = tree("consumer = \"flux\"");
    assert_eq!(resources(&tree, "manifests/kustomization.yaml"), json!(["team-a", "team-b"]));
    assert_eq!(
        resources(&tree, "manifests/team-a/kustomization.yaml"),
        json!(["regcred.sops.yaml", "service-accounts"])
    );
    assert_eq!(
        resources(&tree, "manifests/team-b/kustomization.yaml"),
        json!(["regcred.sops.yaml", "spare.sops.yaml", "service-accounts"])
    );
    assert!(tree.keys().all(|path| path.starts_with("manifests/")), "{:?}", tree.keys());
}

#[test]
fn flux_has_a_kustomization_for_each_namespace_if_asked() {
    let tree = tree("consumer = \"flux\"\nper-namespace = true");
    assert_eq!(resources(&tree, "flux/kustomization.yaml"), json!(["team-a.yaml", "team-b.yaml"]));
    assert_eq!(
        yaml(&tree["flux/team-b.yaml"]),
        json!({
            "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
            "kind": "Kustomization",
            "metadata": { "name": "pull-secrets-team-b", "namespace": "flux-system" },
            "spec": {
                "interval": "10m",
                "path": "./pull-secrets/manifests/team-b",
                "prune": true,
                "sourceRef": { "kind": "GitRepository", "name": "flux-system" },
                "decryption": { "provider": "sops", "secretRef": { "name": "sops-age" } },
            },
        })
    );
}

#[test]
fn argo_cd_opens_the_sealed_files_with_a_generator() {
    let tree = tree("consumer = \"argocd\"");
    assert_eq!(resources(&tree, "argocd/kustomization.yaml"), json!(["team-a", "team-b"]));
    assert_eq!(
        yaml(&tree["argocd/team-b/kustomization.yaml"]),
        json!({
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "generators": ["ksops.yaml"],
            "resources": ["../../manifests/team-b/service-accounts"],
        })
    );
    assert_eq!(
        yaml(&tree["argocd/team-b/ksops.yaml"]),
        json!({
            "apiVersion": "viaduct.ai/v1",
            "kind": "ksops",
            "metadata": {
                "name": "pull-secrets-team-b",
                "annotations": { "config.kubernetes.io/function": "exec:\n  path: ksops\n" },
            },
            "files": [
                "../../manifests/team-b/regcred.sops.yaml",
                "../../manifests/team-b/spare.sops.yaml",
            ],
        })
    );
}

#[test]
fn argo_cd_has_an_application_for_each_namespace_if_asked() {
    let tree = tree(
        "consumer = \"argocd\"\nper-namespace = true\n\
         argocd = { repository = \"https://git.example.com/acme/gitops\" }",
    );
    assert_eq!(
        resources(&tree, "argocd-applications/kustomization.yaml"),
        json!(["team-a.yaml", "team-b.yaml"])
    );
    assert_eq!(
        yaml(&tree["argocd-applications/team-a.yaml"]),
        json!({
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": { "name": "pull-secrets-team-a", "namespace": "argocd" },
            "spec": {
                "project": "default",
                "source": {
                    "repoURL": "https://git.example.com/acme/gitops",
                    "targetRevision": "HEAD",
                    "path": "pull-secrets/argocd/team-a",
                },
                "destination": {
                    "namespace": "team-a",
                    "server": "https://kubernetes.default.svc",
                },
                "syncPolicy": {
                    "automated": { "prune": true, "selfHeal": true },
                    "syncOptions": ["ServerSideApply=true"],
                },
            },
        })
    );
}

/// Whoever is not Flux would apply the ciphertext.
#[test]
fn nobody_but_flux_is_told_to_apply_a_sealed_file() {
    for consumer in ["argocd", "kubectl"] {
        let tree = tree(&format!("consumer = \"{consumer}\""));
        let applied = resources(&tree, "manifests/team-b/kustomization.yaml");
        assert_eq!(applied, json!(["service-accounts"]), "{consumer}");
        assert!(tree.contains_key("manifests/team-b/spare.sops.yaml"));
    }
}

#[test]
fn kubectl_has_a_makefile_for_the_format() {
    let sops = tree("consumer = \"kubectl\"");
    assert!(sops["Makefile"].contains("$(SOPS) --decrypt $$file"));
    assert!(sops.contains_key("manifests/team-a/regcred.sops.yaml"));
    let age = tree("consumer = \"kubectl\"\n[cluster.c]\nformat = \"age\"");
    assert!(age["Makefile"].contains("$(AGE) --decrypt --identity $(IDENTITY) $$file"));
    assert!(age.contains_key("manifests/team-a/regcred.age"));
}
