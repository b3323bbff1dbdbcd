//! Clusters: their settings over those for all, and what must agree in each.

use std::collections::BTreeSet;

use regrender_diagnostic::{Span, Spanned};

use crate::check::settings::{Settings, settings};
use crate::check::{name, path};
use crate::problem::{cluster as problem, path as path_problem, recipient};
use crate::raw::{RawArgoCd, RawConfig, RawFlux, RawSettings};
use crate::table::{Field, Problems};
use crate::{ArgoCd, Cluster, Consumer, Flux, Format, MacScope, Recipient};

const DEFAULT_DIRECTORY: &str = "pull-secrets";

/// Checks the clusters, or the one without a name if none is declared.
pub(crate) fn clusters(raw: &RawConfig, problems: &mut Problems) -> Option<Vec<Cluster>> {
    let shared = settings(&raw.settings, "`[seal]`", "`[output]`", problems);
    idle_keys(raw, &shared, problems);
    if raw.clusters.is_empty() {
        let cluster = cluster(None, &shared, &Settings::default(), problems)?;
        return Some(vec![cluster]);
    }
    let mut clusters = Vec::new();
    let mut folders = Vec::new();
    for declared in &raw.clusters {
        let named = name::table("a cluster", &declared.name, problems);
        let owner = format!("cluster `{}`", declared.name.value);
        let own = settings(&declared.settings, &owner, &owner, problems);
        let cluster = cluster(Some(&declared.name), &shared, &own, problems);
        clusters.push(cluster.filter(|_| named.is_some()));
        folders.extend(folder(&declared.name, &shared, &own));
    }
    let apart = apart(&folders, problems);
    let mut clusters: Vec<Cluster> = clusters.into_iter().collect::<Option<_>>()?;
    apart?;
    clusters.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    Some(clusters)
}

/// Returns the cluster's own field, or the one for all.
fn either<'f, T>(own: &'f Field<T>, shared: &'f Field<T>) -> &'f Field<T> {
    if own.is_absent() { shared } else { own }
}

fn cluster(
    name: Option<&Spanned<String>>,
    shared: &Settings,
    own: &Settings,
    problems: &mut Problems,
) -> Option<Cluster> {
    let title = name.map(|name| name.value.as_str());
    let span = name.map_or(0..0, |name| name.span.clone());
    let format = either(&own.format, &shared.format);
    let sealed_for = sealed_for(title, &span, shared, own, problems);
    let per_namespace = either(&own.per_namespace, &shared.per_namespace);
    let argocd = argocd(&own.argocd, &shared.argocd);
    let chosen = or_default(either(&own.consumers, &shared.consumers), [Consumer::Flux].into());
    if let Some(chosen) = &chosen {
        let recipients = sealed_for.as_ref().map(|(recipients, _)| recipients.as_slice());
        check_consumers(title, &span, chosen, recipients, shared, own, problems);
    }
    let (recipients, certificate) = sealed_for?;
    Some(Cluster {
        name: title.map(str::to_owned),
        format: or_default(format, Format::Sops)?,
        recipients,
        certificate,
        mac: or_default(either(&own.mac, &shared.mac), MacScope::All)?,
        directory: directory(title, &own.directory, &shared.directory)?,
        consumers: chosen?,
        per_namespace: or_default(per_namespace, false)?,
        flux: flux(&own.flux, &shared.flux)?,
        argocd: argocd?,
        oidc_provider: match either(&own.oidc_provider, &shared.oidc_provider) {
            Field::Absent => None,
            Field::Broken => return None,
            Field::Given(provider) => Some(provider.value.clone()),
        },
        inventory: or_default(either(&own.inventory, &shared.inventory), vec![String::from(".")])?,
        span,
    })
}

/// Checks that every consumer can do what it is given: open the format with a key it takes, and find
/// the repository.
fn check_consumers(
    name: Option<&str>,
    span: &Span,
    chosen: &BTreeSet<Consumer>,
    recipients: Option<&[Recipient]>,
    shared: &Settings,
    own: &Settings,
    problems: &mut Problems,
) {
    let consumers = either(&own.consumers, &shared.consumers).as_given();
    let consumer = consumers.map(|consumers| consumers.span.clone());
    if let Field::Given(format) = either(&own.format, &shared.format)
        && format.value == Format::Age
        && let Some(controller) = controller(chosen)
    {
        let format = format.span.clone();
        problems.push(problem::age_needs_kubectl(name, format, consumer.clone(), controller));
    }
    if let Field::Given(per) = either(&own.per_namespace, &shared.per_namespace)
        && per.value
        && chosen.contains(&Consumer::ArgoCd)
        && either(&own.argocd.repository, &shared.argocd.repository).is_absent()
    {
        problems.push(problem::argocd_needs_repository(name, per.span.clone(), consumer));
    }
    let format = either(&own.format, &shared.format).as_given();
    if let Some(recipients) = recipients
        && controller(chosen).is_some()
        && format.is_none_or(|format| format.value != Format::SealedSecrets)
        && !recipients.iter().any(|recipient| recipient.kind.is_native())
    {
        let list = either(&own.recipients, &shared.recipients).as_given();
        let list = list.map_or_else(|| span.clone(), |list| list.span.clone());
        problems.push(recipient::no_native(name, list));
    }
}

