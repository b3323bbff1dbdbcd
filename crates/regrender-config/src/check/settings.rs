//! The settings of `[seal]`, `[output]` and a cluster, value by value.

use std::collections::BTreeSet;

use regrender_diagnostic::Spanned;

use crate::check::choice::choice;
use crate::check::flux::{self, FluxSettings};
use crate::check::list;
use crate::check::name::{self, Rule};
use crate::check::path::{self, Reach};
use crate::check::recipient;
use crate::field::Field;
use crate::problem::{Problems, cluster as problem, provision, shape};
use crate::raw::{RawArgoCd, RawSettings};
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
    pub(crate) flux: FluxSettings,
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
            flux: self.flux.over(&shared.flux),
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
        flux: flux::settings(&raw.flux, output, problems),
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
