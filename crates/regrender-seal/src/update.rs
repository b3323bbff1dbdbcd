//! Sealing again, and leaving alone what says the same: the one decision behind a build that
//! changes nothing when nothing changed.

mod age;
mod sealed_secret;

use regrender_document::Document;

use crate::content;
use crate::data_key::WrappedKey;
use crate::error::{OpenError, SealError};
use crate::fingerprint::{self, FingerprintKey};
use crate::format::FileFormat;
use crate::identity::Identities;
use crate::inspect::{Finding, flaws, is_version};
use crate::mac::MacScope;
use crate::metadata::Metadata;
use crate::open::Opened;
use crate::random::SealContext;
use crate::recipient::{Recipient, Recipients, canonical};
use crate::seal::{Draft, MacUpdate, SealFormat, SealOptions, keeps_any, seal};
use crate::sops_file::SealedSops;
use crate::value::{EncryptedValue, has_text_behind};

pub use sealed_secret::update_secret;

/// With what a file on disk can be compared with what is wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Keys<'a> {
    /// Private keys that may open the file.
    pub identities: Option<&'a Identities>,
    /// The key of the fingerprints.
    pub fingerprint_key: Option<&'a FingerprintKey>,
}

/// What becomes of a sealed file, and why.
#[derive(Debug)]
pub struct Update {
    /// The new text of the file; `None` when it stays as it is, byte for byte.
    pub text: Option<String>,
    /// Why: one reason at least.
    pub reasons: Vec<Reason>,
}

/// Why a sealed file stays or is written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// It says what it should say, for whom it should.
    Unchanged(Proof),
    /// There is no file yet.
    New,
    /// It says something else.
    ContentChanged,
    /// These can open it from now on.
    RecipientsAdded(Vec<String>),
    /// These cannot open it any more; what they know already, they know.
    RecipientsRemoved(Vec<String>),
    /// It is for others, and does not say for whom.
    RecipientsChanged,
    /// It is sealed for another key of a controller. The ids of both.
    CertificateChanged {
        /// Whose key it is sealed for.
        from: String,
        /// Whose key it shall be sealed for.
        to: String,
    },
    /// The rule or the MAC are not the ones asked for.
    OptionsChanged,
    /// It has no fingerprint yet.
    FingerprintMissing,
    /// Its fingerprint is another: something changed, or the key of the fingerprints did.
    FingerprintDiffers,
    /// There is neither an identity that opens it nor a key for fingerprints.
    NotComparable,
    /// It is not a sealed file.
    Unreadable(OpenError),
    /// It was changed by something that does not hold its data key.
    HandEdited(OpenError),
    /// It opens, and this is wrong with it all the same.
    Flawed(Finding),
}

/// How it was found out that nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The file was opened and compared.
    Opened,
    /// The fingerprint was computed anew and compared.
    Fingerprint,
}

/// Says what becomes of a file that holds `current` and should hold `wanted`.
///
/// A file that says the same for the same recipients stays, however it is spelled. What did not
/// change stays as it is in a file that is written: the file keeps its data key, and a value its
/// ciphertext. It gets a new data key when somebody is taken off the list, and when none of its
/// values stays.
///
/// # Errors
///
/// Says why sealing failed. That `current` cannot be read is no error but a reason to write.
pub fn update(
    current: Option<&str>,
    wanted: &Document,
    recipients: &Recipients,
    options: SealOptions,
    keys: Keys<'_>,
    context: &mut SealContext<'_>,
) -> Result<Update, SealError> {
    let job = Job { wanted, recipients, options, keys };
    match (current, options.format) {
        (None, _) => job.seal_anew(vec![Reason::New], context),
        (Some(current), SealFormat::Sops) => job.update_sops(current, context),
        (Some(current), SealFormat::Age) => job.update_age(current, context),
    }
}

struct Job<'a> {
    wanted: &'a Document,
    recipients: &'a Recipients,
    options: SealOptions,
    keys: Keys<'a>,
}

/// What the fingerprint of a file says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Check {
    /// That nothing changed.
    Unchanged,
    /// That something changed.
    Differs,
    /// Nothing: there is none.
    Missing,
    /// Nothing: there is no key to compute it anew with.
    NoKey,
}

