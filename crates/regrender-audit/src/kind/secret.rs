//! Knows Secrets in their several states: in clear, sealed, or only promised.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use regrender_image::PullSecret;

use super::copy::{Copies, is_copy};
use super::{Header, Metadata, Rendering, Written};
use crate::manifest::Node;
use crate::pattern::Pattern;
use crate::place::Place;
use crate::placeholder::{awaits_filling, bytes_await_filling};

/// The annotation of a sealed Secret that says when the first of its credentials is dead.
const EXPIRES_AT: &str = "regrender.dev/expires-at";

/// How the content of a Secret stands in the repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretState {
    /// Readable by anybody.
    Clear,
    /// Sealed with SOPS, and what it takes to open it is gone: every value is encrypted still.
    Damaged,
    /// Sealed with SOPS.
    Sops,
    /// A SealedSecret.
    SealedSecret,
    /// An `ExternalSecret`: the content lies elsewhere.
    ExternalSecret,
    /// Made by kustomize when it builds.
    Generated,
}

impl SecretState {
    /// Returns kind and API version of the object in the manifest; the latter is empty where there
    /// are several.
    fn object(self) -> (&'static str, &'static str) {
        match self {
            Self::Clear | Self::Damaged | Self::Sops | Self::Generated => ("Secret", "v1"),
            Self::SealedSecret => ("SealedSecret", "bitnami.com/v1alpha1"),
            Self::ExternalSecret => ("ExternalSecret", ""),
        }
    }

    /// Tells whether kustomize knows the object as a Secret, and renames what refers to it.
    pub(crate) fn is_secret(self) -> bool {
        self.object().0 == "Secret"
    }
}

/// Who fills in a Secret that says nothing before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filler {
    /// What fills in placeholders before it is applied; they decide which registries it is for.
    Template,
    /// A controller, from another Secret.
    Controller,
}

impl Filler {
    /// Says of a Secret what it awaits.
    pub(crate) fn awaited(self) -> &'static str {
        match self {
            Self::Template => "has placeholders, which are filled in before it is applied",
            Self::Controller => "is filled in from another one by a controller",
        }
    }
}

/// A Secret, or something that becomes one.
#[derive(Clone, Debug)]
pub struct Secret {
    /// Its namespace, where the repository determines one.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// Its name as written, before any tree renames it.
    pub written_name: String,
    /// Its type, empty where none is written.
    pub kind: String,
    /// How its content stands in the repository.
    pub state: SecretState,
    /// Its content, where it stands in clear; shown by no Debug output.
    pub content: PullSecret,
    /// The keys of `data` and `stringData` whose value is no valid base64 or no string.
    pub bad_keys: Vec<String>,
    /// Whether nothing in it can be changed in a cluster.
    pub is_immutable: bool,
    /// When the first of its credentials is dead, as a build says of one that is sealed.
    pub expires_at: Option<String>,
    /// Whether its name is one that no tree changes: the target of an `ExternalSecret`.
    pub(crate) keeps_name: bool,
    /// Where it is declared.
    pub place: Place,
    /// Its labels and annotations.
    pub metadata: Arc<Metadata>,
    /// Who fills it in, where its content cannot be known before.
    pub(crate) filler: Option<Filler>,
    /// Where a controller copies it to.
    pub(crate) copies: Option<Copies>,
    /// The keys of its content, where the manifest shows them.
    pub(crate) keys: Option<Vec<String>>,
    /// What becomes of it in each tree that lists its file.
    pub renderings: Vec<Rendering>,
}