/// Returns the recipients or the certificate, whichever the format seals for.
fn sealed_for(
    name: Option<&str>,
    span: &Span,
    shared: &Settings,
    own: &Settings,
    problems: &mut Problems,
) -> Option<(Vec<Recipient>, Option<String>)> {
    if let Field::Given(format) = either(&own.format, &shared.format)
        && format.value == Format::SealedSecrets
    {
        let field = either(&own.certificate, &shared.certificate);
        let certificate = certificate(name, format.span.clone(), field, problems);
        return Some((Vec::new(), Some(certificate?)));
    }
    let field = either(&own.recipients, &shared.recipients);
    Some((recipients(name, span, field, problems)?, None))
}

fn certificate(
    name: Option<&str>,
    format: Span,
    field: &Field<String>,
    problems: &mut Problems,
) -> Option<String> {
    if field.is_absent() {
        problems.push(problem::no_certificate(name, format));
    }
    field.as_given().map(|certificate| certificate.value.clone())
}

/// Finds recipients and certificates that nothing is sealed for. Those for all are for whichever
/// cluster can use them.
fn idle_keys(raw: &RawConfig, shared: &Settings, problems: &mut Problems) {
    let is_sealed = |own: &Field<String>| {
        let format = if own.is_absent() { &raw.settings.format } else { own };
        format.as_given().map_or("", |format| &format.value) == "sealed-secrets"
    };
    let mut uses = Vec::new();
    for cluster in &raw.clusters {
        let RawSettings { format, recipients, certificate, .. } = &cluster.settings;
        let owner = format!("cluster `{}`", cluster.name.value);
        let uses_certificate = is_sealed(format);
        uses.push(uses_certificate);
        if let (true, Field::Given(list)) = (uses_certificate, recipients) {
            problems.push(problem::idle_seal_key(&owner, "recipients", list.span.clone()));
        }
        if let (false, Field::Given(file)) = (uses_certificate, certificate) {
            problems.push(problem::idle_seal_key(&owner, "certificate", file.span.clone()));
        }
    }
    if uses.is_empty() {
        uses.push(is_sealed(&Field::Absent));
    }
    if let (true, Field::Given(list)) = (uses.iter().all(|uses| *uses), &shared.recipients) {
        problems.push(problem::idle_seal_key("`[seal]`", "recipients", list.span.clone()));
    }
    if let (false, Field::Given(file)) = (uses.contains(&true), &shared.certificate) {
        problems.push(problem::idle_seal_key("`[seal]`", "certificate", file.span.clone()));
    }
}

fn recipients(
    name: Option<&str>,
    span: &Span,
    field: &Field<Vec<Recipient>>,
    problems: &mut Problems,
) -> Option<Vec<Recipient>> {
    if field.is_absent() {
        problems.push(recipient::none(name, span.clone()));
    }
    field.as_given().map(|recipients| recipients.value.clone())
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

/// Returns the value, or the default if there is none, or nothing if it is broken.
fn or_default<T: Clone>(field: &Field<T>, default: T) -> Option<T> {
    match field {
        Field::Absent => Some(default),
        Field::Broken => None,
        Field::Given(value) => Some(value.value.clone()),
    }
}

fn directory(name: Option<&str>, own: &Field<String>, shared: &Field<String>) -> Option<String> {
    let shared = or_default(shared, String::from(DEFAULT_DIRECTORY))?;
    match name {
        None => Some(shared),
        Some(name) => or_default(own, format!("{shared}/{name}")),
    }
}

fn flux(own: &RawFlux, shared: &RawFlux) -> Option<Flux> {
    let default = Flux::default();
    Some(Flux {
        namespace: or_default(either(&own.namespace, &shared.namespace), default.namespace)?,
        source: or_default(either(&own.source, &shared.source), default.source)?,
        decryption_secret: or_default(
            either(&own.decryption_secret, &shared.decryption_secret),
            default.decryption_secret,
        )?,
        interval: or_default(either(&own.interval, &shared.interval), default.interval)?,
    })
}

fn argocd(own: &RawArgoCd, shared: &RawArgoCd) -> Option<ArgoCd> {
    let default = ArgoCd::default();
    let repository = either(&own.repository, &shared.repository);
    Some(ArgoCd {
        namespace: or_default(either(&own.namespace, &shared.namespace), default.namespace)?,
        project: or_default(either(&own.project, &shared.project), default.project)?,
        repository: match repository {
            Field::Absent => None,
            Field::Broken => return None,
            Field::Given(repository) => Some(repository.value.clone()),
        },
        revision: or_default(either(&own.revision, &shared.revision), default.revision)?,
    })
}

/// The output folder of a cluster.
struct Folder {
    cluster: String,
    path: String,
    span: Span,
}

fn folder(name: &Spanned<String>, shared: &Settings, own: &Settings) -> Option<Folder> {
    let path = directory(Some(&name.value), &own.directory, &shared.directory)?;
    let declared = own.directory.as_given().map(|directory| directory.span.clone());
    let span = declared.unwrap_or_else(|| name.span.clone());
    Some(Folder { cluster: name.value.clone(), path, span })
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
