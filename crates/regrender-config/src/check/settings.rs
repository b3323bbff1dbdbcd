//! The settings of `[seal]`, `[output]` and a cluster, value by value.

use std::collections::BTreeSet;

use regrender_diagnostic::Spanned;

use crate::check::choice::choice;
use crate::check::list;
use crate::check::name::{self, Rule};
use crate::check::path::{self, Reach};
use crate::check::recipient;
use crate::field::Field;
use crate::problem::{Problems, cluster as problem, provision, shape};
use crate::raw::{RawArgoCd, RawFlux, RawSettings};
use crate::{Consumer, Format, MacScope, Recipient};

/// Settings, each valid by itself.
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) format: Field<Format>,
    pub(crate) recipients: Field<Vec<Recipient>>,
    pub(crate) certificate: Field<String>,
    pub(crate) mac: Field<MacScope>,
    pub(crate) directory: Field<String>,
    pub(crate) consumers: Field<BTreeSet<Consumer>>,
    pub(crate) per_namespace: Field<bool>,
    pub(crate) inventory: Field<Vec<String>>,
    pub(crate) oidc_provider: Field<String>,
    pub(crate) flux: RawFlux,
    pub(crate) argocd: RawArgoCd,
}

impl Settings {
    /// Returns these settings, and where they say nothing those of `shared`.
    pub(crate) fn over(&self, shared: &Self) -> Self {
        Self {
            format: self.format.over(&shared.format),
            recipients: self.recipients.over(&shared.recipients),
            certificate: self.certificate.over(&shared.certificate),
            mac: self.mac.over(&shared.mac),
            directory: self.directory.over(&shared.directory),
            consumers: self.consumers.over(&shared.consumers),
            per_namespace: self.per_namespace.over(&shared.per_namespace),
            inventory: self.inventory.over(&shared.inventory),
            oidc_provider: self.oidc_provider.over(&shared.oidc_provider),
            flux: RawFlux {
                namespace: self.flux.namespace.over(&shared.flux.namespace),
                source: self.flux.source.over(&shared.flux.source),
                decryption_secret: self.flux.decryption_secret.over(&shared.flux.decryption_secret),
                interval: self.flux.interval.over(&shared.flux.interval),
            },
            argocd: RawArgoCd {
                namespace: self.argocd.namespace.over(&shared.argocd.namespace),
                project: self.argocd.project.over(&shared.argocd.project),
                repository: self.argocd.repository.over(&shared.argocd.repository),
                revision: self.argocd.revision.over(&shared.argocd.revision),
            },
        }
    }
}

/// Checks settings value by value; `seal` and `output` are what the tables are called.
pub(crate) fn settings(
    raw: &RawSettings,
    seal: &str,
    output: &str,
    problems: &mut Problems,
) -> Settings {
    Settings {
        format: raw
            .format
            .check(|value| choice(seal, "format", value, Format::ALL, Format::name, problems)),
        recipients: raw.recipients.check(|list| {
            if list.value.is_empty() {
                let help = "list at least one public key, or remove `recipients`";
                problems.push(shape::empty_list(seal, "recipients", list.span.clone(), help));
                return None;
            }
            recipient::list(seal, &list.value, problems)
        }),
        certificate: raw
            .certificate
            .check(|value| path::relative(seal, "certificate", value, Reach::Relative, problems)),
        mac: raw
            .mac
            .check(|value| choice(seal, "mac", value, MacScope::ALL, MacScope::name, problems)),
        directory: raw
            .directory
            .check(|value| path::relative(output, "directory", value, Reach::Below, problems)),
        consumers: raw.consumer.check(|list| consumers(output, list, problems)),
        per_namespace: raw.per_namespace.clone(),
        inventory: raw.inventory.check(|list| inventory(output, list, problems)),
        oidc_provider: raw.oidc_provider.check(|value| oidc_provider(output, value, problems)),
        flux: flux(&raw.flux, output, problems),
        argocd: argocd(&raw.argocd, output, problems),
    }
}

type Texts = Spanned<Vec<Spanned<String>>>;

