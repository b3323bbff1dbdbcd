//! Sealing a SealedSecret again, which nobody here can open: the fingerprint alone decides.

use regrender_document::Document;

use super::{Proof, Reason, Update, unchanged};
use crate::certificate::Certificate;
use crate::error::SealError;
use crate::fingerprint::{FingerprintKey, seal_of};
use crate::random::SealContext;
use crate::sealed_secret::{self, Parsed, seal_secret};

/// Says what becomes of a SealedSecret that holds `current` and should become `wanted`.
///
/// # Errors
///
/// Says why sealing failed. That `current` cannot be read is no error but a reason to write.
pub fn update_secret(
    current: Option<&str>,
    wanted: &Document,
    certificate: &Certificate,
    fingerprint_key: &FingerprintKey,
    context: &mut SealContext<'_>,
) -> Result<Update, SealError> {
    let reasons = match current.map(sealed_secret::parse) {
        None => vec![Reason::New],
        Some(Err(error)) => vec![Reason::Unreadable(error)],
        Some(Ok(found)) => reasons(&found, wanted, certificate, fingerprint_key),
    };
    if reasons.is_empty() {
        return Ok(unchanged(Proof::Fingerprint));
    }
    let text = seal_secret(wanted, certificate, fingerprint_key, context)?;
    Ok(Update { text: Some(text), reasons })
}

/// Lists the reasons to write a file; none if it stays.
fn reasons(
    found: &Parsed,
    wanted: &Document,
    certificate: &Certificate,
    key: &FingerprintKey,
) -> Vec<Reason> {
    let Some(fingerprint) = &found.fingerprint else {
        return vec![Reason::FingerprintMissing];
    };
    let expected = key.of_sealed_secret(wanted, &found.sealed);
    if found.count > 1 || seal_of(fingerprint) != seal_of(&expected) {
        return vec![Reason::FingerprintDiffers];
    }
    // From here on the file is as it was sealed, and what it says of itself is true.
    let mut reasons = Vec::new();
    let sealed_for = found.sealed_for().unwrap_or_default();
    if sealed_for != certificate.key_id() {
        let (from, to) = (sealed_for.to_owned(), certificate.key_id().to_owned());
        reasons.push(Reason::CertificateChanged { from, to });
    }
    if expected != *fingerprint {
        reasons.push(Reason::ContentChanged);
    }
    reasons
}
