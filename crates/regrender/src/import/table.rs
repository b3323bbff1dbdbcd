//! The tables of a draft, as registries.toml spells them.

use regrender_config::{Acr, AzureEnvironment, Ecr, RegistryKind, preset, quoted};

use super::found::Login;
use super::host::Host;
use super::registry::DraftRegistry;
use super::remark::one_line;
use super::sealed_passwords;
use super::secret::DraftSecret;

/// Where the passwords are to come from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Passwords<'a> {
    /// Environment variables.
    Environment,
    /// A sealed file, by its path as seen from registries.toml.
    Sealed(&'a str),
}

/// The longest line that a list is written on.
const WIDTH: usize = 100;

/// What may renew the tokens of every cloud.
pub(super) const PROVIDE: &str = "provide = \"external-secrets\"";
/// What renewing those of Google takes where the key names no project.
pub(super) const PROJECT: &str = "project = \"my-project\"";

/// Writes the table of a registry.
pub(super) fn push_registry(text: &mut String, registry: &DraftRegistry, passwords: Passwords<'_>) {
    push_line(text, &format!("[registry.{}]", registry.name));
    push_host(text, registry);
    if !registry.paths.is_empty() {
        push_list(text, "paths", &registry.paths);
    }
    if registry.has_hub_alias {
        push_line(text, "hub-aliases = true");
    }
    match registry.token_hours() {
        Some(lifetime) => {
            let lifetime = hours(lifetime);
            push_line(
                text,
                &format!(
                    "# Its token is dead after {lifetime}. Choose what keeps it fresh (docs/config.md, `provide`):"
                ),
            );
            push_line(text, &format!("# {PROVIDE}"));
            if registry.host.lacks_project() {
                push_line(text, &format!("# {PROJECT}"));
            }
        }
        None => push_login(text, registry, passwords),
    }
}

fn push_host(text: &mut String, registry: &DraftRegistry) {
    let kind = registry.kind();
    if kind != RegistryKind::Generic {
        push_text(text, "kind", kind.name());
    }
    match &registry.host {
        Host::DockerHub => {}
        Host::Ecr(Ecr::Private { account, region, fips }) => {
            push_text(text, "account", account);
            push_text(text, "region", region);
            if *fips {
                push_line(text, "fips = true");
            }
        }
        Host::Ecr(Ecr::Public) => push_line(text, "public = true"),
        Host::Acr(Acr { registry, environment }) => {
            push_text(text, "registry", registry);
            if *environment != AzureEnvironment::Public {
                push_text(text, "environment", environment.name());
            }
        }
        Host::Gar { location, project } => {
            push_text(text, "location", location);
            if let Some(project) = project {
                push_text(text, "project", project);
            }
        }
        Host::Gcr { location, project } => {
            if let Some(location) = location {
                push_text(text, "location", location);
            }
            if let Some(project) = project {
                push_text(text, "project", project);
            }
        }
        Host::Other(host) => {
            if kind.default_host() != Some(host) {
                push_text(text, "host", host);
            }
        }
    }
}

/// Says how long something lives.
pub(crate) fn hours(count: u64) -> String {
    if count == 1 { String::from("an hour") } else { format!("{count} hours") }
}

fn push_login(text: &mut String, registry: &DraftRegistry, passwords: Passwords<'_>) {
    match (&registry.login, passwords) {
        (Login::Helper { name }, _) => {
            let (name, key) = (quoted(name), quoted(&registry.key));
            push_line(text, &format!("credential = {{ helper = {name}, key = {key} }}"));
        }
        (Login::Pair { username, email, .. }, passwords) => {
            push_text(text, "username", username);
            let source = match passwords {
                Passwords::Sealed(file) if !registry.is_dying => {
                    let key = sealed_passwords::key(&registry.name);
                    format!("{{ sops = {}, key = {} }}", quoted(file), quoted(&key))
                }
                Passwords::Environment | Passwords::Sealed(_) => {
                    format!("{{ env = {} }}", quoted(&variable(&registry.name, registry.kind())))
                }
            };
            push_line(text, &format!("password = {source}"));
            if let Some(email) = email {
                push_text(text, "email", email);
            }
        }
    }
}

/// Writes the table of a pull secret.
pub(super) fn push_secret(text: &mut String, secret: &DraftSecret) {
    push_line(text, &format!("[secret.{}]", table_key(&secret.name)));
    if let Some(name) = &secret.secret_name {
        push_text(text, "name", name);
    }
    push_list(text, "registries", &secret.registries);
    if secret.is_placed_by_guess {
        push_line(text, "# Fill in: nothing said where it lands.");
    }
    push_list(text, "namespaces", &secret.namespaces);
    if !secret.other_accounts.is_empty() {
        let accounts = one_line(&secret.other_accounts.join(", "));
        push_line(
            text,
            "# These accounts name it too, but not in every namespace; they are left as they are:",
        );
        push_line(text, &format!("# {accounts}"));
    }
    if !secret.unlike_accounts.is_empty() {
        let accounts = one_line(&secret.unlike_accounts.join(", "));
        push_line(
            text,
            "# These accounts name it too, and beside it not the same as the others; they are left as \
             they are:",
        );
        push_line(text, &format!("# {accounts}"));
    }
    if !secret.service_accounts.is_empty() {
        push_list(text, "service-accounts", &secret.service_accounts);
    }
    if !secret.keep.is_empty() {
        push_list(text, "keep", &secret.keep);
    }
}

/// Writes a line.
pub(super) fn push_line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

fn push_text(text: &mut String, key: &str, value: &str) {
    push_line(text, &format!("{key} = {}", quoted(value)));
}

/// Writes a key with a list; one that is long has a line for each value.
pub(super) fn push_list(text: &mut String, key: &str, values: &[String]) {
    let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    let line = format!("{key} = [{}]", values.join(", "));
    if line.len() <= WIDTH {
        return push_line(text, &line);
    }
    push_line(text, &format!("{key} = ["));
    for value in values {
        push_line(text, &format!("  {value},"));
    }
    push_line(text, "]");
}

fn table_key(name: &str) -> String {
    if name.contains('.') { quoted(name) } else { name.to_owned() }
}

/// Returns the environment variable for the password of a registry.
pub(crate) fn variable(registry: &str, kind: RegistryKind) -> String {
    let what = match kind {
        RegistryKind::Generic | RegistryKind::Artifactory => "PASSWORD",
        _ => "TOKEN",
    };
    preset::variable(registry, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_named_after_registries() {
        assert_eq!(variable("hub", RegistryKind::DockerHub), "HUB_TOKEN");
        assert_eq!(variable("10-0-0-1", RegistryKind::Generic), "_10_0_0_1_PASSWORD");
    }

    #[test]
    fn long_lists_have_a_line_for_each() {
        let mut text = String::new();
        push_list(&mut text, "namespaces", &[String::from("a"), String::from("b")]);
        assert_eq!(text, "namespaces = [\"a\", \"b\"]\n");
        let mut text = String::new();
        push_list(&mut text, "namespaces", &["a", "b"].map(|name| name.repeat(50)));
        assert_eq!(text.lines().count(), 4);
    }
}
