//! A registries.toml to the texts of its tree.

use std::collections::BTreeMap;

use regrender_config::Config;
use regrender_document::{SecretText, Spelling, emit_revealed};
use regrender_render::{Contents, Credential, Credentials, Part, Surroundings, WantedFile, render};
use serde_json::Value;

/// The files of a tree, by path.
pub(crate) type Texts = BTreeMap<String, String>;

/// Somebody who can open what is sealed.
pub(crate) const RECIPIENT: &str = "age1afwjt8jlpw8869ev0dtxeujpehx98xnleh0s2m6qagnz0c96ec0s9408xt";

/// Parses a file without problems, after a `[seal]` that it need not have.
pub(crate) fn config(text: &str) -> Config {
    parsed(&format!("[seal]\nrecipients = [\"{RECIPIENT}\"]\n{text}"))
}

/// Parses a whole file without problems.
pub(crate) fn parsed(text: &str) -> Config {
    let parsed = regrender_config::parse(text);
    let titles: Vec<&str> = parsed.diagnostics.iter().map(|found| found.title.as_str()).collect();
    assert_eq!(titles, [""; 0], "{text}");
    parsed.config.expect("no problem was told")
}

/// Says that each pull secret lands in the namespaces it lists.
pub(crate) fn surroundings(config: &Config) -> Surroundings {
    let namespaces = config.secrets.iter().map(|secret| {
        let regrender_config::Namespaces::Listed(names) = &secret.namespaces else {
            panic!("{} asks the inventory", secret.name)
        };
        (secret.name.clone(), names.clone())
    });
    Surroundings {
        namespaces: namespaces.collect(),
        repository_path: String::from("pull-secrets"),
        ..Surroundings::default()
    }
}

/// Gives every registry a credential.
pub(crate) fn credentials(config: &Config) -> Credentials {
    let credentials = config.registries.iter().map(|registry| {
        let credential = Credential {
            username: String::from("u"),
            password: SecretText::new(String::from("canary-4f1d")),
            email: None,
            expires_at: None,
        };
        (registry.name.clone(), credential)
    });
    credentials.collect()
}

/// Reads what is to be one document of YAML.
pub(crate) fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap()
}

/// Renders every file of the only cluster.
pub(crate) fn texts(text: &str) -> Texts {
    let config = config(text);
    texts_in(&config, &surroundings(&config))
}

/// Renders every file of the only cluster in these surroundings.
pub(crate) fn texts_in(config: &Config, surroundings: &Surroundings) -> Texts {
    let credentials = credentials(config);
    let contents = Contents::Resolved { credentials: &credentials, only: None };
    let rendered = render(config, &config.clusters[0], surroundings, contents).unwrap();
    let parts = rendered.parts();
    let files = parts.iter().flat_map(Part::files).map(|(path, file)| {
        let document = match file {
            WantedFile::Clear(document) => document,
            WantedFile::Sealed(file) => file.document().unwrap(),
            WantedFile::Text(text) => return (path, text),
        };
        let text = emit_revealed(&[document], Spelling::Kustomize);
        (path, text.expose().to_owned())
    });
    files.collect()
}
