//! What changes inside a file: registries of a sealed one, lines of a clear one.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regrender_document::{Document, Mapping, Node, SecretText};
use regrender_render::{PullSecretFile, WantedFile, is_named};
use regrender_seal::{FileFormat, Reason, inspect_sealed_secret, open, open_age, short_recipient};
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use crate::plan::purpose::ChangedFile;
use crate::plan::sealing::Keys;

/// How the annotations begin that a build writes; what they say follows from the rest.
const OWN_ANNOTATION: &str = "regrender.dev/";

/// Describes what changes inside a file, a line each; `+` comes, `-` goes, `~` changes.
pub(super) fn details(change: &ChangedFile<'_>) -> Vec<String> {
    match (change.wanted, change.current) {
        (WantedFile::Sealed(wanted), current) => {
            sealed(wanted, current, change.reasons, change.keys)
        }
        (_, Some(current)) => lines(current, change.text),
        (_, None) => Vec::new(),
    }
}

fn sealed(
    wanted: &PullSecretFile,
    current: Option<&str>,
    reasons: &[Reason],
    keys: &Keys,
) -> Vec<String> {
    let new = wanted.document().unwrap_or_default();
    let comments = &wanted.clear.header;
    let mut details = recipients(reasons);
    let old = match current {
        None => {
            return Auths::of(&new, comments).changes_from(&Auths::default());
        }
        Some(text) => match opened(text, keys) {
            Some(document) => document,
            None if inspect_sealed_secret(text).is_ok() => return of_controller(reasons),
            None => {
                details.push(String::from("? what is there cannot be opened to compare it"));
                return details;
            }
        },
    };
    let old_lines = current.into_iter().flat_map(str::lines);
    let old_comments: Vec<&str> = old_lines.filter_map(|line| line.strip_prefix('#')).collect();
    let old_auths = Auths::of(&old, &old_comments);
    details.extend(Auths::of(&new, comments).changes_from(&old_auths));
    details.extend(metadata(&new, &old));
    if details.is_empty() && reasons.contains(&Reason::ContentChanged) {
        details.push(String::from("~ what stands beside registries, labels and annotations"));
    }
    details
}

/// Describes what changes of the labels and annotations that registries.toml declares.
fn metadata(new: &Document, old: &Document) -> Vec<String> {
    let kinds = [("labels", "label"), ("annotations", "annotation")];
    let changes = kinds.map(|(key, what)| {
        let [new, old] = [new, old].map(|document| texts(document, key));
        differences(
            &new,
            &old,
            |name, value| format!("{what} `{name}`: `{value}`"),
            |name, value, before| {
                (value != before).then(|| format!("{what} `{name}`: `{before}` becomes `{value}`"))
            },
        )
    });
    changes.concat()
}

/// Returns the texts of a mapping in the metadata of a document.
fn texts<'a>(document: &'a Document, key: &str) -> BTreeMap<&'a str, &'a str> {
    let mapping = document.at(&["metadata", key]).and_then(Node::as_mapping);
    let pairs = mapping.into_iter().flat_map(Mapping::pairs);
    let texts = pairs.filter_map(|(name, node)| Some((name, node.as_text()?)));
    texts.filter(|(name, _)| !name.starts_with(OWN_ANNOTATION)).collect()
}

/// Describes what can be told of a change that only a controller could see.
fn of_controller(reasons: &[Reason]) -> Vec<String> {
    let mut details = Vec::new();
    for reason in reasons {
        if let Reason::CertificateChanged { from, to } = reason {
            details.push(format!("- for the key sha256:{from}"));
            details.push(format!("+ for the key sha256:{to}"));
        }
    }
    if reasons.iter().any(|reason| !matches!(reason, Reason::CertificateChanged { .. })) {
        details.push(String::from("? what is there can be opened by the controller alone"));
    }
    details
}

fn recipients(reasons: &[Reason]) -> Vec<String> {
    let lines = |sign: char, names: &[String]| -> Vec<String> {
        names.iter().map(|name| format!("{sign} recipient {}", short_recipient(name))).collect()
    };
    let mut details = Vec::new();
    for reason in reasons {
        match reason {
            Reason::RecipientsAdded(names) => details.extend(lines('+', names)),
            Reason::RecipientsRemoved(names) => details.extend(lines('-', names)),
            _ => {}
        }
    }
    details
}

/// Opens what is on disk, if an identity does.
fn opened(text: &str, keys: &Keys) -> Option<Document> {
    if let Ok(opened) = open(text, FileFormat::Yaml, &keys.identities) {
        return opened.into_documents().into_iter().next();
    }
    let text = open_age(text.as_bytes(), &keys.identities).ok()?;
    regrender_document::parse(text.expose()).ok()?.into_iter().next()
}