fn consumers(owner: &str, found: &Texts, problems: &mut Problems) -> Option<BTreeSet<Consumer>> {
    let help = "list `flux`, `argocd` or `kubectl`";
    let consumers = list::some(owner, "consumer", found, help, problems, |item, problems| {
        choice(owner, "consumer", item, Consumer::ALL, Consumer::name, problems)
    });
    consumers.map(BTreeSet::from_iter)
}

fn inventory(owner: &str, found: &Texts, problems: &mut Problems) -> Option<Vec<String>> {
    list::each(owner, "inventory", &found.value, problems, |item, problems| {
        path::relative(owner, "inventory", item, Reach::Relative, problems)
    })
}

/// IAM: the address of the issuer without its scheme.
fn oidc_provider(owner: &str, found: &Spanned<String>, problems: &mut Problems) -> Option<String> {
    if is_oidc_provider(&found.value) {
        return Some(found.value.clone());
    }
    let text = found.value.trim();
    let bare = text.strip_prefix("https://").unwrap_or(text);
    let bare = bare.split_once(":oidc-provider/").map_or(bare, |(_, bare)| bare);
    let suggestion = Some(bare.trim_end_matches('/')).filter(|bare| is_oidc_provider(bare));
    problems.push(provision::invalid_oidc_provider(owner, found.span.clone(), suggestion));
    None
}

fn is_oidc_provider(text: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let mut parts = text.split('/');
    parts.next().is_some_and(|host| host.contains('.') && !host.contains('_'))
        && text.split('/').all(|part| !part.is_empty() && part.chars().all(is_inner))
}

fn flux(raw: &RawFlux, owner: &str, problems: &mut Problems) -> RawFlux {
    let mut object = |field: &Field<String>, rule, what: &str| {
        field.check(|value| name::object(what, value, rule, problems))
    };
    let namespace = object(&raw.namespace, Rule::Label, "a namespace");
    let source = object(&raw.source, Rule::Subdomain, "a GitRepository");
    let decryption_secret = object(&raw.decryption_secret, Rule::Subdomain, "a Secret");
    let interval = raw.interval.check(|value| {
        if is_interval(&value.value) {
            return Some(value.value.clone());
        }
        problems.push(problem::invalid_interval(owner, value.span.clone()));
        None
    });
    RawFlux { namespace, source, decryption_secret, interval }
}

/// Flux: `^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$`.
fn is_interval(text: &str) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let Some(after) = digits(rest) else { return false };
        let after = match after.strip_prefix('.') {
            Some(fraction) => match digits(fraction) {
                Some(after) => after,
                None => return false,
            },
            None => after,
        };
        let unit = ["ms", "s", "m", "h"].iter().find_map(|unit| after.strip_prefix(unit));
        let Some(after) = unit else { return false };
        rest = after;
    }
    !text.is_empty()
}

/// Returns what follows at least one digit.
fn digits(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    (rest.len() < text.len()).then_some(rest)
}

fn argocd(raw: &RawArgoCd, owner: &str, problems: &mut Problems) -> RawArgoCd {
    let owner = format!("`argocd` of {owner}");
    let namespace =
        raw.namespace.check(|value| name::object("a namespace", value, Rule::Label, problems));
    let project = raw
        .project
        .check(|value| name::object("an Argo CD project", value, Rule::Subdomain, problems));
    let repository = raw.repository.check(|value| word(&owner, "repository", value, problems));
    let revision = raw.revision.check(|value| word(&owner, "revision", value, problems));
    RawArgoCd { namespace, project, repository, revision }
}

fn word(
    owner: &str,
    key: &str,
    found: &Spanned<String>,
    problems: &mut Problems,
) -> Option<String> {
    if found.value.is_empty() {
        problems.push(shape::empty_value(owner, key, found.span.clone()));
        return None;
    }
    if found.value.chars().any(|c| c.is_whitespace() || c.is_control()) {
        problems.push(problem::invalid_text(owner, key, found.span.clone()));
        return None;
    }
    Some(found.value.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_those_of_flux() {
        for interval in ["10m", "1h30m", "1.5h", "500ms", "0s"] {
            assert!(is_interval(interval), "{interval}");
        }
        for interval in ["", "10", "m", "10 m", "1d", "-1m", "1.m", "10m "] {
            assert!(!is_interval(interval), "{interval}");
        }
    }
}
