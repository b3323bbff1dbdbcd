//! The credential of a registry: whole, half, or declared to be none.

use regrender_diagnostic::Spanned;

use crate::check::{path, source};
use crate::field::Field;
use crate::preset;
use crate::problem::{
    Problems, has_error_since, registry as problem, shape, source as source_problem,
};
use crate::raw::{RawCredential, RawRegistry, RawSource, RawValue};
use crate::{Access, Credential, RegistryKind, Source, Username};

/// What the names of the programs begin with that keep credentials for Docker.
const HELPER_PREFIX: &str = "docker-credential-";

/// Checks how the images of a registry are pulled.
pub(crate) fn access(
    raw: &RawRegistry,
    kind: Option<RegistryKind>,
    problems: &mut Problems,
) -> Option<Access> {
    let found_before = problems.len();
    let name = raw.name.value.as_str();
    let username = raw.username.check(|value| username(name, value, problems));
    let password = raw.password.check(|value| password(name, value, problems));
    let whole = raw.credential.check(|value| whole(name, value, problems));
    let email = raw.email.check(|value| email(name, value, problems));
    conflicts(raw, problems);
    let access = if raw.anonymous.is_true() {
        Some(Access::Anonymous)
    } else if raw.credential.is_absent() {
        halves(raw, kind, problems);
        pair(username, password, email).map(Access::Credential)
    } else {
        whole.given().map(|whole| Access::Credential(whole.value))
    };
    access.filter(|_| !has_error_since(found_before, problems))
}

fn pair(
    username: Field<Username>,
    password: Field<Source>,
    email: Field<String>,
) -> Option<Credential> {
    Some(Credential::Pair {
        username: username.given()?.value,
        password: password.given()?.value,
        email: email.given().map(|email| email.value),
    })
}

/// Complains of a username without a password, the reverse, and neither.
fn halves(raw: &RawRegistry, kind: Option<RegistryKind>, problems: &mut Problems) {
    let name = raw.name.value.as_str();
    let span = raw.name.span.clone();
    let kind = kind.unwrap_or(RegistryKind::Generic);
    let custom = preset::username_custom(kind);
    let variable = preset::variable(name, "PASSWORD");
    match (raw.username.is_absent(), raw.password.is_absent()) {
        (false, false) => {}
        // Whoever wrote `anonymous` wrong means that there is none.
        (true, true) if raw.anonymous.is_broken() => {}
        (true, true) => {
            let missing = "credential";
            let example =
                format!("username = \"NAME\"` and `password = {{ env = \"{variable}\" }}");
            problems.push(
                problem::incomplete(name, span, missing, &example, custom)
                    .help("or add `anonymous = true`, if its images are pulled without one"),
            );
        }
        (true, false) => {
            let example = format!("username = \"{}\"", preset::example_username(kind));
            problems.push(problem::incomplete(name, span, "username", &example, custom));
        }
        (false, true) => {
            let example = format!("password = {{ env = \"{variable}\" }}");
            problems.push(problem::incomplete(name, span, "password", &example, None));
        }
    }
}

/// Complains of keys that exclude each other.
fn conflicts(raw: &RawRegistry, problems: &mut Problems) {
    let name = raw.name.value.as_str();
    let username = raw.username.span().map(|span| ("username", span));
    let password = raw.password.span().map(|span| ("password", span));
    let credential = raw.credential.span().map(|span| ("credential", span));
    let email = raw.email.span().map(|span| ("email", span));
    let pair = username.or(password).or(email);
    if let Some(anonymous) = raw.anonymous.as_given().filter(|flag| flag.value) {
        if let Some((key, span)) = pair.or(credential) {
            problems.push(problem::anonymous_with(name, anonymous.span.clone(), key, span));
        }
    } else if let (Some((key, span)), Some((_, credential))) = (pair, credential) {
        problems.push(problem::two_credentials(name, credential, key, span));
    }
}

/// Checks a username that stands in the file.
pub(crate) fn username(
    registry: &str,
    found: &Spanned<RawValue>,
    problems: &mut Problems,
) -> Option<Username> {
    let text = match &found.value {
        RawValue::Source(raw) => return source::source(raw, problems).map(Username::From),
        RawValue::Text(text) => text.expose(),
    };
    let span = found.span.clone();
    if text.is_empty() {
        problems.push(shape::empty_value(&format!("registry `{registry}`"), "username", span));
    } else if let Some(name) = source::in_braces(text) {
        let reason = "names a variable, and none is filled in here";
        let help = format!("write `username = {{ env = \"{name}\" }}`");
        problems.push(problem::invalid_username(registry, span, reason, &help));
    } else if text.contains(':') {
        let reason = "holds a colon; what follows it would be taken for the password";
        let help = "write the username alone, and the source of the password in `password`";
        problems.push(problem::invalid_username(registry, span, reason, help));
    } else if text.chars().any(char::is_control) {
        let reason = "holds a character that cannot be seen";
        problems.push(problem::invalid_username(registry, span, reason, "remove it"));
    } else if text.trim() != text {
        let reason = "begins or ends with white space";
        problems.push(problem::invalid_username(registry, span, reason, "remove it"));
    } else {
        return Some(Username::Literal(text.to_owned()));
    }
    None
}