impl Secret {
    /// Tells whether the manifest makes a Secret of this name, and is more than a patch. What kustomize
    /// generates mostly gets a name of its own.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        match self.state {
            SecretState::Generated => false,
            SecretState::SealedSecret | SecretState::ExternalSecret => true,
            SecretState::Clear | SecretState::Damaged | SecretState::Sops => !self.kind.is_empty(),
        }
    }

    /// Tells whether it is meant as a pull secret: by its type, or by a key of it that no kubelet reads.
    #[must_use]
    pub fn is_pull_secret(&self) -> bool {
        let mut keys = self.content.data.keys().chain(&self.bad_keys);
        PullSecret::TYPES.iter().any(|(kind, _, _)| *kind == self.kind)
            || keys.any(|key| PullSecret::is_payload_key(key))
    }

    /// Tells whether a controller copies it to a namespace.
    pub(crate) fn is_copied_to(&self, namespace: &str) -> bool {
        self.copies.as_ref().is_some_and(|copies| copies.reach(namespace))
    }

    /// Returns what it is in the manifest.
    pub(crate) fn written(&self) -> Written<'_> {
        let (kind, api_version) = self.state.object();
        Written { kind, api_version, namespace: self.namespace.as_deref(), name: &self.name }
    }

    /// Makes one of whose content nothing is known.
    pub(crate) fn new(
        namespace: Option<String>,
        name: &str,
        kind: &str,
        state: SecretState,
        place: &Place,
    ) -> Self {
        let content =
            PullSecret { name: name.to_owned(), kind: kind.to_owned(), data: BTreeMap::new() };
        Self {
            namespace,
            name: name.to_owned(),
            written_name: name.to_owned(),
            kind: kind.to_owned(),
            state,
            content,
            bad_keys: Vec::new(),
            is_immutable: false,
            expires_at: None,
            keeps_name: false,
            place: place.clone(),
            metadata: Arc::default(),
            filler: None,
            copies: None,
            keys: None,
            renderings: Vec::new(),
        }
    }
}

/// Reads a Secret, or something that becomes one.
pub(crate) fn read(root: &Node<'_>, header: &Header) -> Option<Secret> {
    match &*header.kind {
        "Secret" => {
            let annotations = &header.metadata.annotations;
            let found = plain_or_sops(root, header);
            let is_copy = !header.metadata.is_live && is_copy(annotations);
            let filler = if is_copy { Some(Filler::Controller) } else { found.filler };
            Some(Secret { filler, copies: Copies::read(annotations), ..found })
        }
        "SealedSecret" => {
            Some(Secret { copies: copies_at(root, &["spec", "template"]), ..sealed(root, header) })
        }
        "ExternalSecret" => {
            let copies = copies_at(root, &["spec", "target", "template"]);
            Some(Secret { copies, ..external(root, header) })
        }
        "ClusterExternalSecret" => Some(external_of_cluster(root, header)),
        _ => None,
    }
}

/// Reads where the Secret is copied to that is made from the template at `path`.
fn copies_at(root: &Node<'_>, path: &[&str]) -> Option<Copies> {
    let annotations = root.at(path)?.at(&["metadata", "annotations"])?;
    Copies::read(&annotations.texts())
}

fn plain_or_sops(root: &Node<'_>, header: &Header) -> Secret {
    let kind = root.get("type").and_then(Node::scalar).unwrap_or_default();
    if root.get("sops").is_some_and(|sops| sops.get("mac").is_some()) {
        let sealed = secret(header, &header.name, kind, SecretState::Sops);
        let keys = keys_of(root, &[&["data"], &["stringData"]]);
        return Secret { expires_at: expiry(root), keys: Some(keys), ..sealed };
    }
    let state = if is_encrypted(root) { SecretState::Damaged } else { SecretState::Clear };
    let mut found = secret(header, &header.name, kind, state);
    let mut is_template = false;
    let mut data: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for (key, value) in root.get("data").map(Node::members).unwrap_or_default() {
        match value.scalar().map(decode_base64) {
            Some(Some(bytes)) => drop(data.insert(key.text.to_string(), bytes)),
            None if value.is_null() => drop(data.insert(key.text.to_string(), Vec::new())),
            _ => {
                is_template |= value.string().is_some_and(awaits_filling);
                found.bad_keys.push(key.text.to_string());
            }
        }
    }
    for (key, value) in root.get("stringData").map(Node::members).unwrap_or_default() {
        match value.scalar() {
            Some(text) => drop(data.insert(key.text.to_string(), text.as_bytes().to_vec())),
            None if value.is_null() => drop(data.insert(key.text.to_string(), Vec::new())),
            None => found.bad_keys.push(key.text.to_string()),
        }
    }
    found.keys = Some(keys_of(root, &[&["data"], &["stringData"]]));
    found.content.data = data;
    is_template |= is_for_unknown(&found.content);
    // What a cluster holds is as it is.
    is_template &= state == SecretState::Clear && !header.metadata.is_live;
    found.filler = is_template.then_some(Filler::Template);
    found.is_immutable = root.get("immutable").and_then(Node::scalar) == Some("true");
    found
}

