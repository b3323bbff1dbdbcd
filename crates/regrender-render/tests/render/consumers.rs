//! What each consumer finds in the tree beside the sealed files, which are the same for all.

use std::collections::BTreeSet;

use regrender_render::Surroundings;
use serde_json::{Value, json};

use crate::support::{RECIPIENT, Texts, config, parsed, surroundings, texts, texts_in, yaml};

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
fn flux_reads_from_what_is_named() {
    let tree =
        tree("consumer = \"flux\"\nper-namespace = true\nflux = { source = \"Bucket/fleet\" }");
    let source = &yaml(&tree["flux/team-b.yaml"])["spec"]["sourceRef"];
    assert_eq!(*source, json!({ "kind": "Bucket", "name": "fleet" }));
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

/// Flux and Argo CD put these names into labels, whose values end at 63 characters.
#[test]
fn long_namespaces_make_names_that_fit_into_a_label() {
    let [one, other] = [1, 2].map(|last| format!("{}-{last}", "a-long-name-".repeat(5)));
    let config = config(&format!(
        "[output]\nconsumer = [\"flux\", \"argocd\"]\nper-namespace = true\n\
         argocd = {{ repository = \"r\" }}\n\
         [registry.r]\nhost = \"r.example\"\nusername = \"u\"\npassword = {{ env = \"X\" }}\n\
         [secret.regcred]\nregistries = [\"r\"]\nnamespaces = [\"{one}\", \"{other}\"]\n"
    ));
    let tree = texts_in(&config, &surroundings(&config));
    let name = |folder: &str, namespace: &str| {
        let name = &yaml(&tree[&format!("{folder}/{namespace}.yaml")])["metadata"]["name"];
        name.as_str().unwrap().to_owned()
    };
    for folder in ["flux", "argocd-applications"] {
        let names = [name(folder, &one), name(folder, &other)];
        assert!(names.iter().all(|name| name.len() <= 63), "{names:?}");
        assert!(
            names.iter().all(|name| name.starts_with("pull-secrets-a-long-name-")),
            "{names:?}"
        );
        assert_ne!(names[0], names[1]);
    }
}

/// kustomize refuses a list that names a folder without a list of its own, and nobody applies a
/// folder that no list names.
#[track_caller]
fn check_listed(seal: &str, consumer: &str, expected: &[&str]) {
    let config = parsed(&format!(
        "[seal]\n{seal}\n[output]\nconsumer = \"{consumer}\"\n\
         [registry.r]\nhost = \"r.example\"\nusername = \"u\"\npassword = {{ env = \"X\" }}\n\
         [secret.alone]\nregistries = [\"r\"]\nnamespaces = [\"secret-alone\"]\n\
         [secret.regcred]\nregistries = [\"r\"]\nnamespaces = [\"with-account\"]\n\
         service-accounts = [\"web\"]\n"
    ));
    let mut surroundings = surroundings(&config);
    // Nothing declares this account any more, so its list is emptied.
    surroundings.written_accounts.insert((String::from("account-alone"), String::from("web")));
    let tree = texts_in(&config, &surroundings);
    let listed = resources(&tree, "manifests/kustomization.yaml");
    assert_eq!(listed, json!(expected), "{seal} {consumer}");
    for namespace in ["account-alone", "secret-alone", "with-account"] {
        let has_list = tree.contains_key(&format!("manifests/{namespace}/kustomization.yaml"));
        assert_eq!(has_list, expected.contains(&namespace), "{seal} {consumer} {namespace}");
    }
}

#[test]
fn the_list_of_namespaces_names_those_that_apply_something() {
    let sops = format!("recipients = [\"{RECIPIENT}\"]");
    let age = format!("{sops}\nformat = \"age\"");
    let sealed_secrets = "format = \"sealed-secrets\"\ncertificate = \"sealed-secrets.pem\"\n\
                          fingerprint-key = { env = \"K\" }";
    let all = ["account-alone", "secret-alone", "with-account"];
    let with_accounts = ["account-alone", "with-account"];
    check_listed(&sops, "flux", &all);
    for consumer in ["argocd", "kubectl"] {
        check_listed(&sops, consumer, &with_accounts);
    }
    check_listed(&age, "kubectl", &with_accounts);
    for consumer in ["flux", "argocd", "kubectl"] {
        check_listed(sealed_secrets, consumer, &all);
    }
}

/// `Prune=false` alone would leave the whole Application out of sync once the tree drops the account.
#[test]
fn argo_cd_neither_misses_nor_removes_the_account_default() {
    let tree = texts(
        "[output]\nconsumer = \"argocd\"\n\
         [registry.r]\nhost = \"r.example\"\nusername = \"u\"\npassword = { env = \"X\" }\n\
         [secret.regcred]\nregistries = [\"r\"]\nnamespaces = [\"team-a\"]\n\
         service-accounts = [\"default\", \"web\"]\n",
    );
    let annotations = |name: &str| {
        let account = yaml(&tree[&format!("manifests/team-a/service-accounts/{name}.yaml")]);
        account["metadata"]["annotations"].clone()
    };
    assert_eq!(
        annotations("default"),
        json!({
            "argocd.argoproj.io/compare-options": "IgnoreExtraneous",
            "argocd.argoproj.io/sync-options": "Delete=false,Prune=false,ServerSideApply=true",
        })
    );
    assert_eq!(annotations("web"), Value::Null);
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
    assert!(sops["Makefile"].contains("# `make apply` opens and applies every namespace"));
    assert!(sops.contains_key("manifests/team-a/regcred.sops.yaml"));
    let age = tree("consumer = \"kubectl\"\n[cluster.c]\nformat = \"age\"");
    assert!(age["Makefile"].contains("$(AGE) --decrypt --identity $(IDENTITY) $$file"));
    assert!(age.contains_key("manifests/team-a/regcred.age"));
}

/// Flux and Argo CD fail where a folder is gone, and take nothing away.
#[test]
fn where_nothing_is_left_an_empty_list_stays() {
    let config = |output: &str| {
        config(&format!(
            "[output]\n{output}\n\
             [registry.r]\nhost = \"r.example\"\nusername = \"u\"\npassword = {{ env = \"X\" }}\n\
             [secret.regcred]\nregistries = [\"r\"]\nnamespaces = [\"team-a\"]\n"
        ))
    };
    let both = config(
        "consumer = [\"flux\", \"argocd\"]\nper-namespace = true\n\
         argocd = { repository = \"https://git.example/a\" }",
    );
    assert!(texts_in(&both, &Surroundings::default()).is_empty());
    let written_roots: BTreeSet<String> = regrender_render::roots().into();
    let written = Surroundings { written_roots, ..Surroundings::default() };
    let tree = texts_in(&both, &written);
    assert_eq!(tree.len(), 4);
    assert!(tree.values().all(|text| text.ends_with("\nresources: []\n")), "{tree:?}");
    let flux = texts_in(&config("consumer = [\"flux\"]"), &written);
    assert_eq!(flux.into_keys().collect::<Vec<_>>(), ["manifests/kustomization.yaml"]);
    // kubectl takes nothing away, and fails where there is nothing to apply.
    let kubectl = texts_in(&config("consumer = [\"kubectl\"]"), &written);
    assert_eq!(kubectl.into_keys().collect::<Vec<_>>(), ["Makefile"]);
}

/// kustomize fails on a list of nothing, and Flux on a folder that is not there.
#[test]
fn a_namespace_with_patches_alone_is_not_listed() {
    let config = config(
        "[output]\nconsumer = [\"flux\", \"argocd\"]\nper-namespace = true\n\
         argocd = { repository = \"https://git.example/a\" }\n\
         oidc-provider = \"oidc.eks.eu-west-1.amazonaws.com/id/ABCDEF0123456789ABCDEF0123456789\"\n\
         [registry.ecr]\nkind = \"ecr\"\naccount = \"111122223333\"\nregion = \"eu-west-1\"\n\
         provide = \"irsa\"\nrole-arn = \"arn:aws:iam::111122223333:role/pull\"\n\
         [secret.pull]\nregistries = [\"ecr\"]\nnamespaces = [\"team-a\"]\n\
         service-accounts = [\"builder\"]\n",
    );
    let own = [((String::from("team-a"), String::from("builder")), Vec::new())];
    let declared = Surroundings { declared_accounts: own.into(), ..surroundings(&config) };
    let tree = texts_in(&config, &declared);
    let has = |folder: &str| tree.keys().any(|path| path.starts_with(folder));
    assert!(has("patches/team-a/"), "{:?}", tree.keys());
    for folder in ["manifests/", "argocd/", "argocd-applications/", "flux/"] {
        assert!(!has(folder), "{folder}");
    }
    let tree = texts_in(&config, &surroundings(&config));
    assert_eq!(resources(&tree, "argocd/kustomization.yaml"), json!(["team-a"]));
    assert_eq!(resources(&tree, "flux/kustomization.yaml"), json!(["team-a.yaml"]));
}