impl Check {
    /// The reason to write a file that cannot be opened.
    fn without_opening(self) -> Reason {
        match self {
            Self::Unchanged => Reason::Unchanged(Proof::Fingerprint),
            Self::Differs => Reason::FingerprintDiffers,
            Self::Missing => Reason::FingerprintMissing,
            Self::NoKey => Reason::NotComparable,
        }
    }

    /// The reason to write a file that was opened and says what it should.
    fn after_opening(self) -> Option<Reason> {
        match self {
            Self::Unchanged | Self::NoKey => None,
            Self::Differs => Some(Reason::FingerprintDiffers),
            Self::Missing => Some(Reason::FingerprintMissing),
        }
    }
}

impl Job<'_> {
    fn seal_anew(
        &self,
        reasons: Vec<Reason>,
        context: &mut SealContext<'_>,
    ) -> Result<Update, SealError> {
        let key = self.keys.fingerprint_key;
        let text = seal(self.wanted, self.recipients, self.options, key, context)?;
        Ok(Update { text: Some(text), reasons })
    }

    fn update_sops(
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
        let wanted = fingerprint::without(self.wanted);
        let (same_content, had_fingerprint) = match opened.documents() {
            [found] => {
                let is_same = content::is_same(&fingerprint::without(found), &wanted);
                (is_same, fingerprint::is_in(found))
            }
            _ => (false, false),
        };
        let same_rule = metadata.selector.is_kubernetes() && metadata.other_services.is_empty();
        let same_scope = metadata.mac_scope == self.options.mac;
        let is_for_fewer =
            reasons.iter().any(|reason| matches!(reason, Reason::RecipientsRemoved(_)));
        if !same_content {
            reasons.push(Reason::ContentChanged);
        }
        if !same_rule || !same_scope {
            reasons.push(Reason::OptionsChanged);
        }
        let mut flaws = flaws(metadata);
        flaws.extend(opened.text_behind.clone().map(Finding::TextBehindValue));
        let is_flawed = !flaws.is_empty();
        reasons.extend(flaws.into_iter().map(Reason::Flawed));
        if reasons.is_empty() {
            reasons.extend(check.after_opening());
        }
        if reasons.is_empty() {
            return Ok(unchanged(Proof::Opened));
        }
        // Whoever is taken off the list knows the data key, and so would read what is sealed with
        // it. A value that stays takes along what stands behind it.
        let is_renewed = is_for_fewer || !same_rule || is_flawed;
        if is_renewed || !self.is_vouched_for(opened, sealed) {
            return self.seal_anew(reasons, context);
        }
        let annotation_changes = had_fingerprint || self.keys.fingerprint_key.is_some();
        let covers_annotation = self.options.mac == MacScope::All;
        let mac_holds = same_content && same_scope && !(covers_annotation && annotation_changes);
        let mac = if mac_holds { MacUpdate::Keep } else { MacUpdate::Renew };
        let text = self.seal_again(opened, mac, context)?;
        Ok(Update { text: Some(text), reasons })
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

fn is_among(recipient: &str, found: &[WrappedKey]) -> bool {
    found.iter().any(|key| canonical(&key.recipient) == recipient)
}

fn unchanged(proof: Proof) -> Update {
    Update { text: None, reasons: vec![Reason::Unchanged(proof)] }
}

/// Adds why a file is written that was not opened. Other recipients make another fingerprint, so
/// that says nothing more.
fn and_unopened(mut reasons: Vec<Reason>, reason: Reason) -> Vec<Reason> {
    if reasons.is_empty() || reason != Reason::FingerprintDiffers {
        reasons.push(reason);
    }
    reasons
}

/// Says why a file that does not open is written anew.
fn classify(error: OpenError, check: Check) -> Reason {
    match error {
        OpenError::NoIdentity | OpenError::PluginMissing { .. } | OpenError::PluginFailed => {
            check.without_opening()
        }
        OpenError::KeyGroups | OpenError::OtherKeysOnly { .. } => Reason::OptionsChanged,
        error => Reason::HandEdited(error),
    }
}
