//! What `kubectl create secret docker-registry` answered, case by case.

use std::collections::BTreeMap;
use std::fs;

use regrender_document::SecretText;
use regrender_render::{Credential, docker_config_json};
use serde_json::Value;

/// One recorded call.
struct Call {
    id: String,
    names: Vec<String>,
    options: BTreeMap<String, String>,
    expected: Value,
}

fn calls() -> Vec<Call> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/vectors/kubectl-secret.jsonl");
    #[expect(clippy::disallowed_methods, reason = "a test reads its vectors")]
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| Call::parse(&serde_json::from_str(line).unwrap())).collect()
}

impl Call {
    fn parse(case: &Value) -> Self {
        let mut names = Vec::new();
        let mut options = BTreeMap::new();
        for argument in case["input"]["args"].as_array().unwrap() {
            let argument = argument.as_str().unwrap();
            match argument.strip_prefix("--").and_then(|option| option.split_once('=')) {
                Some((name, value)) => drop(options.insert(name.to_owned(), value.to_owned())),
                None => names.push(argument.to_owned()),
            }
        }
        Self {
            id: case["id"].as_str().unwrap().to_owned(),
            names,
            options,
            expected: case["expected"].clone(),
        }
    }

    fn option(&self, name: &str) -> Option<&str> {
        self.options.get(name).map(String::as_str)
    }

    fn is_from_file(&self) -> bool {
        self.option("from-file").is_some()
    }

    fn is_accepted(&self) -> bool {
        self.expected["ok"] == Value::Bool(true)
    }

    fn server(&self) -> &str {
        self.option("docker-server").unwrap_or("https://index.docker.io/v1/")
    }

    fn credential(&self) -> Credential {
        Credential {
            username: self.option("docker-username").unwrap_or_default().to_owned(),
            password: SecretText::new(
                self.option("docker-password").unwrap_or_default().to_owned(),
            ),
            email: self.option("docker-email").map(str::to_owned),
            expires_at: None,
        }
    }

    /// The registries.toml of somebody who wants the same.
    fn registries_toml(&self) -> String {
        let quoted = |text: &str| serde_json::to_string(text).unwrap();
        let mut lines = vec![
            String::from("[seal]"),
            String::from(
                "recipients = [\"age1afwjt8jlpw8869ev0dtxeujpehx98xnleh0s2m6qagnz0c96ec0s9408xt\"]",
            ),
            String::from("[registry.r]"),
        ];
        lines.push(match self.option("docker-server") {
            Some(server) => format!("host = {}", quoted(server)),
            None => String::from("kind = \"docker-hub\""),
        });
        if let Some(username) = self.option("docker-username") {
            lines.push(format!("username = {}", quoted(username)));
        }
        if let Some(password) = self.option("docker-password") {
            lines.push(format!("password = {{ plain = {} }}", quoted(password)));
        }
        for name in &self.names {
            lines.push(format!("[secret.{}]", quoted(name)));
            lines.push(String::from("registries = [\"r\"]\nnamespaces = [\"a\"]"));
        }
        lines.join("\n")
    }
}

#[test]
fn a_payload_is_kubectls_byte_for_byte() {
    let mut compared = 0;
    for call in calls().iter().filter(|call| call.is_accepted() && !call.is_from_file()) {
        let credential = call.credential();
        let entries = BTreeMap::from([(call.server().to_owned(), &credential)]);
        let json = docker_config_json(&entries);
        assert_eq!(json.expose(), call.expected["dockerconfigjson"], "{}", call.id);
        compared += 1;
    }
    assert_eq!(compared, 41);
}

#[test]
fn what_kubectl_refuses_is_refused() {
    let mut refused = 0;
    for call in calls().iter().filter(|call| !call.is_accepted() && !call.is_from_file()) {
        // Two names are two pull secrets here, and no name is a file that declares none.
        if call.names.len() != 1 {
            continue;
        }
        let parsed = regrender_config::parse(&call.registries_toml());
        assert!(parsed.config.is_none(), "{}", call.id);
        refused += 1;
    }
    assert_eq!(refused, 8);
}

#[test]
fn names_that_kubectl_lets_through_and_the_api_server_refuses_are_refused() {
    for call in calls().iter().filter(|call| call.is_accepted() && !call.is_from_file()) {
        let [name] = call.names.as_slice() else { continue };
        let is_name =
            name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'));
        let parsed = regrender_config::parse(&call.registries_toml());
        if !is_name {
            assert!(parsed.config.is_none(), "{}", call.id);
        }
    }
}
