//! Names that YAML 1.1 reads as something else come out as strings for every reader.

use std::collections::BTreeMap;

use regrender_document::{SecretText, Spelling, emit_revealed};
use regrender_render::{Contents, Credential, Surroundings, WantedFile, render};

const NAMES: [&str; 12] =
    ["no", "on", "y", "1e3", "0755", "null", "true", "0x1f", "123", "1-1", "2001-12-14", "0o7"];

/// Renders one pull secret for all these namespaces, accounts and workloads.
fn texts() -> BTreeMap<String, String> {
    let list = |prefix: &str| {
        let quoted: Vec<String> = NAMES.iter().map(|name| format!("\"{prefix}{name}\"")).collect();
        format!("[{}]", quoted.join(", "))
    };
    let text = format!(
        "[seal]\nrecipients = [\"age1afwjt8jlpw8869ev0dtxeujpehx98xnleh0s2m6qagnz0c96ec0s9408xt\"]\n\
         [output]\nconsumer = [\"flux\", \"argocd\"]\nper-namespace = true\n\
         argocd = {{ repository = \"r\" }}\n\
         [registry.r]\nhost = \"r.example\"\nusername = \"u\"\npassword = {{ env = \"X\" }}\n\
         [secret.no]\nregistries = [\"r\"]\nnamespaces = {}\nservice-accounts = {}\n\
         workloads = {}\nlabels = {{ l = \"1e3\" }}\nannotations = {{ a = \"12:30\" }}\n",
        list(""),
        list(""),
        list("Deployment/"),
    );
    let parsed = regrender_config::parse(&text);
    let titles: Vec<&str> = parsed.diagnostics.iter().map(|found| found.title.as_str()).collect();
    assert_eq!(titles, [""; 0]);
    let config = parsed.config.expect("no problem was told");
    let credential = Credential {
        username: String::from("u"),
        password: SecretText::new(String::from("canary-4f1d")),
        email: None,
        expires_at: None,
    };
    let credentials = BTreeMap::from([(String::from("r"), credential)]);
    let namespaces = NAMES.iter().map(|name| (*name).to_owned()).collect();
    let surroundings = Surroundings {
        namespaces: BTreeMap::from([(String::from("no"), namespaces)]),
        repository_path: String::from("pull-secrets"),
        ..Surroundings::default()
    };
    let contents = Contents::Resolved { credentials: &credentials, only: None };
    let rendered = render(&config, &config.clusters[0], &surroundings, contents).unwrap();
    let files =
        rendered.parts().into_iter().flat_map(|part| part.files()).filter_map(|(path, file)| {
            let document = match file {
                WantedFile::Clear(document) => document,
                WantedFile::Sealed(file) => file.document().unwrap(),
                WantedFile::Text(_) => return None,
            };
            let text = emit_revealed(&[document], Spelling::Kustomize);
            Some((path, text.expose().to_owned()))
        });
    files.collect()
}

/// Fails when a scalar that is a name is anything but a string to `value`'s reader.
fn only_strings(path: &str, value: &serde_yaml::Value) {
    match value {
        serde_yaml::Value::String(_) => {}
        serde_yaml::Value::Bool(true) if path.starts_with("flux/") || path.contains("argocd-") => {}
        serde_yaml::Value::Sequence(items) => {
            for item in items {
                only_strings(path, item);
            }
        }
        serde_yaml::Value::Mapping(mapping) => {
            for (key, value) in mapping {
                assert!(key.is_string(), "{path}: {key:?}");
                only_strings(path, value);
            }
        }
        other => assert!(other.is_string(), "{path}: {other:?}"),
    }
}

#[test]
fn a_reader_of_its_own_sees_strings() {
    for (path, text) in texts() {
        only_strings(&path, &serde_yaml::from_str(&text).unwrap());
    }
}

#[test]
fn what_old_readers_take_for_something_else_is_quoted() {
    let texts = texts();
    let kustomization = &texts["manifests/kustomization.yaml"];
    for name in NAMES {
        if name == "1-1" {
            // No reader takes this one for anything but a string.
            continue;
        }
        assert!(kustomization.contains(&format!("- \"{name}\"\n")), "{name}: {kustomization}");
    }
    let secret = &texts["manifests/0755/no.sops.yaml"];
    assert!(secret.contains("name: \"no\"\n  namespace: \"0755\"\n"), "{secret}");
    assert!(secret.contains("a: \"12:30\"\n"), "{secret}");
}
