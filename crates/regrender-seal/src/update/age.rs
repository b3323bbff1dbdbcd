//! When a plain age file stays as it is.

use regrender_document::{Spelling, emit_revealed};

use super::{Check, Job, Proof, Reason, Update, and_unopened, classify, unchanged};
use crate::age_file::{Mark, SealedAge};
use crate::error::{OpenError, SealError};
use crate::open::open_age;
use crate::random::SealContext;

impl Job<'_> {
    /// Decides about a plain age file. Of such a file nothing can stay but the whole.
    pub(super) fn update_age(
        &self,
        current: &str,
        context: &mut SealContext<'_>,
    ) -> Result<Update, SealError> {
        let Some(file) = SealedAge::parse(current) else {
            return self.seal_anew(vec![Reason::Unreadable(OpenError::AgeFile)], context);
        };
        let wanted = emit_revealed(std::slice::from_ref(self.wanted), Spelling::Sops);
        let check = match (self.keys.fingerprint_key, &file.mark) {
            (None, _) => Check::NoKey,
            (Some(_), None | Some(Mark { fingerprint: None, .. })) => Check::Missing,
            (Some(key), Some(Mark { fingerprint: Some(found), .. })) => {
                let computed = key.of_age(&wanted, self.recipients, &file.stanzas, &file.payload);
                if computed == *found { Check::Unchanged } else { Check::Differs }
            }
        };
        let mut reasons = Vec::new();
        if !file.mark.as_ref().is_some_and(|mark| mark.is_for(self.recipients)) {
            reasons.push(Reason::RecipientsChanged);
        }
        if file.mark.is_some_and(|mark| !mark.begins_with(&self.wanted.header)) {
            reasons.push(Reason::CommentsChanged);
        }
        if reasons.is_empty() && check == Check::Unchanged {
            return Ok(unchanged(Proof::Fingerprint));
        }
        let Some(identities) = self.keys.identities else {
            return self.seal_anew(and_unopened(reasons, check.without_opening()), context);
        };
        let opened = match open_age(current.as_bytes(), identities) {
            Ok(opened) => opened,
            Err(error) => {
                return self.seal_anew(and_unopened(reasons, classify(error, check)), context);
            }
        };
        if opened.expose() != wanted.expose() {
            reasons.push(Reason::ContentChanged);
        }
        if reasons.is_empty() {
            reasons.extend(check.after_opening());
        }
        if reasons.is_empty() {
            return Ok(unchanged(Proof::Opened));
        }
        self.seal_anew(reasons, context)
    }
}
