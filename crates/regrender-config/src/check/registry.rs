//! Registries: host, paths and what their kind says.

use regrender_diagnostic::{Span, Spanned};

use crate::check::choice::choice;
use crate::check::cloud::{self, Cloud};
use crate::check::host::{self, Context};
use crate::check::{list, name, path, provision, repository, repository_path};
use crate::field::Field;
use crate::problem::{Problems, provision as provision_problem, registry as problem, shape};
use crate::raw::{RawDate, RawRegistry};
use crate::{Access, Connection, Date, Generator, Provision, Registry, RegistryKind};

/// Checks one registry.
pub(crate) fn registry(raw: &RawRegistry, problems: &mut Problems) -> Option<Registry> {
    let name = name::table("a registry", &raw.name, problems);
    let kind = kind(raw, problems);
    let cloud = kind.and_then(|kind| cloud::cloud(raw, kind, problems));
    let host = kind.and_then(|kind| match cloud.as_ref().and_then(Cloud::host) {
        Some(host) => Some(host),
        None if kind.is_of_cloud() => None,
        None => host_of(raw, kind, problems),
    });
    let paths = match &raw.paths {
        Field::Absent => cloud.as_ref().map(Cloud::paths),
        _ => paths(raw, problems),
    };
    let repositories = repository::repositories(raw, problems);
    let hub_aliases = hub_aliases(raw, kind, problems);
    let expires = raw.expires.check(|date| day(&raw.name.value, date, problems));
    let connection = connection(raw, problems);
    let access = provision::access(raw, kind, cloud.as_ref(), problems);
    if let Some(Access::Provided(Provision::ExternalSecrets(Generator::GitHub { .. }))) = &access
        && let Some(span) = raw.host.span()
        && host.as_deref().is_some_and(|host| RegistryKind::Ghcr.default_host() != Some(host))
    {
        problems.push(provision_problem::other_github(&raw.name.value, span));
    }
    Some(Registry {
        name: name?,
        kind: kind?,
        host: host?,
        paths: paths?,
        hub_aliases: hub_aliases?,
        access: access?,
        repositories: repositories?,
        connection,
        allow_short_lived: raw.provision.allow_short_lived.clone().or(false)?,
        expires: expires.optional()?,
        span: raw.name.span.clone(),
    })
}

fn kind(raw: &RawRegistry, problems: &mut Problems) -> Option<RegistryKind> {
    let owner = raw.owner();
    let kind = raw.kind.check(|found| {
        choice(&owner, "kind", found, RegistryKind::ALL, RegistryKind::name, problems)
    });
    kind.or(RegistryKind::Generic)
}

fn host_of(raw: &RawRegistry, kind: RegistryKind, problems: &mut Problems) -> Option<String> {
    let name = &raw.name.value;
    match (&raw.host, kind.default_host()) {
        (Field::Broken, _) => None,
        (Field::Absent, Some(host)) => Some(host.to_owned()),
        (Field::Absent, None) => {
            let owner = raw.owner();
            let example = "host = \"registry.example.com\"";
            problems.push(shape::missing_key(&owner, "host", raw.name.span.clone(), example));
            None
        }
        (Field::Given(host), _) if kind == RegistryKind::DockerHub => {
            if matches!(
                host.value.as_str(),
                "docker.io" | "index.docker.io" | "https://index.docker.io/v1/"
            ) {
                return kind.default_host().map(str::to_owned);
            }
            let kind = raw.kind.span().unwrap_or_default();
            problems.push(problem::fixed_host(name, host.span.clone(), kind));
            None
        }
        (Field::Given(host), _) => {
            let context = Context {
                registry: name,
                // Beside a kind, another kind would be there twice.
                key: raw.host_key.clone().filter(|_| raw.kind.is_absent()),
                has_paths: !raw.paths.is_absent(),
            };
            host::host(&context, host, problems)
        }
    }
}

fn paths(raw: &RawRegistry, problems: &mut Problems) -> Option<Vec<String>> {
    let owner = raw.owner();
    let paths = raw.paths.check(|paths| {
        let help = "list a path, or remove `paths` for all repositories";
        list::some(&owner, "paths", paths, help, problems, |path, problems| {
            repository_path::path(&raw.name.value, path, problems)
        })
    });
    paths.or(Vec::new())
}

fn connection(raw: &RawRegistry, problems: &mut Problems) -> Connection {
    let owner = raw.owner();
    let authorities = raw.ca.check(|ca| path::anywhere(&owner, "ca", ca, problems));
    Connection { authorities: authorities.given(), is_insecure: raw.insecure.is_true() }
}

fn hub_aliases(
    raw: &RawRegistry,
    kind: Option<RegistryKind>,
    problems: &mut Problems,
) -> Option<bool> {
    let hub_aliases = raw.hub_aliases.check(|flag| {
        if kind.is_some_and(|kind| kind != RegistryKind::DockerHub) {
            problems.push(problem::hub_aliases(&raw.name.value, flag.span.clone()));
            return None;
        }
        Some(flag.value)
    });
    hub_aliases.or(false)
}

fn day(registry: &str, found: &Spanned<RawDate>, problems: &mut Problems) -> Option<Date> {
    let date = match &found.value {
        RawDate::Date { year, month, day } => Date::new(*year, *month, *day),
        RawDate::WithTime => None,
        RawDate::Text(text) => Date::parse(text),
    };
    if date.is_none() {
        let span: Span = found.span.clone();
        problems.push(problem::invalid_date(registry, span));
    }
    date
}
