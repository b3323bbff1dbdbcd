//! Secrets in an output folder that everybody could read, and that a build takes away.

use regrender_audit::{Inventory, SecretState};

use crate::plan::Plan;

/// Lists the names of the Secrets in clear in a file of the output folder.
pub(crate) fn names(path: &str, text: &str) -> Vec<String> {
    let inventory = Inventory::read([(path, text.as_bytes())]);
    let clear = inventory.secrets().filter(|secret| secret.state == SecretState::Clear);
    clear.map(|secret| secret.name.clone()).collect()
}

/// Tells of those: afterwards nothing shows any more that their credentials are known.
pub(crate) fn warnings(plans: &[Plan]) -> Vec<String> {
    let files = plans.iter().flat_map(|plan| plan.changed.iter().map(move |file| (plan, file)));
    let told = files.flat_map(|(plan, file)| {
        file.clear_secrets.iter().map(move |name| {
            format!(
                "`{}/{}`: Secret `{name}` can be read by everybody who sees what was there: change \
                 the credential at the registry",
                plan.shown_folder, file.path
            )
        })
    });
    told.collect()
}
