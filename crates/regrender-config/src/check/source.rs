//! Sources: exactly one place, and what belongs to it.

use std::time::Duration;

use regrender_diagnostic::{Span, Spanned};

use crate::check::path;
use crate::field::Field;
use crate::problem::{Problems, quoted, shape, source as problem};
use crate::raw::{RawCommand, RawSource, RawTimeout};
use crate::{Source, SourceKind, Trim, ValuePath};

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
/// The endings of files in which sops keeps values apart; any other file holds one alone.
const STRUCTURED: &[&str] = &[".yaml", ".yml", ".json", ".env", ".ini"];
const LONGEST_TIMEOUT: Duration = Duration::from_secs(3600);

/// Checks a source; `None` means that a problem was found.
pub(crate) fn source(raw: &RawSource, problems: &mut Problems) -> Option<Source> {
    if let Some((key, command)) = &raw.of_other_tool {
        let span = key.span.clone();
        problems.push(problem::not_supported(&raw.purpose, &key.value, command, span));
        return None;
    }
    let place = one_place(raw, problems)?;
    idle_keys(raw, place, problems);
    Some(Source { kind: kind(raw, place, problems)?, span: raw.span.clone() })
}

/// Returns the name of the one key that names a place.
fn one_place(raw: &RawSource, problems: &mut Problems) -> Option<&'static str> {
    let mut places: Vec<(&'static str, Span)> = Vec::new();
    let mut broken = raw.broken;
    let mut add = |name: &'static str, place: Field<()>| match place {
        Field::Given(place) => places.push((name, place.span)),
        Field::Broken => broken = true,
        Field::Absent => {}
    };
    add("env", raw.env.check(|_| Some(())));
    add("file", raw.file.check(|_| Some(())));
    add("stdin", raw.stdin.check(|_| Some(())));
    add("command", raw.command.check(|_| Some(())));
    add("sops", raw.sops.check(|_| Some(())));
    add("age", raw.age.check(|_| Some(())));
    add("vault", raw.vault.check(|_| Some(())));
    add("plain", raw.plain.check(|_| Some(())));
    places.sort_by_key(|(_, span)| span.start);
    match places.as_slice() {
        [only] => Some(only.0),
        [] => {
            if !broken {
                problems.push(problem::none(&raw.purpose, raw.span.clone()));
            }
            None
        }
        [first, second, ..] => {
            let (first, second) = ((first.0, first.1.clone()), (second.0, second.1.clone()));
            problems.push(problem::two(&raw.purpose, first, second));
            None
        }
    }
}

fn kind(raw: &RawSource, place: &str, problems: &mut Problems) -> Option<SourceKind> {
    let trim = trim(&raw.trim);
    match place {
        "env" => variable(raw, problems).map(SourceKind::Env),
        "file" => {
            let file = raw.file.as_given()?;
            let path = path::anywhere(&raw.purpose, "file", file, problems)?;
            Some(SourceKind::File { path, trim })
        }
        "stdin" => {
            let stdin = raw.stdin.as_given()?;
            if !stdin.value {
                let span = stdin.span.clone();
                problems.push(problem::idle_key(&raw.purpose, "stdin", span, "must be `true`"));
                return None;
            }
            Some(SourceKind::Stdin { trim })
        }
        "command" => {
            let arguments = arguments(raw, problems);
            let timeout = timeout(&raw.purpose, &raw.timeout, problems);
            Some(SourceKind::Command { arguments: arguments?, timeout: timeout?, trim })
        }
        "sops" => sops(raw, trim, problems),
        "age" => {
            let path = path::anywhere(&raw.purpose, "age", raw.age.as_given()?, problems)?;
            Some(SourceKind::Age { path, trim })
        }
        "vault" => vault(raw, trim, problems),
        _ => {
            let plain = raw.plain.as_given()?;
            problems.push(problem::plain(&raw.purpose, plain.span.clone()));
            Some(SourceKind::Plain(plain.value.clone()))
        }
    }
}

