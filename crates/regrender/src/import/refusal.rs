//! Why registries.toml cannot have what was found: it is asked beforehand.

use regrender_config::parse;
use regrender_diagnostic::Diagnostic;

use super::registry::DraftRegistry;
use super::secret::DraftSecret;
use super::table::{PROJECT, PROVIDE, Passwords, push_registry, push_secret};

/// A recipient that only stands in what nobody reads.
pub(super) const ANY_RECIPIENT: &str =
    "age1rs8lqg24qdkcxjncpkr0utll2zjkg7jddswqcm346l7ccx5uxa6qv8js8k";

/// Says why registries.toml cannot have such a registry.
pub(super) fn of_registry(registry: &DraftRegistry) -> Option<String> {
    let mut text = String::new();
    push_registry(&mut text, registry, Passwords::Environment);
    // Only once somebody has chosen is the table whole.
    let text =
        [PROVIDE, PROJECT].iter().fold(text, |text, line| text.replace(&format!("# {line}"), line));
    let name = &registry.name;
    refusal(&format!("{text}\n[secret.x]\nregistries = [\"{name}\"]\nnamespaces = [\"x\"]\n"))
}

/// Says why registries.toml cannot have such a pull secret.
pub(super) fn of_secret(secret: &DraftSecret) -> Option<String> {
    let mut text = String::new();
    push_secret(&mut text, &DraftSecret { registries: vec![String::from("r")], ..secret.clone() });
    let registry = "[registry.r]\nhost = \"r.example.com\"\nusername = \"u\"\n\
                    password = { env = \"R\" }\n";
    refusal(&format!("{registry}\n{text}"))
}

fn refusal(tables: &str) -> Option<String> {
    let text = format!("[seal]\nrecipients = [\"{ANY_RECIPIENT}\"]\n\n{tables}");
    let diagnostics = parse(&text).diagnostics;
    let error = diagnostics.iter().find(|diagnostic| diagnostic.is_error())?;
    Some(told(error))
}

/// Says in one sentence what a diagnostic says of a table that nobody sees.
fn told(error: &Diagnostic) -> String {
    let label = error.labels.iter().find(|label| label.primary).map(|label| label.text.as_str());
    match label.filter(|text| !text.is_empty()) {
        Some(label) => format!("registries.toml cannot express it ({}: {label})", error.code),
        None => format!("registries.toml cannot express it ({})", error.code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_is_told() {
        let secret = DraftSecret {
            name: String::from("Bad_Name"),
            namespaces: vec![String::from("a")],
            ..DraftSecret::default()
        };
        let reason = of_secret(&secret).unwrap();
        assert!(reason.contains("invalid-name"), "{reason}");
    }
}
