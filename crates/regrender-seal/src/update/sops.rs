//! When a SOPS file stays as it is, and what of it stays when it does not.

use regrender_document::Document;

use super::{Check, Job, Proof, Reason, Update, and_unopened, classify, unchanged};
use crate::content;
use crate::data_key::WrappedKey;
use crate::error::SealError;
use crate::fingerprint;
use crate::format::FileFormat;
use crate::inspect::{Flaw, flaws, is_version};
use crate::mac::MacScope;
use crate::metadata::Metadata;
use crate::open::Opened;
use crate::random::SealContext;
use crate::recipient::{Recipient, Recipients, canonical};
use crate::seal::{Draft, MacUpdate, keeps_any};
use crate::sops_file::SealedSops;
use crate::value::{EncryptedValue, has_text_behind};

impl Job<'_> {
    /// Decides about a SOPS file, of which every part can stay that did not change.
    pub(super) fn update_sops(
        &self,
        current: &str,
        context: &mut SealContext<'_>,
    ) -> Result<Update, SealError> {
        let file = match SealedSops::parse(current, FileFormat::Yaml) {
            Ok(file) => file,
            Err(error) => return self.seal_anew(vec![Reason::Unreadable(error)], context),
        };
        let metadata = &file.metadata;
        let check = match self.check_sops(self.wanted, self.recipients, &file.documents, metadata) {
            // The fingerprint does not cover the version, and not always how the MAC is spelled.
            Check::Unchanged
                if metadata.mac_scope == self.options.mac
                    && !has_text_behind(&metadata.mac)
                    && is_version(&metadata.version) =>
            {
                return Ok(unchanged(Proof::Fingerprint));
            }
            Check::Unchanged => Check::Differs,
            check => check,
        };
        // Who can open a file stands in it in clear.
        let reasons = self.recipient_changes(&metadata.wrapped_keys);
        let Some(identities) = self.keys.identities else {
            return self.seal_anew(and_unopened(reasons, check.without_opening()), context);
        };
        // Only whether the file is vouched for is asked of it later, and that with the key only.
        let sealed =
            if self.keys.fingerprint_key.is_some() { file.documents.clone() } else { Vec::new() };
        match file.open(identities) {
            Ok(opened) => self.update_opened(&opened, &sealed, reasons, check, context),
            Err(error) => self.seal_anew(and_unopened(reasons, classify(error, check)), context),
        }
    }

    /// Compares the fingerprint of a file with that of `said`, sealed for `recipients`.
    fn check_sops(
        &self,
        said: &Document,
        recipients: &Recipients,
        sealed: &[Document],
        metadata: &Metadata,
    ) -> Check {
        let Some(key) = self.keys.fingerprint_key else {
            return Check::NoKey;
        };
        let [document] = sealed else {
            return Check::Differs;
        };
        let (sealed, Some(found)) = fingerprint::take(document.clone()) else {
            return Check::Missing;
        };
        let Ok(mac) = EncryptedValue::parse(&metadata.mac) else {
            return Check::Differs;
        };
        let said = fingerprint::without(said);
        let computed = key.of_sops(&said, &sealed, recipients, metadata, mac.nonce());
        if computed == found { Check::Unchanged } else { Check::Differs }
    }

    fn update_opened(
        &self,
        opened: &Opened,
        sealed: &[Document],
        mut reasons: Vec<Reason>,
        check: Check,
        context: &mut SealContext<'_>,
    ) -> Result<Update, SealError> {
        let metadata = &opened.metadata;
        let same_content = self.is_said_by(opened);
        let same_rule = metadata.selector.is_kubernetes() && metadata.other_services.is_empty();
        let is_for_fewer =
            reasons.iter().any(|reason| matches!(reason, Reason::RecipientsRemoved(_)));
        if !same_content {
            reasons.push(Reason::ContentChanged);
        }
        if !same_rule || metadata.mac_scope != self.options.mac {
            reasons.push(Reason::OptionsChanged);
        }
        let flaws = flaws_of(opened);
        // Whoever is taken off the list knows the data key, and so would read what is sealed with
        // it. A value that stays takes along what stands behind it.
        let is_renewed = is_for_fewer || !same_rule || !flaws.is_empty();
        reasons.extend(flaws.into_iter().map(Reason::Flawed));
        if reasons.is_empty() {
            reasons.extend(check.after_opening());
        }
        if reasons.is_empty() {
            return Ok(unchanged(Proof::Opened));
        }
        if is_renewed || !self.is_vouched_for(opened, sealed) {
            return self.seal_anew(reasons, context);
        }
        let text = self.seal_again(opened, self.mac_update(opened, same_content), context)?;
        Ok(Update { text: Some(text), reasons })
    }

    /// Says whether a file says what is wanted, its fingerprint aside.
    fn is_said_by(&self, opened: &Opened) -> bool {
        let wanted = fingerprint::without(self.wanted);
        match opened.documents() {
            [found] => content::is_same(&fingerprint::without(found), &wanted),
            _ => false,
        }
    }

    /// Says whether the MAC of a file covers what it shall hold, fingerprint and all.
    fn mac_update(&self, opened: &Opened, same_content: bool) -> MacUpdate {
        let had_fingerprint = opened.documents().iter().any(fingerprint::is_in);
        let annotation_changes = had_fingerprint || self.keys.fingerprint_key.is_some();
        let covers_annotation = self.options.mac == MacScope::All;
        let same_scope = opened.metadata.mac_scope == self.options.mac;
        let mac_holds = same_content && same_scope && !(covers_annotation && annotation_changes);
        if mac_holds { MacUpdate::Keep } else { MacUpdate::Renew }
    }

    /// Says whether the data key of the file may be kept for what it shall hold.
    ///
    /// Everybody can seal a file for public keys: somebody could plant one with a data key of his own,
    /// and wait for the next secret to be sealed with it. Where there is a key of the fingerprints, a
    /// file is ours when it holds a secret that it shall hold, or carries the fingerprint of what it
    /// says. Without one, its data key is kept as sops keeps it.
    fn is_vouched_for(&self, opened: &Opened, sealed: &[Document]) -> bool {
        if self.keys.fingerprint_key.is_none() || keeps_any(self.wanted, &opened.kept) {
            return true;
        }
        let found = opened.metadata.wrapped_keys.iter();
        let recipients: Option<Vec<Recipient>> =
            found.map(|key| Recipient::parse(&key.recipient).ok()).collect();
        match (opened.documents(), recipients.and_then(Recipients::new)) {
            ([said], Some(recipients)) => {
                self.check_sops(said, &recipients, sealed, &opened.metadata) == Check::Unchanged
            }
            _ => false,
        }
    }

    /// Writes the file with its data key, and with everything that can stay as it was.
    fn seal_again(
        &self,
        opened: &Opened,
        mac: MacUpdate,
        context: &mut SealContext<'_>,
    ) -> Result<String, SealError> {
        let mut metadata = opened.metadata.clone();
        metadata.mac_scope = self.options.mac;
        for recipient in self.recipients {
            if !is_among(recipient.as_str(), &metadata.wrapped_keys) {
                metadata.wrapped_keys.push(opened.data_key.wrap(recipient, context)?);
            }
        }
        let draft = Draft {
            recipients: self.recipients,
            data_key: &opened.data_key,
            kept: &opened.kept,
            metadata,
            found_block: Some(&opened.block),
            mac,
            fingerprint_key: self.keys.fingerprint_key,
        };
        draft.finish(self.wanted, context)
    }

    /// Compares those who can open a file with those who should.
    fn recipient_changes(&self, found: &[WrappedKey]) -> Vec<Reason> {
        let removed: Vec<String> = found
            .iter()
            .map(|key| canonical(&key.recipient))
            .filter(|text| !self.recipients.contains(text))
            .collect();
        let added: Vec<String> = self
            .recipients
            .iter()
            .map(|recipient| recipient.as_str().to_owned())
            .filter(|text| !is_among(text, found))
            .collect();
        let removed = (!removed.is_empty()).then_some(Reason::RecipientsRemoved(removed));
        let added = (!added.is_empty()).then_some(Reason::RecipientsAdded(added));
        removed.into_iter().chain(added).collect()
    }
}

/// Finds what is wrong with a file although it opens.
fn flaws_of(opened: &Opened) -> Vec<Flaw> {
    let mut flaws = flaws(&opened.metadata);
    flaws.extend(opened.text_behind.clone().map(Flaw::TextBehindValue));
    flaws
}

fn is_among(recipient: &str, found: &[WrappedKey]) -> bool {
    found.iter().any(|key| canonical(&key.recipient) == recipient)
}