/// Tells whether the registries of a pull secret cannot be read for its placeholders.
fn is_for_unknown(content: &PullSecret) -> bool {
    let mut payloads = PullSecret::TYPES.iter().filter_map(|(_, key, _)| content.data.get(*key));
    payloads.any(|payload| bytes_await_filling(payload))
        && content
            .decode()
            .map_or(true, |config| config.entries.keys().any(|key| awaits_filling(key)))
}

/// Tells whether a Secret has values, and all of them are spelled as SOPS spells encrypted ones.
fn is_encrypted(root: &Node<'_>) -> bool {
    let maps = ["data", "stringData"].into_iter().filter_map(|member| root.get(member));
    let mut values = maps.flat_map(Node::members).map(|(_, value)| value).peekable();
    let is_encrypted = |value: &Node<'_>| {
        value.string().is_some_and(|text| text.starts_with("ENC[") && text.ends_with(']'))
    };
    values.peek().is_some() && values.all(is_encrypted)
}

/// The controller takes name and namespace of the SealedSecret itself, and the type of its template;
/// without one it makes an `Opaque` Secret. What sealed-secrets wrote in its first version holds the
/// type in what is sealed.
fn sealed(root: &Node<'_>, header: &Header) -> Secret {
    let kind = root.at(&["spec", "template", "type"]).and_then(Node::scalar);
    let is_old = root.at(&["spec", "data"]).is_some_and(|data| !data.is_null());
    let otherwise = if is_old { "" } else { "Opaque" };
    let kind = kind.filter(|kind| !kind.is_empty()).unwrap_or(otherwise);
    let sealed = secret(header, &header.name, kind, SecretState::SealedSecret);
    let keys = keys_of(root, &[&["spec", "encryptedData"], &["spec", "template", "data"]]);
    Secret { expires_at: expiry(root), keys: (!is_old).then_some(keys), ..sealed }
}

/// Lists the keys that variables may be called by, of all members at `paths`.
fn keys_of(root: &Node<'_>, paths: &[&[&str]]) -> Vec<String> {
    let members = paths.iter().filter_map(|path| root.at(path)).flat_map(Node::members);
    let keys = members.map(|(key, _)| &key.text);
    keys.filter(|key| !key.starts_with('.')).map(ToString::to_string).collect()
}

/// Returns when a build says that the first of the credentials is dead.
fn expiry(root: &Node<'_>) -> Option<String> {
    let moment = root.at(&["metadata", "annotations", EXPIRES_AT]).and_then(Node::scalar);
    moment.map(str::to_owned)
}

fn external(root: &Node<'_>, header: &Header) -> Secret {
    let text = |path: &[&str]| root.at(path).and_then(Node::scalar).filter(|text| !text.is_empty());
    let target = text(&["spec", "target", "name"]);
    let kind = text(&["spec", "target", "template", "type"]).unwrap_or_default();
    let name = target.unwrap_or(&header.name);
    let found = secret(header, name, kind, SecretState::ExternalSecret);
    Secret { keeps_name: target.is_some(), ..found }
}

/// One `ExternalSecret` is made from it in each namespace that it lists or chooses by labels.
fn external_of_cluster(root: &Node<'_>, header: &Header) -> Secret {
    let text = |path: &[&str]| root.at(path).and_then(Node::scalar).filter(|text| !text.is_empty());
    let target = ["spec", "externalSecretSpec", "target"];
    let name = text(&[&target[..], &["name"]].concat());
    let name = name.or_else(|| text(&["spec", "externalSecretName"])).unwrap_or(&header.name);
    let kind = text(&[&target[..], &["template", "type"]].concat()).unwrap_or_default();
    let listed = root.at(&["spec", "namespaces"]).map(Node::items).unwrap_or_default();
    let listed: Vec<Pattern> = listed.iter().filter_map(Node::string).map(Pattern::new).collect();
    let copies = if listed.is_empty() { Copies::Anywhere } else { Copies::To(listed) };
    let found = secret(header, name, kind, SecretState::ExternalSecret);
    Secret { namespace: None, keeps_name: true, copies: Some(copies), ..found }
}

fn secret(header: &Header, name: &str, kind: &str, state: SecretState) -> Secret {
    let secret = Secret::new(header.namespace.clone(), name, kind, state, &header.place);
    Secret { metadata: Arc::clone(&header.metadata), ..secret }
}

/// Decodes as the API server does: padded, standard alphabet, line breaks ignored.
fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let text: String = text.chars().filter(|letter| !matches!(letter, '\r' | '\n')).collect();
    BASE64_STANDARD.decode(text).ok()
}
