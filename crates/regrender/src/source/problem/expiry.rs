//! What to tell a person about the last day of a credential.

use regrender_config::Date;
use regrender_diagnostic::{Diagnostic, Span};

use super::{credential_of, page, told};
use crate::source::expiry::{SOON, Validity};

/// Says what the last day of a credential means today.
pub(crate) fn validity(
    registry: &str,
    last: Date,
    span: Span,
    validity: Validity,
) -> Option<Diagnostic> {
    let credential = credential_of(registry);
    let problem = match validity {
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
    Some(problem.at(span, "").help("make a new credential, and change `expires` with it"))
}

fn days(count: u32) -> String {
    if count == 1 { String::from("1 day") } else { format!("{count} days") }
}
