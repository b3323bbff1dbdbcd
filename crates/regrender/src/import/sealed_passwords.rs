//! The file that the passwords of an import are sealed into.

use regrender_document::{Document, Mapping, Node};
use regrender_seal::{Recipients, SealContext, SealError, SealOptions, seal};

use super::registry::DraftRegistry;

/// Everything under it is encrypted.
const TOP: &str = "data";
const PASSWORD: &str = "password";

/// Returns the key of a registry's password in the file.
pub(super) fn key(registry: &str) -> String {
    format!("{TOP}.{registry}.{PASSWORD}")
}

/// Seals the passwords of registries, if there is any to be sealed.
///
/// # Errors
///
/// Says for which recipient that failed.
pub(crate) fn sealed_passwords(
    registries: &[DraftRegistry],
    recipients: &Recipients,
    context: &mut SealContext<'_>,
) -> Result<Option<String>, SealError> {
    let mut passwords = Mapping::new();
    for registry in registries.iter().filter(|one| one.token_hours().is_none() && !one.is_dying) {
        if let Some(password) = registry.login.password() {
            let entry = Mapping::new().with(PASSWORD, password.clone());
            passwords.push(registry.name.clone(), Node::from(entry));
        }
    }
    if passwords.is_empty() {
        return Ok(None);
    }
    let document = Document::new(Mapping::new().with(TOP, passwords));
    seal(&document, recipients, SealOptions::default(), None, context).map(Some)
}
