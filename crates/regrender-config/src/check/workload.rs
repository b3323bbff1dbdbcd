//! Workloads: their kind, and where their pod spec is.

use regrender_diagnostic::Spanned;

use crate::Workload;
use crate::check::list;
use crate::check::name::{self, Rule};
use crate::check::workload_kind::{WorkloadKind, is_kind};
use crate::field::Field;
use crate::problem::{Problems, shape, workload as problem};
use crate::raw::{RawSecret, RawWorkload};

/// Checks the workloads of a pull secret.
pub(crate) fn list(raw: &RawSecret, owner: &str, problems: &mut Problems) -> Option<Vec<Workload>> {
    let workloads = raw.workloads.check(|items| {
        let checked: Vec<_> =
            items.value.iter().map(|item| workload(raw, item, problems)).collect();
        let named: Vec<_> = checked.iter().flatten().map(named).collect();
        list::unique(owner, "workloads", &named, problems)?;
        checked.into_iter().collect()
    });
    workloads.or(Vec::new())
}

/// Spells a workload as a list names it.
fn named(workload: &Workload) -> Spanned<String> {
    Spanned::new(format!("{}/{}", workload.kind, workload.name), workload.span.clone())
}

fn workload(secret: &RawSecret, raw: &RawWorkload, problems: &mut Problems) -> Option<Workload> {
    match raw {
        RawWorkload::Text(text) => from_text(&secret.name.value, text, problems),
        RawWorkload::Table { .. } => from_table(&secret.name.value, raw, problems),
    }
}

fn from_text(secret: &str, text: &Spanned<String>, problems: &mut Problems) -> Option<Workload> {
    let span = || text.span.clone();
    let parts: Vec<&str> = text.value.split('/').collect();
    let (kind, name) = match parts[..] {
        [kind, name] if !kind.is_empty() && !name.is_empty() => (kind, name),
        _ => {
            let reason = "must be a kind and a name";
            let meant = kind_and_name(&parts);
            problems.push(problem::invalid(secret, &text.value, span(), reason, meant.as_deref()));
            return None;
        }
    };
    let Some(known) = WorkloadKind::of(kind) else {
        problems.push(if let Some(known) = WorkloadKind::meant(kind) {
            let suggestion = format!("{}/{name}", known.name);
            let reason = "the kind is not spelled as in manifests";
            problem::invalid(secret, &text.value, span(), reason, Some(&suggestion))
        } else if is_service_account(kind) {
            problem::service_account(secret, name, span())
        } else {
            problem::unknown_kind(kind, name, span())
        });
        return None;
    };
    let spanned = Spanned::new(name.to_owned(), span());
    let name = workload_name(&spanned, Some(known.name), problems)?;
    Some(Workload {
        api_version: known.api_version.to_owned(),
        kind: known.name.to_owned(),
        name,
        pod_spec: keys(known.pod_spec),
        service_account: None,
        span: span(),
    })
}

/// Finds what was meant by parts with an API version or a namespace among them.
fn kind_and_name(parts: &[&str]) -> Option<String> {
    let (name, before) = parts.split_last()?;
    let known = before
        .iter()
        .rev()
        .find_map(|part| WorkloadKind::of(part).or_else(|| WorkloadKind::meant(part)))?;
    Rule::Subdomain.allows(name).then(|| format!("{}/{name}", known.name))
}

/// Says whether a kind is that of a service account, however kubectl takes it.
fn is_service_account(kind: &str) -> bool {
    matches!(kind.to_ascii_lowercase().as_str(), "serviceaccount" | "serviceaccounts" | "sa")
}

/// Checks a name; in `Kind/name` the kind stays in what is suggested.
fn workload_name(
    name: &Spanned<String>,
    kind: Option<&str>,
    problems: &mut Problems,
) -> Option<String> {
    let found_before = problems.len();
    let checked = name::object("a workload", name, Rule::Subdomain, problems);
    if let (Some(kind), Some(problem)) =
        (kind, problems.get_mut(found_before..).and_then(<[_]>::first_mut))
        && let Some(fix) = &mut problem.fix
    {
        fix.replacement = fix.replacement.replacen('"', &format!("\"{kind}/"), 1);
    }
    checked
}