fn sops(raw: &RawSource, trim: Trim, problems: &mut Problems) -> Option<SourceKind> {
    let file = raw.sops.as_given()?;
    let path = path::anywhere(&raw.purpose, "sops", file, problems)?;
    let is_structured = STRUCTURED.iter().any(|ending| file.value.ends_with(ending));
    let key = match &raw.key {
        Field::Broken => return None,
        Field::Absent if is_structured => {
            let example = "key = \"registries.hub.password\"";
            problems.push(shape::missing_key(&raw.purpose, "key", raw.span.clone(), example));
            return None;
        }
        Field::Absent => None,
        Field::Given(key) if !is_structured => {
            let (span, reason) = (key.span.clone(), "sops keeps one value in a file of this name");
            problems.push(problem::idle_key(&raw.purpose, "key", span, reason));
            return None;
        }
        Field::Given(key) => match ValuePath::parse(&key.value) {
            Ok(key) => Some(key),
            Err(error) => {
                problems.push(problem::invalid_value_path(&raw.purpose, key.span.clone(), error));
                return None;
            }
        },
    };
    Some(SourceKind::Sops { path, key, trim })
}

fn vault(raw: &RawSource, trim: Trim, problems: &mut Problems) -> Option<SourceKind> {
    let found = raw.vault.as_given()?;
    let path = vault_path(&found.value);
    if path.is_none() {
        problems.push(problem::invalid_vault_path(&raw.purpose, found.span.clone()));
    }
    let key = raw.key.needed(|| {
        let example = "key = \"password\"";
        problems.push(shape::missing_key(&raw.purpose, "key", raw.span.clone(), example));
    })?;
    if key.value.is_empty() {
        problems.push(shape::empty_value(&raw.purpose, "key", key.span.clone()));
        return None;
    }
    Some(SourceKind::Vault { path: path?, key: key.value.clone(), trim })
}

/// Returns the path of a secret without slashes around it: a mount, and at least one part below.
fn vault_path(text: &str) -> Option<String> {
    let path = text.trim_matches('/');
    let is_part = |part: &str| {
        !matches!(part, "" | "." | "..") && part.trim() == part && !part.contains(char::is_control)
    };
    (path.contains('/') && path.split('/').all(is_part)).then(|| path.to_owned())
}

fn trim(field: &Field<bool>) -> Trim {
    match field.as_given().map(|trim| trim.value) {
        None => Trim::Unstated,
        Some(true) => Trim::Yes,
        Some(false) => Trim::No,
    }
}

fn variable(raw: &RawSource, problems: &mut Problems) -> Option<String> {
    let name = raw.env.as_given()?;
    if is_variable(&name.value) {
        return Some(name.value.clone());
    }
    let bare = name.value.trim().strip_prefix('$').filter(|bare| is_variable(bare));
    // Without a sign of a variable the text may be the value itself, which is not shown again.
    let suggestion = bare.or_else(|| in_braces(&name.value));
    problems.push(problem::invalid_variable(&raw.purpose, name.span.clone(), suggestion));
    None
}

/// Returns the name in `${NAME}`, as shells and pipelines write a variable.
pub(super) fn in_braces(text: &str) -> Option<&str> {
    let name = text.trim().strip_prefix("${")?.strip_suffix('}')?;
    is_variable(name).then_some(name)
}

fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn arguments(raw: &RawSource, problems: &mut Problems) -> Option<Vec<String>> {
    let command = raw.command.as_given()?;
    match &command.value {
        RawCommand::Text(text) => {
            let list = words(text);
            problems.push(problem::command_as_text(&raw.purpose, command.span.clone(), list));
            None
        }
        RawCommand::List(list) => {
            if list.first().is_none_or(|program| program.value.trim().is_empty()) {
                problems.push(problem::empty_command(&raw.purpose, command.span.clone()));
                return None;
            }
            Some(list.iter().map(|argument: &Spanned<String>| argument.value.clone()).collect())
        }
    }
}

/// Writes a command as a list; what only a shell understands is handed to one.
fn words(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let needs_shell =
        text.contains(['|', '&', ';', '<', '>', '$', '`', '"', '\'', '\\', '*', '(', '~']);
    if needs_shell {
        return Some(format!("[\"sh\", \"-c\", {}]", quoted(text)));
    }
    let words: Vec<String> = text.split_whitespace().map(quoted).collect();
    Some(format!("[{}]", words.join(", ")))
}

