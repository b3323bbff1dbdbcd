//! What `verify` says of a SealedSecret.

use regrender_render::PullSecretFile;
use regrender_seal::{
    Certificate, FingerprintKey, OpenError, SealedSecretFlaw as Flaw, SealedSecretInspection,
    clear_sealed_secret, inspect_sealed_secret,
};

use super::code::{self, Code};
use super::sealed::take_contents;
use super::{Controller, Finder};

/// What a run without the fingerprint key takes on trust.
pub(super) const WITHOUT_KEY: &str = "the fingerprint key is not at hand: that SealedSecrets are as \
    a build sealed them, and for the certificate that they name, is taken from what they say";

const SHORT_ID: usize = 12;

impl Finder<'_> {
    pub(super) fn check_sealed_secret(
        &mut self,
        path: &str,
        current: &str,
        file: &PullSecretFile,
        controller: &Controller<'_>,
    ) {
        let inspection = match inspect_sealed_secret(current) {
            Ok(inspection) => inspection,
            Err(OpenError::NotASealedSecret) => {
                // What is in it in clear is told by the search for clear secrets.
                return self.find(&code::NOT_SEALED, path, "is not a SealedSecret");
            }
            Err(error) => return self.find(&code::BROKEN_FILE, path, error.to_string()),
        };
        for flaw in &inspection.flaws {
            self.find(code_of(flaw), path, describe(flaw));
        }
        if inspection.keys != [".dockerconfigjson"] {
            let message = "its one value is not `.dockerconfigjson`";
            self.find(&code::OUTDATED_FILE, path, message);
        }
        self.check_certificate(path, &inspection, controller.certificate);
        self.check_fingerprint(path, &inspection, controller.fingerprint_key);
        let mut found = inspection.clear;
        take_contents(&mut found, file, &["spec", "template", "metadata"]);
        if let Some(moment) = take_contents(&mut found, file, &["metadata"]) {
            self.check_expiry(path, &moment);
        }
        self.check_clear(path, &found, &clear_sealed_secret(&file.clear));
    }

    fn check_fingerprint(
        &mut self,
        path: &str,
        inspection: &SealedSecretInspection,
        key: Option<&FingerprintKey>,
    ) {
        if !inspection.has_fingerprint {
            let message = "carries no fingerprint, so no build sealed it";
            self.find(&code::FINGERPRINT_MISSING, path, message);
        } else if key.is_some_and(|key| inspection.is_intact(key) == Some(false)) {
            let message =
                "is not as it was sealed: it was edited, or the fingerprint key is another";
            self.find(&code::FINGERPRINT_DIFFERS, path, message);
        }
    }

    fn check_certificate(
        &mut self,
        path: &str,
        inspection: &SealedSecretInspection,
        certificate: &Certificate,
    ) {
        let named = self.verifier.cluster.certificate.as_deref().unwrap_or_default();
        match &inspection.sealed_for {
            Some(id) if id == certificate.key_id() => {
                if !inspection.fits_key_of(certificate.key_bytes()) {
                    let message = format!("its value is not as long as one for `{named}`");
                    self.find(&code::OTHER_CERTIFICATE, path, message);
                }
            }
            Some(id) => {
                let id: String = id.chars().take(SHORT_ID).collect();
                let message = format!("is sealed for the key sha256:{id}…, not for `{named}`");
                self.find(&code::OTHER_CERTIFICATE, path, message);
            }
            None => {
                let message = format!("does not say that it is sealed for `{named}`");
                self.find(&code::OTHER_CERTIFICATE, path, message);
            }
        }
    }
}

fn code_of(flaw: &Flaw) -> &'static Code {
    match flaw {
        Flaw::WiderScope(_) => &code::OTHER_SCOPE,
        _ => &code::BROKEN_FILE,
    }
}

fn describe(flaw: &Flaw) -> String {
    match flaw {
        Flaw::SeveralDocuments(count) => format!("holds {count} documents; one was written"),
        Flaw::MalformedValue(key) => format!("`{key}` is no value that a controller could open"),
        Flaw::WiderScope(annotation) => {
            format!("`{annotation}` asks for another scope than the strict one")
        }
        Flaw::OldData => String::from("has `spec.data`, which controllers do not take any more"),
        Flaw::NoValues => String::from("holds no value"),
        _ => String::from("is not as a build writes it"),
    }
}