/// Checks where a password comes from.
pub(crate) fn password(
    registry: &str,
    found: &Spanned<RawValue>,
    problems: &mut Problems,
) -> Option<Source> {
    match &found.value {
        RawValue::Source(raw) => source::source(raw, problems),
        RawValue::Text(text) => {
            let named = source::in_braces(text.expose()).map(str::to_owned);
            let variable = named.unwrap_or_else(|| preset::variable(registry, "PASSWORD"));
            problems.push(source_problem::clear_password(registry, found.span.clone(), &variable));
            None
        }
    }
}

fn whole(
    registry: &str,
    found: &Spanned<RawCredential>,
    problems: &mut Problems,
) -> Option<Credential> {
    let raw = &found.value;
    let purpose = format!("`credential` of registry `{registry}`");
    let key = raw.key.check(|key| {
        if key.value.trim().is_empty() {
            problems.push(shape::empty_value(&purpose, "key", key.span.clone()));
            return None;
        }
        Some(key.value.clone())
    });
    let timeout = source::timeout(&purpose, &raw.timeout, problems);
    let span = found.span.clone();
    if let (Field::Given(first), Field::Given(second)) = (&raw.docker_config, &raw.helper) {
        let (first, second) = (first.span.clone(), second.span.clone());
        problems.push(source_problem::two(&purpose, ("docker-config", first), ("helper", second)));
        return None;
    }
    if raw.docker_config.is_absent() && raw.helper.is_absent() && !raw.broken {
        let example = "docker-config = \"~/.docker/config.json\"` or `helper = \"ecr-login\"";
        problems.push(shape::missing_key(&purpose, "docker-config", span.clone(), example));
    }
    let helper = raw.helper.check(|name| helper(&purpose, name, problems));
    let path =
        raw.docker_config.check(|path| path::anywhere(&purpose, "docker-config", path, problems));
    let key = key.optional()?;
    let timeout = timeout?;
    match (path, helper) {
        (Field::Given(path), Field::Absent) => {
            Some(Credential::DockerConfig { path: path.value, key, timeout, span })
        }
        (Field::Absent, Field::Given(name)) => {
            Some(Credential::Helper { name: name.value, key, timeout, span })
        }
        _ => None,
    }
}

fn helper(purpose: &str, found: &Spanned<String>, problems: &mut Problems) -> Option<String> {
    if is_helper(&found.value) {
        return Some(found.value.clone());
    }
    let program = found.value.split_whitespace().next().unwrap_or_default();
    let program = program.rsplit('/').next().unwrap_or_default();
    let name = program.strip_prefix(HELPER_PREFIX).unwrap_or(program);
    let name = name.strip_suffix(".exe").unwrap_or(name);
    let suggestion = is_helper(name).then_some(name);
    problems.push(source_problem::invalid_helper(purpose, found.span.clone(), suggestion));
    None
}

fn is_helper(name: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+');
    !name.is_empty()
        && !name.starts_with(['-', '.'])
        && !name.starts_with(HELPER_PREFIX)
        && name.chars().all(is_letter)
}

/// Checks an address.
pub(crate) fn email(
    registry: &str,
    found: &Spanned<String>,
    problems: &mut Problems,
) -> Option<String> {
    let text = &found.value;
    let is_word = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    let is_address = text
        .split_once('@')
        .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty() && !host.contains('@'));
    if is_word && is_address {
        return Some(text.clone());
    }
    problems.push(problem::invalid_email(registry, found.span.clone()));
    None
}

/// Lists the sources of a registry.
pub(crate) fn sources(raw: &RawRegistry) -> impl Iterator<Item = &RawSource> {
    [&raw.username, &raw.password].into_iter().filter_map(source_of)
}

/// Returns the source, if it is one.
pub(crate) fn source_of(field: &Field<RawValue>) -> Option<&RawSource> {
    match field.as_given() {
        Some(Spanned { value: RawValue::Source(source), .. }) => Some(source.as_ref()),
        _ => None,
    }
}