/// Checks how long a program may take.
pub(crate) fn timeout(
    purpose: &str,
    field: &Field<RawTimeout>,
    problems: &mut Problems,
) -> Option<Duration> {
    let timeout = field.check(|timeout| {
        let seconds = match &timeout.value {
            RawTimeout::Seconds(seconds) => *seconds,
            RawTimeout::Text(text) => seconds(text),
        };
        let duration = seconds.map(Duration::from_secs);
        let valid = duration.filter(|duration| !duration.is_zero() && *duration <= LONGEST_TIMEOUT);
        if valid.is_none() {
            problems.push(problem::invalid_timeout(purpose, timeout.span.clone()));
        }
        valid
    });
    timeout.or(DEFAULT_TIMEOUT)
}

fn seconds(text: &str) -> Option<u64> {
    let text = text.trim();
    let (number, factor) = if let Some(number) = text.strip_suffix('s') {
        (number, 1)
    } else if let Some(number) = text.strip_suffix('m') {
        (number, 60)
    } else {
        (text, 1)
    };
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number {
        return None;
    }
    number.parse::<u64>().ok()?.checked_mul(factor)
}

/// Complains of keys that belong to another place.
fn idle_keys(raw: &RawSource, place: &str, problems: &mut Problems) {
    let is_sealed = matches!(place, "sops" | "vault");
    let is_ready = matches!(place, "env" | "plain");
    let keys = [
        ("timeout", raw.timeout.span(), place == "command", "only for `command`"),
        ("trim", raw.trim.span(), !is_ready, "not for `env` and `plain`"),
        ("key", raw.key.span(), is_sealed, "only for `sops` and `vault`"),
    ];
    for (key, span, is_used, reason) in keys {
        if let (Some(span), false) = (span, is_used) {
            problems.push(problem::idle_key(&raw.purpose, key, span, reason));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_variables_are_words() {
        assert!(is_variable("HUB_TOKEN_2"));
        assert!(is_variable("_a"));
        assert!(!is_variable("2A"));
        assert!(!is_variable("A-B"));
        assert!(!is_variable("$A"));
        assert!(!is_variable(""));
    }

    #[test]
    fn durations_are_seconds_or_minutes() {
        assert_eq!(seconds("30"), Some(30));
        assert_eq!(seconds("30s"), Some(30));
        assert_eq!(seconds("2m"), Some(120));
        assert_eq!(seconds("2h"), None);
        assert_eq!(seconds("-1s"), None);
        assert_eq!(seconds("+1s"), None);
        assert_eq!(seconds("s"), None);
        assert_eq!(seconds("99999999999999999999m"), None);
        assert_eq!(seconds("18446744073709551615m"), None);
    }

    #[test]
    fn a_path_of_vault_is_a_mount_and_more() {
        assert_eq!(vault_path("ci/hub").as_deref(), Some("ci/hub"));
        assert_eq!(vault_path("/ci/registries/hub/").as_deref(), Some("ci/registries/hub"));
        for text in ["", "ci", "ci/", "/", "ci//hub", "ci/../hub", "ci/./hub", "ci/ hub", "a/b\n"] {
            assert_eq!(vault_path(text), None, "{text}");
        }
    }

    #[test]
    fn a_command_becomes_its_words() {
        assert_eq!(words("pass show hub").as_deref(), Some(r#"["pass", "show", "hub"]"#));
    }

    #[test]
    fn what_only_a_shell_understands_is_handed_to_one() {
        let list = words(r#"pass "hub" | head -1"#);
        assert_eq!(list.as_deref(), Some(r#"["sh", "-c", "pass \"hub\" | head -1"]"#));
    }

    #[test]
    fn what_cannot_be_seen_is_escaped_as_toml_does() {
        assert_eq!(words("pass a\u{7}b").as_deref(), Some(r#"["pass", "a\u0007b"]"#));
    }

    #[test]
    fn no_command_has_no_words() {
        assert_eq!(words("  "), None);
    }
}
