//! Clusters: their settings over those for all, and what must agree in each.

use std::collections::BTreeSet;

use regrender_diagnostic::{Span, Spanned};

use crate::check::flux::FluxSettings;
use crate::check::settings::{Settings, settings};
use crate::check::{name, path};
use crate::field::Field;
use crate::problem::{Problems, cluster as problem, path as path_problem, recipient};
use crate::raw::{RawArgoCd, RawConfig, RawSettings};
use crate::{ArgoCd, Cluster, Consumer, Flux, Format, MacScope, Recipient};

const DEFAULT_DIRECTORY: &str = "pull-secrets";

/// Checks the clusters, or the one without a name if none is declared.
pub(crate) fn clusters(raw: &RawConfig, problems: &mut Problems) -> Option<Vec<Cluster>> {
    let shared = settings(&raw.settings, "`[seal]`", "`[output]`", problems);
    idle_keys(raw, &shared, problems);
    if raw.clusters.is_empty() && raw.may_hide("cluster") {
        return None;
    }
    if raw.clusters.is_empty() {
        return Some(vec![cluster(None, &shared, problems)?]);
    }
    let mut clusters = Vec::new();
    let mut folders = Vec::new();
    for declared in &raw.clusters {
        let named = name::table("a cluster", &declared.name, problems);
        let owner = format!("cluster `{}`", declared.name.value);
        let own = settings(&declared.settings, &owner, &owner, problems);
        let directory = directory(&declared.name, &own.directory, &shared.directory);
        let settings = Settings { directory, ..own.over(&shared) };
        let cluster = cluster(Some(&declared.name), &settings, problems);
        clusters.push(cluster.filter(|_| named.is_some()));
        folders.extend(settings.directory.given().map(|directory| Folder {
            cluster: declared.name.value.clone(),
            path: directory.value,
            span: directory.span,
        }));
    }
    let apart = apart(&folders, problems);
    let mut clusters: Vec<Cluster> = clusters.into_iter().collect::<Option<_>>()?;
    apart?;
    clusters.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    Some(clusters)
}

/// Returns the output folder of a named cluster: its own, or one in the folder for all.
fn directory(name: &Spanned<String>, own: &Field<String>, shared: &Field<String>) -> Field<String> {
    match (own, shared.clone().or(String::from(DEFAULT_DIRECTORY))) {
        (_, None) => Field::Broken,
        (Field::Absent, Some(shared)) => {
            let path = format!("{shared}/{}", name.value);
            Field::Given(Spanned::new(path, name.span.clone()))
        }
        (own, Some(_)) => own.clone(),
    }
}

fn cluster(
    name: Option<&Spanned<String>>,
    settings: &Settings,
    problems: &mut Problems,
) -> Option<Cluster> {
    let title = name.map(|name| name.value.as_str());
    let span = name.map_or(0..0, |name| name.span.clone());
    let sealed_for = sealed_for(title, &span, settings, problems);
    let consumers = settings.consumers.clone().or([Consumer::Flux].into());
    if let Some(consumers) = &consumers {
        let recipients = sealed_for.as_ref().map(|(recipients, _)| recipients.as_slice());
        check_consumers(title, &span, consumers, recipients, settings, problems);
    }
    let (recipients, certificate) = sealed_for?;
    Some(Cluster {
        name: title.map(str::to_owned),
        format: settings.format.clone().or(Format::Sops)?,
        recipients,
        certificate,
        mac: settings.mac.clone().or(MacScope::All)?,
        directory: settings.directory.clone().or(String::from(DEFAULT_DIRECTORY))?,
        consumers: consumers?,
        per_namespace: settings.per_namespace.clone().or(false)?,
        flux: flux(&settings.flux)?,
        argocd: argocd(&settings.argocd)?,
        oidc_provider: settings.oidc_provider.clone().optional()?,
        inventory: settings.inventory.clone().or(vec![String::from(".")])?,
        span,
    })
}

/// Checks that every consumer can do what it is given: open the format with a key it takes, and find
/// the repository.
fn check_consumers(
    name: Option<&str>,
    span: &Span,
    consumers: &BTreeSet<Consumer>,
    recipients: Option<&[Recipient]>,
    settings: &Settings,
    problems: &mut Problems,
) {
    let consumer = settings.consumers.span();
    if let Field::Given(format) = &settings.format
        && format.value == Format::Age
        && let Some(controller) = controller(consumers)
    {
        let format = format.span.clone();
        problems.push(problem::age_needs_kubectl(name, format, consumer.clone(), controller));
    }
    if let Field::Given(per) = &settings.per_namespace
        && per.value
        && consumers.contains(&Consumer::ArgoCd)
        && settings.argocd.repository.is_absent()
    {
        problems.push(problem::argocd_needs_repository(name, per.span.clone(), consumer));
    }
    let format = settings.format.as_given();
    if let Some(recipients) = recipients
        && controller(consumers).is_some()
        && format.is_none_or(|format| format.value != Format::SealedSecrets)
        && !recipients.iter().any(|recipient| recipient.kind.is_native())
    {
        let list = settings.recipients.span().unwrap_or_else(|| span.clone());
        problems.push(recipient::no_native(name, list));
    }
}

