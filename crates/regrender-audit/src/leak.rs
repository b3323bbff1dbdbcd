//! Knows secrets that stand where they should not. Never repeats what it found.

mod pgp;
mod private_key;
mod sops;

use std::sync::Arc;

use regex::Regex;
use regrender_image::{
    ConfigShape, DockerConfig, PullSecret, decode_auth_field, decode_docker_config, mask_user,
};

pub(crate) use self::sops::{SealedPart, SopsRules, Wish, is_sealed};
use crate::declared::ClearSource;
use crate::finding::{Code, Finding, Severity};
use crate::kind::{Secret, SecretState};
use crate::manifest::{Node, read_documents};
use crate::place::Place;
use crate::placeholder::{awaits_filling, bytes_await_filling};

const IDENTITY: &str = "AGE-SECRET-KEY-";

/// The label of the keys that the controller of SealedSecrets opens them with.
const SEALING_KEY: &str = "sealedsecrets.bitnami.com/sealed-secrets-key";

/// Finds private age keys in any text.
pub(crate) fn identities(path: &Arc<str>, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !text.contains(IDENTITY) {
        return findings;
    }
    for (number, line) in text.lines().enumerate() {
        let Some(at) = line.find(IDENTITY) else {
            continue;
        };
        let rest = line.get(at + IDENTITY.len()..).unwrap_or_default();
        let digits = rest.strip_prefix("PQ-").unwrap_or(rest);
        let long = digits.bytes().take_while(u8::is_ascii_alphanumeric).count() >= 8;
        if long && digits.starts_with('1') {
            let place =
                Place { file: Arc::clone(path), document: 0, line: number + 1, column: at + 1 };
            findings.push(Finding::new(
                Code::LeakedIdentity,
                &place,
                "a private age key is written out here",
            ));
        }
    }
    findings
}

/// Says that a file is there which a secret is taken from as it is.
pub(crate) fn source(source: &ClearSource) -> Finding {
    let place = Place { file: Arc::from(&*source.file), document: 0, line: 1, column: 1 };
    let message = format!("{} stands here in clear, and Git does not ignore it", source.what);
    Finding::new(Code::LeakedSource, &place, message)
}

/// What a file speaks of anywhere.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Topics {
    pub(crate) auths: bool,
    pub(crate) private_keys: bool,
}

impl Topics {
    pub(crate) fn of(text: &str) -> Self {
        Self { auths: text.contains("auths"), private_keys: private_key::is_spoken_of(text) }
    }
}

/// Finds what leaks in one document of a file.
pub(crate) fn in_document(root: &Node<'_>, place: &Place, topics: Topics) -> Vec<Finding> {
    let mut findings = Vec::new();
    if is_sealed(root) {
        findings.extend(sops::values_in_clear(root, place));
        return findings;
    }
    if is_secret(root) {
        return findings;
    }
    if topics.auths {
        auths_below(root, place, &mut findings);
    }
    if topics.private_keys && !private_key::is_for_tests(&place.file) {
        private_keys_below(root, place, &mut findings);
    }
    findings
}

/// Tells whether a node is a Secret of Kubernetes itself, whose group has no name.
fn is_secret(node: &Node<'_>) -> bool {
    let text = |name: &str| node.get(name).and_then(Node::scalar).unwrap_or_default();
    text("kind") == "Secret" && !text("apiVersion").contains('/')
}

fn private_keys_below(node: &Node<'_>, place: &Place, findings: &mut Vec<Finding>) {
    // A Secret in a list is looked into as one.
    if is_secret(node) {
        return;
    }
    if node.string().is_some_and(|text| private_key::first_in(text).is_some()) {
        let message = "a private key stands in this value in clear";
        findings.push(Finding::new(Code::LeakedPrivateKey, &place.of(node), message));
    }
    for (_, value) in node.members() {
        private_keys_below(value, place, findings);
    }
    for item in node.items() {
        private_keys_below(item, place, findings);
    }
}

/// Finds a private key in a file that is no manifest and holds nothing but keys and certificates.
pub(crate) fn in_key_file(path: &Arc<str>, text: &str) -> Option<Finding> {
    let is_named_so = path.ends_with(".pem") || path.ends_with(".key");
    if private_key::is_test_key(path) || !is_named_so && !private_key::is_key_file(text) {
        return None;
    }
    let line = private_key::first_in(text)? + 1;
    let place = Place { file: Arc::clone(path), document: 0, line, column: 1 };
    Some(Finding::new(Code::LeakedPrivateKey, &place, "a private key stands here in clear"))
}

/// Finds what a Secret in clear gives away.
pub(crate) fn in_secret(secret: &Secret) -> Vec<Finding> {
    let mut findings = Vec::new();
    if secret.state != SecretState::Clear {
        return findings;
    }
    findings.extend(key_in_secret(secret));
    for (_, key, shape) in PullSecret::TYPES {
        let Some(payload) = secret.content.data.get(key).filter(|payload| !payload.is_empty())
        else {
            continue;
        };
        let config = decode_docker_config(payload, shape);
        let is_template = || str::from_utf8(payload).is_ok_and(|text| is_template(text, shape));
        if config.as_ref().map_or_else(|_| is_template(), holds_nothing) {
            continue;
        }
        let message = format!("Secret `{}` holds registry credentials in clear", secret.name);
        findings.push(Finding::new(Code::LeakedPullSecret, &secret.place, message));
        if let Ok(config) = config {
            findings.extend(short_lived(&config).map(|host| {
                let message = format!(
                    "Secret `{}` holds a token for `{host}` that expires within hours",
                    secret.name
                );
                Finding::new(Code::LeakedToken, &secret.place, message)
            }));
        }
    }
    findings
}

