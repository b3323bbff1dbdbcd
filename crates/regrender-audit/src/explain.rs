//! Knows the whole way from an image to the credentials that the kubelet tries for it.

mod account;

use std::fmt::Write as _;

pub use self::account::{AccountQuestion, explain_account};

use regrender_image::{
    Account, AdmissionError, ImageReference, Keyring, PodAdmission, PullSecret, admit,
};
use serde::Serialize;

use crate::credentials::Opener;
use crate::declared::{Declarations, Declared};
use crate::inventory::{FileFacts, read_file};
use crate::judgement::{Judgement, judge};
use crate::kind::{PodManifest, SecretState, read_pods};
use crate::text::{self, visible};
use crate::unreadable::Unreadable;
use crate::verdict::Verdict;

/// A file, as path and bytes.
pub type File<'f> = (&'f str, &'f [u8]);

/// What an explanation starts from.
pub struct Question<'q> {
    /// The image.
    pub image: &'q str,
    /// Manifests of Secrets, in the order of the list of pull secrets.
    pub pull_secrets: &'q [File<'q>],
    /// The manifest of a pod or of a workload; its own list counts then. Of several, the first counts.
    pub pod: Option<File<'q>>,
    /// Manifests of ServiceAccounts.
    pub service_account: Option<File<'q>>,
    /// What registries.toml declares.
    pub declared: &'q Declared,
    /// Opens sealed Secrets.
    pub open: Opener<'q>,
}

/// The way from an image to its credentials.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// The image as written.
    pub image: String,
    /// Whether it parses.
    pub valid: bool,
    /// Why it does not: the class of the error, a colon, and a sentence.
    pub error: Option<String>,
    /// What the keyring is asked for.
    pub repository: Option<String>,
    /// The host; empty for names that have none.
    pub host: Option<String>,
    /// The path below the host.
    pub path: Option<String>,
    /// The tag as written.
    pub tag: Option<String>,
    /// The digest as written.
    pub digest: Option<String>,
    /// The credentials in the order in which they are tried.
    pub credentials: Vec<Credential>,
    /// The pull secrets in force, in order.
    pub pull_secrets: Vec<String>,
    /// The Secrets that cannot be decoded.
    pub broken: Vec<Broken>,
    /// What becomes of the image.
    pub verdict: Verdict,
    /// The Secrets that the kubelet passes over, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<Broken>,
    /// Why the API server turns the pod away, where it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rejected: Option<String>,
    /// Files that could not be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<Unreadable>,
    /// Why the verdict is what it is.
    #[serde(skip)]
    pub reason: String,
}

/// One credential that the kubelet would try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Credential {
    /// The Secret.
    pub secret: String,
    /// The key as written in the Secret, without a password that it may hold.
    pub key: String,
    /// The user name.
    pub username: String,
    /// The place in the order, from 0; equal places are tried in random order.
    pub position: usize,
    /// By what the key matches.
    #[serde(skip)]
    pub kind: &'static str,
}

/// A Secret that cannot be decoded, or is passed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// The Secret.
    pub secret: String,
    /// Why.
    pub reason: String,
}

/// Which pull secrets a question comes to.
#[derive(Default)]
struct List {
    names: Vec<String>,
    /// The Secrets that are there, in order; an entry without a Secret has none.
    secrets: Vec<PullSecret>,
    /// The Secrets that no cluster takes.
    refused: Vec<Broken>,
    rejected: Option<AdmissionError>,
    unknown: Option<String>,
}

/// Lists `KIND/NAME` of the pods, and of what makes pods, in the manifest of a question's pod.
#[must_use]
pub fn pods_in(bytes: &[u8]) -> Vec<String> {
    let pods = text::decode(bytes).map(|text| read_pods(&text)).unwrap_or_default();
    pods.into_iter().map(|one| format!("{}/{}", one.kind, one.name)).collect()
}

/// Explains which credentials the kubelet tries for an image, and in which order.
#[must_use]
pub fn explain(question: &Question<'_>) -> Explanation {
    let mut unreadable = Vec::new();
    let list = list_of(question, &mut unreadable);
    let declarations = Declarations::new(question.declared);
    let explanation = explain_list(question.image, list, &declarations);
    Explanation { unreadable, ..explanation }
}

