//! How a draft is spelled as registries.toml.

use super::draft::Draft;
use super::refusal::ANY_RECIPIENT;
use super::table::{Passwords, push_line, push_list, push_registry, push_secret};
use crate::project::sops_rules;

/// Spells a draft.
pub(crate) fn to_toml(
    draft: &Draft,
    recipients: &[String],
    others: &[String],
    passwords: Passwords<'_>,
) -> String {
    let mut text = String::from(
        "# Written by `regrender import`. What each key means: docs/config.md of regrender.\n\n\
         [seal]\n# Who can open the sealed files: you, your colleagues, each cluster.\n",
    );
    if recipients.is_empty() {
        text.push_str("# Fill in: the `age1…` key that `age-keygen` or `regrender init` prints.\n");
    }
    push_list(&mut text, "recipients", recipients);
    text.push_str(&sops_rules::commented(others));
    for registry in &draft.registries {
        text.push('\n');
        push_registry(&mut text, registry, passwords);
    }
    for secret in &draft.secrets {
        text.push('\n');
        push_secret(&mut text, secret);
    }
    let remarks = draft.remarks.lines();
    if !remarks.is_empty() {
        text.push_str("\n# What the import left out, or is not sure of:\n");
        for line in remarks {
            text.push_str("# - ");
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}

/// Spells a registries.toml of nothing but the registries that programs keep the credential of.
pub(crate) fn to_toml_of_helpers(draft: &Draft) -> String {
    let mut text = format!("[seal]\nrecipients = [\"{ANY_RECIPIENT}\"]\n");
    for registry in draft.registries.iter().filter(|registry| registry.is_asked_for()) {
        text.push('\n');
        push_registry(&mut text, registry, Passwords::Environment);
        let line =
            format!("[secret.{0}]\nregistries = [\"{0}\"]\nnamespaces = [\"x\"]", registry.name);
        push_line(&mut text, &line);
    }
    text
}