/// The entries of a `.dockerconfigjson`.
#[derive(Default, Deserialize)]
struct Auths {
    auths: BTreeMap<String, Entry>,
}

/// One of them.
#[derive(Deserialize)]
struct Entry {
    username: String,
    #[serde(deserialize_with = "zeroizing")]
    password: Zeroizing<String>,
    #[serde(default)]
    email: String,
    /// Whether everybody may see the username: it comes from no source.
    #[serde(skip)]
    is_named: bool,
}

fn zeroizing<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Zeroizing<String>, D::Error> {
    String::deserialize(deserializer).map(Zeroizing::new)
}

impl Auths {
    /// Reads those of a document; `comments` say in clear which usernames are no secret.
    fn of<C: AsRef<str>>(document: &Document, comments: &[C]) -> Self {
        let mut auths = Self::of_document(document).unwrap_or_default();
        for (key, entry) in &mut auths.auths {
            entry.is_named = is_named(comments, key, &entry.username);
        }
        auths
    }

    fn of_document(document: &Document) -> Option<Self> {
        let payload = match document.at(&["data", ".dockerconfigjson"])? {
            Node::Secret(secret) => secret.text.clone(),
            node => SecretText::new(node.as_text()?.to_owned()),
        };
        let json = Zeroizing::new(STANDARD.decode(payload.expose()).ok()?);
        serde_json::from_slice(&json).ok()
    }

    fn changes_from(&self, old: &Self) -> Vec<String> {
        differences(
            &self.auths,
            &old.auths,
            |key, entry| {
                let username = entry.is_named.then(|| format!(" (username `{}`)", entry.username));
                format!("registry `{key}`{}", username.unwrap_or_default())
            },
            |key, entry, before| {
                let parts = entry.changes_from(before);
                (!parts.is_empty()).then(|| format!("registry `{key}`: {}", parts.join(", ")))
            },
        )
    }
}

impl Entry {
    fn changes_from(&self, old: &Self) -> Vec<String> {
        let mut parts = Vec::new();
        if self.username != old.username {
            parts.push(if self.is_named && old.is_named {
                format!("username `{}` becomes `{}`", old.username, self.username)
            } else {
                String::from("username changes")
            });
        }
        if self.password.as_str() != old.password.as_str() {
            parts.push(String::from("password changes"));
        }
        if self.email != old.email {
            parts.push(String::from("email changes"));
        }
        parts
    }
}

/// Describes what comes and changes, by its names, and then what goes. `told` tells of a thing that
/// comes or goes, and `changed` of one that differs from the one before.
fn differences<N: Ord, T>(
    new: &BTreeMap<N, T>,
    old: &BTreeMap<N, T>,
    told: impl Fn(&N, &T) -> String,
    changed: impl Fn(&N, &T, &T) -> Option<String>,
) -> Vec<String> {
    let here = new.iter().filter_map(|(name, thing)| match old.get(name) {
        None => Some(format!("+ {}", told(name, thing))),
        Some(before) => changed(name, thing, before).map(|change| format!("~ {change}")),
    });
    let gone = old.iter().filter(|(name, _)| !new.contains_key(*name));
    here.chain(gone.map(|(name, thing)| format!("- {}", told(name, thing)))).collect()
}

/// The lines that come and go. The files of the tree are lists, so lines that move do not matter.
fn lines(old: &str, new: &str) -> Vec<String> {
    let gone = old.lines().filter(|line| !new.lines().any(|other| other == *line));
    let come = new.lines().filter(|line| !old.lines().any(|other| other == *line));
    let (gone, come): (Vec<&str>, Vec<&str>) = (gone.collect(), come.collect());
    // Where a line is only moved to the right or left, this is what there is to see.
    let is_indented_anew =
        |line: &&str| come.iter().any(|other| other.trim_start() == line.trim_start());
    let is_by_indentation = gone.iter().any(is_indented_anew);
    let told = |line: &&str| if is_by_indentation { *line } else { line.trim_start() }.to_owned();
    let gone = gone.iter().map(|line| format!("- {}", told(line)));
    gone.chain(come.iter().map(|line| format!("+ {}", told(line)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_apart_also_where_their_indentation_alone_changes() {
        let told = |old: &str, new: &str| lines(old, new).join(" | ");
        assert_eq!(told("a:\n  - x\n", "a:\n  - y\n"), "- - x | + - y");
        assert_eq!(told("a:\n  - x\n", "a:\n- x\n"), "-   - x | + - x");
    }
}
