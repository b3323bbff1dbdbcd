//! An `ExternalSecret`: from a generator's token to a pull secret that is made anew in time.

use std::collections::BTreeMap;

use regrender_config::{Generator, GoogleLogin, PullSecret, Registry};
use regrender_document::{Document, Mapping, Node};

use crate::generator;
use crate::kubernetes::{self, PULL_SECRET_TYPE, specified, texts};

/// Renders what makes the Secret `name` in a namespace.
///
/// What has a default in the CRD is spelled out, so that no consumer sees a difference between this
/// and what the API server keeps.
pub(crate) fn render(
    name: &str,
    namespace: &str,
    secret: &PullSecret,
    registry: &Registry,
    generator: &Generator,
) -> Document {
    let template = Mapping::new()
        .with("engineVersion", "v2")
        .with("mergePolicy", "Replace")
        .with("type", PULL_SECRET_TYPE);
    let template = match metadata(secret) {
        Some(metadata) => template.with("metadata", metadata),
        None => template,
    };
    let data = Mapping::new().with(".dockerconfigjson", docker_config(registry, generator));
    let target = Mapping::new()
        .with("name", name)
        .with("creationPolicy", "Owner")
        .with("deletionPolicy", "Retain")
        .with("template", template.with("data", data));
    let reference = Mapping::new()
        .with("apiVersion", generator::API_VERSION)
        .with("kind", generator::kind(generator))
        .with("name", registry.name.as_str());
    let source = Mapping::new().with("sourceRef", Mapping::new().with("generatorRef", reference));
    let spec = Mapping::new()
        .with("refreshInterval", refresh_interval(generator))
        .with("target", target)
        .with("dataFrom", Node::list([source.into()]));
    let metadata = kubernetes::metadata(name, namespace);
    specified("external-secrets.io/v1", "ExternalSecret", metadata, spec)
}

/// How often a token is asked for: at half of its life or earlier, so that External Secrets may be
/// away as long again before an image cannot be pulled.
fn refresh_interval(generator: &Generator) -> &'static str {
    match generator {
        // Twelve hours.
        Generator::Ecr { .. } => "6h0m0s",
        // About three hours.
        Generator::Acr { .. } => "1h0m0s",
        // Google's metadata server hands out one token again and again until five minutes before its
        // death, so only what was asked for within these minutes is sure to be alive.
        Generator::Google { login: GoogleLogin::Controller, .. } => "4m0s",
        // An hour each.
        Generator::Google { .. } | Generator::Quay { .. } | Generator::GitHub { .. } => "30m0s",
    }
}

/// The labels and annotations of the pull secret; External Secrets reads them as templates.
fn metadata(secret: &PullSecret) -> Option<Mapping> {
    let literal = |pairs: &BTreeMap<String, String>| -> BTreeMap<String, String> {
        let escaped = pairs.iter();
        escaped.map(|(key, value)| (key.clone(), value.replace("{{", "{{`{{`}}"))).collect()
    };
    let mut metadata = Mapping::new();
    if let Some(labels) = texts(&literal(&secret.labels)) {
        metadata.push("labels", labels);
    }
    if let Some(annotations) = texts(&literal(&secret.annotations)) {
        metadata.push("annotations", annotations);
    }
    (!metadata.is_empty()).then_some(metadata)
}

/// The template of the docker config. Whatever a token holds, `toJson` spells it as JSON does.
fn docker_config(registry: &Registry, generator: &Generator) -> String {
    let Words { username, password, pair } = words(generator);
    let entries: Vec<String> = registry
        .auth_keys()
        .iter()
        .map(|key| {
            format!("\"{key}\":{{\"username\":{username},\"password\":{password},\"auth\":{pair}}}")
        })
        .collect();
    format!("{{\"auths\":{{{}}}}}", entries.join(","))
}

/// The values of an entry, as templates of JSON strings.
struct Words {
    username: String,
    password: String,
    pair: String,
}

/// What a generator hands out differs: a pair, a pair in base64, or a token alone.
fn words(generator: &Generator) -> Words {
    match generator {
        Generator::Ecr { .. } | Generator::Acr { .. } | Generator::Google { .. } => Words {
            username: String::from("{{ .username | toJson }}"),
            password: String::from("{{ .password | toJson }}"),
            pair: String::from("{{ printf \"%s:%s\" .username .password | b64enc | toJson }}"),
        },
        Generator::Quay { robot_account, .. } => Words {
            username: format!("\"{robot_account}\""),
            password: format!(
                "{{{{ .auth | b64dec | trimPrefix \"{robot_account}:\" | toJson }}}}"
            ),
            pair: String::from("{{ .auth | toJson }}"),
        },
        Generator::GitHub { .. } => Words {
            username: format!("\"{GITHUB_USERNAME}\""),
            password: String::from("{{ .token | toJson }}"),
            pair: format!("{{{{ printf \"{GITHUB_USERNAME}:%s\" .token | b64enc | toJson }}}}"),
        },
    }
}

/// The username that GitHub's documentation gives beside the token of an installation.
const GITHUB_USERNAME: &str = "x-access-token";
