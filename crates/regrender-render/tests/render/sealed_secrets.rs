//! The tree around SealedSecrets: nobody who applies it opens anything.

use regrender_config::Config;

use crate::support::{parsed, surroundings, texts_in};

fn config(consumers: &str) -> Config {
    let text = format!(
        "[seal]\nformat = \"sealed-secrets\"\ncertificate = \"sealed-secrets.pem\"\n\
         fingerprint-key = {{ env = \"K\" }}\n\
         [output]\nconsumer = [{consumers}]\nper-namespace = true\n\
         argocd = {{ repository = \"https://git.example.com/fleet.git\" }}\n\
         [registry.hub]\nkind = \"docker-hub\"\nusername = \"acme\"\npassword = {{ env = \"T\" }}\n\
         [secret.regcred]\nregistries = [\"hub\"]\nnamespaces = [\"team-a\"]\n\
         service-accounts = [\"default\"]\n"
    );
    parsed(&text)
}

fn text(consumers: &str, path: &str) -> String {
    let config = config(consumers);
    let texts = texts_in(&config, &surroundings(&config));
    let paths: Vec<&String> = texts.keys().collect();
    texts.get(path).unwrap_or_else(|| panic!("{path} is not among {paths:?}")).clone()
}

#[test]
fn every_consumer_applies_them_as_they_are() {
    for consumer in ["\"flux\"", "\"kubectl\"", "\"argocd\""] {
        let list = text(consumer, "manifests/team-a/kustomization.yaml");
        assert!(
            list.ends_with("resources:\n- regcred.sealed-secret.yaml\n- service-accounts\n"),
            "{list}"
        );
        text(consumer, "manifests/team-a/regcred.sealed-secret.yaml");
    }
}

#[test]
fn argo_cd_needs_no_generator() {
    let config = config("\"argocd\"");
    let texts = texts_in(&config, &surroundings(&config));
    let list = &texts["argocd/team-a/kustomization.yaml"];
    assert!(list.ends_with("resources:\n- ../../manifests/team-a\n"), "{list}");
    assert!(!list.contains("generators"), "{list}");
    assert!(!texts.keys().any(|path| path.contains("ksops")), "{:?}", texts.keys());
}

#[test]
fn flux_is_asked_to_decrypt_nothing() {
    let kustomization = text("\"flux\"", "flux/team-a.yaml");
    assert!(!kustomization.contains("decryption"), "{kustomization}");
    assert!(kustomization.contains("sourceRef"), "{kustomization}");
}

#[test]
fn the_makefile_opens_nothing() {
    let makefile = text("\"kubectl\"", "Makefile");
    for word in ["sops", "age ", "decrypt", "IDENTITY", "opens"] {
        assert!(!makefile.contains(word), "{word}: {makefile}");
    }
    assert!(makefile.contains("$(KUBECTL) apply -k $(MANIFESTS)/$*\n"), "{makefile}");
}
