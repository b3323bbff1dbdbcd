//! The settings of `flux`, value by value.

use regrender_diagnostic::Spanned;

use crate::FluxSource;
use crate::check::name::{self, Rule};
use crate::field::Field;
use crate::problem::{Problems, cluster as problem, name as name_problem, shape};
use crate::raw::RawFlux;

/// What names call it in messages.
const SOURCE: &str = "a source of Flux";

/// What a `flux` table says, each valid by itself.
#[derive(Default)]
pub(crate) struct FluxSettings {
    pub(crate) namespace: Field<String>,
    pub(crate) source: Field<FluxSource>,
    pub(crate) decryption_secret: Field<String>,
    pub(crate) interval: Field<String>,
}

impl FluxSettings {
    /// Returns these settings, and where they say nothing those of `shared`.
    pub(crate) fn over(&self, shared: &Self) -> Self {
        Self {
            namespace: self.namespace.over(&shared.namespace),
            source: self.source.over(&shared.source),
            decryption_secret: self.decryption_secret.over(&shared.decryption_secret),
            interval: self.interval.over(&shared.interval),
        }
    }
}

/// Checks the `flux` table of `owner`.
pub(crate) fn settings(raw: &RawFlux, owner: &str, problems: &mut Problems) -> FluxSettings {
    FluxSettings {
        namespace: raw
            .namespace
            .check(|value| name::object("a namespace", value, Rule::Label, problems)),
        source: raw.source.check(|value| source(owner, value, problems)),
        decryption_secret: raw
            .decryption_secret
            .check(|value| name::object("a Secret", value, Rule::Subdomain, problems)),
        interval: raw.interval.check(|value| {
            if is_interval(&value.value) {
                return Some(value.value.clone());
            }
            problems.push(problem::invalid_interval(owner, value.span.clone()));
            None
        }),
    }
}

/// `NAME` or `KIND/NAME`, as `flux create kustomization --source` takes it.
fn source(owner: &str, found: &Spanned<String>, problems: &mut Problems) -> Option<FluxSource> {
    let Some((word, name)) = found.value.split_once('/') else {
        let name = name::object(SOURCE, found, Rule::Subdomain, problems)?;
        return Some(FluxSource { kind: FluxSource::USUAL_KIND, name });
    };
    let Some(kind) = FluxSource::KINDS.iter().find(|kind| **kind == word) else {
        let known: Vec<String> =
            FluxSource::KINDS.iter().map(|kind| format!("{kind}/{name}")).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        problems.push(shape::unknown_value(&format!("`flux` of {owner}"), "source", found, &known));
        return None;
    };
    let rule = Rule::Subdomain;
    if !rule.allows(name) {
        let span = found.span.clone();
        problems.push(name_problem::invalid_name(SOURCE, name, span, rule.text(), None));
        return None;
    }
    Some(FluxSource { kind, name: name.to_owned() })
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