/// Explains which credentials of a list the kubelet tries for an image.
fn explain_list(image: &str, list: List, declarations: &Declarations<'_>) -> Explanation {
    let mut explanation = match ImageReference::parse(image) {
        Ok(image) => about(&image, &list, declarations),
        Err(error) => {
            let reason = format!("{}: {error}", error.name());
            let mut explanation = empty(image, Verdict::InvalidImage, error.to_string());
            explanation.error = Some(reason);
            explanation
        }
    };
    explanation.broken = list.refused;
    explanation.broken.extend(broken(&list.secrets));
    explanation.skipped = skipped(&list.secrets);
    explanation.pull_secrets = list.names;
    explanation.rejected = list.rejected.map(|error| error.to_string());
    explanation
}

fn about(image: &ImageReference, list: &List, declarations: &Declarations<'_>) -> Explanation {
    let keyring = Keyring::build(&list.secrets);
    let judgement = match &keyring {
        Ok(keyring) => judge(image, keyring, declarations, list.unknown.as_deref()),
        Err(error) => {
            let reason = format!("Secret `{}` cannot be decoded: {}", error.secret, error.reason);
            Judgement::new(Verdict::BrokenSecret, reason)
        }
    };
    let matches = keyring.as_ref().map(|keyring| keyring.look_up(image)).unwrap_or_default();
    let credentials = matches.iter().map(|one| Credential {
        secret: one.secret.to_owned(),
        key: one.key.shown(),
        username: one.entry.username_text(),
        position: one.position,
        kind: one.kind.name(),
    });
    Explanation {
        valid: true,
        repository: Some(image.repository()),
        host: Some(image.domain().to_owned()),
        path: Some(image.path().to_owned()),
        tag: image.tag().map(str::to_owned),
        digest: image.digest().map(str::to_owned),
        credentials: credentials.collect(),
        ..empty(image.written(), judgement.verdict, judgement.reason)
    }
}

fn empty(image: &str, verdict: Verdict, reason: String) -> Explanation {
    Explanation {
        image: image.to_owned(),
        valid: false,
        error: None,
        repository: None,
        host: None,
        path: None,
        tag: None,
        digest: None,
        credentials: Vec::new(),
        pull_secrets: Vec::new(),
        broken: Vec::new(),
        verdict,
        skipped: Vec::new(),
        rejected: None,
        unreadable: Vec::new(),
        reason,
    }
}

/// Lists the Secrets that the kubelet takes for none that it could pull with.
fn skipped(secrets: &[PullSecret]) -> Vec<Broken> {
    let skipped = |secret: &PullSecret| {
        let fault = secret.payload().err()?;
        Some(Broken { secret: secret.name.clone(), reason: fault.to_string() })
    };
    secrets.iter().filter_map(skipped).collect()
}

fn broken(secrets: &[PullSecret]) -> Vec<Broken> {
    let broken = |secret: &PullSecret| {
        let error = secret.decode().err()?;
        Some(Broken { secret: secret.name.clone(), reason: error.to_string() })
    };
    secrets.iter().filter_map(broken).collect()
}