/// Finds a private key in a Secret in clear.
fn key_in_secret(secret: &Secret) -> Option<Finding> {
    let mut values = secret.content.data.iter();
    let (key, _) = values.find(|(_, value)| {
        str::from_utf8(value).is_ok_and(|text| private_key::first_in(text).is_some())
    })?;
    let name = &secret.name;
    if secret.metadata.labels.contains_key(SEALING_KEY) {
        let message =
            format!("Secret `{name}` holds a key that the controller opens SealedSecrets with");
        return Some(Finding::new(Code::LeakedSealingKey, &secret.place, message));
    }
    if private_key::is_for_tests(&secret.place.file) {
        return None;
    }
    let message = format!("Secret `{name}` holds a private key in clear, under `{key}`");
    // What a server shows who it is with opens nothing that is sealed.
    let is_of_server = secret.kind == "kubernetes.io/tls" || key == "tls.key";
    let severity = if is_of_server { Severity::Warning } else { Severity::Error };
    Some(Finding::with_severity(Code::LeakedPrivateKey, severity, &secret.place, message))
}

fn holds_nothing(config: &DockerConfig) -> bool {
    config.entries.values().all(|entry| {
        let password = &entry.password;
        !entry.has_token && (password.is_empty() || bytes_await_filling(password.expose()))
    })
}

/// Tells whether a docker configuration that cannot be decoded holds nothing but placeholders where
/// credentials belong.
fn is_template(text: &str, shape: ConfigShape) -> bool {
    if !awaits_filling(text) {
        return false;
    }
    let documents = read_documents(text);
    let roots = documents.iter().filter_map(|document| document.root.as_ref().ok());
    let mut auths = roots.filter_map(|root| match shape {
        ConfigShape::DockerCfg => Some(root),
        ConfigShape::DockerConfigJson => root.get("auths"),
    });
    !auths.any(has_credential)
}

/// Finds a registry whose user name shows that the password is a token of hours.
fn short_lived(config: &DockerConfig) -> impl Iterator<Item = String> {
    config
        .entries
        .iter()
        .filter(|(_, entry)| names_a_token(&entry.username) && !entry.password.is_empty())
        .filter(|(_, entry)| !bytes_await_filling(entry.password.expose()))
        .map(|(key, _)| mask_user(key))
}

/// Tells whether a user name is one that clouds give out with tokens of hours.
fn names_a_token(user: &[u8]) -> bool {
    matches!(user, b"AWS" | b"oauth2accesstoken" | b"_dcgcloud_token")
        || user == b"00000000-0000-0000-0000-000000000000"
}

/// Looks for a docker configuration: as nodes, or as text inside a value.
fn auths_below(node: &Node<'_>, place: &Place, findings: &mut Vec<Finding>) {
    if let Some(auths) = node.get("auths").filter(|auths| has_credential(auths)) {
        let message = "a docker configuration with credentials stands here in clear";
        findings.push(Finding::new(Code::LeakedAuths, &place.of(auths), message));
        for (key, entry) in auths.members() {
            let token = |name: &str| entry.get(name).and_then(Node::scalar);
            let of_auth = token("auth").and_then(|auth| decode_auth_field(auth).ok());
            let user = of_auth.map(|(user, _)| user);
            let user = user.or_else(|| token("username").map(|user| user.as_bytes().to_vec()));
            if user.is_some_and(|user| names_a_token(&user)) {
                let message = format!(
                    "the docker configuration holds a token for `{}` that expires within hours",
                    mask_user(&key.text)
                );
                findings.push(Finding::new(Code::LeakedToken, &place.of(entry), message));
            }
        }
        return;
    }
    if let Some(text) = node.string().filter(|text| text.contains("\"auths\"")) {
        // A literal of a generator has a name before the JSON.
        let json = text.find('{').and_then(|at| text.get(at..)).unwrap_or_default().trim();
        let config = decode_docker_config(json.as_bytes(), ConfigShape::DockerConfigJson);
        if config.is_ok_and(|config| !holds_nothing(&config)) {
            let message = "a docker configuration with credentials stands in this value in clear";
            findings.push(Finding::new(Code::LeakedAuths, &place.of(node), message));
        }
    }
    for (_, value) in node.members() {
        auths_below(value, place, findings);
    }
    for item in node.items() {
        auths_below(item, place, findings);
    }
}

fn has_credential(auths: &Node<'_>) -> bool {
    auths.members().iter().any(|(_, entry)| {
        ["auth", "password", "identitytoken", "registrytoken"].iter().any(|name| {
            let text = entry.get(name).and_then(Node::scalar).unwrap_or_default();
            !text.is_empty() && !is_placeholder(text)
        })
    })
}

/// Tells whether a value is filled in later, or sealed.
fn is_placeholder(text: &str) -> bool {
    text.starts_with("ENC[") || text.starts_with('<') || awaits_filling(text)
}

/// Compiles the pattern of a rule; one that this dialect cannot read matches nothing.
fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}
