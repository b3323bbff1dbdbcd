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
use crate::key_path::KeyPath;
use crate::mac::MacScope;
use crate::metadata::Metadata;
use crate::open::{Opened, open_parsed};
use crate::random::SealContext;
use crate::recipient::{Recipient, Recipients, canonical};
use crate::seal::{Draft, MacUpdate, SealFormat, SealOptions, keeps_any, seal};
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
    /// Behind an encrypted value of it stands text that everybody can read and change.
    TextBehindValue(KeyPath),
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
        let parsed = FileFormat::Yaml.parse(current).and_then(|(documents, block)| {
            let metadata = Metadata::parse(&block)?;
            Ok((documents, block, metadata))
        });
        let (documents, block, metadata) = match parsed {
            Ok(parsed) => parsed,
            Err(error) => return self.seal_anew(vec![Reason::Unreadable(error)], context),
        };
        let check = match self.check_sops(self.wanted, self.recipients, &documents, &metadata) {
            // The fingerprint does not always cover how the MAC is spelled.
            Check::Unchanged
                if metadata.mac_scope == self.options.mac && !has_text_behind(&metadata.mac) =>
            {
                return Ok(unchanged(Proof::Fingerprint));
            }
            Check::Unchanged => Check::Differs,
            check => check,
        };
        let Some(identities) = self.keys.identities else {
            return self.seal_anew(vec![check.without_opening()], context);
        };
        // Only whether the file is vouched for is asked of it later, and that with the key only.
        let sealed =
            if self.keys.fingerprint_key.is_some() { documents.clone() } else { Vec::new() };
        match open_parsed(documents, block, metadata, FileFormat::Yaml, identities) {
            Ok(opened) => self.update_opened(&opened, &sealed, check, context),
            Err(error) => self.seal_anew(vec![classify(error, check)], context),
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
        let removed = self.removed(&metadata.wrapped_keys);
        let added = self.added(&metadata.wrapped_keys);

        let mut reasons = Vec::new();
        if !removed.is_empty() {
            reasons.push(Reason::RecipientsRemoved(removed.clone()));
        }
        if !added.is_empty() {
            reasons.push(Reason::RecipientsAdded(added));
        }
        if !same_content {
            reasons.push(Reason::ContentChanged);
        }
        if !same_rule || !same_scope {
            reasons.push(Reason::OptionsChanged);
        }
        let text_behind = opened.text_behind.clone().map(Reason::TextBehindValue);
        let has_text_behind = text_behind.is_some();
        reasons.extend(text_behind);
        if reasons.is_empty() {
            reasons.extend(check.after_opening());
        }
        if reasons.is_empty() {
            return Ok(unchanged(Proof::Opened));
        }
        // Whoever is taken off the list knows the data key, and so would read what is sealed with
        // it. A value that stays takes along what stands behind it.
        let is_renewed = !removed.is_empty() || !same_rule || has_text_behind;
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

    fn added(&self, found: &[WrappedKey]) -> Vec<String> {
        let texts = self.recipients.iter().map(|recipient| recipient.as_str().to_owned());
        texts.filter(|text| !is_among(text, found)).collect()
    }

    fn removed(&self, found: &[WrappedKey]) -> Vec<String> {
        let texts = found.iter().map(|key| canonical(&key.recipient));
        texts.filter(|text| !self.recipients.contains(text)).collect()
    }
}

fn is_among(recipient: &str, found: &[WrappedKey]) -> bool {
    found.iter().any(|key| canonical(&key.recipient) == recipient)
}

fn unchanged(proof: Proof) -> Update {
    Update { text: None, reasons: vec![Reason::Unchanged(proof)] }
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