/// Returns the recipients or the certificate, whichever the format seals for.
fn sealed_for(
    name: Option<&str>,
    span: &Span,
    settings: &Settings,
    problems: &mut Problems,
) -> Option<(Vec<Recipient>, Option<String>)> {
    if settings.format.is_broken() {
        return None;
    }
    if let Field::Given(format) = &settings.format
        && format.value == Format::SealedSecrets
    {
        let complain = || problems.push(problem::no_certificate(name, format.span.clone()));
        let certificate = settings.certificate.needed(complain)?;
        return Some((Vec::new(), Some(certificate.value.clone())));
    }
    let complain = || problems.push(recipient::none(name, span.clone()));
    Some((settings.recipients.needed(complain)?.value.clone(), None))
}

/// Finds recipients and certificates that nothing is sealed for. Those for all are for whichever
/// cluster can use them. Of a format that is not known nobody can tell.
fn idle_keys(raw: &RawConfig, shared: &Settings, problems: &mut Problems) {
    let is_sealed = |own: &Field<String>| {
        let format = if own.is_absent() { &raw.settings.format } else { own };
        let format = format.clone().or(String::from(Format::Sops.name()))?;
        let known = Format::ALL.iter().find(|known| known.name() == format)?;
        Some(*known == Format::SealedSecrets)
    };
    let mut uses = Vec::new();
    for cluster in &raw.clusters {
        let RawSettings { format, recipients, certificate, .. } = &cluster.settings;
        let owner = format!("cluster `{}`", cluster.name.value);
        let uses_certificate = is_sealed(format);
        uses.push(uses_certificate);
        if let (Some(true), Field::Given(list)) = (uses_certificate, recipients) {
            problems.push(problem::idle_seal_key(&owner, "recipients", list.span.clone()));
        }
        if let (Some(false), Field::Given(file)) = (uses_certificate, certificate) {
            problems.push(problem::idle_seal_key(&owner, "certificate", file.span.clone()));
        }
    }
    if uses.is_empty() {
        uses.push(is_sealed(&Field::Absent));
    }
    let all = |expected: bool| uses.iter().all(|uses| *uses == Some(expected));
    if let (true, Field::Given(list)) = (all(true), &shared.recipients) {
        problems.push(problem::idle_seal_key("`[seal]`", "recipients", list.span.clone()));
    }
    if let (true, Field::Given(file)) = (all(false), &shared.certificate) {
        problems.push(problem::idle_seal_key("`[seal]`", "certificate", file.span.clone()));
    }
}

/// Names the controller among the consumers.
fn controller(consumers: &BTreeSet<Consumer>) -> Option<&'static str> {
    if consumers.contains(&Consumer::Flux) {
        Some("Flux")
    } else if consumers.contains(&Consumer::ArgoCd) {
        Some("Argo CD")
    } else {
        None
    }
}

fn flux(raw: &FluxSettings) -> Option<Flux> {
    let default = Flux::default();
    Some(Flux {
        namespace: raw.namespace.clone().or(default.namespace)?,
        source: raw.source.clone().or(default.source)?,
        decryption_secret: raw.decryption_secret.clone().or(default.decryption_secret)?,
        interval: raw.interval.clone().or(default.interval)?,
    })
}

fn argocd(raw: &RawArgoCd) -> Option<ArgoCd> {
    let default = ArgoCd::default();
    Some(ArgoCd {
        namespace: raw.namespace.clone().or(default.namespace)?,
        project: raw.project.clone().or(default.project)?,
        repository: raw.repository.clone().optional()?,
        revision: raw.revision.clone().or(default.revision)?,
    })
}

/// The output folder of a cluster.
struct Folder {
    cluster: String,
    path: String,
    span: Span,
}

/// Checks that no cluster writes into the folder of another.
fn apart(folders: &[Folder], problems: &mut Problems) -> Option<()> {
    let found_before = problems.len();
    let words =
        |folder: &Folder| (folder.cluster.clone(), folder.path.clone(), folder.span.clone());
    for (index, first) in folders.iter().enumerate() {
        for second in folders.iter().skip(index + 1) {
            // Some file systems do not tell upper case from lower case.
            let (one, other) = (first.path.to_lowercase(), second.path.to_lowercase());
            let (outer, inner) = if path::contains(&one, &other) {
                (words(first), words(second))
            } else if path::contains(&other, &one) {
                (words(second), words(first))
            } else {
                continue;
            };
            problems.push(path_problem::overlapping_directories(
                (&outer.0, &outer.1, outer.2),
                (&inner.0, &inner.1, inner.2),
            ));
        }
    }
    (problems.len() == found_before).then_some(())
}
