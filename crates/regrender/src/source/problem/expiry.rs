//! What to tell a person about the last day of a credential.

use std::time::SystemTime;

use regrender_config::Registry;
use regrender_diagnostic::Diagnostic;

use super::{credential_of, page, told};
use crate::source::validity::{SOON, Validity, validity};

/// Says what the last day of a registry's credential means today, if it has one and it is near.
pub(crate) fn remark(registry: &Registry, now: SystemTime) -> Option<Diagnostic> {
    let last = registry.expires?;
    let credential = credential_of(&registry.name);
    let problem = match validity(last, now) {
        Validity::Long => return None,
        Validity::Over => told(
            &page::expiry::CREDENTIAL_EXPIRED,
            format!("{credential} expired: its last day was {last}"),
        ),
        Validity::Days(0) => told(
            &page::expiry::CREDENTIAL_EXPIRES_SOON,
            format!("{credential} expires soon: today, {last}, is its last day"),
        ),
        Validity::Days(left) => told(
            &page::expiry::CREDENTIAL_EXPIRES_SOON,
            format!("{credential} expires soon: its last day is {last}, {} from now", days(left)),
        )
        .note(format!("this is told from {SOON} days before")),
    };
    Some(
        problem
            .at(registry.span.clone(), "")
            .help("make a new credential, and change `expires` with it"),
    )
}

fn days(count: u32) -> String {
    if count == 1 { String::from("1 day") } else { format!("{count} days") }
}