/// Works out the list of pull secrets: all that are given, or what admission makes of pod and account.
fn list_of(question: &Question<'_>, unreadable: &mut Vec<Unreadable>) -> List {
    let (mut given, mut names, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    let mut sealed = None;
    for (path, bytes) in question.pull_secrets {
        for secret in read(path, bytes, unreadable).secrets {
            names.push(secret.name.clone());
            let content = match secret.state {
                SecretState::Clear | SecretState::Damaged => Some(secret.content),
                _ => (question.open)(&secret),
            };
            if let Some(key) = secret.bad_keys.first() {
                let reason = format!("the API server refuses it: `{key}` is not valid base64");
                refused.push(Broken { secret: secret.name, reason });
                continue;
            }
            match content {
                Some(content) => given.push(PullSecret { name: secret.name, ..content }),
                None => {
                    sealed.get_or_insert(format!("Secret `{}` cannot be opened", secret.name));
                }
            }
        }
    }
    if question.pod.is_none() && question.service_account.is_none() {
        return List { names, secrets: given, refused, rejected: None, unknown: sealed };
    }
    let mut list = admitted(question, unreadable);
    refused.retain(|one| list.names.contains(&one.secret));
    list.refused = refused;
    for name in list.names.iter().filter(|name| !name.is_empty()) {
        match given.iter().find(|secret| secret.name == *name) {
            Some(secret) => list.secrets.push(secret.clone()),
            None if list.refused.iter().any(|one| one.secret == *name) => {}
            // The kubelet passes over a Secret that does not exist.
            None if list.unknown.is_none() => {
                list.unknown = Some(format!("Secret `{name}` is not among those given"));
            }
            None => {}
        }
    }
    list
}

/// Lets admission decide about the pod and the accounts that are given.
fn admitted(question: &Question<'_>, unreadable: &mut Vec<Unreadable>) -> List {
    let pod_facts = question.pod.map(|(path, bytes)| read(path, bytes, unreadable));
    let pod_text = question.pod.and_then(|(_, bytes)| text::decode(bytes).ok());
    let pod = pod_text.and_then(|text| read_pods(&text).into_iter().next()).unwrap_or_default();
    let PodManifest { namespace, admission: pod, .. } = pod;
    let mut found = pod_facts.map(|facts| facts.service_accounts).unwrap_or_default();
    if let Some((path, bytes)) = question.service_account {
        found.extend(read(path, bytes, unreadable).service_accounts);
    }
    let accounts: Vec<Account> = found
        .iter()
        .filter(|one| namespace.is_none() || one.namespace.is_none() || one.namespace == namespace)
        .map(Account::from)
        .collect();
    let pod = match (question.pod, accounts.as_slice()) {
        // Without a pod, the account is asked about for its own sake.
        (None, [account]) => PodAdmission { service_account_name: account.name.clone(), ..pod },
        _ => pod,
    };
    if question.service_account.is_none() && accounts.is_empty() && !pod.is_mirror {
        let unknown = pod
            .image_pull_secrets
            .is_empty()
            .then(|| format!("ServiceAccount `{}` is not given", pod.service_account()));
        return List { names: pod.image_pull_secrets, unknown, ..List::default() };
    }
    match admit(&pod, &accounts) {
        Ok(admitted) => List { names: admitted.image_pull_secrets, ..List::default() },
        Err(error) => {
            let names = would_be(&pod, &accounts);
            List { names, rejected: Some(error), ..List::default() }
        }
    }
}

/// Returns the list that a rejected pod would have had.
fn would_be(pod: &PodAdmission, accounts: &[Account]) -> Vec<String> {
    if !pod.image_pull_secrets.is_empty() || pod.is_mirror {
        return pod.image_pull_secrets.clone();
    }
    let account = accounts.iter().find(|account| account.name == pod.service_account());
    account.map(|account| account.image_pull_secrets.clone()).unwrap_or_default()
}

fn read(path: &str, bytes: &[u8], unreadable: &mut Vec<Unreadable>) -> FileFacts {
    let facts = read_file(path, bytes);
    unreadable.extend(facts.unreadable.iter().cloned());
    facts
}

impl Explanation {
    /// Returns the object that `--output json` prints.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        // Nothing in here can fail to serialise: every key is a string.
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Returns the explanation for people.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("image        {}\n", visible(&self.image));
        let mut line = |name: &str, value: &str| {
            // Writing to a string cannot fail.
            let _infallible = writeln!(text, "{name:<12} {}", visible(value));
        };
        if let Some(error) = &self.error {
            line("error", error);
        }
        for (name, value) in [
            ("host", &self.host),
            ("path", &self.path),
            ("tag", &self.tag),
            ("digest", &self.digest),
            ("asked for", &self.repository),
            ("rejected", &self.rejected),
        ] {
            if let Some(value) = value {
                line(name, value);
            }
        }
        for name in &self.pull_secrets {
            line("pull secret", if name.is_empty() { "(an entry without a name)" } else { name });
        }
        for (name, several) in [("skipped", &self.skipped), ("broken", &self.broken)] {
            for one in several {
                line(name, &format!("{}: {}", one.secret, one.reason));
            }
        }
        for one in &self.credentials {
            let user = if one.username.is_empty() { "(none)" } else { &one.username };
            let tried = format!(
                "{}. user {user} by key {} of {} ({})",
                one.position + 1,
                one.key,
                one.secret,
                one.kind
            );
            line("tried", &tried);
        }
        for one in &self.unreadable {
            line("unreadable", &format!("{}: {}", one.file, one.reason));
        }
        line("verdict", &format!("{}: {}", self.verdict.name(), self.reason));
        text
    }
}
