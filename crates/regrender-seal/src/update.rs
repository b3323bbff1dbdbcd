//! Sealing again, and leaving alone what says the same: the one decision behind a build that
//! changes nothing when nothing changed.

mod age;
mod sealed_secret;
mod sops;

use regrender_document::Document;

use crate::error::{OpenError, SealError};
use crate::fingerprint::FingerprintKey;
use crate::identity::Identities;
use crate::inspect::Flaw;
use crate::random::SealContext;
use crate::recipient::Recipients;
use crate::seal::{SealFormat, SealOptions, seal};

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
    /// It does not say that it begins with the comments that it shall begin with.
    CommentsChanged,
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
    Flawed(Flaw),
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
}

fn unchanged(proof: Proof) -> Update {
    Update { text: None, reasons: vec![Reason::Unchanged(proof)] }
}

/// Adds why a file is written that was not opened. Other recipients and comments make another
/// fingerprint, so that says nothing more.
fn and_unopened(mut reasons: Vec<Reason>, reason: Reason) -> Vec<Reason> {
    let says_more = !matches!(reason, Reason::FingerprintDiffers | Reason::Unchanged(_));
    if reasons.is_empty() || says_more {
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