fn from_table(secret: &str, raw: &RawWorkload, problems: &mut Problems) -> Option<Workload> {
    let RawWorkload::Table { kind, name, api_version, path, service_account, span } = raw else {
        return None;
    };
    let needed = [("kind", kind, "kind = \"Deployment\""), ("name", name, "name = \"web\"")];
    for (key, field, example) in needed {
        if field.is_absent() {
            problems.push(shape::missing_key("a workload", key, span.clone(), example));
        }
    }
    let checked_name = name.check(|name| workload_name(name, None, problems));
    let account = service_account
        .check(|name| name::object("a service account", name, Rule::Subdomain, problems));
    let kind = kind.as_given()?;
    let known = WorkloadKind::of(&kind.value);
    if known.is_none() && !is_kind(&kind.value) {
        problems.push(problem::invalid(
            secret,
            &kind.value,
            kind.span.clone(),
            "must be a kind as manifests spell it",
            WorkloadKind::meant(&kind.value).map(|known| known.name),
        ));
        return None;
    }
    let version = version(kind, known, api_version, problems);
    // A kind of another group may have the name of one of Kubernetes' own, and another pod spec.
    let own = known.filter(|known| {
        version.as_deref().is_none_or(|version| group(version) == group(known.api_version))
    });
    let pod_spec = path.check(|path| pod_spec(path, own, problems));
    let pod_spec = match (pod_spec, known) {
        (Field::Given(path), _) => Some(path.value),
        (Field::Absent, Some(known)) => Some(keys(known.pod_spec)),
        _ => None,
    };
    let missing = [("api-version", api_version), ("path", path)].into_iter();
    let missing: Vec<&str> =
        missing.filter(|(_, field)| field.is_absent()).map(|(key, _)| key).collect();
    if known.is_none() && !missing.is_empty() {
        problems.push(problem::incomplete_kind(&kind.value, span.clone(), &missing));
        return None;
    }
    Some(Workload {
        api_version: version?,
        kind: kind.value.clone(),
        name: checked_name.given()?.value,
        pod_spec: pod_spec?,
        service_account: account.optional()?,
        span: span.clone(),
    })
}

fn version(
    kind: &Spanned<String>,
    known: Option<&WorkloadKind>,
    field: &Field<String>,
    problems: &mut Problems,
) -> Option<String> {
    let found = match field {
        Field::Broken => return None,
        Field::Absent => return known.map(|known| known.api_version.to_owned()),
        Field::Given(found) => found,
    };
    let (reason, suggestion) = match known {
        // A kind of another group may have the name of one of Kubernetes' own.
        Some(known)
            if group(&found.value) != group(known.api_version) && is_old_group(&found.value) =>
        {
            ("a version that Kubernetes no longer has", Some(known.api_version))
        }
        _ if !is_api_version(&found.value) => ("must be `VERSION` or `GROUP/VERSION`", None),
        _ => return Some(found.value.clone()),
    };
    let span = found.span.clone();
    problems.push(problem::invalid_api_version(&kind.value, span, reason, suggestion));
    None
}

fn group(version: &str) -> &str {
    version.split_once('/').map_or("", |(group, _)| group)
}

/// Kubernetes moved its workloads out of this group long ago.
fn is_old_group(version: &str) -> bool {
    group(version) == "extensions"
}

fn is_api_version(text: &str) -> bool {
    let (group, version) = match text.split_once('/') {
        Some((group, version)) => (Some(group), version),
        None => (None, text),
    };
    group.is_none_or(|group| Rule::Subdomain.allows(group)) && Rule::Label.allows(version)
}

fn pod_spec(
    path: &Spanned<String>,
    own: Option<&WorkloadKind>,
    problems: &mut Problems,
) -> Option<Vec<String>> {
    let is_key = |key: &str| {
        !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
    };
    if path.value.split('.').all(is_key) {
        if let Some(known) = own.filter(|known| known.pod_spec != path.value) {
            let span = path.span.clone();
            problems.push(problem::other_pod_path(known.name, span, known.pod_spec));
            return None;
        }
        return Some(keys(&path.value));
    }
    let dotted = path.value.trim_matches(['/', '.', '$']).replace('/', ".");
    let suggestion = dotted.split('.').all(is_key).then_some(dotted);
    let reason = "must be keys with dots between them";
    problems.push(problem::invalid_pod_path(path.span.clone(), reason, suggestion.as_deref()));
    None
}

fn keys(path: &str) -> Vec<String> {
    path.split('.').map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn api_versions_have_an_optional_group() {
        assert!(is_api_version("v1"));
        assert!(is_api_version("argoproj.io/v1alpha1"));
        assert!(!is_api_version(""));
        assert!(!is_api_version("a/b/c"));
        assert!(!is_api_version("Apps/v1"));
    }
}
